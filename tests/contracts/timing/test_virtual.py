"""Virtual time: every clock of the process follows the loop, each run begins anew, and nothing is left behind."""

import asyncio
import datetime
import gc
import time

import pytest
from tests.support.loops import nap, run

from veocontracts.timing import virtual
from veocontracts.timing.following import MONOTONIC, following
from veocontracts.timing.loop import VirtualLoop
from veocontracts.timing.virtual import COLLECTED, VirtualClock, VirtualRunner
from veosim.clock import EPOCH
from veosim.units import SECOND


def test_the_processs_clocks_follow() -> None:
    """`time.time`, `datetime.now` and `time.monotonic` move by the 600 s that the loop moves."""

    async def work(_: VirtualLoop) -> tuple[float, datetime.timedelta, float]:
        wall, day, mono = time.time(), datetime.datetime.now(datetime.UTC), time.monotonic()  # noqa: TID251
        assert day == EPOCH
        await nap(600)
        now = datetime.datetime.now(datetime.UTC)  # noqa: TID251  what is tested
        return time.time() - wall, now - day, time.monotonic() - mono  # noqa: TID251  what is tested

    assert run(work) == (600.0, datetime.timedelta(minutes=10), 600.0)


def test_each_run_begins_at_the_same_instant() -> None:
    """Two runs of one runner see equal clocks, whatever the first one did."""

    async def work(_: VirtualLoop) -> tuple[float, datetime.datetime, float]:
        seen = time.monotonic(), datetime.datetime.now(datetime.UTC), time.time()  # noqa: TID251  what is tested
        await nap(3600)
        return seen

    with VirtualRunner() as runner:
        assert runner.run(work) == runner.run(work) == (0.0, EPOCH, EPOCH.timestamp())


def test_the_clocks_are_restored() -> None:
    """After the block everything is as it was, also where the block fails."""
    before = time.monotonic, time.time  # noqa: TID251  what is tested
    with pytest.raises(KeyError), following():
        raise KeyError
    assert (time.monotonic, time.time) == before  # noqa: TID251  what is tested
    assert abs((datetime.datetime.now(datetime.UTC) - EPOCH).total_seconds()) > 1  # noqa: TID251  what is tested


def test_what_a_run_leaves_behind_is_cancelled() -> None:
    """A task that still sleeps when the work is done gets its cancellation, and may tidy up."""
    tidied: list[str] = []

    async def work(_: VirtualLoop) -> None:
        async def sleeper() -> None:
            try:
                await nap(3600)
            finally:
                tidied.append("yes")

        task = asyncio.create_task(sleeper())
        await nap(1)
        assert not task.done()

    run(work)
    assert tidied == ["yes"]


def test_the_simulators_clock_is_the_loops() -> None:
    """Three methods, integer nanoseconds, one time."""

    async def work(loop: VirtualLoop) -> tuple[int, int]:
        clock = VirtualClock(loop)
        began = clock.now()
        await clock.sleep(599_900_000_000)
        clock.finished()
        return began, clock.now()

    assert run(work) == (0, 599_900_000_000)


def test_garbage_is_looked_for_as_before_after_the_runs() -> None:
    """A runner's own settings end with it."""
    before = gc.get_threshold()
    with VirtualRunner():
        assert gc.get_threshold() == COLLECTED
        assert gc.get_freeze_count() > 0
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)


def test_a_clock_counts_in_whole_nanoseconds() -> None:
    """No float reaches a history."""

    async def work(loop: VirtualLoop) -> int:
        await nap(0.1 + 0.2)
        return VirtualClock(loop).now()

    assert run(work) == 3 * SECOND // 10


def test_every_monotonic_clock_follows() -> None:
    """Whichever of them a gateway keeps its deadline with, it moves by the 600 s of the loop."""

    async def work(_: VirtualLoop) -> list[float]:
        clocks = [(getattr(time, name), unit) for name, unit in MONOTONIC.items()]
        before = [clock() for clock, _ in clocks]
        await asyncio.sleep(600)  # why: virtual time
        return [(clock() - at) / unit for (clock, unit), at in zip(clocks, before, strict=True)]

    with VirtualRunner() as runner:
        assert runner.run(work) == [600.0, 600.0, 600.0, 600.0]


def test_a_clock_keeps_appointments_at_their_exact_instant() -> None:
    """The loop jumps to them as it does to sleepers; one that is overdue is kept at once."""

    async def work(loop: VirtualLoop) -> list[int]:
        clock, kept = VirtualClock(loop), list[int]()

        def start() -> list[asyncio.Task[object]]:
            kept.append(clock.now())
            return []

        for due in (600 * SECOND + 1, 3 * SECOND // 10, 0):
            clock.at(due, start)
        await nap(601)
        return kept

    assert run(work) == [0, 3 * SECOND // 10, 600 * SECOND + 1]


def test_the_watchdog_counts_from_the_last_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run may take long as long as something happens: each jump sets the watchdog anew, once a second at most."""
    now, set_at = [0], list[int]()
    monkeypatch.setattr(virtual, "monotonic", lambda: now[0])
    monkeypatch.setattr("faulthandler.dump_traceback_later", lambda *_, **__: set_at.append(now[0] // SECOND))

    async def work(_: VirtualLoop) -> None:
        for _seconds in range(6):
            now[0] += SECOND
            await nap(1)

    run(work)
    assert set_at == [0, 2, 4, 6]
