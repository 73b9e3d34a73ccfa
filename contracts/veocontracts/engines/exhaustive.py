"""Every sequence of a small alphabet up to a depth, shortest first: the first hit is minimal. No seed, no flake."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product

OPERATIONS = ("read", "ok", "fail", "wait", "before", "past", "again")
"""read the job · the upstream succeeds · the upstream fails · a poll gap passes · time moves to just before the
deadline · time moves past it · a second job is submitted"""


def sequences(depth: int) -> Iterator[tuple[str, ...]]:
    """Every sequence that can differ from a shorter one, by length."""
    for length in range(depth + 1):
        for sequence in product(OPERATIONS, repeat=length):
            if _worth_running(sequence):
                yield sequence


REDUNDANT = frozenset({("read", "read"), ("wait", "wait"), ("wait", "before"), ("wait", "past"), ("past", "wait")})
"""Neighbours that bring about nothing which a shorter sequence does not: every sequence ends with two reads, and moving
to the deadline passes through every poll on the way."""


def _worth_running(sequence: tuple[str, ...]) -> bool:
    """Prune by abstract state: an ended upstream cannot end again, time does not go back, a second job is enough."""
    ends = sum(operation in {"ok", "fail"} for operation in sequence)
    moves = [operation for operation in sequence if operation in {"before", "past"}]
    return (
        ends <= 1
        and sequence.count("again") <= 1
        and moves in ([], ["before"], ["past"], ["before", "past"])
        and not any(pair in REDUNDANT for pair in pairwise(sequence))
    )
