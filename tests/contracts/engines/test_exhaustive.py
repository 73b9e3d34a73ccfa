"""Sequences: every one worth running, shortest first."""

from itertools import pairwise

from veocontracts.engines.exhaustive import OPERATIONS, REDUNDANT, sequences


def test_the_shortest_come_first() -> None:
    """The empty sequence, then each operation alone, in their fixed order."""
    found = list(sequences(2))
    assert found[0] == ()
    assert found[1:8] == [(operation,) for operation in OPERATIONS]
    assert all(len(shorter) <= len(longer) for shorter, longer in pairwise(found))


def test_none_comes_twice() -> None:
    """Each sequence is run once."""
    found = list(sequences(3))
    assert len(found) == len(set(found))


def test_the_number_of_sequences_is_known() -> None:
    """1 of no operation, 7 of one, 36 of two, 148 of three: a change of the alphabet or the pruning is seen."""
    assert [sum(len(sequence) == length for sequence in sequences(3)) for length in range(4)] == [1, 7, 36, 148]


def test_what_cannot_differ_is_left_out() -> None:
    """An upstream job ends once, time does not go back, a second job is submitted once, reads are not repeated."""
    found = list(sequences(3))
    for sequence in found:
        assert sum(operation in {"ok", "fail"} for operation in sequence) <= 1
        assert sequence.count("again") <= 1
        assert sequence.count("before") <= 1
        assert sequence.count("past") <= 1
        assert not ("past" in sequence and "before" in sequence[sequence.index("past") :])
        assert REDUNDANT.isdisjoint(pairwise(sequence))


def test_what_may_differ_is_kept() -> None:
    """A late success, an end just before the deadline, and a second job beside either are run."""
    found = set(sequences(3))
    assert {("past", "ok", "read"), ("before", "ok", "past"), ("ok", "read", "again"), ("again", "past", "ok")} <= found
