"""The one reader of request bodies: whatever arrives, the outcome is JSON data or a named refusal, never a crash.

Bounds: size (413), then number and depth of values, UTF-8 only, no NaN or Infinity, no lone surrogates, no huge
integers (400).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Awaitable, Callable, MutableMapping
from decimal import Decimal
from typing import Any

SIZE_LIMIT = 32 * 1024 * 1024
DEPTH_LIMIT = 64
DIGIT_LIMIT = 400
CONTAINER_LIMIT = 10_000
COMMA_LIMIT = 200_000
"""No documented request comes near either, and millions of values would hold up everybody else for seconds."""

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class BadBodyError(Exception):
    """A body that cannot be read as JSON.

    Attributes:
        status: 400, or 413 where it is too large.
    """

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class ClientLeftError(Exception):
    """The client closed the connection before its request was whole."""


async def read_body(receive: Receive, limit: int = SIZE_LIMIT) -> bytes:
    """The whole body.

    Raises:
        BadBodyError: larger than `limit` bytes.
        ClientLeftError: it ended early.
    """
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientLeftError
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False) and len(body) <= limit:
        return body
    chunks, size = [body], len(body)
    while message.get("more_body", False) and size <= limit:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeftError
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
    if size > limit:
        raise BadBodyError(f"The body is larger than {limit} bytes.", 413)
    return b"".join(chunks)


def parse_json(body: bytes, *, exact: bool = False) -> Any:
    """JSON data, with its fractions as `Decimal` where it is to be `exact`.

    Raises:
        BadBodyError: with what is wrong, in words safe to send back.
        ArithmeticError: an exponent is too large for a `Decimal`.
    """
    containers = body.count(b"[") + body.count(b"{")
    if containers > CONTAINER_LIMIT:
        raise BadBodyError(f"The body has more than {CONTAINER_LIMIT} brackets.")
    if body.count(b",") > COMMA_LIMIT:
        raise BadBodyError(f"The body has more than {COMMA_LIMIT} commas.")
    if containers > DEPTH_LIMIT:
        _check_depth(body)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise BadBodyError("The body is not UTF-8.") from None
    try:
        data = _decode_exactly(text) if exact else _decode(text)
    except BadBodyError:
        raise
    except ValueError as error:
        raise BadBodyError(f"The body is not JSON: {_position(error)}.") from None
    if b"\\u" in body:
        _check_surrogates(data)
    return data


def parse_object(body: bytes) -> dict[str, Any]:
    """JSON data that is an object.

    Raises:
        BadBodyError: it is something else, or no JSON.
    """
    data = parse_json(body)
    if not isinstance(data, dict):
        raise BadBodyError("The body must be a JSON object.")
    return data


def _no_constant(word: str) -> float:
    raise BadBodyError(f"{word} is not JSON.")


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise BadBodyError("A number is too large.")
    return value


def _exactly(text: str) -> Decimal:
    _finite(text)
    return Decimal(text)


def _bounded(text: str) -> int:
    if len(text) > DIGIT_LIMIT:
        raise BadBodyError(f"An integer has more than {DIGIT_LIMIT} digits.")
    return int(text)


_decode = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite, parse_int=_bounded).decode
_decode_exactly = json.JSONDecoder(parse_constant=_no_constant, parse_float=_exactly, parse_int=_bounded).decode


def _position(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        problem = error.msg.removesuffix(" at")
        return f"{problem[0].lower()}{problem[1:]} at line {error.lineno}, column {error.colno}"
    return "it cannot be decoded"


_MARKS = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
"""A string, whose brackets count for nothing, or a bracket. One that never ends is looked through once, not anew from
each quote in it."""


def _check_depth(body: bytes) -> None:
    """Before anything is decoded: a decoder that ran out of stack in the midst of a collection of garbage is fatal."""
    depth = 0
    for mark in _MARKS.finditer(body):
        sign = mark[0]
        depth += (sign in _OPENING) - (sign in _CLOSING)
        if depth > DEPTH_LIMIT:
            raise BadBodyError(f"The body is nested deeper than {DEPTH_LIMIT} levels.")


_OPENING, _CLOSING = frozenset({b"[", b"{"}), frozenset({b"]", b"}"})


def _check_surrogates(data: object) -> None:
    try:
        json.dumps(data, ensure_ascii=False, default=str).encode()  # an exact decimal holds no letters
    except UnicodeEncodeError:
        raise BadBodyError("A string holds half of a surrogate pair.") from None
