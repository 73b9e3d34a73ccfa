"""Sequences: every one worth running, shortest first, and an account of those that are not."""

from itertools import pairwise

import pytest

from veocontracts.effort import Coverage
from veocontracts.engines.exhaustive import ALPHABET, Sequence, coverage, explore

NO_RESTART = frozenset({"restart"})


@pytest.fixture(scope="module")
def found() -> list[Sequence]:
    """All that are run up to depth 4."""
    return explore(4)


def test_the_shortest_come_first(found: list[Sequence]) -> None:
    """The empty sequence, then each operation that can begin; a success cannot come again yet."""
    assert found[0] == ()
    assert found[1:9] == [(name,) for name in ALPHABET if name != "repeat"]
    assert all(len(shorter) <= len(longer) for shorter, longer in pairwise(found))


def test_none_comes_twice(found: list[Sequence]) -> None:
    """Each sequence is run once."""
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("without", "lengths"), [(NO_RESTART, [1, 7, 32, 99, 187]), (frozenset[str](), [1, 8, 43, 148, 282])]
)
def test_the_number_of_sequences_is_known(without: frozenset[str], lengths: list[int]) -> None:
    """A change of the alphabet or of the pruning is seen."""
    assert [sum(len(each) == length for each in explore(4, without=without)) for length in range(5)] == lengths


def test_what_cannot_differ_is_left_out(found: list[Sequence]) -> None:
    """A job ends once, time does not go back, there are two jobs and one restart, no read follows another."""
    for sequence in found:
        assert sum(name in {"ok", "fail"} for name in sequence) <= 1 + sequence.count("again")
        assert sequence.count("again") <= 1
        assert sequence.count("restart") <= 1
        assert "past" not in sequence or "before" not in sequence[sequence.index("past") :]
        assert ("read", "read") not in pairwise(sequence)
        assert ("before", "wait") not in pairwise(sequence)


@pytest.mark.parametrize(
    "sequence",
    [
        ("past", "ok", "read"),
        ("past", "ok", "wait"),
        ("past", "ok", "repeat"),
        ("before", "ok", "past"),
        ("ok", "wait", "read"),
        ("ok", "repeat"),
        ("ok", "wait", "restart"),
        ("restart", "ok", "wait"),
        ("again", "past", "ok"),
        ("ok", "again", "fail"),
    ],
)
def test_what_may_differ_is_kept(found: list[Sequence], sequence: Sequence) -> None:
    """Late, repeated and lost successes, an end just before the deadline, a second job beside either."""
    assert sequence in found


def test_a_longer_way_to_the_same_state_is_not_followed(found: list[Sequence]) -> None:
    """Waiting and then passing the deadline comes to what passing it comes to, so that only the latter goes on."""
    assert ("wait", "past") in found
    assert [each for each in found if each[:2] == ("wait", "past") and len(each) > 2] == []
    assert [each for each in found if each[:1] == ("past",) and len(each) > 1]


def test_an_operation_that_is_not_to_be_had_is_in_none() -> None:
    """Without restarts, the rest stays as it is."""
    assert explore(3, without=NO_RESTART) == [each for each in explore(3) if "restart" not in each]


def test_a_budget_keeps_the_shortest(found: list[Sequence]) -> None:
    """The first so many; one that is larger than need be changes nothing."""
    assert explore(4, 20) == found[:20]
    assert explore(4, 10_000) == found


def test_coverage_says_what_was_run() -> None:
    """Of all words of the alphabet, those that were run, the states that they reach, and what the budget left out."""
    assert coverage(2, without=NO_RESTART) == Coverage(depth=2, run=40, possible=73, states=32)
    assert coverage(2, 9, without=NO_RESTART) == Coverage(depth=2, run=9, possible=73, states=8, left=31)
    assert coverage(0) == Coverage(depth=0, run=1, possible=1, states=1)


def test_coverage_reads_as_a_line() -> None:
    """As the report shows it."""
    assert str(Coverage(4, 412, 5461, 96)) == (
        "sequences 412 of 5,461 up to depth 4; 96 abstract states; budget not reached"
    )
    assert str(Coverage(4, 100, 5461, 60, left=1312)).endswith("; budget reached, 1,312 left out")
