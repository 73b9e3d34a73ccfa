"""This process's wall and monotonic clocks, made to follow a virtual loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

import time_machine

from veosim.clock import EPOCH
from veosim.units import SECOND


class Followed(Protocol):
    """A loop that tells of its jumps."""

    on_jump: Callable[[float], None] | None

    def time(self) -> float:
        """Virtual seconds."""
        ...


@contextmanager
def following() -> Iterator[Callable[[Followed], None]]:
    """Patch this process's wall and monotonic clocks; yields a function that lets them follow a loop.

    `time.time`, `datetime.now` and their kin are moved by time-machine, which leaves the monotonic clocks alone.
    """
    base = EPOCH.timestamp()
    current: list[Followed] = []
    real = {name: getattr(time, name) for name in MONOTONIC}
    with time_machine.travel(EPOCH, tick=False) as traveller:

        def follow(loop: Followed) -> None:
            current[:] = [loop]
            traveller.move_to(base + loop.time())
            shown = round((base + loop.time()) * SECOND)

            def jumped(now: float) -> None:
                nonlocal shown
                wanted = round((base + now) * SECOND)
                traveller.shift((wanted - shown) / SECOND)  # `move_to` takes eight times as long
                shown = wanted

            loop.on_jump = jumped

        for name, unit in MONOTONIC.items():
            setattr(time, name, _reader(current, real[name], unit))
        try:
            yield follow
        finally:
            for name in MONOTONIC:
                setattr(time, name, real[name])


MONOTONIC = {"monotonic": 1.0, "perf_counter": 1.0, "monotonic_ns": SECOND, "perf_counter_ns": SECOND}
"""The clocks of `time` that are patched, only in the process of a virtual run, and what a second is on each."""


def _reader(current: list[Followed], real: Callable[[], float], unit: float) -> Callable[[], float]:
    """A clock that shows the loop's time; the real one before the first loop."""
    return lambda: type(unit)(current[0].time() * unit) if current else real()
