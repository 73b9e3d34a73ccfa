"""Requests of any kind for one dialect: half right, half wrong, and some that nobody would send."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings
from tests.support.double_entry.document import Described, Document
from tests.support.double_entry.places import Path, candidates, fields, get, put
from tests.support.junk import junk

from veosim.dialects import DIALECTS
from veosim.dialects.base import MEDIA
from veosim.seeded import generator

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD")
VALUES = (
    "",
    "x",
    "\t",
    "Bearer",
    "bearer  a  b",
    "\xff\xfe",
    "bytes=0-",
    "a" * 4000,
    "0",
    "-1",
    "null",
    "%00",
    "*",
    '"',
)
HEADERS = (
    *("Content-Type", "Accept", "Accept-Encoding", "Range", "If-Range", "If-None-Match", "X-Request-Id", "Cookie"),
    *("X-Forwarded-For", "Origin", "Access-Control-Request-Method", "Idempotency-Key", "Host", "User-Agent"),
)
RANGES = ("bytes=0-9", "bytes=-5", "bytes=5-2", "bytes=0-0,5-9", "bytes=99999999-", "bytes=a-b", "items=0-1")
STRANGE = ("", "/", "//", "/favicon.ico", "/..%2f..%2fetc%2fpasswd", "/%00", "/%F0%9F%9A%A3", "/v1", "/%ff", "/?a=b&a")
BROKEN = (
    b"",
    b"{",
    b"[",
    b'{"prompt":',
    b"\xff\xfe{}",
    b"NaN",
    b"{}{}",
    b"[" * 100_000,
    b'{"a":' * 5000,
    b"\x00" * 999,
)


@dataclass(frozen=True)
class Wild:
    """One request; header values are Latin-1, the target is ASCII."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    def __str__(self) -> str:
        return f"{self.method} {self.target[:200]} {self.headers} {self.body[:500]!r} ({len(self.body)} bytes)"


class Wilderness:
    """Draws requests; the same ones for the same document, number of draws and ids.

    Args:
        document: of the dialect.
        dialect: names what is served beside the document.
    """

    def __init__(self, document: Document, dialect: str) -> None:
        self._draw = generator("wild", dialect)
        self._document = document
        self._junk = nonsense(300)
        self._fields = {str(each): fields(document, each.schema) for each in document.submits}
        self._media = MEDIA.path
        self._limit = DIALECTS[dialect].body_limit

    def request(self, ids: Sequence[str]) -> Wild:
        """One request; `ids` are of jobs that exist."""
        draw = self._draw
        operation = draw.choice(self._document.operations)
        is_right = draw.random() < 0.85
        method = operation.method if is_right else draw.choice(METHODS)
        body = self._body(operation) if operation.takes_body or draw.random() < 0.1 else b""
        return Wild(method, self._target(operation, ids), self._headers(), body)

    def _target(self, operation: Described, ids: Sequence[str]) -> str:
        draw, kind = self._draw, self._draw.random()
        job_id = draw.choice(ids) if ids and draw.random() < 0.7 else quote(draw.choice(VALUES), safe="") or "_"
        path = "/".join(job_id if part.startswith("{") else part for part in operation.path.split("/"))
        if kind < 0.85:
            return path
        if kind < 0.9:
            return self._media.format(
                job_id=job_id, file=draw.choice(("video.mp4", "thumbnail.webp", "video-9.mp4", "x"))
            )
        odd = (
            f"{path}/",
            path.upper(),
            f"/{path}",
            path[:-1] or "/",
            f"{path}?x={job_id}",
            draw.choice(STRANGE) or "/",
        )
        return draw.choice(odd)

    def _headers(self) -> dict[str, str]:
        draw = self._draw
        found = {"Content-Type": "application/json"}
        if draw.random() < 0.9:
            found["Authorization"] = "Bearer any-key" if draw.random() < 0.95 else draw.choice(VALUES).strip()
        for _ in range(draw.choice((0, 0, 0, 1, 3))):
            name = draw.choice(HEADERS)
            found[name] = draw.choice(RANGES if name == "Range" else VALUES).strip()
        return found

    def _body(self, operation: Described) -> bytes:
        draw, kind = self._draw, self._draw.random()
        if not operation.takes_body or kind < 0.1:
            return draw.choice(self._junk)
        body = draw.choice(list(operation.examples().values()))
        if kind < 0.75:
            for _ in range(draw.choice((0, 1, 1, 2, 4))):
                body = self._bent(body, self._fields[str(operation)])
        raw = json.dumps(body).encode()
        if kind < 0.85:
            return raw
        if kind < 0.95:
            return self._cut(raw)
        return draw.choice(BROKEN) if draw.random() < 0.9 else raw.ljust(self._limit + draw.choice((0, 1)))

    def _bent(self, body: Any, said: dict[Path, Any]) -> Any:
        draw = self._draw
        path = draw.choice(list(said))
        changed = put(body, path, draw.choice(candidates(said[path], get(body, path))))
        return body if changed is None else changed

    def _cut(self, raw: bytes) -> bytes:
        draw, where = self._draw, self._draw.randrange(len(raw))
        return draw.choice((raw[:where], raw[where:], raw[:where] + bytes([draw.randrange(256)]) + raw[where + 1 :]))


@cache
def nonsense(number: int) -> tuple[bytes, ...]:
    """That many pieces of JSON, or nearly, of which no two need differ; NaN, half characters and huge numbers occur."""
    found: list[bytes] = []

    @hypothesis.seed(number)
    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(value=junk)
    def keep(value: Any) -> None:
        found.append(json.dumps(value, default=str).encode())

    keep()
    return tuple(found)
