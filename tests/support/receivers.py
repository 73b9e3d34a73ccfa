"""Servers on loopback sockets that behave as a callback's receiver should not, and one that does."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Behave = Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], Awaitable[None]]


@dataclass
class Receiver:
    """A listening server and the requests that it has read whole, oldest first."""

    url: str
    requests: list[bytes] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, count: int) -> None:
        """Return once so many requests have come; within ten real seconds."""
        async with asyncio.timeout(10):
            while len(self.requests) < count:
                self.changed.clear()
                await self.changed.wait()


@asynccontextmanager
async def receiver(behave: Behave, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """Serve in the running loop; `behave` gets each connection once its request has been read.

    The URL is the plain one, with TLS too.
    """
    tasks = set[asyncio.Task[None]]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task: asyncio.Task[None] = asyncio.current_task()  # type: ignore[assignment]
        tasks.add(task)
        try:
            request = await read_request(reader)
            it.requests.append(request)
            it.changed.set()
            await behave(reader, writer, request)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client has had enough, or the test has
        finally:
            writer.close()
            tasks.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=4096, ssl=tls)
    it = Receiver(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    try:
        yield it
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """A request with its body, where its length is announced."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    return head + await reader.readexactly(length)


def answers(*statuses: int, headers: str = "", body: bytes = b"") -> Behave:
    """Answer with these statuses in turn, and with the last one from then on."""
    left = list(statuses)

    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
        status = left.pop(0) if len(left) > 1 else left[0]
        writer.write(f"HTTP/1.1 {status} X\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()

    return behave


async def hangs(reader: asyncio.StreamReader, _: asyncio.StreamWriter, __: bytes) -> None:
    """Never answer; end when the client leaves."""
    await reader.read()


async def closes(_: asyncio.StreamReader, __: asyncio.StreamWriter, ___: bytes) -> None:
    """Close without a word."""


async def babbles(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
    """Answer with what is not HTTP."""
    writer.write(b"220 mail.test ESMTP\r\n\r\n")
    await writer.drain()


async def trickles(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
    """Begin an answer and send one byte of it at a time, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.001)  # why: slowness is what is tested


async def floods(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
    """Answer with a body that has no end."""
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"." * 65_536)
        await writer.drain()
