"""A history as lines that a person can read: when, who, what, and what came of it. Equal polls are folded."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from veocontracts.events import (
    Call,
    Event,
    LedgerRead,
    Read,
    Restart,
    Submit,
    UpstreamCallback,
    UpstreamPoll,
    UpstreamSubmit,
    Webhook,
)
from veocontracts.history import History
from veosim.errors import shown
from veosim.units import SECOND

WIDTH = 100
QUOTE = "'\""
QUIET = (Read, UpstreamPoll)
"""What comes by the hundred while a job runs."""

FOLDED = 4
"""So many lines of a quiet stretch are shown before the rest is folded into one."""

VARIETY = 4
"""A stretch is quiet while no more than so many different lines take turns in it."""

Row = tuple[Event, str, str]


def timeline(history: History) -> list[str]:
    """The events in order of time, names instead of ids."""
    names = _names(history)
    rows = [(event, *_row(event, names)) for event in history.events]
    lines: list[str] = []
    for stretch in _stretches(rows):
        if len(stretch) <= FOLDED + 1:
            lines += map(_line, stretch)
            continue
        head, folded, last = stretch[: FOLDED - 1], stretch[FOLDED - 1 : -1], stretch[-1]
        reads = sum(isinstance(event, Read) for event, _, _ in folded)
        counted = f"{reads} reads and {len(folded) - reads} polls" if reads < len(folded) else f"{reads} reads"
        until = f"{folded[-1][0].at / SECOND:.1f} s"
        lines += [*map(_line, head), f"{'':>12}  {'':8}  … {counted} like these, until {until}", _line(last)]
    return lines


def _line(row: Row) -> str:
    event, who, what = row
    return f"{event.at / SECOND:>10.3f} s  {who:8}  {what}"


def _stretches(rows: list[Row]) -> Iterator[list[Row]]:
    """Runs of quiet lines that take turns, and every other line by itself."""
    stretch: list[Row] = []
    for row in rows:
        different = {other[1:] for other in (*stretch, row)}
        if stretch and (not isinstance(row[0], QUIET) or len(different) > VARIETY):
            yield stretch
            stretch = []
        if isinstance(row[0], QUIET):
            stretch.append(row)
        else:
            yield [row]
    if stretch:
        yield stretch


def _names(history: History) -> dict[str, str]:
    names: dict[str, str] = {}
    for story in history.stories:
        if story.submit.job_id is not None:
            names.setdefault(story.submit.job_id, story.label)
        for event in story.upstream:
            if event.job is not None:
                names.setdefault(event.job, f"up#{sum(name.startswith('up#') for name in names.values()) + 1}")
    return names


def _row(event: Event, names: dict[str, str]) -> tuple[str, str]:
    if isinstance(event, Submit):
        wrong = "" if event.intent == "valid" else f" [{' '.join(filter(None, (event.intent, event.about)))}]"
        answer = f"{event.status} {_word(event.data)}" if event.status else "no answer"
        return "client", f"submits {event.label}{wrong} {_fields(event.request)} → {answer}"
    if isinstance(event, Read):
        return "client", f"reads {event.label} → {event.status or 'no answer'} {_shown(event)}".rstrip()
    if isinstance(event, UpstreamSubmit):
        made = f", creates {names.get(event.job, event.job)}" if event.job else ""
        plan = f" ({_plan(event)})" if event.job else ""
        return "upstream", f"gets {event.label} {_fields(event.request)} → {_answer(event)}{made}{plan}"
    if isinstance(event, UpstreamPoll):
        known = "" if event.known else " (an id that it never gave out)"
        return "upstream", f"is polled for {names.get(event.job, shown(event.job, 40))}{known} → {_answer(event)}"
    if isinstance(event, LedgerRead):
        return "ledger", _ledger(event, names)
    return _seldom(event, names)


def _seldom(event: Call | UpstreamCallback | Webhook | Restart, names: dict[str, str]) -> tuple[str, str]:
    if isinstance(event, Call):
        what = " ".join(filter(None, (event.intent, event.about)))
        answer = f"{event.status} {_word(event.data)}" if event.status else "no answer"
        return "client", f"{event.operation} [{what}] {_fields(event.request)} → {answer}"
    if isinstance(event, UpstreamCallback):
        signed = "" if event.signed else " (not signed as is due)"
        said = shown(event.told.word, 40).strip(QUOTE)
        job = names.get(event.job, shown(event.job, 40))
        return "upstream", f"calls back for {job}: {said}{signed} → {event.status or 'no answer'}"
    if isinstance(event, Webhook):
        named = shown(event.event_id, 40).strip(QUOTE)
        return "webhook", f"{named} says that {event.label} is {event.state or 'in an unknown state'} → {event.status}"
    return "suite", f"restarts the gateway, which serves again {(event.ready_at - event.at) / SECOND:.1f} s later"


def _plan(event: UpstreamSubmit) -> str:
    return "never ends" if event.ready_at is None else f"will {event.outcome} at {event.ready_at / SECOND:g} s"


def _answer(event: UpstreamSubmit | UpstreamPoll) -> str:
    fault = f" [{event.fault}]" if event.fault else ""
    return f"{event.status} {_word(event.data)}{fault}" if event.status else f"no answer{fault}"


def _word(data: Any) -> str:
    word = data.get("status") if isinstance(data, dict) else data
    return shown(word, 60) if not isinstance(word, str) else shown(word, 60).strip(QUOTE)


def _shown(read: Read) -> str:
    job = read.shown
    if job is None:
        return shown(read.data, 60)
    text = job.state or shown(job.word, 40)
    return text + (f", units {_number(job.units)}, cost {_number(job.cost)}" if job.terminal else "")


def _number(value: Any) -> str:
    return str(value) if isinstance(value, int | Decimal) else shown(value, 40)


def _ledger(event: LedgerRead, names: dict[str, str]) -> str:
    told = []
    if event.entries is not None:
        charges = ", ".join(f"{_number(entry.amount)} for {_named(entry.job_id, names)}" for entry in event.entries)
        told.append(charges or "no charge")
    if event.total is not None:
        told.append(f"{event.total} charged in all")
    return f"shows {', and '.join(told)} (key {event.key})"


def _named(job_id: Any, names: dict[str, str]) -> str:
    found = names.get(job_id) if isinstance(job_id, str) else None
    return found or shown(job_id, 40)


def _fields(request: Any) -> str:
    if not isinstance(request, dict):
        return shown(request, WIDTH)
    parts = [f"{shown(name, 30).strip(QUOTE)} {_value(value)}" for name, value in request.items()]
    text = ", ".join(parts)
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"


def _value(value: Any) -> str:
    return f"'{shown(value, 44).strip(QUOTE)}'" if isinstance(value, str) else shown(value, 30)
