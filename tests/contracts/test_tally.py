"""What rules saw, counted."""

from collections.abc import Iterator
from dataclasses import replace

from tests.support.lines import BROKEN, HELD, SHORT, a_finding, a_rule, an_attempt, broke
from tests.support.stories import a_history, made

from veocontracts.history import History
from veocontracts.rules import Observation
from veocontracts.tally import KINDS, Tallies, Tally

LONG = a_history(*made())
PLACE = ("by hand", "job#1")


def kinds(*observations: Observation, history: History = SHORT) -> Tally:
    """A tally of these breaks."""
    tally = Tally()
    for observation in observations:
        tally.add(observation, history)
    return tally


def test_observations_are_counted_by_rule_and_grain() -> None:
    """Held and broken, with the finding."""
    duration = replace(BROKEN, grain="duration")
    parts = a_rule(replace(HELD, grain="model"), duration, id="ENUM-02")
    tallies = Tallies()
    tallies.judge(SHORT, [parts, a_rule(HELD, HELD)])
    tallies.judge(LONG, [a_rule(HELD)])
    finding = a_finding(duration)
    assert tallies == Tallies(
        counts={
            ("ENUM-02", "model"): Tally(held=1),
            ("ENUM-02", "duration"): Tally(broken=1, kinds={finding.signature: finding}, places={PLACE}),
            ("BILL-06", ""): Tally(held=3),
        },
        cases=2,
        submits=2,
    )


def test_the_shortest_history_is_kept() -> None:
    """Of several that show a break, also across processes, the one with fewer submits and events is shown."""
    tally = Tally()
    for history in (LONG, SHORT, LONG):
        tally.add(BROKEN, history)
    short, long = a_finding(), a_finding(history=LONG)
    assert tally == Tally(broken=3, kinds={short.signature: short}, places={PLACE})
    longer = Tally(held=2, broken=1, kinds={long.signature: long}, places={("elsewhere", "job#2")})
    longer.merge(tally)
    longer.merge(Tally(held=1))
    places = {PLACE, ("elsewhere", "job#2")}
    assert longer == Tally(held=3, broken=4, kinds={short.signature: short}, places=places)


def test_each_kind_of_failure_is_kept() -> None:
    """Breaks that look different are findings of their own, the one with the shortest history first."""
    tally = kinds(broke("billed"), history=LONG)
    tally.add(broke("lost"), SHORT)
    tally.add(broke("lost"), LONG)
    assert tally.findings == (a_finding(broke("lost")), a_finding(broke("billed"), LONG))
    assert not tally.more


def test_kinds_of_one_weight_have_an_order_of_their_own() -> None:
    """Which one came first does not show."""
    one, two = broke("billed"), broke("lost")
    assert kinds(one, two).findings == kinds(two, one).findings


def test_no_more_kinds_are_kept_than_anybody_reads() -> None:
    """Which ones stay does not depend on the order in which they came, nor on how they were spread."""
    breaks = [broke("a" * length) for length in range(1, KINDS + 11)]
    together, apart = kinds(*breaks), kinds(*breaks[::-2])
    apart.merge(kinds(*breaks[-2::-2]))
    assert (len(together.kinds), together.more, together.broken) == (KINDS, True, KINDS + 10)
    assert together.findings == apart.findings
    assert together == replace(apart, kinds=together.kinds)
    assert not kinds(*breaks[:KINDS]).more


def test_that_there_were_more_kinds_is_handed_on() -> None:
    """Also by a tally that has itself room for all."""
    tally = Tally()
    tally.merge(Tally(broken=1, more=True))
    assert tally.more


def test_tallies_of_two_processes_are_added() -> None:
    """Counts, cases, submits, errors, and what was set aside."""
    first, second = [an_attempt("a")], [an_attempt("b")]
    one = Tallies({("BILL-06", ""): Tally(held=1)}, 1, 2, ["a slip"], {"BILL-01"}, first[:], 5)
    two = Tallies(
        {("BILL-06", ""): Tally(held=2), ("ACC-01", ""): Tally(held=4)}, 3, 4, ["another"], {"BILL-02"}, second, 6
    )
    one.merge(two)
    assert one == Tallies(
        {("BILL-06", ""): Tally(held=3), ("ACC-01", ""): Tally(held=4)},
        4,
        6,
        ["a slip", "another"],
        {"BILL-01", "BILL-02"},
        first + second,
        11,
    )


def test_a_rule_that_raises_is_an_error_of_the_harness() -> None:
    """It is told once, with the case and the place; the other rules still judge."""

    def judge(_: History) -> Iterator[Observation]:
        yield BROKEN
        raise ZeroDivisionError("a slip")

    tallies, slip = Tallies(), replace(a_rule(), judge=judge)
    for _ in range(2):
        tallies.judge(SHORT, [slip, a_rule(HELD, id="ACC-01")])
    (error,) = tallies.errors
    assert error.startswith("by hand: BILL-06 could not judge\nTraceback")
    assert error.endswith("ZeroDivisionError: a slip\n")
    assert tallies.counts == {("ACC-01", ""): Tally(held=2)}
    assert tallies.crashed == {"BILL-06"}
