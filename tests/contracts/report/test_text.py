"""The report for people, word for word."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from tests.support.stories import TERMS, a_history, charge_of, ledger, made, poll, read, submit, upstream

from veocontracts.history import History
from veocontracts.profiles import find_profile
from veocontracts.report.text import heading, report
from veocontracts.rules import RULES
from veocontracts.tally import Tallies
from veocontracts.terms import Terms
from veocontracts.verdict import Run, results

BOAT = {"prompt": "a boat", "duration": "4s"}


def a_run(
    *rules: str,
    history: History | None = None,
    terms: Terms = TERMS,
    errors: tuple[str, ...] = (),
    waive: Mapping[str, str] | None = None,
) -> Run:
    """A run of these rules over one history."""
    tallies, chosen = Tallies(errors=list(errors)), [RULES[rule] for rule in rules]
    if history is not None:
        tallies.judge(history, chosen, frozenset())
    return Run(find_profile("reference"), terms, results(tallies, chosen, terms, waive or {}), tallies, 7)


def charged_twice() -> History:
    """A small failing history."""
    return a_history(
        submit(request=BOAT),
        upstream(request=BOAT, ready=30),
        poll("success", at=31),
        read("completed", at=40),
        read("completed", at=80),
        ledger(charge_of("6.00"), charge_of("6.00"), at=90),
    )


OPEN = (
    "? UP-01                  INCONCLUSIVE MUST   0 witnesses  "
    "(no witness: an upstream submit that created a job and whose answer was lost)"
)
FAILING = """\
gateway reference: 1 runs, 1 jobs, virtual time, seed 7

✓ BILL-02                PASS         MUST   1 witnesses
✗ BILL-09                FAIL         MUST   0 held, 1 broken
? BILL-10                INCONCLUSIVE MUST   0 witnesses  (no witness: a job whose upstream plan reached success after \
the deadline, read with the ledger after that)

✗ BILL-09  A completed job is billed exactly once, whatever is repeated.
  source    documents 000 and 001, Pricing: billed once, when the gateway job completes
  expected  one charge of 6.0
  actual    2 charges of 6.00, 6.00
  case      by hand (job#1); broken 1 times, held 0
  history   the shortest that shows it:
         0.000 s  client    submits job#1 prompt 'a boat', duration '4s' → 202 accepted
         1.000 s  upstream  gets job#1 prompt 'a boat', duration '4s' → 200 processing, creates up#1 (will succeed at \
30 s)
        31.000 s  upstream  is polled for up#1 → 200 success
        40.000 s  client    reads job#1 → 200 completed, units 4.0, cost 6.0
        80.000 s  client    reads job#1 → 200 completed, units 4.0, cost 6.0
        90.000 s  ledger    shows 6.00 for job#1, 6.00 for job#1 (key main)

NOT CONFORMANT: a rule failed  (1 PASS, 1 FAIL, 1 INCONCLUSIVE)"""


def test_a_failure_is_told_whole() -> None:
    """The table, then for each failure its requirement, source, what was expected and seen, and the history."""
    assert report(a_run("BILL-02", "BILL-09", "BILL-10", history=charged_twice())) == FAILING


@pytest.mark.parametrize(
    ("run", "lines"),
    [
        (
            a_run("BILL-02", history=a_history(*made())),
            ["✓ BILL-02                PASS         MUST   1 witnesses", "", "CONFORMANT  (1 PASS)"],
        ),
        (
            a_run("UP-01", waive={"UP-01": "not now"}),
            [
                f"{OPEN}  waived: not now",
                "",
                "CONFORMANT  (1 INCONCLUSIVE)",
            ],
        ),
        (
            a_run("UP-01"),
            [
                OPEN,
                "",
                "NOT PROVEN: a required rule has no witness, or nothing was tested  (1 INCONCLUSIVE)",
            ],
        ),
        (a_run(), ["", "NOT PROVEN: a required rule has no witness, or nothing was tested  (no rule was selected)"]),
        (
            a_run("BILL-02", history=a_history(*made()), errors=("case 7: a slip",)),
            [
                "✓ BILL-02                PASS         MUST   1 witnesses",
                "",
                "! case 7: a slip",
                "NO VERDICT: the harness failed  (1 PASS)",
            ],
        ),
    ],
    ids=["conformant", "waived", "not proven", "nothing selected", "harness failed"],
)
def test_the_last_line_says_what_it_comes_to(run: Run, lines: list[str]) -> None:
    """The verdicts counted, and their outcome in words; errors of the harness stand before it."""
    assert report(run).splitlines()[2:] == lines


def test_scaled_time_is_said_in_the_heading() -> None:
    """What a run in scaled time leaves open stands in its first line."""
    assert heading(a_run(terms=replace(TERMS, mode="scaled"))) == (
        "gateway reference: 0 runs, 0 jobs, scaled time (the literal 600 s are not proven), seed 7"
    )


def test_what_a_gateway_says_cannot_act_on_a_terminal() -> None:
    """Escape sequences in the gateway's data reach the report as text."""
    hostile = a_history(submit(), read("\x1b[2J\u202edone", at=9, id="\x07"))
    text = report(a_run("LIFE-02", history=hostile))
    assert "  actual    '\\x1b[2J\\u202edone'" in text.splitlines()
    assert all(line.isprintable() for line in text.splitlines())
