"""Virtual time: an asyncio loop whose clock jumps to the next timer whenever nothing is ready.

It suits a gateway whose every wait is a timer of the loop or a call in the loop's executor. Real sockets work as long
as both ends live in this loop. The wall clock and `time.monotonic` follow, by `following()`. With a `grace` before each
jump it also suits one that threads of its own, subprocesses or remote stores wake.

The names of asyncio's own that are used here are private; tests/contracts/timing/test_virtual.py pins them.
"""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import heapq
import selectors
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from contextlib import suppress
from contextvars import Context
from typing import Any, TypeVar, TypeVarTuple

from veocontracts.timing.following import following
from veosim.clock import Start, monotonic
from veosim.errors import VeosimError
from veosim.units import SECOND

T = TypeVar("T")
R = TypeVar("R")
Ts = TypeVarTuple("Ts")

WATCHDOG = 20
"""Real seconds without a jump or anything from a socket; then the process ends with a dump of every stack."""

BLOCKED, BLOCKED_AGAIN = 0.5, 0.03
"""Real seconds after which a thread of the executor counts as waiting for an exchange that waits for the clock; the
first time on a loop, and from then on."""
ANEW = (0, 0)
"""No thread and no exchange: something has changed since time ran freely beside them."""

CLUTTERED = 100
"""Beyond so many timers asyncio clears the heap once more than half are cancelled. That has to be its own doing: the
order of timers of one instant follows from the heap's form."""

COLLECTED = (50_000, 20, 100)
"""How rarely garbage is looked for during runs, as `gc.set_threshold` says it; with what is there at their beginning
left out of the search, that saves a tenth of a run."""

TURN_LIMIT = 200_000
"""Turns of the loop at one instant before a run counts as stuck: a busy loop that never waits."""


def nothing() -> None:
    """Nobody is told."""


class StuckError(VeosimError):
    """The loop turns and turns while its clock stands still."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """Starts at 0 s.

    Attributes:
        on_jump: called with the new time after each jump.
        on_progress: called at each jump, and whenever something came from a socket or a thread.
        grace: real seconds that each jump waits for something from outside the loop.
        held: how many exchanges are open at servers of this loop: where a thread of the executor waits for one, and
            it for the clock, time may not stand still.
        foreign_wakes: how often something outside the loop's own timers and sockets woke it (a thread), without any
            grace for it: timing that depends on such a thread is not proved.
        turns: how often the loop has turned at this instant.
        instant: the time in whole nanoseconds.
    """

    _selector: Any
    _scheduled: list[Any]
    _ready: deque[Any]
    _timer_cancelled_count: int
    _clock_resolution: float
    _check_closed: Callable[[], None]

    def __init__(self) -> None:
        super().__init__(selectors.DefaultSelector())
        self._virtual = 0.0
        self._busy = 0
        self._blocked: tuple[int, ...] = ()
        self.grace = 0.0
        self.held = 0
        self.turns = 0
        self.on_jump: Callable[[float], None] | None = None
        self.on_progress: Callable[[], None] = nothing
        self.foreign_wakes = 0
        self.instant = 0
        self._wait: Callable[[float | None], list[tuple[selectors.SelectorKey, int]]] = self._selector.select
        self._watched = self._selector.get_map()
        self._selector.select = self._jump_or_wait

    def time(self) -> float:
        """Virtual seconds."""
        return self._virtual

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """As asyncio's, at a whole nanosecond: sums that differ in their last bit would put equal instants in order."""
        self._check_closed()
        timer: Any = asyncio.TimerHandle(round(when, 9), callback, args, self, context)
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True
        found: asyncio.TimerHandle = timer
        return found

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], R], *args: *Ts) -> asyncio.Future[R]:
        """As asyncio's, and time stands still until the work is done."""
        self._busy += 1  # before the thread, which may be done, and wake the loop, before this returns
        try:
            future = super().run_in_executor(executor, func, *args)
        except BaseException:
            self._busy -= 1
            raise
        future.add_done_callback(self._release)
        return future

    def call_soon_threadsafe(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """As asyncio's; counted where neither a grace nor a call in an executor explains it, be it a forgotten one."""
        if not self._busy and not self.grace and not _ends_a_call(callback):
            self.foreign_wakes += 1
        return super().call_soon_threadsafe(callback, *args, context=context)

    def _release(self, _: object) -> None:
        self._busy -= 1

    def _run_once(self) -> None:
        """One turn. Where only tasks and timers can make anything happen, it needs no look at sockets and threads.

        Such a turn costs half of asyncio's, and a run has tens of thousands of them; any other is asyncio's own.
        """
        is_cluttered = 2 * self._timer_cancelled_count > len(self._scheduled) > CLUTTERED
        if self._busy or self.grace or len(self._watched) > 1 or is_cluttered:
            super()._run_once()  # type: ignore[misc]  # private to asyncio
            return
        ready, scheduled = self._ready, self._scheduled
        while scheduled and scheduled[0]._cancelled:
            self._timer_cancelled_count -= 1
            heapq.heappop(scheduled)._scheduled = False
        if ready:
            self._count_turn()
        else:
            self._jump()
        soon = self._virtual + self._clock_resolution
        while scheduled and scheduled[0]._when < soon:
            timer = heapq.heappop(scheduled)
            timer._scheduled = False
            ready.append(timer)
        for _ in range(len(ready)):  # what these add has its turn later
            handle = ready.popleft()
            if not handle._cancelled:
                handle._run()

    def _jump_or_wait(self, timeout: float | None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            self._count_turn()
            return self._wait(0)
        if self._busy:
            events = self._beside_a_thread()
        elif not (events := self._wait(self.grace)):
            self._jump()
        if events:
            self.on_progress()
        return events

    def _beside_a_thread(self) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for the executor, for good unless its thread may itself wait for the clock: then jump after a while.

        Once it has waited in vain, time runs freely until something has changed.
        """
        if not self.held:
            return self._wait(None)
        if (now := (self._busy, self.held)) == self._blocked:
            patience = 0.0
        else:
            patience = BLOCKED_AGAIN if self._blocked else BLOCKED
        events = self._wait(patience)
        self._blocked = ANEW if events else now
        if not events:
            self._jump()
        return events

    def _count_turn(self) -> None:
        self.turns += 1
        if self.turns > TURN_LIMIT:
            raise StuckError(f"{TURN_LIMIT} turns of the loop at {self._virtual:g} s: something waits by spinning")

    def _jump(self) -> None:
        """To the next timer, since nothing is ready."""
        if not self._scheduled:
            raise StuckError(
                f"nothing is left that could happen after {self._virtual:g} s: the run would wait for ever"
            )
        due = self._scheduled[0]._when
        if due > self._virtual:
            self._virtual = due
            self.instant = round(due * SECOND)
            self.turns = 0
            self.on_progress()
            if self.on_jump is not None:
                self.on_jump(due)


def _ends_a_call(callback: Callable[..., object]) -> bool:
    """Whether this is how asyncio tells that a thread of an executor is done."""
    return getattr(callback, "__qualname__", "").startswith("_chain_future.")


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
