"""Rules that see what they are told to see, and lines of a report made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from tests.support.stories import a_history, submit

from veocontracts.history import History
from veocontracts.rules import Observation, Rule, Source
from veocontracts.rules.base import Level
from veocontracts.signature import signature_of
from veocontracts.tally import Finding, SetAside, Slip
from veocontracts.terms import SECOND, Capability, LedgerPower
from veocontracts.verdict import Result, Verdict

HELD = Observation("job#1", True)
BROKEN = Observation("job#1", False, "", "this", "that", SECOND)
SHORT = a_history(submit())


def broke(actual: str, subject: str = "job#1") -> Observation:
    """A break that looks like this."""
    return replace(BROKEN, actual=actual, subject=subject)


def a_finding(observation: Observation = BROKEN, history: History = SHORT) -> Finding:
    """What is kept of a break."""
    return Finding(observation, history, signature_of(observation))


def an_attempt(case: str = "a case", attempt: int = 1, *slips: Slip) -> SetAside:
    """An attempt that was set aside, in which the process had to wait for half a second of two."""
    return SetAside(case, attempt, SECOND // 2, 2 * SECOND, slips)


def a_rule(
    *observations: Observation,
    id: str = "BILL-06",  # noqa: A002  the field is called so
    level: Level = "MUST",
    grains: tuple[str, ...] = (),
    needs: Iterable[LedgerPower] = (),
    knobs: Iterable[str] = (),
    capability: Capability | None = None,
    shows: tuple[str, ...] = (),
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
        capability,
        shows,
    )


def a_line(
    verdict: Verdict,
    *findings: Finding,
    rule: str = "BILL-06",
    level: Level = "MUST",
    grain: str = "",
    reason: str = "",
    waived: str = "",
    more: bool = False,
) -> Result:
    """One line of a report."""
    found = a_rule(id=rule, level=level, grains=(grain,) if grain else ())
    places = frozenset(finding.place for finding in findings)
    return Result(found, grain, verdict, findings=findings, more=more, places=places, reason=reason, waived=waived)
