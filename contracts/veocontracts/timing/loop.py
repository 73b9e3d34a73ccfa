"""An asyncio loop whose clock jumps to the next timer whenever nothing is ready.

Real sockets work as long as both ends live in this loop. With a `grace` before each jump it also suits a gateway that
threads of its own, subprocesses or remote stores wake.

The names of asyncio's own that are used here are private; tests/contracts/timing/test_loop.py pins them.
"""

from __future__ import annotations

import asyncio
import heapq
import selectors
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from contextvars import Context
from typing import Any, TypeVar, TypeVarTuple

from veosim.errors import VeosimError
from veosim.inprocess import App
from veosim.units import SECOND

R = TypeVar("R")
Ts = TypeVarTuple("Ts")

BLOCKED, BLOCKED_AGAIN = 0.5, 0.03
"""Real seconds after which a thread of the executor counts as waiting for an exchange that waits for the clock; the
first time on a loop, and from then on."""
ANEW = (0, 0)
"""No thread and no exchange: something has changed since time ran freely beside them."""

CLUTTERED = 100
"""Beyond so many timers asyncio clears the heap once more than half are cancelled. That has to be its own doing: the
order of timers of one instant follows from the heap's form."""

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


def held(app: App, loop: VirtualLoop) -> App:
    """An app whose open exchanges the loop knows of."""

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        loop.held += 1
        try:
            await app(scope, receive, send)
        finally:
            loop.held -= 1

    return serve
