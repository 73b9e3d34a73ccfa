"""Playing scenario files as they are edited: a look at them twice a second, on the server's own loop."""

from __future__ import annotations

from collections.abc import Callable

from veosim.clock import Clock
from veosim.scenario.shelf import Shelf
from veosim.simulator import Simulator
from veosim.units import SECOND

PAUSE = SECOND // 2


async def watch(
    shelf: Shelf, simulator: Simulator, clock: Clock, say: Callable[[str], None], complain: Callable[[str], None]
) -> None:
    """Play what changes on the shelf, until cancelled.

    Jobs keep their plans. A scenario that was read again begins again, with its counters at zero; one that is wrong is
    reported, and what it said before goes on. One whose file is gone can no longer be asked for, but goes on where it
    is played.

    Args:
        shelf: the files that are played.
        simulator: plays them.
        clock: real time, whatever the simulator's own clock does.
        say: takes `added NAME`, `reloaded NAME` and `removed NAME`.
        complain: takes a problem, with file, line and column where it has them.
    """
    while True:
        await clock.sleep(PAUSE)
        news = shelf.refresh()
        for change in news.changes:
            simulator.steering.library.shelve(change.now)
            if change.before is not None:
                simulator.tenants.rewrite(change.before, change.now)
            say(f"{'added' if change.before is None else 'reloaded'} {change.now.scenario}")
        for name in news.removed:
            simulator.steering.library.withdraw(name)
            say(f"removed {name}")
        for problem in news.problems:
            complain(problem)
