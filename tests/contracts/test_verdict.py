"""From observations to verdicts to an exit code."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from tests.support.stories import TERMS, a_history, made, submit

from veocontracts.history import History
from veocontracts.rules import Observation, Rule, Source
from veocontracts.rules.base import Level
from veocontracts.terms import SECOND, LedgerPower, Terms
from veocontracts.verdict import (
    SCALED_NOTE,
    Exit,
    Finding,
    Result,
    Tallies,
    Tally,
    Verdict,
    exit_code,
    results,
    unprovable,
)

HELD, BROKEN = Observation("job#1", True), Observation("job#1", False, "", "this", "that", SECOND)
UNDECLARED = "timeout.clock.scaled.env does not declare job_timeout"
SHORT, LONG = a_history(submit()), a_history(*made())


def a_rule(
    *observations: Observation,
    id: str = "BILL-06",  # noqa: A002  the field is called so
    level: Level = "MUST",
    grains: tuple[str, ...] = (),
    needs: Iterable[LedgerPower] = (),
    knobs: Iterable[str] = (),
) -> Rule:
    """A rule that always sees the same."""

    def judge(_: History) -> Iterator[Observation]:
        yield from observations

    return Rule(
        id,
        level,
        "A sentence.",
        Source(("000",), "FAQ"),
        "a witness",
        judge,
        frozenset(needs),
        frozenset(knobs),
        grains,
    )


def line(verdict: Verdict, level: Level = "MUST", waived: str = "") -> Result:
    """One line of a report."""
    return Result(a_rule(level=level), "", verdict, waived=waived)


def outcome(rule: Rule, history: History = SHORT, terms: Terms = TERMS, **waive: str) -> list[tuple[str, Verdict, str]]:
    """Name, verdict and reason of every line."""
    tallies = Tallies()
    tallies.judge(history, [rule], frozenset())
    return [(found.name, found.verdict, found.reason) for found in results(tallies, [rule], terms, waive)]


def test_observations_are_counted_by_rule_and_grain() -> None:
    """Held and broken, with the finding, and whether a case was meant to show it."""
    parts = a_rule(replace(HELD, grain="model"), replace(BROKEN, grain="duration"), id="ENUM-02")
    tallies = Tallies()
    tallies.judge(SHORT, [parts, a_rule(HELD, HELD)], frozenset({"ENUM-02"}))
    tallies.judge(LONG, [a_rule(HELD)], frozenset())
    assert tallies == Tallies(
        counts={
            ("ENUM-02", "model"): Tally(held=1),
            ("ENUM-02", "duration"): Tally(
                broken=1, finding=Finding(replace(BROKEN, grain="duration"), SHORT), fed=True
            ),
            ("BILL-06", ""): Tally(held=3),
        },
        cases=2,
        submits=2,
    )


def test_the_shortest_history_is_kept() -> None:
    """Of several that show a break, also across processes, the one with fewer submits and events is shown."""
    tally = Tally()
    for history in (LONG, SHORT, LONG):
        tally.add(BROKEN, history, fed=False)
    assert tally == Tally(broken=3, finding=Finding(BROKEN, SHORT))
    longer = Tally(held=2, broken=1, finding=Finding(BROKEN, LONG), fed=True)
    longer.merge(tally)
    assert longer == Tally(held=2, broken=4, finding=Finding(BROKEN, SHORT), fed=True)
    longer.merge(Tally(held=1))
    assert longer == Tally(held=3, broken=4, finding=Finding(BROKEN, SHORT), fed=True)


def test_tallies_of_two_processes_are_added() -> None:
    """Counts, cases, submits and errors."""
    one = Tallies({("BILL-06", ""): Tally(held=1)}, 1, 2, ["a slip"], {"BILL-01"})
    one.merge(Tallies({("BILL-06", ""): Tally(held=2), ("ACC-01", ""): Tally(held=4)}, 3, 4, ["another"], {"BILL-02"}))
    assert one == Tallies(
        {("BILL-06", ""): Tally(held=3), ("ACC-01", ""): Tally(held=4)},
        4,
        6,
        ["a slip", "another"],
        {"BILL-01", "BILL-02"},
    )


def test_a_rule_that_raises_is_an_error_of_the_harness() -> None:
    """It is told once, with the case and the place; the other rules still judge."""

    def judge(_: History) -> Iterator[Observation]:
        yield BROKEN
        raise ZeroDivisionError("a slip")

    tallies, slip = Tallies(), replace(a_rule(), judge=judge)
    for _ in range(2):
        tallies.judge(SHORT, [slip, a_rule(HELD, id="ACC-01")], frozenset())
    (error,) = tallies.errors
    assert error.startswith("by hand: BILL-06 could not judge\nTraceback")
    assert error.endswith("ZeroDivisionError: a slip\n")
    assert tallies.counts == {("ACC-01", ""): Tally(held=2)}


@pytest.mark.parametrize(
    ("rule", "lines"),
    [
        (a_rule(HELD), [("BILL-06", Verdict.PASS, "")]),
        (a_rule(HELD, BROKEN), [("BILL-06", Verdict.FAIL, "")]),
        (a_rule(), [("BILL-06", Verdict.INCONCLUSIVE, "no witness: a witness")]),
        (
            a_rule(replace(HELD, grain="b"), grains=("a", "b")),
            [
                ("BILL-06[a]", Verdict.INCONCLUSIVE, "no witness: a witness"),
                ("BILL-06[b]", Verdict.PASS, ""),
            ],
        ),
    ],
)
def test_a_verdict_needs_a_witness(rule: Rule, lines: list[tuple[str, Verdict, str]]) -> None:
    """One break fails, nothing seen is inconclusive, and each part of a rule has its own verdict."""
    assert outcome(rule) == lines


@pytest.mark.parametrize(
    ("rule", "terms", "reason"),
    [
        (a_rule(needs=("entries",)), Terms(ledger=frozenset({"job"})), "the ledger shows job; this rule needs entries"),
        (a_rule(needs=("entries",)), Terms(ledger=frozenset()), "the profile's ledger shows no charges"),
        (a_rule(needs=("entries",)), TERMS, ""),
        (a_rule(knobs=("job_timeout",)), Terms(mode="scaled", missing=frozenset({"job_timeout"})), UNDECLARED),
        (a_rule(knobs=("job_timeout",)), Terms(mode="scaled", missing=frozenset({"rate_window"})), ""),
        (a_rule(id="TIME-01"), Terms(clock_proved=False, clock_note="it stood still"), "it stood still"),
        (a_rule(id="TIME-01"), Terms(clock_proved=False), "the gateway's clock was not seen to move"),
        (a_rule(), Terms(clock_proved=False), ""),
    ],
)
def test_terms_that_cannot_prove_a_rule(rule: Rule, terms: Terms, reason: str) -> None:
    """A ledger that does not show it, a knob that is not declared, a clock that did not move: each is the reason."""
    found = unprovable(rule, terms)
    broken = replace(rule, judge=a_rule(BROKEN).judge)
    assert found == reason
    assert outcome(broken, terms=terms) == [(rule.id, Verdict.INCONCLUSIVE if reason else Verdict.FAIL, reason)]


def test_scaled_time_is_said_with_every_pass() -> None:
    """A TIME rule that passed in scaled time says what that leaves open; others do not."""
    scaled = Terms(mode="scaled")
    assert outcome(a_rule(HELD, id="TIME-01"), terms=scaled) == [("TIME-01", Verdict.PASS, SCALED_NOTE)]
    assert outcome(a_rule(HELD), terms=scaled) == [("BILL-06", Verdict.PASS, "")]


def test_only_what_is_inconclusive_is_waived() -> None:
    """A waiver hides no failure and adds nothing to a pass."""
    waive, tallies = {"BILL-06": "no ledger"}, Tallies()
    assert [found.waived for found in results(tallies, [a_rule()], TERMS, waive)] == ["no ledger"]
    tallies.judge(SHORT, [a_rule(BROKEN)], frozenset())
    assert [found.waived for found in results(tallies, [a_rule()], TERMS, waive)] == [""]


PASS, FAIL, OPEN = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("lines", "errors", "code"),
    [
        ([line(PASS)], [], Exit.CONFORMANT),
        ([line(PASS), line(FAIL), line(OPEN)], [], Exit.RULE_FAILED),
        ([line(PASS), line(OPEN)], [], Exit.INCONCLUSIVE),
        ([line(PASS), line(OPEN, waived="no ledger")], [], Exit.CONFORMANT),
        ([line(FAIL, waived="by mistake")], [], Exit.RULE_FAILED),
        ([line(PASS), line(FAIL, "SHOULD"), line(OPEN, "SHOULD")], [], Exit.CONFORMANT),
        ([line(PASS)], ["a slip"], Exit.UNUSABLE),
        ([line(FAIL)], ["a slip"], Exit.UNUSABLE),
        ([], [], Exit.INCONCLUSIVE),
        ([], ["a slip"], Exit.UNUSABLE),
    ],
)
def test_the_exit_code(lines: list[Result], errors: list[str], code: Exit) -> None:
    """Errors outweigh failures, failures what is open; a waiver and a SHOULD never fail, and nothing proves nothing."""
    assert exit_code(iter(lines), iter(errors)) is code


def test_exit_codes_are_numbers_that_scripts_know() -> None:
    """They are part of the command's face."""
    assert {code.name: int(code) for code in Exit} == {
        "CONFORMANT": 0,
        "RULE_FAILED": 1,
        "USAGE": 2,
        "UNUSABLE": 3,
        "INCONCLUSIVE": 4,
        "INTERRUPTED": 130,
    }
