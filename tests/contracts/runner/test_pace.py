"""How quickly a gateway asks for a job, here and where its clock runs more slowly."""

import asyncio
from typing import cast

import pytest
from tests.support.stories import submit

from veocontracts.bench import Bench
from veocontracts.events import Event, UpstreamPoll
from veocontracts.history import History
from veocontracts.runner.pace import are_alike, first_gaps
from veocontracts.terms import Terms
from veosim.units import SECOND


class Polled:
    """A bench whose clock goes on as it pauses, in front of a gateway that polls every so often."""

    def __init__(self, every: int) -> None:
        self.clock, self._every, self._now = self, every * SECOND, 0

    def now(self) -> int:
        """Where its clock has come to."""
        return self._now

    async def pause(self, duration: int) -> None:
        """At once."""
        self._now += duration

    def history(self) -> History:
        """The polls so far."""
        instants = range(self._every, self._now + 1, self._every)
        polls: list[Event] = [UpstreamPoll(at=at, label="job#1", job="a") for at in instants]
        return History(Terms(), "pace", tuple(polls))


@pytest.mark.parametrize(
    ("found", "slower", "alike"),
    [
        ([5, 5, 5], [5, 5], True),
        ([6.2, 6.2], [5.4, 5.4], True),  # asking takes time, too, which is longer where the clock is faster
        ([30, 30], [10, 10], False),
        ([5, 10, 20], [5, 10], True),
        ([5], [5, 10], True),
        ([5, 10, 20], [5], True),
        ([5, 5], [], False),
        ([], [5, 5], False),
    ],
)
def test_polls_are_as_far_apart_or_not(found: list[float], slower: list[float], alike: bool) -> None:
    """By the history's clock: a real interval looks a third as long where that runs a third as fast."""
    assert are_alike([round(gap * SECOND) for gap in found], [round(gap * SECOND) for gap in slower]) is alike


@pytest.mark.parametrize(
    ("every", "found", "until"), [(5, (5, 5), 15), (50, (), 60), (25, (25,), 60), (30, (30,), 60), (70, (), 60)]
)
def test_the_first_gaps_are_measured(every: int, found: tuple[int, ...], until: int) -> None:
    """No longer than that takes, and no longer than a minute."""
    bench = Polled(every)
    assert asyncio.run(first_gaps(cast("Bench", bench), submit())) == tuple(gap * SECOND for gap in found)
    assert bench.now() == until * SECOND
