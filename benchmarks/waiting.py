"""How many clients can wait at once: 500 of them poll a server that answers each poll after a second.

Every client asks again as soon as it is answered, so a perfect server answers as many polls a second as there are
clients. Prints what was answered as a share of that. Run it on a quiet machine: `make bench` does.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CLIENTS = 500
ROUNDS = 8
SCENARIO = "scenario: patient\nexchanges:\n  poll: [{delay: 1s}]\n"
SUBMIT = b'{"prompt": "A snail crosses a garden path"}'


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes:
    """One request on a connection that stays open, and the body of its answer."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    assert head.startswith(b"HTTP/1.1 200 "), head
    assert length is not None
    return await reader.readexactly(int(length[1]))


async def client(port: int, job_id: str, gate: asyncio.Barrier, number: int) -> float:
    """Polls one after the other, once all clients are connected; how many a second were answered.

    The clients begin one after the other, since nothing makes real ones ask in step.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await gate.wait()
    await asyncio.sleep(number / CLIENTS)
    began = time.perf_counter()
    request = f"GET /api-video/api/video/status/{job_id} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    for _ in range(ROUNDS):
        await exchange(reader, writer, request)
    writer.close()
    return ROUNDS / (time.perf_counter() - began)


async def measure(port: int) -> float:
    """Polls a second that all clients together had answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST /api-video/api/video/from-text HTTP/1.1\r\nHost: x\r\nContent-Length: {len(SUBMIT)}\r\n\r\n"
    answer = await exchange(reader, writer, head.encode() + SUBMIT)
    writer.close()
    job_id = re.search(rb'"job_id":"([^"]+)"', answer)
    assert job_id is not None
    gate = asyncio.Barrier(CLIENTS + 1)
    tasks = [asyncio.create_task(client(port, job_id[1].decode(), gate, number)) for number in range(CLIENTS)]
    await gate.wait()
    return sum(await asyncio.gather(*tasks))


def main() -> None:
    """Start a server, measure, print."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "patient.yaml"
        path.write_text(SCENARIO)
        run = "from veosim.cli import main; main()"
        command = [sys.executable, "-c", run, "serve", "--port", "0", "--scenario", str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            try:
                port = re.search(r"127\.0\.0\.1:(\d+)", server.stdout.readline())
                assert port is not None
                rate = asyncio.run(measure(int(port[1])))
            finally:
                server.terminate()
    print(f"waiting  {rate:7.1f}/s  {rate / CLIENTS:.1%} of the ideal, with {CLIENTS} clients and a delay of 1 s")


if __name__ == "__main__":
    main()
