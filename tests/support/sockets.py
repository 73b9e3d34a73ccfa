"""A client down at the sockets: it sees how an answer ends, not only what it says."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from contextlib import contextmanager

PROMPT = b'{"prompt":"A paper boat"}'


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    """A client's socket; it gives up after 20 s."""
    host, port = url.removeprefix("http://").rsplit(":", 1)
    with socket.create_connection((host.strip("[]"), int(port)), timeout=20) as client:
        yield client


def request(method: str, path: str, body: bytes = b"") -> bytes:
    """A request as it goes over the wire."""
    return f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


SUBMIT = request("POST", "/api-video/api/video/from-text", PROMPT)


def answer_on(client: socket.socket) -> tuple[int, bytes]:
    """The next answer on a connection, whole."""
    response = http.client.HTTPResponse(client)
    response.begin()
    with response:
        return response.status, response.read()


def all_of(client: socket.socket) -> bytes:
    """Whatever comes until the other side ends the connection in good order."""
    parts = iter(lambda: client.recv(65_536), b"")
    return b"".join(parts)
