"""The file of known failures: read with positions, since every entry must one day be mended.

An entry that has not been filled in is refused here, before anything is sent; whether an entry is still true is only
known after a run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from veocontracts.signature import LENGTH, LETTERS
from veosim.errors import shown
from veosim.yamlfile import Strict, check, read_file, read_tree

TODO = "TODO"
"""How a value begins that is still to be filled in."""

_NAME = re.compile(r"[A-Z]+-\d{2,}(?:\[\w+\])?")
_SIGNATURE = re.compile(f"[{LETTERS}]{{{LENGTH}}}")
_ISSUE = re.compile(r"https?://[^\s/]+/\S+|[^\s:]*\d")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _wrong(problem: str, allowed: str) -> PydanticCustomError:
    return PydanticCustomError("known", "{problem}", {"problem": problem, "allowed": allowed})


def _filled(value: object, allowed: str) -> str:
    """Text that somebody wrote."""
    if value is None or (isinstance(value, str) and (not value.strip() or value.strip().upper().startswith(TODO))):
        raise _wrong("is not filled in", allowed)
    if not isinstance(value, str):
        raise _wrong(f"found {shown(value)}", allowed)
    return value.strip()


def _name(value: object) -> str:
    allowed = "a rule's id, with its part where it has parts: BILL-06, or ENUM-02[duration]"
    text = _filled(value, allowed)
    if not _NAME.fullmatch(text):
        raise _wrong(f"found {shown(value)}", allowed)
    return text


def _reason(value: object) -> str:
    return _filled(value, "why this failure may stay for now")


def _issue(value: object) -> str:
    allowed = 'where it is tracked: a URL, or an id such as PAY-123, or "#123" in quotes'
    text = _filled(value, allowed)
    if not _ISSUE.fullmatch(text):
        raise _wrong(f"found {shown(value)}", allowed)
    return text


def _day(value: object) -> date:
    allowed = "the last day on which the failure may stay, as 2026-12-31"
    text = _filled(value, allowed)
    try:
        found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:  # the 31st of a short month
        found = None
    if found is None:
        raise _wrong(f"found {shown(value)}", allowed)
    return found


def _signatures(value: object) -> tuple[str, ...]:
    allowed = f"the {LENGTH} letters that the report shows with the failure, or a list of them"
    found = value if isinstance(value, list) else [value]
    for each in found:
        if not isinstance(each, str) or not _SIGNATURE.fullmatch(each):
            raise _wrong(f"found {shown(each)}", allowed)
    if not found:
        raise _wrong("the list is empty", allowed)
    return tuple(found)


class Entry(Strict):
    """One line of the report that may stay red, in the ways that its signatures name."""

    rule: Annotated[str, BeforeValidator(_name)]
    signature: Annotated[tuple[str, ...], BeforeValidator(_signatures)]
    reason: Annotated[str, BeforeValidator(_reason)]
    issue: Annotated[str, BeforeValidator(_issue)]
    expires: Annotated[date, BeforeValidator(_day)]


class File(Strict):
    """The whole file."""

    known_failures: Literal[1]
    entries: tuple[Entry, ...] = Field(strict=False)


@dataclass(frozen=True, slots=True)
class Known:
    """One signature of one entry, with the place where it stands.

    Attributes:
        name: the line of the report that it is about, such as `ENUM-02[duration]`.
        expires: the last day on which it counts.
    """

    name: str
    signature: str
    reason: str
    issue: str
    expires: date
    source: str
    line: int


def load_known_failures(path: str | Path) -> tuple[Known, ...]:
    """Read the file.

    Raises:
        SourceError: with the place of every problem, one that is not filled in included.
    """
    tree = read_tree(read_file(path), str(path))
    known = []
    for number, entry in enumerate(check(File, tree).entries):
        for place, signature in enumerate(entry.signature):
            where = ("entries", number, "signature", place)
            line, _ = tree.values.get(where) or tree.values["entries", number]
            known.append(Known(entry.rule, signature, entry.reason, entry.issue, entry.expires, tree.source, line))
    return tuple(known)
