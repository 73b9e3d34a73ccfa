"""Calling an ASGI app in the same process, without a socket: about a tenth of the cost of an HTTP client.

Cancelling the call cancels the app's handler, as a closed connection would. A connection that the app breaks, by
itself or by an extension of the scope, makes the call fail with ConnectionResetError.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from veosim.errors import VeosimError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

App = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]
]
RESET = "veosim.reset"
CLOSE = "veosim.close"
"""Names of extensions: functions that end the connection, at once or in good order."""


@dataclass(slots=True)  # not frozen: made for each call, and a frozen one takes five times as long
class Response:
    """An answer, whole; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Exchange:
    """One call under way. `_leaving` is made once somebody waits for the end: few apps do (saves 1 µs a call)."""

    __slots__ = ("_body", "_has_left", "_leaving", "chunks", "headers", "is_whole", "status", "was_reset")

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body
        self._has_left = False
        self._leaving: asyncio.Event | None = None
        self.was_reset = False
        self.is_whole = False
        self.status = 0
        self.headers: Iterable[tuple[bytes, bytes]] = ()
        self.chunks: list[bytes] = []

    async def receive(self) -> dict[str, Any]:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        if not self._has_left:
            self._leaving = self._leaving or asyncio.Event()
            await self._leaving.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = message.get("headers", ())
        elif message["type"] == "http.response.body":
            self.chunks.append(message.get("body", b""))
            self.is_whole = not message.get("more_body", False)

    def close(self) -> None:
        self._has_left = True
        if self._leaving is not None:
            self._leaving.set()

    def reset(self) -> None:
        self.was_reset = True
        self.close()

    @property
    def problem(self) -> str:
        """Why there is no answer."""
        if self.was_reset:
            return "the connection was reset by the app"
        if not self.status:
            return "the connection ended without an answer"
        return "the connection ended within the answer"


async def call(
    app: App, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
) -> Response:
    """One request and its whole answer.

    Raises:
        ConnectionResetError: the app broke the connection, or ended without an answer, or within one.
    """
    exchange = _Exchange(body)
    path, _, query = path.partition("?")
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in (headers or {}).items()]
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": raw,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
        "extensions": {RESET: exchange.reset, CLOSE: exchange.close},
    }
    await app(scope, exchange.receive, exchange.send)
    if exchange.was_reset or not exchange.is_whole or not exchange.status:
        raise ConnectionResetError(exchange.problem)
    names = {name.decode("latin-1"): value.decode("latin-1") for name, value in exchange.headers}
    return Response(exchange.status, names, b"".join(exchange.chunks))


@asynccontextmanager
async def lifespan(app: App) -> AsyncIterator[dict[str, Any]]:
    """Run an app's start-up and shut-down around the block, as a server would; yields the state that requests share.

    Raises:
        VeosimError: the app says that its start-up failed.
    """
    inbox: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    outbox: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
    state: dict[str, Any] = {}
    scope: dict[str, Any] = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": state}

    async def run() -> None:
        try:
            await app(scope, inbox.get, outbox.put)
        except Exception as error:
            await outbox.put({"type": "lifespan.unsupported", "message": repr(error)})
        else:
            await outbox.put({"type": "lifespan.unsupported", "message": "it returned"})

    task = asyncio.create_task(run())
    try:
        await inbox.put({"type": "lifespan.startup"})
        answer = await outbox.get()
        if answer["type"] == "lifespan.startup.failed":
            raise VeosimError(f"the app did not start: {answer.get('message', '')}")
        yield state
        if answer["type"] == "lifespan.startup.complete":
            await inbox.put({"type": "lifespan.shutdown"})
            await outbox.get()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
