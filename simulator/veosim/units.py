"""Durations as people write them: `250ms`, `90s`, `4m`, `48h`. Inside, time is integer nanoseconds."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from veosim.errors import shown, written

MILLISECOND = 1_000_000
SECOND = 1_000 * MILLISECOND
UNITS = {"ms": MILLISECOND, "s": SECOND, "m": 60 * SECOND, "h": 3_600 * SECOND}
LONGEST = 1_000 * UNITS["h"]
_FORM = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)(ms|s|m|h)", re.ASCII)
_TOO_LONG = re.compile(r"[1-9]\d{12,}(?:\.\d+)?(?:ms|s|m|h)", re.ASCII)
"""More digits than a duration has; the shortest of these, 10^12 ms, is beyond the longest one."""


def parse_duration(text: object) -> int:
    """Nanoseconds of a duration such as `1.5s`.

    Raises:
        ValueError: not a duration; the message says what was found.
    """
    match = _FORM.fullmatch(text) if isinstance(text, str) else None
    if isinstance(text, str) and _TOO_LONG.fullmatch(text):
        raise ValueError(f"{shown(text)} is longer than 1000h")
    if match is None:
        raise ValueError(f"{written(text)} is not a duration")
    nanoseconds = int(Decimal(match[1]) * UNITS[match[2]])
    if nanoseconds > LONGEST:
        raise ValueError(f"{text!r} is longer than 1000h")
    return nanoseconds


def seconds(nanoseconds: int) -> float:
    """Nanoseconds as seconds, for event loops and for showing."""
    return nanoseconds / SECOND


def show_duration(nanoseconds: int) -> str:
    """The shortest exact seconds, such as `599.9s`."""
    return (
        f"{Decimal(nanoseconds) / SECOND:f}".rstrip("0").rstrip(".") + "s"
        if nanoseconds % SECOND
        else (f"{nanoseconds // SECOND}s")
    )


def _validate(value: object) -> int:
    try:
        return parse_duration(value)
    except ValueError as error:
        bare = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
        raise PydanticCustomError(
            "duration",
            "{problem}",
            {
                "problem": str(error),
                "allowed": "a number with a unit: 250ms, 90s, 4m, 48h",
                "hint": f"did you mean '{value}s'?" if bare else "",
            },
        ) from None


Duration = Annotated[
    int, BeforeValidator(_validate), WithJsonSchema({"type": "string", "pattern": f"^{_FORM.pattern}$"})
]
"""A pydantic field: written `90s`, held as integer nanoseconds."""
