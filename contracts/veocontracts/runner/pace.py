"""How quickly a gateway asks for a job, to be compared with how quickly it asks where its clock runs more slowly."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from veocontracts.bench import Bench
from veocontracts.events import Submit, UpstreamPoll
from veosim.units import SECOND

WATCHED = 60 * SECOND
"""On the history's clock."""
COMPARED = 2
"""So many gaps, the first ones: a gateway may poll more and more seldom."""
LOOK_EVERY = SECOND

SLOWER = 3.0
"""The other start has a clock that runs so many times as slowly. By the history's clock its polls are as far apart if
its timers follow, and this part of that if they live in real time."""
ALIKE = 0.6
"""The middle between these two."""


def gaps(bench: Bench, submit: Submit) -> list[int]:
    """Nanoseconds between the polls of a job that the upstream has seen."""
    events = bench.history().events
    polls = [event.at for event in events if isinstance(event, UpstreamPoll) and event.label == submit.label]
    return [later - earlier for earlier, later in pairwise(polls)]


async def first_gaps(bench: Bench, submit: Submit) -> tuple[int, ...]:
    """Watch a job that never ends until it was polled a few times; () where that is seldom."""
    end = bench.clock.now() + WATCHED
    while len(found := gaps(bench, submit)) < COMPARED and bench.clock.now() < end:
        await bench.pause(LOOK_EVERY)
    return tuple(found[:COMPARED])


def are_alike(found: Sequence[int], slower: Sequence[int]) -> bool:
    """Whether polls are as far apart where the clock runs more slowly, on the history's clock both times."""
    count = min(len(found), len(slower))
    return count > 0 and sum(slower[:count]) >= ALIKE * sum(found[:count])
