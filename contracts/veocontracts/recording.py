"""A history in a file: JSON lines, one for the head, then one for each step, event and note.

Decimals stand as `{"$decimal": "1.50"}`, since a number in JSON may lose its last digits in other readers. Keys of the
gateway never are in a history, only their roles.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from veocontracts.arguments import check_step
from veocontracts.events import Event
from veocontracts.history import History
from veocontracts.steps import Origin, Step
from veocontracts.terms import Terms
from veosim.errors import VeosimError, did_you_mean, shown

FORMAT = "veosim history"
VERSION = 1
DECIMAL = "$decimal"

_TERMS = TypeAdapter(Terms)
_STEP = TypeAdapter(Step)
_KINDS: Mapping[str, type] = {kind.__name__: kind for kind in get_args(Event)}
_EVENTS: Mapping[str, TypeAdapter[Any]] = {name: TypeAdapter(kind) for name, kind in _KINDS.items()}


@dataclass(frozen=True, slots=True)
class Head:
    """What a recording is about.

    Attributes:
        gateway: the profile's name for it.
        rule: the rule that broke, "" where none did.
        expected: what it wanted; `actual` is what came.
    """

    gateway: str
    rule: str = ""
    grain: str = ""
    expected: str = ""
    actual: str = ""


@dataclass(frozen=True, slots=True)
class Recording:
    """A history that was kept, and where it comes from."""

    head: Head
    history: History


def lines(recording: Recording) -> Iterator[str]:
    """The lines of a recording's file."""
    history = recording.history
    yield _line({"format": FORMAT, "version": VERSION, **asdict(recording.head), **_about(history)})
    yield from (_line({"step": _plain(step)}) for step in history.steps)
    yield from (_line({"event": type(event).__name__, **_plain(event)}) for event in history.events)
    yield from (_line({"note": note}) for note in history.notes)


def _about(history: History) -> dict[str, Any]:
    return {"case": history.case, "origin": asdict(history.origin), "terms": _plain(history.terms)}


def save(recording: Recording, path: Path) -> None:
    """Write a recording; a file of that name is replaced.

    Raises:
        VeosimError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in lines(recording)), "utf-8")
    except OSError as error:
        raise VeosimError(f"{path}: cannot be written: {error.strerror}") from None


def load(path: Path) -> Recording:
    """Read a recording.

    Raises:
        VeosimError: it cannot be read, or is none; with the line.
    """
    try:
        texts = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise VeosimError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise VeosimError(f"{path}: is not UTF-8 text") from None
    rows = [_parsed(path, number, text) for number, text in enumerate(texts, 1) if text.strip()]
    if not rows:
        raise VeosimError(f"{path}: is empty; a recording is what `veosim check` saves of a failure")
    head, case, terms, origin = _head(path, rows[0])
    steps, events, notes = [], [], []
    for number, row in enumerate(rows[1:], 2):
        if "step" in row:
            _only(path, number, row, {"step"})
            steps.append(_step(path, number, row["step"]))
        elif "note" in row:
            _only(path, number, row, {"note"})
            notes.append(str(row["note"]))
        else:
            kind = row.pop("event", None)
            if kind not in _EVENTS:
                allowed = ", ".join(_EVENTS)
                raise VeosimError(f"{path}:{number}: no event is called {shown(kind)}; there are {allowed}")
            _only(path, number, row, _names(_KINDS[kind]))
            events.append(_made(path, number, _EVENTS[kind], row))
    return Recording(head, History(terms, case, tuple(events), tuple(notes), tuple(steps), origin))


def load_all(folder: Path) -> list[Recording]:
    """Every recording of a folder (`*.jsonl`), in the order of their names.

    Raises:
        VeosimError: there is no such folder, or one of its files is no recording.
    """
    if not folder.is_dir():
        raise VeosimError(f"{folder}: no such folder; a folder of regressions holds recordings as *.jsonl")
    return [load(path) for path in sorted(folder.glob("*.jsonl"))]


def _head(path: Path, row: dict[str, Any]) -> tuple[Head, str, Terms, Origin]:
    if row.pop("format", None) != FORMAT:
        raise VeosimError(f"{path}:1: is no recording; the first line of one says {json.dumps(FORMAT)} as its format")
    version = row.pop("version", None)
    if type(version) is not int or version != VERSION:  # `true` equals 1
        raise VeosimError(f"{path}:1: version {shown(version)}; this suite reads version {VERSION}")
    terms = _made(path, 1, _TERMS, row.pop("terms", None))
    origin = _made(path, 1, TypeAdapter(Origin), row.pop("origin", None))
    case = str(row.pop("case", ""))
    _only(path, 1, row, _names(Head))
    return _made(path, 1, TypeAdapter(Head), row), case, terms, origin


def _step(path: Path, number: int, data: Any) -> Step:
    _only(path, number, data, _names(Step))
    step: Step = _made(path, number, _STEP, data)
    try:
        check_step(step)
    except VeosimError as error:
        raise VeosimError(f"{path}:{number}: {error}") from None
    return step


def _names(kind: type) -> set[str]:
    return {each.name for each in fields(kind)}


def _only(path: Path, number: int, row: Any, allowed: Collection[str]) -> None:
    """Refuse keys that nothing reads: a misspelt one would be left out in silence."""
    unknown = next((key for key in row if key not in allowed), None) if isinstance(row, dict) else None
    if unknown is not None:
        hint = did_you_mean(unknown, allowed) or f"there are {', '.join(sorted(allowed))}"
        raise VeosimError(f"{path}:{number}: no key is called {shown(unknown)} here; {hint}")


def _parsed(path: Path, number: int, text: str) -> dict[str, Any]:
    try:
        row = json.loads(text, object_hook=_restored)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise VeosimError(f"{path}:{number}: is no JSON: {error}") from None
    if not isinstance(row, dict):
        raise VeosimError(f"{path}:{number}: {shown(row)} is no JSON object")
    return row


def _made(path: Path, number: int, kind: TypeAdapter[Any], data: Any) -> Any:
    try:
        return kind.validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise VeosimError(f"{path}:{number}: {place}: {first['msg']}; found {shown(first['input'])}") from None


def _restored(found: dict[str, Any]) -> Any:
    return Decimal(found[DECIMAL]) if found.keys() == {DECIMAL} else found


def _line(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {DECIMAL: str(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value
