"""The simulator's time: one small clock behind four methods, and the only code that reads real time.

`now` is called whenever a state is asked for; `sleep` holds an exchange; `finished` says that the task which a
sleep woke has done its work, so that a manual clock knows when everything due has run; `at` makes an appointment for
work that no exchange waits for, such as a callback.
All times are integer nanoseconds since the clock began.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Protocol, runtime_checkable

from veosim.errors import VeosimError
from veosim.units import SECOND, seconds, show_duration

EPOCH = datetime(2026, 4, 27, 10, 30, tzinfo=UTC)
"""Where clocks that tests control begin: the instant of the documents' samples (000, 001 Quickstart)."""

HELD_LIMIT = 10 * SECOND
SETTLE_LIMIT = 6 * SECOND
"""Real time for one instant's work. Above the 5 s that a callback's attempt may take, so that it ends by itself."""

SLOWEST, FASTEST = 0.001, 1_000_000

Start = Callable[[], Iterable["asyncio.Task[object]"]]
"""What an appointment does: begins its work at once, and returns the tasks that carry it on."""


class Clock(Protocol):
    """What the simulator asks of time."""

    def now(self) -> int:
        """Nanoseconds since the clock began; never goes back."""
        ...

    async def sleep(self, duration: int) -> None:
        """Return once `duration` nanoseconds of this clock have passed."""
        ...

    def finished(self) -> None:
        """The current task has done what its last sleep woke it for."""
        ...

    def at(self, due: int, start: Start) -> None:
        """Call `start` on the running loop once the clock reaches `due`; at the loop's next turn if it has."""
        ...


@runtime_checkable
class WallClock(Protocol):
    """A clock that also knows what instant it is for those who live by it."""

    def wall(self) -> datetime:
        """The instant, in UTC."""
        ...


def wall_now() -> datetime:
    """The real instant, in UTC."""
    return datetime.now(UTC)


def wall_of(clock: Clock) -> datetime:
    """The instant by a clock that knows it, else the real one."""
    return clock.wall() if isinstance(clock, WallClock) else wall_now()


monotonic = time.monotonic_ns
"""Real nanoseconds, for measuring how long the harness itself takes; also where a virtual run patches the module."""


def rfc3339(instant: datetime) -> str:
    """An instant as the documents write it: `2026-04-27T10:30:00Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class ScaledClock:
    """Real time, run `factor` times as fast: 600 s take 600/factor s.

    Raises:
        VeosimError: a factor out of bounds.
    """

    def __init__(self, factor: float) -> None:
        if not SLOWEST <= factor <= FASTEST:  # not-a-number is out of bounds too
            raise VeosimError(f"a clock runs {SLOWEST:g} to {FASTEST:,} times as fast as real time, found {factor:g}")
        self.factor = factor
        self._began = time.monotonic_ns()

    def now(self) -> int:
        """Scaled nanoseconds since the clock was made."""
        return round((time.monotonic_ns() - self._began) * self.factor)

    async def sleep(self, duration: int) -> None:
        """Sleep on the running loop for `duration / factor`."""
        await asyncio.sleep(seconds(duration) / self.factor)

    def finished(self) -> None:
        """Nothing waits for settling on a clock that runs by itself."""

    def at(self, due: int, start: Start) -> None:
        """A timer of the running loop."""
        delay = max(0, due - self.now())
        asyncio.get_running_loop().call_later(seconds(delay) / self.factor, self._keep, due, start)

    def _keep(self, due: int, start: Start) -> None:
        if self.now() < due:  # loops round: uvloop to milliseconds, so its timers may be early
            self.at(due, start)
        else:
            start()


class RealClock(ScaledClock):
    """Real time as it is."""

    def __init__(self) -> None:
        super().__init__(1)


class HeldError(VeosimError):
    """An exchange waited for a manual clock that nobody advanced."""


class ManualClock:
    """A clock that moves only when told: `advance` runs everything that falls due, in order.

    Invariant: `_now` never passes the due time of a sleeper or an appointment that is still in `_waiting`; those due
    at one instant come in the order in which they were entered. `_awake` holds the tasks that were woken and have
    neither slept again nor finished, `_started` those that appointments started and that have not ended; time moves
    on when both are empty. `_late` holds started tasks that time has left behind, for `reset` to cancel.

    Attributes:
        held: one line for each exchange that gave up waiting after `held_limit` real nanoseconds.
    """

    def __init__(self, held_limit: int = HELD_LIMIT, settle_limit: int = SETTLE_LIMIT) -> None:
        self._now = 0
        self._waiting: list[tuple[int, int, asyncio.Future[None] | Start]] = []
        self._overdue: deque[Start] = deque()
        self._order = itertools.count()
        self._awake: set[asyncio.Task[object]] = set()
        self._started: set[asyncio.Task[object]] = set()
        self._late: set[asyncio.Task[object]] = set()
        self._settled = asyncio.Event()
        self._advancing = asyncio.Lock()
        self._target = 0
        self._held_limit = held_limit
        self._settle_limit = settle_limit
        self.held: list[str] = []

    def now(self) -> int:
        """Nanoseconds advanced so far."""
        return self._now

    async def sleep(self, duration: int) -> None:
        """Wait for `advance`.

        Raises:
            HeldError: nobody advanced the clock for ten real seconds, so the exchange would hang its test.
        """
        self.finished()
        if duration <= 0:
            return
        loop = asyncio.get_running_loop()
        woken: asyncio.Future[None] = loop.create_future()
        due = self._now + duration
        heapq.heappush(self._waiting, (due, next(self._order), woken))
        guard = loop.call_later(seconds(self._held_limit), self._give_up, woken, due)
        try:
            await woken
        finally:
            guard.cancel()
        self._awake.add(current_task())

    def finished(self) -> None:
        """Count the current task as settled."""
        self._awake.discard(current_task())
        self._tell_settled()

    def at(self, due: int, start: Start) -> None:
        """Wait for `advance`, which waits for the tasks; nobody gives up if it does not come."""
        if due > self._now:
            heapq.heappush(self._waiting, (due, next(self._order), start))
        else:  # not left to `advance`: an exchange that it waits for may itself wait for this
            self._overdue.append(start)
            asyncio.get_running_loop().call_soon(self._begin_overdue)

    async def advance(self, duration: int) -> list[str]:
        """Move time by `duration`, waking every sleeper and keeping every appointment at its own instant.

        Runs on the loop that the sleepers run on; several at once run one after the other. Returns the names of
        the tasks that had not settled within six real seconds of their instant; [] is the rule.
        """
        if duration < 0:
            raise VeosimError(f"time does not go back: advance({duration})")
        async with self._advancing:
            self._target = self._now + duration  # a reset meanwhile takes it back to 0
            unsettled = await self._settle()  # what began without `advance` belongs to the instant that ends now
            while self._waiting and self._waiting[0][0] <= self._target:
                due, _, waiting = heapq.heappop(self._waiting)
                self._now = max(self._now, due)
                if self._rouse(waiting):
                    unsettled += await self._settle()
            self._now = self._target
        return unsettled

    def _rouse(self, waiting: asyncio.Future[None] | Start) -> bool:
        if not isinstance(waiting, asyncio.Future):
            self._begin(waiting)
        elif waiting.done():
            return False
        else:
            waiting.set_result(None)
        return True

    def _begin_overdue(self) -> None:
        if self._overdue:  # none is left where a reset came in between
            self._begin(self._overdue.popleft())

    def _begin(self, start: Start) -> None:
        for task in start():
            self._started.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._started.discard(task)
        self._late.discard(task)
        self._tell_settled()

    def _tell_settled(self) -> None:
        if not self._awake and not self._started:
            self._settled.set()

    async def _settle(self) -> list[str]:
        self._settled = asyncio.Event()
        # The woken task runs after this one yields: its future's callback is already queued, so two turns of the
        # loop bring it to `_awake`.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        try:
            async with asyncio.timeout(seconds(self._settle_limit)):
                while self._awake or self._started:
                    self._settled.clear()
                    await self._settled.wait()
        except TimeoutError:
            late = sorted(task.get_name() for task in self._awake | self._started)
            self._late |= self._started
            self._awake.clear()
            self._started.clear()
            return late
        return []

    def _give_up(self, woken: asyncio.Future[None], due: int) -> None:
        if not woken.done():
            line = f"waiting for clock.advance({show_duration(due - self._now)!r})"
            self.held.append(line)
            woken.set_exception(HeldError(line))

    def reset(self) -> None:
        """Back to 0; whoever still sleeps is woken with an error, since its exchange belongs to the past.

        Appointments are dropped, and what they started is cancelled.
        """
        for _, _, waiting in self._waiting:
            if isinstance(waiting, asyncio.Future) and not waiting.done():
                waiting.set_exception(HeldError("the clock was reset"))
        for task in self._started | self._late:
            task.cancel()
        for left in (self._waiting, self._overdue, self._awake, self._started, self._late, self.held):
            left.clear()
        self._settled.set()
        self._now = self._target = 0


def current_task() -> asyncio.Task[object]:
    """The task that runs now."""
    task = asyncio.current_task()
    if task is None:
        raise VeosimError("a clock's sleep is awaited from a task")
    return task


TURNS = 20
"""Turns of the loop in which what has already reached the sockets becomes exchanges: accept, read, parse, start."""


async def settle_arrivals() -> None:
    """Let the loop read what has already reached its sockets."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


def wall_from(clock: Clock, epoch: datetime = EPOCH) -> Callable[[], datetime]:
    """A reader of wall time for a clock that tests control: `epoch` plus what has passed."""
    return lambda: epoch + timedelta(microseconds=clock.now() // 1_000)
