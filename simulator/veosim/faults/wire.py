"""The open connection of one exchange, as faults see it: a real socket, or its in-process equivalent."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from veosim.body import Receive
from veosim.clock import Clock
from veosim.inprocess import CLOSE, RESET

TRANSPORT = "veosim.transport"
IDLE_LIMIT = "veosim.idle_limit"

_LINGER_NOW = struct.pack("ii", 1, 0)

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@dataclass(slots=True)  # not frozen: see `veosim.call`
class Outgoing:
    """An answer as it would go out: its headers promise the whole body."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    @property
    def head(self) -> dict[str, Any]:
        """The ASGI message that begins it."""
        return {"type": "http.response.start", "status": self.status, "headers": self.headers}

    @property
    def whole(self) -> dict[str, Any]:
        """The ASGI message that ends it, with all of the body."""
        return {"type": "http.response.body", "body": self.body}


class Wire:
    """One exchange's connection.

    The server hands over its transport in `scope["extensions"]`; an in-process client hands over functions that make
    its own call fail as a broken connection does.

    Attributes:
        started: whether the head of an answer was sent.
        sent: how many bytes of its body were sent in parts.
    """

    def __init__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send, clock: Clock) -> None:
        self._extensions: dict[str, Any] = scope.get("extensions") or {}
        self._receive = receive
        self._send = send
        self._clock = clock
        self.started = False
        self.sent = 0

    async def answer(self, answer: Outgoing) -> None:
        """Send an answer with nothing wrong."""
        await self.start(answer)
        await self._send(answer.whole)

    async def start(self, answer: Outgoing) -> None:
        """Send an answer's status and headers; its body is still to be sent."""
        await self._send(answer.head)
        self.started = True

    async def write(self, part: bytes) -> None:
        """Send a part of the body."""
        await self._send({"type": "http.response.body", "body": part, "more_body": True})
        self.sent += len(part)

    async def end(self) -> None:
        """Say that the body is whole."""
        await self._send({"type": "http.response.body", "body": b""})

    async def pause(self, duration: int) -> None:
        """Wait for the simulator's clock.

        Raises:
            HeldError: it stands still, and nobody moves it.
        """
        await self._clock.sleep(duration)

    async def gone(self) -> None:
        """Return once the connection has ended; the clock does not wait for that."""
        self._clock.finished()
        while (await self._receive())["type"] != "http.disconnect":
            pass

    @property
    def left(self) -> bool:
        """Whether the client has already left; in process it cannot without cancelling the exchange."""
        transport: asyncio.Transport | None = self._extensions.get(TRANSPORT)
        return transport is not None and transport.is_closing()

    def limit_idleness(self, duration: int) -> None:
        """Close the connection once it has been idle for so many nanoseconds after this answer; not in process."""
        limit: Callable[[int], None] | None = self._extensions.get(IDLE_LIMIT)
        if limit is not None:
            limit(duration)

    def close(self) -> None:
        """End the connection in good order, after what was sent so far: the client reads to the end of the stream."""
        transport: asyncio.Transport | None = self._extensions.get(TRANSPORT)
        if transport is None:
            in_process: Callable[[], None] = self._extensions[CLOSE]
            in_process()
        else:
            transport.close()

    def reset(self) -> None:
        """End the connection with a TCP RST: the client sees ECONNRESET, not an orderly close.

        Nothing happens where the client has left: there is no socket any more.
        """
        transport: asyncio.Transport | None = self._extensions.get(TRANSPORT)
        if transport is None:
            in_process: Callable[[], None] = self._extensions[RESET]
            in_process()
            return
        if transport.is_closing():
            return
        # A socket option belongs to the open connection, so a duplicate of its descriptor can set it; uvloop's own
        # socket object cannot.
        sock = transport.get_extra_info("socket")
        with socket.socket(fileno=os.dup(sock.fileno())) as duplicate:
            duplicate.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOW)
        transport.abort()
