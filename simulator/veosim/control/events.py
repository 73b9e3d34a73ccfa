"""Exchanges as they open and close, for whoever listens: Server-Sent Events with a bounded queue for each listener."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from veosim.control.refusals import RefusedError
from veosim.control.wire import exchange_record
from veosim.journal import Exchange, Watcher

HEARTBEAT = 15.0
"""Seconds of the loop without an event after which a comment shows that the connection lives."""

QUEUE = 1_000
"""Events that wait for one listener."""

LISTENERS = 64
MEDIA_TYPE = "text/event-stream"


class Listener:
    """One reader of events.

    Attributes:
        namespace: whose events; None for everybody's.
        lost: whether it read too slowly, so that events were lost to it.
    """

    def __init__(self, namespace: str | None, queue: int) -> None:
        self.namespace = namespace
        self.lost = False
        self._waiting: deque[bytes] = deque()
        self._queue = queue
        self._news = asyncio.Event()

    def put(self, event: bytes) -> None:
        """Queue an event; the listener is lost where there is no room for it, and what waited is let go."""
        if self.lost:
            return
        if len(self._waiting) >= self._queue:
            self.lost = True
            self._waiting.clear()
        else:
            self._waiting.append(event)
        self._news.set()

    async def read(self, heartbeat: float) -> AsyncIterator[bytes]:
        """What to send, until it is lost: then a last event says so."""
        yield b": connected\n\n"
        while not self.lost:
            if self._waiting:
                yield self._waiting.popleft()
                continue
            self._news.clear()
            try:
                async with asyncio.timeout(heartbeat):
                    await self._news.wait()
            except TimeoutError:
                yield b": still here\n\n"
        reason = f"more than {self._queue} events waited to be read; connect again, and read the journal for the rest"
        yield _event("dropped", "", {"reason": reason})


class Hub:
    """The listeners of one simulator.

    Args:
        heartbeat: seconds.
        queue: events that wait for one listener.
        listeners: how many there may be.
    """

    def __init__(self, heartbeat: float = HEARTBEAT, queue: int = QUEUE, listeners: int = LISTENERS) -> None:
        self._heartbeat = heartbeat
        self._queue = queue
        self._most = listeners
        self._listeners: list[Listener] = []
        self._watchers: list[Watcher] = []

    def watch(self, watchers: list[Watcher]) -> None:
        """Be among these watchers for as long as somebody listens: nobody pays for events that nobody reads."""
        self._watchers = watchers

    def __len__(self) -> int:
        return len(self._listeners)

    def tell(self, what: str, exchange: Exchange) -> None:
        """Queue an event for everybody whom it concerns: a `Watcher`."""
        concerned = [each for each in self._listeners if each.namespace in (None, exchange.namespace)]
        if concerned:
            event = _event(what, str(exchange.number), exchange_record(exchange, bodies=False))
            for listener in concerned:
                listener.put(event)

    def join(self, namespace: str | None) -> Listener:
        """One more listener, who has to leave.

        Raises:
            RefusedError: there are too many already.
        """
        if len(self._listeners) >= self._most:
            message = f"{self._most} listeners are connected already; disconnect one"
            raise RefusedError(503, "too_many_listeners", message)
        listener = Listener(namespace, self._queue)
        if not self._listeners:
            self._watchers.append(self.tell)
        self._listeners.append(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """Forget a listener."""
        self._listeners.remove(listener)
        if not self._listeners:
            self._watchers.remove(self.tell)

    def stream(self, namespace: str | None) -> EventStream:
        """The answer that goes on for as long as its reader does.

        Raises:
            RefusedError: there are too many already.
        """
        return EventStream(self, self.join(namespace), self._heartbeat)


class EventStream(StreamingResponse):
    """The events of one listener, who leaves with the connection."""

    def __init__(self, hub: Hub, listener: Listener, heartbeat: float) -> None:
        super().__init__(listener.read(heartbeat), headers={"Cache-Control": "no-store"}, media_type=MEDIA_TYPE)
        self._hub = hub
        self._listener = listener

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the client leaves, or reads too slowly."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._hub.leave(self._listener)


def _event(name: str, number: str, data: object) -> bytes:
    line = f"id: {number}\n" if number else ""
    return f"event: {name}\n{line}data: {json.dumps(data)}\n\n".encode()
