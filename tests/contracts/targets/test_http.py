"""Tests of `veocontracts.targets.http`."""

import asyncio
from contextlib import suppress

from veocontracts.targets.http import HttpGateway

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n{}"


def test_no_connection_is_kept() -> None:
    """A gateway under a fake clock closes an idle one within milliseconds, and would be blamed for it."""
    opened = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        with suppress(asyncio.IncompleteReadError):  # the client has left
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(ANSWER)
                await writer.drain()
        writer.close()
        await writer.wait_closed()
        left.set()

    async def run() -> list[int]:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        gateway = HttpGateway(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", 5.0)
        found = []
        for _ in range(3):
            left.clear()
            found.append((await gateway.send("GET", "/", {})).status)
            await asyncio.wait_for(left.wait(), 10)
        await gateway.close()
        server.close()
        await server.wait_closed()
        return found

    left = asyncio.Event()
    assert (asyncio.run(run()), opened) == ([200, 200, 200], 3)
