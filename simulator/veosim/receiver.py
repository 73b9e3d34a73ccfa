"""A callback receiver for tests: an HTTP server on loopback that keeps what it is sent, and answers as it is told."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from starlette.types import Receive, Scope, Send

from veosim.body import BadBodyError, ClientLeftError, read_body
from veosim.dialects.base import Answer
from veosim.endpoint import send_answer
from veosim.errors import VeosimError
from veosim.server import ThreadedServer


@dataclass(frozen=True, slots=True)
class Received:
    """One request that the receiver got; header names are lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as data."""
        return json.loads(self.body)


class Receiver:
    """Use it as a context manager, once."""

    def __init__(self) -> None:
        self._received: list[Received] = []
        self._answers: deque[int] = deque()
        self._changed = threading.Condition()
        self._server = ThreadedServer(self._app)

    @property
    def url(self) -> str:
        """Where callbacks go, once it is started: `http://127.0.0.1:40124/callback`."""
        return f"{self._server.url}/callback"

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    def __repr__(self) -> str:
        return f"<receiver {self.url}>" if self._server.is_running else "<receiver, not running>"

    @property
    def received(self) -> list[Received]:
        """What has come so far, oldest first."""
        with self._changed:
            return list(self._received)

    def answer(self, *statuses: int) -> None:
        """Answer the next requests with these statuses, one each; 200 without them."""
        with self._changed:
            self._answers.extend(statuses)

    def wait_for(self, count: int = 1, within: float = 5.0) -> list[Received]:
        """Return once `count` requests have come.

        Raises:
            VeosimError: fewer came within that many real seconds.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._received) >= count, within):
                found = len(self._received)
                raise VeosimError(f"waited {within:g} s for {count} callbacks; {found} came")
            return list(self._received)

    def reset(self) -> None:
        """Forget what came, and answer 200 again."""
        with self._changed:
            self._received.clear()
            self._answers.clear()

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await read_body(receive)
        except (BadBodyError, ClientLeftError):
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        with self._changed:
            self._received.append(Received(scope["method"], scope["path"], headers, body))
            status = self._answers.popleft() if self._answers else 200
            self._changed.notify_all()
        await send_answer(send, Answer(status, b"", "text/plain"))
