"""Wrong values for a field, by its right ones: what a careless gateway takes for them, nearest first.

Which of them are wrong is for the document to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from veocontracts.faces.model import Value

ANY_WRONG_TYPE: tuple[Any, ...] = (None, True, [], {}, ["4s"], {"value": "4s"})
FOREIGN = ("", "AAA", "auto", "🎬", "0")
PLAUSIBLE: Mapping[str, tuple[str, ...]] = {
    "model": ("veo 3", "veo-fast", "veo (No Audio)"),
    "resolution": ("720P", "4K"),
    "duration": ("6s", "5s", "10s", "8"),
    "aspect_ratio": ("1:1", "4:3", "16x9", "16/9"),
}
"""What other video services take, likeliest first, so that a gateway may know it and turn it into something else."""
WIDE = {ord("!") + place: 0xFF01 + place for place in range(94)}
"""ASCII's full-width twins, which compatibility normalisation (Unicode NFKC) turns back."""
_COUNT = re.compile(r"\d+")


def near_misses(value: str, neighbours: Iterable[str]) -> Iterator[str]:
    """Strings that a careless gateway takes for `value`, nearest first."""
    yield value.swapcase()
    yield f" {value}"
    yield f"{value} "
    if value.endswith(" (Audio)"):
        yield value.removesuffix(" (Audio)")
    yield value[:-1]
    yield f"x{value}"
    yield f"{value}{value[-1]}"
    yield from neighbours


def plausible(field: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """What a client may well send in a field: another service's values, a line's end, another keyboard's letters."""
    return (*PLAUSIBLE.get(field, ()), f"{values[0]}\n", values[0].translate(WIDE))


def neighbours_of(values: tuple[int, ...]) -> Iterator[int]:
    """Whole numbers beside the right ones, none and less, and far too much."""
    for value in values:
        yield value + 1
        yield value - 1
    yield from (0, -values[0], 10 * values[-1], 3600)


def candidates(field: str, values: tuple[Value, ...], others: Iterable[Value]) -> list[Any]:
    """Strings, numbers, and values of other types that may be wrong in a field.

    Args:
        field: its role.
        values: its documented values.
        others: a value of each other field.
    """
    texts = tuple(value for value in values if isinstance(value, str))
    numbers = tuple(value for value in values if isinstance(value, int))
    found: list[Any] = []
    if texts:
        beside = [value for value in others if isinstance(value, str)]
        found += [miss for value in texts for miss in near_misses(value, beside)]
        found += [*FOREIGN, *plausible(field, texts)]
    if numbers:
        found += neighbours_of(numbers)
    found += [*twins(values), *ANY_WRONG_TYPE] if field == "duration" else ANY_WRONG_TYPE
    return unlike(found, values)


def twins(values: tuple[Value, ...]) -> Iterator[Any]:
    """The same durations in the other type: 4 and 4.0 for '4s', '4' and '4s' for 4."""
    counts = [int(_COUNT.findall(str(value))[0]) for value in values if _COUNT.search(str(value))]
    if any(isinstance(value, str) for value in values):
        yield from counts
        yield from (float(count) for count in counts[:1])
    if any(isinstance(value, int) for value in values):
        yield from (text for count in counts for text in (str(count), f"{count}s"))


def unlike(found: Iterable[Any], values: tuple[Value, ...]) -> list[Any]:
    """Each once, without those that happen to be right; 4, 4.0 and true are three."""
    right = {(type(value), value) for value in values}
    seen: dict[str, Any] = {}
    for each in found:
        if isinstance(each, str | int) and (type(each), each) in right:
            continue
        seen.setdefault(f"{type(each).__name__} {each!r}", each)
    return list(seen.values())
