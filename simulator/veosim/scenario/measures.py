"""How a scenario writes what a file measures: a picture in pixels, `640x360`, and a weight in bytes, `5MB`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from veosim.errors import shown
from veosim.media.sizes import Size

SIDES = range(16, 4097, 2)
"""What a side may measure: at least one macroblock, at most what players take, and even, as H.264 has it."""

UNITS: Mapping[str, int] = {"kB": 10**3, "MB": 10**6}
HEAVIEST = 64 * 10**6
"""Bytes. A file is made in memory, and must not keep the simulator from answering others for long."""

_PIXELS = re.compile(r"(\d{2,4})x(\d{2,4})", re.ASCII)
_WEIGHT = re.compile(r"(\d{1,5}(?:\.\d{1,3})?)(kB|MB)", re.ASCII)


def _size(value: object) -> object:
    match = _PIXELS.fullmatch(value) if isinstance(value, str) else None
    if match and int(match[1]) in SIDES and int(match[2]) in SIDES:
        return int(match[1]), int(match[2])
    allowed = f"width and height in pixels, both even and from {SIDES[0]} to {SIDES[-1]}, such as 640x360"
    raise PydanticCustomError("pixels", "{problem}", {"problem": f"found {shown(value)}", "allowed": allowed})


def show_size(size: Size) -> str:
    """A picture's measures as they are written."""
    return "{}x{}".format(*size)


PixelSize = Annotated[
    Size,
    BeforeValidator(_size),
    PlainSerializer(show_size),
    WithJsonSchema({"type": "string", "pattern": f"^{_PIXELS.pattern}$"}),
]
"""`640x360`: width and height."""


def _weight(value: object) -> object:
    match = _WEIGHT.fullmatch(value) if isinstance(value, str) else None
    number = int(Decimal(match[1]) * UNITS[match[2]]) if match else 0
    if 0 < number <= HEAVIEST:
        return number
    allowed = "bytes with a unit, up to 64MB, such as 800kB or 5MB"
    raise PydanticCustomError("weight", "{problem}", {"problem": f"found {shown(value)}", "allowed": allowed})


def show_weight(weight: int) -> str:
    """Bytes as they are written, in the larger unit that they come to."""
    unit = "MB" if weight >= UNITS["MB"] else "kB"
    return f"{weight / UNITS[unit]:.6f}".rstrip("0").rstrip(".") + unit


Weight = Annotated[
    int,
    BeforeValidator(_weight),
    PlainSerializer(show_weight),
    WithJsonSchema({"type": "string", "pattern": f"^{_WEIGHT.pattern}$"}),
]
"""`5MB`: bytes."""
