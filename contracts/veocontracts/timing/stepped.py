"""Time that moves in steps: the simulator's clock and the gateway's by the same step, then the clients see it."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import Any

from veocontracts.targets.base import GatewayPort
from veocontracts.targets.registry import Attached
from veocontracts.timing.movers import Mover
from veosim.clock import Start, monotonic
from veosim.errors import VeosimError
from veosim.inprocess import App, Response
from veosim.units import MILLISECOND, seconds

QUIET = 5 * MILLISECOND
"""Real time without a request or an answer, after which a step counts as dealt with."""

MOST_QUIET = 25
"""A step is never waited for longer than so many times its pace."""

YOUNG = 10
"""A client's request is waited for so many times the pace: what it takes is no time then. Longer ones wait for time."""

FINEST = 50
"""Where a client is due, a step is as short as that, but no shorter than this part of a whole one."""

WITHIN = 1000
"""So many instants of the simulator's are kept within a step."""


class StepClock:
    """A clock that others move, and whose sleepers they wake.

    Args:
        now: nanoseconds so far.

    Attributes:
        stopped: why it will not be moved any more.
    """

    def __init__(self, now: Callable[[], int]) -> None:
        self.now = now
        self._waiting: list[tuple[int, int, asyncio.Future[None] | Start]] = []
        self._order = itertools.count()
        self.stopped: VeosimError | None = None

    async def sleep(self, duration: int) -> None:
        """Wait until the clock has been moved so far.

        Raises:
            VeosimError: it cannot be.
        """
        if self.stopped is not None:
            raise self.stopped
        if duration > 0:
            woken = asyncio.get_running_loop().create_future()
            heapq.heappush(self._waiting, (self.now() + duration, next(self._order), woken))
            await woken

    def finished(self) -> None:
        """Nobody waits for what a sleeper does."""

    def at(self, due: int, start: Start) -> None:
        """Keep an appointment once the clock has been moved so far."""
        if due > self.now():
            heapq.heappush(self._waiting, (due, next(self._order), start))
        else:
            asyncio.get_running_loop().call_soon(start)

    @property
    def due(self) -> int | None:
        """When the next sleeper wants to be woken."""
        while self._waiting and isinstance(found := self._waiting[0][2], asyncio.Future) and found.done():
            heapq.heappop(self._waiting)
        return self._waiting[0][0] if self._waiting else None

    def wake(self) -> None:
        """Wake all who are due by now, in their order."""
        while self.due is not None and self._waiting[0][0] <= self.now():
            waiting = heapq.heappop(self._waiting)[2]
            if isinstance(waiting, asyncio.Future):
                waiting.set_result(None)
            else:
                waiting()

    def stop(self, error: VeosimError) -> None:
        """Time has come to an end: nobody is left asleep."""
        self.stopped = error
        for _, _, waiting in self._waiting:
            if isinstance(waiting, asyncio.Future) and not waiting.done():
                waiting.set_exception(error)
        self._waiting.clear()


class Stepped:
    """Keeps the time of a run in steps.

    A step is made once the last one is dealt with: when nothing was asked or answered for a moment.

    Args:
        mover: moves the gateway's clock.
        step: nanoseconds; the last one before something is due is shorter.
        every: nanoseconds of real time between two steps, at least.
    """

    def __init__(self, mover: Mover, step: int, every: int) -> None:
        self._mover, self._step, self._every = mover, step, every
        self._moved = 0
        self._busy_at = 0
        self._asked: list[int] = []
        self._going = asyncio.Event()
        self._going.set()
        self.clock, self.client = StepClock(self._now), StepClock(self._now)

    def _now(self) -> int:
        return self._moved + self._mover.passed()

    def environment(self) -> Mapping[str, str]:
        """What a process of the gateway is started with."""
        return self._mover.environment()

    def started(self, pid: int) -> None:
        """A process of the gateway was started."""
        self._mover.started(pid)

    def wall(self) -> datetime | None:
        """The instant that the gateway believes in."""
        return self._mover.wall(self._moved)

    @contextmanager
    def still(self) -> Iterator[None]:
        """No further step is made."""
        self._going.clear()
        try:
            yield
        finally:
            self._going.set()

    def close(self) -> None:
        """Clear what is left behind."""
        self._mover.close()

    def watched(self, upstream: App) -> App:
        """The upstream, whose exchanges are waited for."""

        async def serve(scope: Any, receive: Any, send: Any) -> None:
            with self._busy():
                await upstream(scope, receive, send)

        return serve

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """A client's request."""
        began = monotonic()
        self._asked.append(began)
        try:
            with self._busy():
                yield
        finally:
            self._asked.remove(began)

    @contextmanager
    def _busy(self) -> Iterator[None]:
        self._busy_at = monotonic()
        try:
            yield
        finally:
            self._busy_at = monotonic()

    @asynccontextmanager
    async def moving(self, gateway: Attached) -> AsyncIterator[GatewayPort]:
        """The gateway as clients call it, while a task moves the clocks.

        Raises:
            VeosimError: time came to an end before the block did; what was seen after that proves nothing.
        """
        driver = asyncio.create_task(self._drive(gateway))
        try:
            yield _Watched(gateway.port, self._asking)
        finally:
            driver.cancel()
            await asyncio.gather(driver, return_exceptions=True)
            self._mover.ending()
        if self.clock.stopped is not None:
            raise self.clock.stopped

    async def _drive(self, gateway: Attached) -> None:
        """Step after step; whatever ends that, all who sleep are told, since nobody else would ever wake them."""
        try:
            while True:
                await self._settled()
                await self._going.wait()
                step = self._next()
                await self._upstream(self._moved + step)
                await self._mover.move(gateway, step, self._moved)
                self.client.wake()
        except Exception as error:
            told = error if isinstance(error, VeosimError) else VeosimError(f"the clocks cannot be moved: {error!r}")
            if told is not error:
                told.__cause__ = error
            self.clock.stop(told)
            self.client.stop(told)

    async def _upstream(self, moved: int) -> None:
        """The simulator's time comes first, so that the gateway finds there what is ready at its own new instant."""
        for _ in range(WITHIN):
            due = self.clock.due
            if due is None or due > moved + self._mover.passed():
                break
            self._moved = max(self._moved, min(due - self._mover.passed(), moved))
            self.clock.wake()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        self._moved = moved
        self.clock.wake()

    def _next(self) -> int:
        due = self.client.due
        left = self._step if due is None else due - self._now()
        return min(self._step, max(left, self._step // FINEST))

    async def _settled(self) -> None:
        """Wait `every`, and then for a quiet moment."""
        began = monotonic()
        await asyncio.sleep(seconds(self._every))
        while (now := monotonic()) - began < MOST_QUIET * self._every:
            left = self._busy_at + QUIET - now
            is_asked = any(now - asked < YOUNG * self._every for asked in self._asked)
            if left <= 0 and not is_asked:
                return
            await asyncio.sleep(seconds(max(left, MILLISECOND)))


class _Watched:
    """A gateway whose requests and answers are noted."""

    def __init__(self, gateway: GatewayPort, busy: Callable[[], Any]) -> None:
        self._gateway, self._busy = gateway, busy

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        """One request."""
        with self._busy():
            return await self._gateway.send(method, path, headers, body)
