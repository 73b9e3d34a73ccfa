"""Virtual time: the clock of a loop that jumps, and runs on such loops.

It suits a gateway whose every wait is a timer of the loop or a call in the loop's executor. The wall clock and
`time.monotonic` follow, by `following()`.
"""

from __future__ import annotations

import asyncio
import faulthandler
import gc
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from veocontracts.timing.following import following
from veocontracts.timing.loop import StuckError, VirtualLoop
from veosim.clock import Start, monotonic
from veosim.units import SECOND

T = TypeVar("T")

WATCHDOG = 20
"""Real seconds without a jump or anything from a socket; then the process ends with a dump of every stack."""

COLLECTED = (50_000, 20, 100)
"""How rarely garbage is looked for during runs, as `gc.set_threshold` says it; with what is there at their beginning
left out of the search, that saves a tenth of a run."""


class VirtualClock:
    """The simulator's clock on a virtual loop: four methods, one time."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def now(self) -> int:
        """Nanoseconds since the loop began."""
        return self._loop.instant

    async def sleep(self, duration: int) -> None:
        """A timer of the loop."""
        await asyncio.sleep(duration / SECOND)

    def finished(self) -> None:
        """The loop itself knows when nothing is left to run."""

    def at(self, due: int, start: Start) -> None:
        """A timer of the loop."""
        self._loop.call_at(due / SECOND, start)


class VirtualRunner:
    """Runs coroutines, each on a virtual loop of its own, with this process's clocks following. Use it in `with`."""

    def __enter__(self) -> VirtualRunner:
        self._collected = gc.get_threshold()
        gc.freeze()
        gc.set_threshold(*COLLECTED)
        self._following = following()
        self._follow: Callable[[VirtualLoop], None] = self._following.__enter__()
        self._watched = monotonic() - 2 * SECOND
        return self

    def __exit__(self, *error: object) -> None:
        self._following.__exit__(None, None, None)
        gc.set_threshold(*self._collected)
        gc.unfreeze()
        faulthandler.cancel_dump_traceback_later()

    def run(self, work: Callable[[VirtualLoop], Awaitable[T]]) -> T:
        """Run `work` to its end, then cancel whatever it left behind."""
        loop = self.open()
        try:
            return loop.run_until_complete(work(loop))
        finally:
            self.close(loop)

    def open(self) -> VirtualLoop:
        """A loop at 0 s that this process's clocks follow; for those who drive it step by step."""
        self._watch()
        loop = VirtualLoop()
        self._follow(loop)
        loop.on_progress = self._watch
        return loop

    def close(self, loop: VirtualLoop) -> None:
        """Cancel what is left and close the loop; a task that will not end is left behind."""
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.turns = 0
        try:
            if left:
                with suppress(StuckError):
                    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        finally:
            loop.close()

    def _watch(self) -> None:
        """All is well: the watchdog is set anew, at most once a second, since that starts a thread."""
        now = monotonic()
        if now - self._watched > SECOND:
            self._watched = now
            faulthandler.dump_traceback_later(WATCHDOG, exit=True)
