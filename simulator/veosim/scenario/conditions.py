"""What the conditions of a scenario are made of: which numbers, which share, which key; and what is never reached."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from fractions import Fraction
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from veosim.errors import shown
from veosim.seeded import digest, fingerprint
from veosim.yamlfile import contradiction

_RANGE = re.compile(r"([1-9]\d{0,8})\.\.([1-9]\d{0,8})?", re.ASCII)
_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,9})?)%", re.ASCII)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Some of the numbers from 1 on; `in` asks for one. Each span has its first and its last, or None for no end."""

    spans: tuple[tuple[int, int | None], ...]

    def __contains__(self, number: int) -> bool:
        return any(first <= number and (last is None or number <= last) for first, last in self.spans)

    def covers(self, other: Numbers) -> bool:
        """Whether each span of `other` lies within one of these."""
        return all(
            any(first <= low and (last is None or (high is not None and high <= last)) for first, last in self.spans)
            for low, high in other.spans
        )


EVERY = Numbers(((1, None),))


def _span(value: object, *below: int) -> tuple[int, int | None]:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value, value
    match = _RANGE.fullmatch(value) if isinstance(value, str) else None
    if match and (not match[2] or int(match[1]) <= int(match[2])):
        return int(match[1]), int(match[2]) if match[2] else None
    problem = f"found {shown(value)}" + (", a range that ends before it begins" if match else "")
    allowed = "a number from 1 on, a range such as 2..4 or 3.., or a list of these"
    raise PydanticCustomError("numbers", "{problem}", {"problem": problem, "allowed": allowed, "below": below})


def _numbers(value: object) -> object:
    if isinstance(value, Numbers):
        return value
    if isinstance(value, list | tuple) and value:
        return Numbers(tuple(_span(item, index) for index, item in enumerate(value)))
    return Numbers((_span(value),))


def _written(numbers: Numbers) -> object:
    words = [low if low == high else f"{low}..{'' if high is None else high}" for low, high in numbers.spans]
    return words[0] if len(words) == 1 else words


_ORDINAL = {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": r"^[1-9]\d*\.\.([1-9]\d*)?$"}]}

Ordinals = Annotated[
    Numbers,
    BeforeValidator(_numbers),
    PlainSerializer(_written),
    WithJsonSchema({"anyOf": [*_ORDINAL["anyOf"], {"type": "array", "items": _ORDINAL, "minItems": 1}]}),
]
"""`2`, `2..4`, `3..` or a list of these: which ones, counted from 1."""


def _share(value: object) -> object:
    if isinstance(value, Fraction):
        return value
    match = _SHARE.fullmatch(value) if isinstance(value, str) else None
    if match and Fraction(match[1]) <= 100:
        return Fraction(match[1]) / 100
    bare = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 100
    context = {
        "problem": f"found {shown(value)}",
        "allowed": "a share from 0% to 100%, such as 5% or 0.5%",
        "hint": f"did you mean '{value}%'?" if bare else "",
    }
    raise PydanticCustomError("share", "{problem}", context)


def show_share(share: Fraction) -> str:
    """A share as it is written: `5%`."""
    return f"{float(share * 100):.9f}".rstrip("0").rstrip(".") + "%"


Share = Annotated[
    Fraction,
    BeforeValidator(_share),
    PlainSerializer(show_share),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,3}(\.\d{1,9})?%$"}),
]
"""`5%` or `0.5%`: an exact fraction from 0 to 1."""


def _above_none(share: Fraction) -> Fraction:
    if not share:
        context = {"problem": "found '0%', which never matches", "allowed": "a share above 0%, such as 5% or 0.5%"}
        raise PydanticCustomError("share", "{problem}", context)
    return share


Chance = Annotated[Share, AfterValidator(_above_none)]
"""A share as a condition: one of 0% would never be met."""


def drawn_in(share: Fraction, *names: str | int | bytes) -> bool:
    """Whether the draw that follows from `names`, a seed first, falls within the share."""
    return int.from_bytes(digest(*names)[:8], "big") < share * 2**64


def key_matches(wanted: str, key: str) -> bool:
    """Whether a key is meant, by its `fingerprint` as the journal shows it, or a glob over that, or by itself."""
    return fnmatchcase(key, wanted) or fingerprint(f"Bearer {wanted}") == key


ENTRIES_LIMIT = 500
"""Of one list: every two of its entries are compared when it is read."""

UNREACHED = "it has no 'when', so the entries after it are never reached"


def refuse_unreached(whens: Sequence[BaseModel | None], what: str, *below: str) -> None:
    """Judge the conditions of a list of entries, of which the first that matches applies.

    Args:
        whens: of each entry, in order; None matches all there are.
        what: what the list's entries match, such as `exchange`.
        below: where the list stands in the model whose validator asks.

    Raises:
        PydanticCustomError: an entry that can never apply, since one before it matches whatever it matches; or too
            many entries to tell.
    """
    if len(whens) > ENTRIES_LIMIT:
        raise contradiction(f"{len(whens)} entries, and a list may have {ENTRIES_LIMIT}", *below)
    for index, when in enumerate(whens):
        if index + 1 < len(whens) and (when is None or not _given(when)):
            raise contradiction(UNREACHED, *below, index)
        if index + 1 < len(whens) and when is not None and _is_open(when):
            raise contradiction(
                f"its 'when' matches every {what}, so the entries after it are never reached", *below, index
            )
        for earlier in range(index):
            if when is not None and _covers(whens[earlier], when):
                problem = f"it is never reached: [{earlier}] of the same list matches whatever it matches"
                raise contradiction(problem, *below, index)


def _given(when: BaseModel) -> dict[str, object]:
    return {name: value for name, value in vars(when).items() if value is not None}


def _is_open(when: BaseModel) -> bool:
    return all(value in ("*", EVERY) or (name == "share" and value == 1) for name, value in _given(when).items())


def _covers(earlier: BaseModel | None, later: BaseModel) -> bool:
    """Whether `earlier` surely matches all that `later` matches; a draw is sure of nothing but 100%."""
    if earlier is None:
        return True
    conditions = _given(later)
    for name, value in _given(earlier).items():
        other = conditions.get(name)
        if name == "share":
            holds = value == 1
        elif isinstance(value, Numbers):
            holds = value == EVERY or (isinstance(other, Numbers) and value.covers(other))
        elif name == "sooner_than":
            holds = isinstance(value, int) and isinstance(other, int) and value >= other
        else:
            holds = value in (other, "*")
        if not holds:
            return False
    return True
