"""Calling an ASGI app in the test's own loop: a request goes in, a whole answer comes out, no socket in between."""

from __future__ import annotations

import asyncio
import json as json_module
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

Message = MutableMapping[str, Any]
App = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


class NoAnswerError(Exception):
    """The app ended the exchange without an answer."""


@dataclass(frozen=True, slots=True)
class Response:
    """A whole answer; the names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body's data."""
        return json_module.loads(self.body)


@dataclass(slots=True)
class _Exchange:
    """Both ends of one exchange; whoever reads on after the body finds, a while later, that the client has left."""

    body: bytes
    sent: list[Message] = field(default_factory=list)
    is_read: bool = False

    async def receive(self) -> Message:
        if self.is_read:
            await asyncio.sleep(0.05)  # why: a client that waits for its answer is no client that has left
            return {"type": "http.disconnect"}
        self.is_read = True
        return {"type": "http.request", "body": self.body, "more_body": False}

    async def send(self, message: Message) -> None:
        self.sent.append(message)


async def call(
    app: App,
    method: str,
    path: str,
    json: object = None,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One exchange; `json` is encoded, `body` goes out as it stands.

    Raises:
        NoAnswerError: nothing was answered.
    """
    if body is None:
        body = b"" if json is None else json_module.dumps(json).encode()
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in (headers or {}).items()]
    path, _, query = path.partition("?")
    scope: Message = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"content-type", b"application/json"), *raw],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 80),
        "extensions": {},
    }
    exchange = _Exchange(body)
    await app(scope, exchange.receive, exchange.send)
    if not exchange.sent:
        raise NoAnswerError(f"{method} {path} was not answered")
    start, *rest = exchange.sent
    names = {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]}
    return Response(start["status"], names, b"".join(message.get("body", b"") for message in rest))
