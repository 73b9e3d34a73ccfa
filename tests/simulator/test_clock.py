"""Clocks: real, scaled, and moved by hand."""

import asyncio
import math
from collections.abc import Callable, Coroutine, Iterable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veosim import clock as clock_module
from veosim.clock import (
    EPOCH,
    Clock,
    HeldError,
    ManualClock,
    RealClock,
    ScaledClock,
    Start,
    rfc3339,
    wall_from,
    wall_now,
    wall_of,
)
from veosim.errors import VeosimError
from veosim.units import MILLISECOND, SECOND

Trace = list[tuple[str, int]]


async def sleeper(clock: ManualClock, trace: Trace, name: str, *durations: int) -> None:
    """Sleep once for each duration and note when each sleep ended."""
    try:
        for duration in durations:
            await clock.sleep(duration)
            trace.append((name, clock.now()))
    finally:
        clock.finished()


async def started(work: Iterable[Coroutine[Any, Any, None]]) -> list[asyncio.Task[None]]:
    """Tasks that have run to their first sleep."""
    tasks = [asyncio.create_task(one) for one in work]
    await asyncio.sleep(0)
    return tasks


def test_sleepers_wake_in_order_at_their_own_instants() -> None:
    """However they came, and however far time moves at once, each wakes at exactly its own nanosecond."""

    async def run() -> tuple[Trace, int]:
        clock, trace = ManualClock(), Trace()
        await started(
            [
                sleeper(clock, trace, "late", 5 * SECOND),
                sleeper(clock, trace, "early", 1),
                sleeper(clock, trace, "twice", 2 * SECOND, 2 * SECOND),
                sleeper(clock, trace, "beyond", 60 * SECOND + 1),
            ]
        )
        assert await clock.advance(60 * SECOND) == []
        seen = list(trace)
        clock.reset()
        await asyncio.sleep(0)
        return seen, len(trace)

    seen = [("early", 1), ("twice", 2 * SECOND), ("twice", 4 * SECOND), ("late", 5 * SECOND)]
    assert asyncio.run(run()) == (seen, 4)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=12), st.lists(st.integers(0, 3), max_size=6))
def test_any_way_of_moving_gives_the_same_trace(durations: list[int], steps: list[int]) -> None:
    """Sleepers due at one instant wake in the order in which they came; small steps and one jump are the same."""

    async def run(moves: list[int]) -> Trace:
        clock, trace = ManualClock(), Trace()
        await started(sleeper(clock, trace, str(index), duration) for index, duration in enumerate(durations))
        for move in moves:
            assert await clock.advance(move) == []
        return trace

    expected = [(str(index), due) for due, index in sorted((due, index) for index, due in enumerate(durations))]
    assert asyncio.run(run([*steps, 4])) == asyncio.run(run([4])) == expected


def test_a_sleep_of_nothing_returns_at_once() -> None:
    """Nothing waits for an instant that has come."""

    async def run() -> Trace:
        clock, trace = ManualClock(), Trace()
        await sleeper(clock, trace, "a", 0, -1)
        return trace

    assert asyncio.run(run()) == [("a", 0), ("a", 0)]


def test_advance_returns_when_everything_due_has_run() -> None:
    """Who was woken may take many turns of the loop; time stands still until it has finished or sleeps again."""

    async def run() -> Trace:
        clock, trace = ManualClock(), Trace()

        async def slow() -> None:
            await clock.sleep(1)
            for _ in range(50):
                await asyncio.sleep(0)
            trace.append(("slow", clock.now()))
            clock.finished()

        await started([slow(), sleeper(clock, trace, "next", 2)])
        assert await clock.advance(10) == []
        return trace

    assert asyncio.run(run()) == [("slow", 1), ("next", 2)]


def test_advance_names_who_does_not_settle() -> None:
    """A task that neither finishes nor sleeps again is not waited for without end."""

    async def run() -> list[str]:
        clock = ManualClock(settle_limit=MILLISECOND)

        async def stubborn() -> None:
            await clock.sleep(1)
            await asyncio.Event().wait()

        task = asyncio.create_task(stubborn(), name="stubborn")
        await asyncio.sleep(0)
        late = await clock.advance(1)
        task.cancel()
        return late

    assert asyncio.run(run()) == ["stubborn"]


def test_two_advances_at_once_add_up() -> None:
    """Each moves time by its own duration, one after the other."""

    async def run() -> tuple[Trace, int]:
        clock, trace = ManualClock(), Trace()
        await started([sleeper(clock, trace, "a", 3, 1)])
        await asyncio.gather(clock.advance(2), clock.advance(2))
        return trace, clock.now()

    assert asyncio.run(run()) == ([("a", 3), ("a", 4)], 4)


def test_a_cancelled_sleeper_is_passed_over() -> None:
    """A client that left holds nobody up."""

    async def run() -> Trace:
        clock, trace = ManualClock(), Trace()
        gone, _ = await started([sleeper(clock, trace, "gone", 1), sleeper(clock, trace, "here", 2)])
        gone.cancel()
        assert await clock.advance(2) == []
        return trace

    assert asyncio.run(run()) == [("here", 2)]


def test_a_held_sleeper_gives_up_and_says_what_it_waits_for() -> None:
    """A test that forgets to move the clock fails with the call that is missing, and does not hang."""

    async def run() -> tuple[str, list[str]]:
        clock = ManualClock(held_limit=MILLISECOND)
        await clock.advance(5 * SECOND)
        with pytest.raises(HeldError) as failure:
            await clock.sleep(30 * SECOND)
        return str(failure.value), clock.held

    line = "waiting for clock.advance('30s')"
    assert asyncio.run(run()) == (line, [line])


def test_reset_sends_sleepers_home_and_begins_again() -> None:
    """Who sleeps is woken with an error; time is 0, and nothing held is remembered."""

    async def run() -> tuple[BaseException | None, int, list[str], Trace]:
        clock, trace = ManualClock(), Trace()
        clock.held.append("waiting for clock.advance('1s')")
        await clock.advance(SECOND)
        (old,) = await started([sleeper(clock, trace, "old", 5)])
        clock.reset()
        await asyncio.wait([old])
        await started([sleeper(clock, trace, "new", 5)])
        assert await clock.advance(5) == []
        return old.exception(), clock.now(), clock.held, trace

    error, now, held, trace = asyncio.run(run())
    assert (type(error), str(error)) == (HeldError, "the clock was reset")
    assert (now, held, trace) == (5, [], [("new", 5)])


def test_time_does_not_go_back() -> None:
    """A negative advance is refused."""
    with pytest.raises(VeosimError, match=r"time does not go back: advance\(-1\)"):
        asyncio.run(ManualClock().advance(-1))


class Appointments:
    """Makes starts for a clock: each notes when it was kept, then works on in a task of its own."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.trace = Trace()
        self.tasks: list[asyncio.Task[object]] = []

    def start(self, name: str, work: Callable[[], Coroutine[Any, Any, None]] | None = None) -> Start:
        """A start that does `work`, by default fifty turns of the loop."""

        async def run() -> None:
            await (turns(50) if work is None else work())
            self.trace.append((f"{name} ends", self.clock.now()))

        def begin() -> list[asyncio.Task[object]]:
            self.trace.append((name, self.clock.now()))
            task: asyncio.Task[object] = asyncio.create_task(run(), name=name)
            self.tasks.append(task)
            return [task]

        return begin


async def turns(count: int) -> None:
    """Let the loop go round."""
    for _ in range(count):
        await asyncio.sleep(0)


async def for_ever() -> None:
    """Never end."""
    await asyncio.Event().wait()


def test_appointments_are_kept_at_their_own_instants_and_waited_for() -> None:
    """Time moves on when what an appointment started has ended; sleepers and appointments keep their order."""

    async def run() -> Trace:
        clock = ManualClock()
        made = Appointments(clock)
        clock.at(3, made.start("late"))
        clock.at(2, made.start("early"))
        await started([sleeper(clock, made.trace, "sleeper", 2)])
        clock.at(2, made.start("early too"))
        clock.at(5, made.start("beyond"))
        assert await clock.advance(4) == []
        return made.trace

    assert asyncio.run(run()) == [
        ("early", 2),
        ("early ends", 2),
        ("sleeper", 2),
        ("early too", 2),
        ("early too ends", 2),
        ("late", 3),
        ("late ends", 3),
    ]


def test_what_an_appointment_makes_due_is_kept_by_the_same_advance() -> None:
    """Work may make further appointments: later ones at their instant, past ones at once."""

    async def run() -> Trace:
        clock = ManualClock()
        made = Appointments(clock)

        async def chain() -> None:
            clock.at(4, made.start("next"))
            clock.at(0, made.start("overdue"))

        clock.at(1, made.start("first", chain))
        assert await clock.advance(4) == []
        return made.trace

    assert asyncio.run(run()) == [
        ("first", 1),
        ("first ends", 1),
        ("overdue", 1),
        ("overdue ends", 1),
        ("next", 4),
        ("next ends", 4),
    ]


def test_an_exchange_may_wait_for_an_overdue_appointment() -> None:
    """An appointment for now does not wait until those who were woken have settled."""

    async def run() -> Trace:
        clock = ManualClock(settle_limit=SECOND)
        made = Appointments(clock)

        async def exchange() -> None:
            await clock.sleep(1)
            done = asyncio.Event()

            async def tell() -> None:
                done.set()

            clock.at(clock.now(), made.start("callback", tell))
            await done.wait()
            made.trace.append(("answer", clock.now()))
            clock.finished()

        await started([exchange()])
        assert await clock.advance(1) == []
        return made.trace

    assert asyncio.run(run()) == [("callback", 1), ("callback ends", 1), ("answer", 1)]


def test_time_does_not_leave_work_behind_that_began_without_an_advance() -> None:
    """What is due at once runs without an advance, and the next one waits for it."""

    async def run() -> Trace:
        clock = ManualClock()
        made = Appointments(clock)
        clock.at(0, made.start("now"))
        assert await clock.advance(5) == []
        return made.trace

    assert asyncio.run(run()) == [("now", 0), ("now ends", 0)]


def test_advance_names_the_work_that_does_not_settle_and_goes_on() -> None:
    """Each instant has its own cap; what time has left behind is named once, in order, and not waited for again."""

    async def run() -> tuple[list[str], list[str], list[str], Trace]:
        clock = ManualClock(settle_limit=20 * MILLISECOND)
        made = Appointments(clock)
        for due, name in ((1, "b"), (1, "a"), (2, "c")):
            clock.at(due, made.start(name, for_ever))
        clock.at(3, made.start("quick"))
        late = await clock.advance(2)
        later = await clock.advance(1)
        clock.reset()
        await asyncio.wait(made.tasks)
        return late, later, [task.get_name() for task in made.tasks if task.cancelled()], made.trace

    assert asyncio.run(run()) == (
        ["b", "a", "c"],
        [],
        ["b", "a", "c"],
        [("b", 1), ("a", 1), ("c", 2), ("quick", 3), ("quick ends", 3)],
    )


def test_an_appointment_gives_nobody_up() -> None:
    """Work that waits for the clock is no held exchange: it may wait for as long as the test does other things."""

    async def run() -> tuple[list[str], Trace]:
        clock = ManualClock(held_limit=MILLISECOND)
        made = Appointments(clock)
        clock.at(5, made.start("callback"))
        with pytest.raises(HeldError):
            await clock.sleep(1)
        assert await clock.advance(5) == []
        return clock.held, made.trace

    held = ["waiting for clock.advance('0.000000001s')"]
    assert asyncio.run(run()) == (held, [("callback", 5), ("callback ends", 5)])


def test_reset_drops_appointments_and_cancels_what_they_started() -> None:
    """Nothing of the past is kept in the new time: what is due, what is overdue, and what runs."""

    async def run() -> tuple[Trace, list[bool]]:
        clock = ManualClock()
        made = Appointments(clock)
        clock.at(1, made.start("running", for_ever))
        moving = asyncio.create_task(clock.advance(10))
        clock.at(2, made.start("due"))
        await turns(10)
        clock.at(0, made.start("overdue"))
        clock.reset()
        assert await moving == []
        assert await clock.advance(10) == []
        return made.trace, [task.cancelled() for task in made.tasks]

    assert asyncio.run(run()) == ([("running", 1)], [True])


@pytest.mark.parametrize("factor", [1, 20])
def test_a_scaled_clock_keeps_appointments_with_timers(monkeypatch: pytest.MonkeyPatch, factor: float) -> None:
    """A timer that comes early is set again; the start is called once the clock shows the instant."""
    real, timers = [0], list[tuple[float, Callable[..., None], tuple[Any, ...]]]()
    loop = SimpleNamespace(call_later=lambda delay, call, *given: timers.append((delay, call, given)))
    monkeypatch.setattr(clock_module, "time", SimpleNamespace(monotonic_ns=lambda: real[0]))
    monkeypatch.setattr(clock_module, "asyncio", SimpleNamespace(get_running_loop=lambda: loop))
    clock, kept = ScaledClock(factor), list[int]()

    def start() -> list[asyncio.Task[object]]:
        kept.append(clock.now())
        return []

    clock.at(600 * SECOND, start)
    for passed in (599, 601):
        real[0] = round(passed * SECOND / factor)
        _, call, given = timers[-1]
        call(*given)
    clock.at(0, start)
    assert ([delay for delay, _, _ in timers], kept) == ([600 / factor, 1 / factor, 0], [601 * SECOND])


def test_a_real_clock_keeps_an_appointment() -> None:
    """On a real loop the start runs, with the clock at or behind its instant."""

    async def run() -> int:
        clock, kept = RealClock(), asyncio.Event()
        due = clock.now() + 2 * MILLISECOND

        def start() -> list[asyncio.Task[object]]:
            kept.set()
            return []

        clock.at(due, start)
        async with asyncio.timeout(10):
            await kept.wait()
        return clock.now() - due

    assert asyncio.run(run()) >= 0


@pytest.mark.parametrize(("clock_class", "factor"), [(RealClock, 1), (ScaledClock, 20), (ScaledClock, 0.5)])
def test_a_scaled_clock_runs_factor_times_as_fast(
    monkeypatch: pytest.MonkeyPatch, clock_class: type[ScaledClock], factor: float
) -> None:
    """What has passed is multiplied, what is slept is divided."""
    real, slept = [1_000], list[float]()

    async def sleep(delay: float) -> None:
        slept.append(delay)

    monkeypatch.setattr(clock_module, "time", SimpleNamespace(monotonic_ns=lambda: real[0]))
    monkeypatch.setattr(clock_module, "asyncio", SimpleNamespace(sleep=sleep))
    clock = RealClock() if clock_class is RealClock else ScaledClock(factor)
    began = clock.now()
    real[0] += 3 * SECOND
    asyncio.run(clock.sleep(600 * SECOND))
    clock.finished()
    assert (began, clock.now(), slept) == (0, 3 * SECOND * factor, [600 / factor])


@pytest.mark.parametrize(
    ("factor", "found"),
    [
        *[(0, "0"), (-1, "-1"), (0.0009, "0.0009"), (1_000_001, "1e+06"), (1e300, "1e+300")],
        *[(math.inf, "inf"), (-math.inf, "-inf"), (math.nan, "nan")],
    ],
)
def test_a_clock_that_nobody_can_use_is_refused(factor: float, found: str) -> None:
    """It would stand still, or hand numbers that are none to the loop's timers."""
    message = f"a clock runs 0.001 to 1,000,000 times as fast as real time, found {found}"
    with pytest.raises(VeosimError) as refusal:
        ScaledClock(factor)
    assert str(refusal.value) == message


@pytest.mark.parametrize("factor", [0.001, 1_000_000])
def test_the_bounds_of_a_clocks_factor_are_taken(factor: float) -> None:
    """Both of them."""
    assert ScaledClock(factor).factor == factor


def test_wall_time_follows_a_clock_that_tests_control() -> None:
    """It begins at the documents' sample instant and moves with the clock."""
    clock = ManualClock()
    wall = wall_from(clock)
    asyncio.run(clock.advance(90 * SECOND))
    assert (wall(), rfc3339(EPOCH)) == (datetime(2026, 4, 27, 10, 31, 30, tzinfo=UTC), "2026-04-27T10:30:00Z")


def test_a_clock_may_know_what_instant_it_is() -> None:
    """One that lives by another wall clock says so; for all others it is the real one."""

    class Elsewhere(ScaledClock):
        def wall(self) -> datetime:
            return EPOCH

    assert wall_of(Elsewhere(60)) == EPOCH
    assert abs(wall_of(ScaledClock(60)) - wall_now()) < timedelta(minutes=1)
