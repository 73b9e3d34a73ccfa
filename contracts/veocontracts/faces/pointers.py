"""Reading answers: JSON with exact decimals, and JSON pointers (RFC 6901)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from veosim.body import BadBodyError, parse_json


def parse(body: bytes) -> Any:
    """JSON with decimals kept exact, or None where the body is none within the bounds of `veosim.body`."""
    try:
        return parse_json(body, exact=True)
    except (BadBodyError, ArithmeticError):  # a Decimal's exponent is bounded too
        return None


@cache
def _parts(pointer: str) -> tuple[str, ...]:
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


def at(data: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) names, or None."""
    for part in _parts(pointer):
        if isinstance(data, (dict, Mapping)) and part in data:  # a dict is known as one ten times as fast
            data = data[part]
        elif isinstance(data, list) and part.isdecimal() and int(part) < len(data):
            data = data[int(part)]
        else:
            return None
    return data
