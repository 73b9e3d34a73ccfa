"""A client of the shipped scenarios: it speaks any dialect over real sockets, and sees what a gateway would see."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from veosim.dialects import DIALECTS
from veosim.dialects.base import Kind
from veosim.fixture import Upstream

KEY = {"Authorization": "Bearer any"}
SOON = 5.0
"""Real seconds within which what must come has come."""

IDS: Mapping[str, Callable[[Any], str]] = {
    "api-video": lambda data: str(data["job_id"]),
    "image-to-video": lambda data: str(data["data"]["task_ids"][0]),
    "generations-seconds": lambda data: str(data["id"]),
    "generations-metadata": lambda data: str(data["task_id"]),
}
"""Where the answer to a submit has the id of its first job."""

WORDS: Mapping[str, Callable[[Any], str]] = {
    "api-video": lambda data: str(data["status"]),
    "image-to-video": lambda data: str(data["data"]["status"]),
    "generations-seconds": lambda data: str(data["status"]),
    "generations-metadata": lambda data: str(data["data"]["status"]),
}
"""Where the answer to a poll has the word for the job's state."""


@dataclass(frozen=True)
class Client:
    """Speaks one dialect to an upstream; its submits are the dialect's example with some fields changed."""

    upstream: Upstream
    http: httpx2.Client
    dialect: str = "api-video"

    def on(self, dialect: str) -> Client:
        """The same client, speaking another dialect."""
        return Client(self.upstream, self.http, dialect)

    def url(self, kind: Kind, job: str = "") -> str:
        """Where the dialect's first operation of a kind is."""
        operation = next(each for each in DIALECTS[self.dialect].operations if each.kind is kind)
        return self.upstream.url_for(self.dialect) + operation.path.format(job_id=job)

    def submit(self, **fields: object) -> httpx2.Response:
        """Ask for a video."""
        return self.http.post(self.url(Kind.SUBMIT), json=self._body(fields))

    def job(self, **fields: object) -> str:
        """The id of a job that was taken on."""
        answer = self.submit(**fields)
        assert answer.status_code == 200, answer.text
        return IDS[self.dialect](answer.json())

    def poll(self, job: str) -> httpx2.Response:
        """Ask how a job is."""
        return self.http.get(self.url(Kind.POLL, job))

    def word(self, job: str) -> str:
        """The word for the job's state, from a poll that must succeed."""
        answer = self.poll(job)
        assert answer.status_code == 200, answer.text
        return WORDS[self.dialect](answer.json())

    def words(self, job: str, *waits: str) -> list[str]:
        """The word after each of these waits on the upstream's clock."""
        found = []
        for wait in waits:
            self.upstream.clock.advance(wait)
            found.append(self.word(job))
        return found

    @property
    def jobs(self) -> int:
        """How many jobs the upstream has."""
        return len(self.upstream.jobs)

    def submitting(self, **fields: object) -> contextlib.AbstractContextManager[Pending]:
        """A submit that has arrived, and whose answer nobody waits for."""
        return self._sending("POST", self.url(Kind.SUBMIT), json.dumps(self._body(fields)).encode())

    def polling(self, job: str) -> contextlib.AbstractContextManager[Pending]:
        """A poll that has arrived, and whose answer nobody waits for."""
        return self._sending("GET", self.url(Kind.POLL, job))

    def getting(self, url: str) -> contextlib.AbstractContextManager[Pending]:
        """A download that has arrived, and whose answer nobody waits for."""
        return self._sending("GET", url)

    def _body(self, fields: Mapping[str, object]) -> dict[str, object]:
        return {**DIALECTS[self.dialect].example()[1], **fields}

    @contextlib.contextmanager
    def _sending(self, method: str, url: str, body: bytes = b"") -> Iterator[Pending]:
        target = httpx2.URL(url)
        number = len(self.upstream.journal)
        with socket.create_connection((target.host, target.port or 80), timeout=SOON) as connection:
            pending = Pending(connection, target.netloc.decode())
            pending.send(method, target.raw_path.decode(), body)
            self.upstream.journal.wait_for(number + 1)
            yield pending


class Pending:
    """A connection of its own, on which a request is under way."""

    def __init__(self, connection: socket.socket, host: str) -> None:
        self._connection = connection
        self._host = host
        self._come = b""

    def send(self, method: str, path: str, body: bytes = b"") -> None:
        """Send a request."""
        head = f"{method} {path} HTTP/1.1\r\nHost: {self._host}\r\nContent-Length: {len(body)}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in KEY.items())
        self._connection.sendall(head.encode() + b"\r\n" + body)

    def so_far(self) -> bytes:
        """All that has come by now, without waiting.

        Raises:
            EOFError: the connection has ended, so nothing more can come.
        """
        self._connection.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while part := self._connection.recv(65_536):
                self._come += part
            raise EOFError(f"the connection ended after {self._come!r}")
        self._connection.settimeout(SOON)
        return self._come

    def body(self, least: int = 0) -> tuple[int, bytes]:
        """The length that the head promises, and all of the body that has come once so many bytes of it have."""
        while len(self._come.partition(b"\r\n\r\n")[2]) < least or b"\r\n\r\n" not in self._come:
            part = self._connection.recv(65_536)
            assert part, f"the connection ended after {self._come!r}"
            self._come += part
        head, _, body = self.so_far().partition(b"\r\n\r\n")
        lines = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        return int(lines[b"content-length"]), body

    def answer(self) -> tuple[int, bytes]:
        """The status and the body of the next answer.

        Raises:
            EOFError: the connection was closed in good order, before a word.
            http.client.IncompleteRead: it was closed within the body.
            ConnectionResetError: it was reset.
        """
        if not self._connection.recv(1, socket.MSG_PEEK):  # http.client would take this for a reset
            raise EOFError("the connection ended without an answer")
        with http.client.HTTPResponse(self._connection) as response:
            response.begin()
            return response.status, response.read()

    def closed(self) -> bool:
        """Whether the server closes the connection in good order, saying nothing more."""
        return self._connection.recv(1) == b""
