#!/usr/bin/env python3
"""How fast the fake upstream is, as ratios to a bare Starlette app on the same server set-up in the same run.

Both are served by uvicorn with uvloop and httptools in a child process, the journal on. The load comes from this
process: prebuilt bytes over kept connections, so that the server is what is measured. With two cores or more, the
server has one of its own. Rounds alternate, and a ratio is the median of the rounds' own. Everything stays on the
loopback interface.

A poll is compared with a GET that answers constant JSON, a submit with a POST that reads JSON and answers constant
JSON. The start is the time from starting `veosim serve` to its first answer, beside a bare app's.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, cast

CONNECTIONS = 32
IN_FLIGHT = 1
STARTS = 3
START_LIMIT = 20.0
BODY = json.dumps(
    {"prompt": "A paper boat", "model": "veo (Audio)", "resolution": "1080P", "duration": "4s", "aspect_ratio": "16:9"}
).encode()
TEXT, STATUS = "/api/video/from-text", "/api/video/status/"
BARE = """
import sys
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

async def poll(request: Request) -> JSONResponse:
    return JSONResponse({"status": "queued", "job_id": "00000000-0000-4000-8000-000000000000", "progress": 0})

async def submit(request: Request) -> JSONResponse:
    await request.json()
    return JSONResponse({"status": "queued", "job_id": "00000000-0000-4000-8000-000000000000"})

app = Starlette(routes=[
    Route("/api/video/from-text", submit, methods=["POST"]), Route("/api/video/status/{job_id}", poll, methods=["GET"])
])
"""


def request(method: str, path: str, body: bytes = b"") -> bytes:
    """One HTTP request, whole."""
    length = f"Content-Length: {len(body)}\r\nContent-Type: application/json\r\n" if body else ""
    return f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\n{length}\r\n".encode() + body


def serve_bare(pipe: Connection, cores: set[int] | None) -> None:
    """A child process: the bare app on veosim's own server."""
    names: dict[str, Any] = {}
    exec(compile(BARE, "bare", "exec"), names)  # noqa: S102  the same text is also run as a command
    _serve(names["app"], pipe, cores)


def serve_veosim(pipe: Connection, cores: set[int] | None) -> None:
    """A child process: the fake upstream, set up as `veosim serve` does."""
    import gc  # noqa: PLC0415  this process only

    from veosim.app import create_app  # noqa: PLC0415  this process only
    from veosim.simulator import Simulator  # noqa: PLC0415  this process only

    app = create_app(Simulator(), root="api-video")
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 1000)
    _serve(app, pipe, cores)


def _serve(app: Any, pipe: Connection, cores: set[int] | None) -> None:
    from veosim.server import Server, address, listen, new_loop  # noqa: PLC0415  this process only

    if cores is not None:
        os.sched_setaffinity(0, cores)
    sock = listen("127.0.0.1", 0)
    server = Server(app, on_started=lambda: pipe.send(address(sock)))
    new_loop().run_until_complete(server._serve([sock]))


class Client(asyncio.Protocol):
    """One kept connection that always has requests on the way, and counts the answers by their first bytes."""

    def __init__(self, wire: bytes) -> None:
        self.wire = wire
        self.answered = 0
        self.refused = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask at once."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(self.wire * IN_FLIGHT)

    def data_received(self, data: bytes) -> None:
        """Ask again for each answer. Answers are small: each arrives in one piece, status line first."""
        answers = data.count(b"HTTP/1.1 ")
        good = data.count(b"HTTP/1.1 200 ")
        self.answered += good
        self.refused += answers - good
        self.transport.write(self.wire * answers)


async def load(url: str, wire: bytes, seconds: float) -> float:
    """Answers per second."""
    host, port = url.removeprefix("http://").split(":")
    loop = asyncio.get_running_loop()
    pairs = [await loop.create_connection(lambda: Client(wire), host, int(port)) for _ in range(CONNECTIONS)]
    clients = [client for _, client in pairs]
    before, began = sum(client.answered for client in clients), time.perf_counter()
    await asyncio.sleep(seconds)
    rate = (sum(client.answered for client in clients) - before) / (time.perf_counter() - began)
    for transport, _ in pairs:
        transport.abort()
    if any(client.refused for client in clients):
        raise SystemExit("the server refused requests: the measurement would mean nothing")
    return rate


def first_answer(url: str, wire: bytes) -> bytes:
    """The body of one exchange on a connection of its own."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), START_LIMIT) as client:
        client.sendall(wire)
        answer = http.client.HTTPResponse(client)
        answer.begin()
        with answer:
            return answer.read()


def start_time(command: list[str], port: int) -> float:
    """Seconds from starting a command to its first answer."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            while True:
                try:
                    first_answer(f"http://127.0.0.1:{port}", request("GET", f"{STATUS}x"))
                    return time.perf_counter() - began
                except OSError:
                    if process.poll() is not None or time.perf_counter() - began > START_LIMIT:
                        raise SystemExit(f"did not start: {command[0]} …") from None
                    time.sleep(0.002)
        finally:
            process.kill()


def starts() -> tuple[float, float]:
    """Median seconds to the first answer: `veosim serve`, and a bare app."""
    bare = BARE + "\nuvicorn.run(app, port=int(sys.argv[1]), log_level='critical')"
    veosim = "from veosim.cli import main; main()"
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(STARTS):
        port = free_port()
        times[0].append(
            start_time([sys.executable, "-c", veosim, "serve", "--dialect", "api-video", "--port", str(port)], port)
        )
        port = free_port()
        times[1].append(start_time([sys.executable, "-c", bare, str(port)], port))
    return statistics.median(times[0]), statistics.median(times[1])


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def running(target: Callable[[Connection, set[int] | None], None], cores: set[int] | None) -> Iterator[str]:
    """A child process that serves; yields its URL."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=target, args=(theirs, cores), daemon=True)
    process.start()
    try:
        if not ours.poll(START_LIMIT):
            raise SystemExit("the server did not start")
        yield ours.recv()
    finally:
        process.kill()
        process.join()


def cores() -> tuple[set[int], set[int]] | tuple[None, None]:
    """A core for the server and one for the load, where there are two and they can be chosen."""
    if not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2:
        return None, None
    first, second, *_ = sorted(os.sched_getaffinity(0))
    return {first}, {second}


def measure(seconds: float, rounds: int) -> dict[str, Any]:
    """All numbers of one run; `seconds` is what the load takes altogether."""
    start_veosim, start_bare = starts()
    server, client = cores()
    if client is not None:
        os.sched_setaffinity(0, client)
    from veosim.server import new_loop  # noqa: PLC0415  not before the starts were timed

    share = seconds / (rounds * 4 + 2)
    rates: dict[str, list[float]] = {"bare poll": [], "poll": [], "bare submit": [], "submit": []}
    with (
        running(serve_bare, server) as bare,
        running(serve_veosim, server) as veosim,
        asyncio.Runner(loop_factory=new_loop) as runner,
    ):
        submit = request("POST", TEXT, BODY)
        for url in (bare, veosim):
            runner.run(load(url, submit, share))  # warm
        poll = request("GET", STATUS + json.loads(first_answer(veosim, submit))["job_id"])
        for _ in range(rounds):
            for name, url, wire in (
                ("bare poll", bare, poll),
                ("poll", veosim, poll),
                ("bare submit", bare, submit),
                ("submit", veosim, submit),
            ):
                rates[name].append(runner.run(load(url, wire, share)))
    medians = {name: statistics.median(values) for name, values in rates.items()}
    return {
        "polls_per_second": round(medians["poll"]),
        "polls_ratio": ratio(rates["poll"], rates["bare poll"]),
        "submits_per_second": round(medians["submit"]),
        "submits_ratio": ratio(rates["submit"], rates["bare submit"]),
        "bare_polls_per_second": round(medians["bare poll"]),
        "bare_submits_per_second": round(medians["bare submit"]),
        "start_ms": round(start_veosim * 1000),
        "bare_start_ms": round(start_bare * 1000),
        "cores": "one each" if server else "shared",
    }


def ratio(ours: list[float], bare: list[float]) -> float:
    """The median of the rounds' own ratios: neighbours in time met the same machine."""
    return round(statistics.median(a / b for a, b in zip(ours, bare, strict=True)), 2)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15.0, help="how long the load lasts altogether (default: 15)")
    parser.add_argument("--rounds", type=int, default=10, help="rounds of A B A B in that time (default: 10)")
    parser.add_argument("--json", action="store_true", help="print the numbers as one JSON object")
    options = parser.parse_args()
    found = measure(options.seconds, options.rounds)
    if options.json:
        print(json.dumps(found))
        return
    print(f"polls    {found['polls_per_second']:>7}/s   {found['polls_ratio']:.2f} of a bare app's")
    print(f"submits  {found['submits_per_second']:>7}/s   {found['submits_ratio']:.2f} of a bare app's")
    print(f"start    {found['start_ms']:>7} ms  a bare app: {found['bare_start_ms']} ms")
    print(f"(server and load on cores: {found['cores']})")


if __name__ == "__main__":
    main()
