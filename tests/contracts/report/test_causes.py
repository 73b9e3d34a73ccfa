"""Rules that broke at one place of one run."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from tests.support.lines import a_line

from veocontracts.report.causes import Cause, causes
from veocontracts.verdict import Result, Verdict


def at(rule: str, *places: tuple[str, str], verdict: Verdict = Verdict.FAIL, grain: str = "") -> Result:
    """A rule that broke there."""
    return replace(a_line(verdict, rule=rule, grain=grain), places=frozenset(places))


LATE, LOST, OTHER = ("late success", "job#1"), ("lost answer", "job#1"), ("lost answer", "job#2")


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([at("BILL-01", LATE), at("BILL-02", LOST)], []),
        ([at("BILL-01", LOST), at("BILL-02", OTHER)], []),
        ([at("BILL-02", LATE, LOST), at("LIFE-01", LOST)], [Cause(*LOST, ("BILL-02", "LIFE-01"))]),
        (
            [at("BILL-01", LATE, LOST), at("BILL-02", LOST), at("LIFE-01", LATE), at("TIME-01", LATE)],
            [Cause(*LATE, ("BILL-01", "LIFE-01", "TIME-01"))],
        ),
        (
            [at("BILL-01", LOST), at("BILL-02", LOST), at("LIFE-01", LATE), at("TIME-01", LATE)],
            [Cause(*LATE, ("LIFE-01", "TIME-01")), Cause(*LOST, ("BILL-01", "BILL-02"))],
        ),
        ([at("ENUM-02", LATE, grain="model"), at("ENUM-02", LATE, grain="duration")], []),
        (
            [at("ENUM-02", LATE, grain="model"), at("ENUM-01", LATE)],
            [Cause(*LATE, ("ENUM-02[model]", "ENUM-01"))],
        ),
        ([at("BILL-01", LATE), at("BILL-02", LATE, verdict=Verdict.XFAIL)], []),
        ([], []),
    ],
)
def test_what_broke_together_is_told_together(lines: Sequence[Result], found: list[Cause]) -> None:
    """The place that explains most first, each line once; parts of one rule and known failures explain nothing."""
    assert causes(lines) == found


def test_a_cause_says_where_to_look() -> None:
    """The run, the job and the rules."""
    assert str(Cause(*LATE, ("BILL-01", "LIFE-01"))) == (
        "these 2 broke in the same run (late success, job#1), so look for one cause first: BILL-01, LIFE-01"
    )
