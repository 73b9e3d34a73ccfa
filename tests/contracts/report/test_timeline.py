"""A history as lines that a person can read."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.support.stories import (
    HANG,
    a_history,
    charge_of,
    charged,
    ledger,
    lost,
    poll,
    read,
    read_in_vain,
    submit,
    upstream,
)

from veocontracts.events import Entry, Event
from veocontracts.report.timeline import timeline

BOAT = {"prompt": "a boat", "duration": "4s"}


def last(*events: Event) -> str:
    """The last line."""
    return timeline(a_history(*events))[-1]


def test_a_history_is_told_in_order() -> None:
    """Each event is a line with its time, who acts, and what came of it; ids are told by name."""
    history = a_history(
        submit(request=BOAT),
        upstream(request=BOAT, ready=30),
        poll("success", at=31),
        read("processing", at="31.0004"),
        read("completed", at=40),
        ledger(charge_of("6.00"), charge_of("6.00", None), at=90),
    )
    fields = "prompt 'a boat', duration '4s'"
    assert timeline(history) == [
        "     0.000 s  client    submits job#1 prompt 'a boat', duration '4s' → 202 accepted",
        f"     1.000 s  upstream  gets job#1 {fields} → 200 processing, creates up#1 (will succeed at 30 s)",
        "    31.000 s  upstream  is polled for up#1 → 200 success",
        "    31.000 s  client    reads job#1 → 200 running",
        "    40.000 s  client    reads job#1 → 200 completed, units 4.0, cost 6.0",
        "    90.000 s  ledger    shows 6.00 for job#1, 6.00 for None (key main)",
    ]


def test_equal_lines_are_folded() -> None:
    """Reads and polls that take turns become the first three, a count and the last."""
    reads = [read("processing", at=at) for at in range(600, 603)]
    assert timeline(lost(*reads))[2:] == [
        "   100.000 s  upstream  is polled for up#1 → 200 processing",
        "   200.000 s  upstream  is polled for up#1 → 200 processing",
        "   300.000 s  upstream  is polled for up#1 → 200 processing",
        "                        … 2 reads and 2 polls like these, until 601.0 s",
        "   602.000 s  client    reads job#1 → 200 running",
    ]


def test_a_short_stretch_is_shown_whole() -> None:
    """Five lines are no shorter when folded."""
    reads = [read("processing", at=at) for at in range(600, 605)]
    assert timeline(a_history(submit(), *reads))[1:] == [
        f"   {at}.000 s  client    reads job#1 → 200 running" for at in range(600, 605)
    ]


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (
            submit("job#2", at=2, status=None, request={"prompt": "x" * 50, "style": ["y" * 50], "pace": "z" * 50}),
            f"     2.000 s  client    submits job#2 prompt '{'x' * 42}…', style ['{'y' * 27}…, pace 'z… → no answer",
        ),
        (
            submit("job#2", at=2, status=400, intent="type", about="duration", request={"duration": 4}),
            "     2.000 s  client    submits job#2 [type duration] duration 4 → 400 None",
        ),
        (
            submit("job#2", at=2, status=401, intent="key", request="{", data="no\x1b[31m"),
            "     2.000 s  client    submits job#2 [key] '{' → 401 no\\x1b[31m",
        ),
        (
            upstream(at=2, status=None, fault=HANG, request={}),
            "     2.000 s  upstream  gets job#1  → no answer [break: hang], creates up#1 (never ends)",
        ),
        (
            upstream(at=2, status=502, made=False, request=None, fault="respond", data=None),
            "     2.000 s  upstream  gets job#1 None → 502 None [respond]",
        ),
        (
            poll(at=2, label="nobody", known=False, status=404, data={"status": "error"}),
            "     2.000 s  upstream  is polled for 'up of nobody' (an id that it never gave out) → 404 error",
        ),
        (read_in_vain(None, at=2), "     2.000 s  client    reads job#1 → no answer None"),
        (
            read_in_vain(500, at=2, data="<b>\x07\u202e\ud800</b>"),
            "     2.000 s  client    reads job#1 → 500 '<b>\\x07\\u202e\\ud800</b>'",
        ),
        (
            read("\x1b[2Jdone", at=2),
            "     2.000 s  client    reads job#1 → 200 '\\x1b[2Jdone'",
        ),
        (
            read("failed", at=2, units="4\x1b[0m", cost=None),
            "     2.000 s  client    reads job#1 → 200 failed, units '4\\x1b[0m', cost None",
        ),
        (ledger(at=2, key="other"), "     2.000 s  ledger    shows no charge (key other)"),
        (charged("6.00", at=2), "     2.000 s  ledger    shows 6.00 charged in all (key main)"),
        (
            replace(charged(6, at=2), entries=()),
            "     2.000 s  ledger    shows no charge, and 6 charged in all (key main)",
        ),
        (
            ledger(charge_of(["\x1b"], None), at=2),
            "     2.000 s  ledger    shows ['\\x1b'] for None (key main)",
        ),
    ],
)
def test_what_gateways_say_is_escaped(event: Event, line: str) -> None:
    """Faults, answers that never came, odd words and control characters are shown, and nothing acts on a terminal."""
    assert last(submit(request=BOAT), event) == line
    assert line.isprintable()


def test_a_ledger_may_name_jobs_by_anything() -> None:
    """An entry whose job is an object is shown, not looked up."""
    odd = ledger(Entry(job_id={"id": [7]}, amount=Decimal(6)), at=2)
    assert last(submit(), odd) == "     2.000 s  ledger    shows 6 for {'id': [7]} (key main)"
