"""Every sequence of a small alphabet up to a depth, shortest first: the first hit is minimal. No seed, no flake."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

OPERATIONS = ("read", "ok", "fail", "wait", "before", "past", "again")
"""read the job · the upstream succeeds · the upstream fails · a poll gap passes · time moves to just before the
deadline · time moves past it · a second job is submitted"""


def sequences(depth: int) -> Iterator[tuple[str, ...]]:
    """Every sequence that can differ from a shorter one, by length."""
    for length in range(depth + 1):
        for sequence in product(OPERATIONS, repeat=length):
            if _worth_running(sequence):
                yield sequence


def _worth_running(sequence: tuple[str, ...]) -> bool:
    """Prune by abstract state: an ended upstream cannot end again, time does not go back."""
    ended = moved = 0
    for place, operation in enumerate(sequence):
        if operation in {"ok", "fail"}:
            ended += 1
            if ended > 1:
                return False
        elif operation == "before":
            if moved:
                return False
            moved = 1
        elif operation == "past":
            if moved == 2:
                return False
            moved = 2
        elif operation == "again" and "again" in sequence[:place]:
            return False
    return True
