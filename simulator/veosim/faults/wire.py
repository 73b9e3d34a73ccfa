"""The open connection of one exchange, as faults see it: a real socket, or its in-process equivalent."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import Callable, MutableMapping
from typing import Any

from veosim.body import Receive
from veosim.inprocess import RESET

TRANSPORT = "veosim.transport"

_LINGER_NOW = struct.pack("ii", 1, 0)


class Wire:
    """One exchange's connection.

    The server hands over its transport in `scope["extensions"]`; an in-process client hands over a function that
    makes its own call fail as a reset does.
    """

    def __init__(self, scope: MutableMapping[str, Any], receive: Receive) -> None:
        self._extensions: dict[str, Any] = scope.get("extensions") or {}
        self._receive = receive

    async def gone(self) -> None:
        """Return once the client has left."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    @property
    def left(self) -> bool:
        """Whether the client has already left; in process it cannot without cancelling the exchange."""
        transport: asyncio.Transport | None = self._extensions.get(TRANSPORT)
        return transport is not None and transport.is_closing()

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
