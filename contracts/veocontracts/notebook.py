"""The steps of a running case, written down as they are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from veocontracts.steps import Operation, Step
from veosim.clock import Clock


class Notebook:
    """What one case has done so far."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = clock.now()
        self._made: list[Step] = []
        self._open: dict[int, None] = {}

    @contextmanager
    def step(self, operation: Operation, label: str = "", arguments: Mapping[str, Any] | None = None) -> Iterator[None]:
        """Write a step down; it lasts as long as the block."""
        number = len(self._made) + 1
        at = self._clock.now() - self._began
        self._made.append(Step(number, at, operation, label, tuple(self._open), arguments or {}))
        self._open[number] = None
        try:
            yield
        finally:
            del self._open[number]

    def made(self) -> tuple[Step, ...]:
        """All of them so far."""
        return tuple(self._made)
