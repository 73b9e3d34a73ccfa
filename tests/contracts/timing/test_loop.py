"""A loop whose clock jumps: exactly, not while threads and sockets are busy, and never for ever."""

import asyncio
import itertools
import socket
import threading
from asyncio import base_events
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from tests.support.loops import nap, run

from veocontracts.timing import loop as loops
from veocontracts.timing.loop import CLUTTERED, StuckError, VirtualLoop, held
from veocontracts.timing.virtual import VirtualRunner
from veosim.server import serving


def test_sleeping_jumps_exactly() -> None:
    """Ten minutes, a millisecond and nothing take exactly what they say on the loop's clock."""

    async def work(loop: VirtualLoop) -> list[float]:
        times = [loop.time()]
        for seconds in (600, 0.001, 0, 86_400):
            await nap(seconds)
            times.append(loop.time())
        return times

    assert run(work) == [0.0, 600.0, 600.001, 600.001, 87_000.001]


def test_timeouts_fire_at_their_instant() -> None:
    """`asyncio.timeout` and `wait_for` end at 599.9 and 600.1 s, not a tick later."""

    async def work(loop: VirtualLoop) -> list[float]:
        times = []
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(599.9):
                await asyncio.Event().wait()
        times.append(loop.time())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.2)
        times.append(loop.time())
        return times

    assert run(work) == [599.9, pytest.approx(600.1)]


def test_timers_fire_in_order_of_time() -> None:
    """Tasks that sleep for different times wake in order, each at its own instant."""

    async def work(loop: VirtualLoop) -> list[tuple[str, float]]:
        seen: list[tuple[str, float]] = []

        async def sleeper(name: str, seconds: float) -> None:
            await nap(seconds)
            seen.append((name, loop.time()))

        await asyncio.gather(sleeper("late", 600), sleeper("early", 5), sleeper("between", 599.9))
        return seen

    assert run(work) == [("early", 5.0), ("between", 599.9), ("late", 600.0)]


def test_the_executor_holds_the_clock() -> None:
    """While a thread of the executor works, a short timeout cannot overtake it."""

    async def work(loop: VirtualLoop) -> tuple[str, float, int]:
        released = threading.Event()

        def in_a_thread() -> str:
            released.wait(10)
            return "done"

        async with asyncio.timeout(0.001):
            thread = asyncio.create_task(asyncio.to_thread(in_a_thread))
            await asyncio.sleep(0)
            released.set()
            return await thread, loop.time(), loop.foreign_wakes

    assert run(work) == ("done", 0.0, 0)


def test_a_thread_from_elsewhere_is_counted() -> None:
    """A wake that no executor call explains makes timing doubtful, so it is counted."""

    async def work(loop: VirtualLoop) -> int:
        event = asyncio.Event()
        thread = threading.Thread(target=loop.call_soon_threadsafe, args=(event.set,))
        thread.start()
        thread.join()
        await event.wait()
        return loop.foreign_wakes

    assert run(work) == 1


def test_nothing_left_to_happen_is_an_error() -> None:
    """A run that could only wait for ever ends, with the instant."""

    async def work(_: VirtualLoop) -> None:
        await nap(7)
        await asyncio.Event().wait()

    with pytest.raises(StuckError, match=r"^nothing is left that could happen after 7 s: the run would wait for ever$"):
        run(work)


def test_spinning_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A task that turns and turns without waiting is stopped; the runner can be used again."""
    monkeypatch.setattr(loops, "TURN_LIMIT", 500)

    async def spin(_: VirtualLoop) -> None:
        await nap(3)
        for _turn in itertools.count():
            await asyncio.sleep(0)

    async def fine(loop: VirtualLoop) -> float:
        await nap(1)
        return loop.time()

    with VirtualRunner() as runner:
        with pytest.raises(StuckError, match=r"^500 turns of the loop at 3 s: something waits by spinning$"):
            runner.run(spin)
        assert runner.run(fine) == 1.0


def test_real_sockets_live_in_virtual_time() -> None:
    """A server and a client in one loop: an answer after 30 s comes at 30 s, and a timeout of 600 s fires at 600 s."""

    async def delayed(request: Request) -> Response:
        await nap(float(request.query_params["seconds"]))
        return PlainTextResponse("late")

    app: Any = Starlette(routes=[Route("/", delayed)])

    async def work(loop: VirtualLoop) -> list[object]:
        seen: list[object] = []
        async with serving(app) as url, httpx2.AsyncClient(base_url=url, timeout=600, trust_env=False) as client:
            began = loop.time()
            seen.append((await client.get("/?seconds=30")).text)
            seen.append(loop.time() - began)
            began = loop.time()
            with pytest.raises(httpx2.ReadTimeout):
                await client.get("/?seconds=2000")
            seen += [loop.time() - began, loop.foreign_wakes]
        return seen

    assert run(work) == ["late", pytest.approx(30, abs=1e-6), pytest.approx(600, abs=1e-6), 0]


def test_a_kept_connection_costs_no_time() -> None:
    """Many answers on one connection arrive at once: no answer waits in the kernel while the clock jumps away."""

    async def quick(_: Request) -> Response:
        return PlainTextResponse("quick")

    app: Any = Starlette(routes=[Route("/", quick)])

    async def work(loop: VirtualLoop) -> list[float]:
        took = []
        async with serving(app) as url, httpx2.AsyncClient(base_url=url, timeout=600, trust_env=False) as client:
            for _ in range(50):
                began = loop.time()
                await client.get("/")
                took.append(loop.time() - began)
                await nap(5)
        return took

    assert run(work) == [0.0] * 50


def test_the_private_names_of_asyncio_are_there() -> None:
    """The loop rests on a heap of timers, a queue of handles that are ready, and on how a turn goes about them."""
    loop: Any = asyncio.SelectorEventLoop()
    try:
        handle: Any = loop.call_later(5, print)
        assert (loop._scheduled, handle._when, handle._scheduled, handle._cancelled) == (
            [handle],
            handle.when(),
            True,
            False,
        )
        handle.cancel()
        assert (handle._cancelled, loop._timer_cancelled_count) == (True, 1)
        ready = loop.call_soon(print)
        assert (list(loop._ready), loop._clock_resolution < 1e-6) == ([ready], True)
        assert len(loop._selector.get_map()) == 1
        assert base_events._MIN_SCHEDULED_TIMER_HANDLES == CLUTTERED  # type: ignore[attr-defined]
        assert base_events._MIN_CANCELLED_TIMER_HANDLES_FRACTION == 0.5  # type: ignore[attr-defined]
        for method in (loop._selector.select, loop._run_once, loop._check_closed, ready._run):
            assert callable(method)
    finally:
        loop.close()


def test_the_short_turn_is_as_asyncios_own() -> None:
    """With a socket to look at, each turn is asyncio's; without one the same things happen in the same turns."""

    async def work(loop: VirtualLoop, *, has_socket: bool) -> list[tuple[str, float, int]]:
        seen: list[tuple[str, float, int]] = []
        ours, theirs = socket.socketpair()
        if has_socket:
            loop.add_reader(ours, print)

        async def sleeper(name: str, *naps: float) -> None:
            for seconds in naps:
                await nap(seconds)
                seen.append((name, loop.time(), loop.turns))

        async def impatient() -> None:
            for number in range(150):  # enough for asyncio to clear the heap
                async with asyncio.timeout(50 + number):
                    await nap(1)
                seen.append(("in time", loop.time(), loop.turns))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(2):
                    await asyncio.Event().wait()
            seen.append(("late", loop.time(), loop.turns))

        tasks = [sleeper("a", 1, 0, 0, 2.5), sleeper("b", 0.5, 0.5, 0, 1e-10, 300), impatient()]
        tasks += [sleeper(f"tie {number}", 2.5 * number, 400 - 2.5 * number) for number in range(60)]
        await asyncio.gather(*map(asyncio.create_task, tasks))
        loop.remove_reader(ours)
        ours.close()
        theirs.close()
        return seen

    own = run(partial(work, has_socket=True))
    assert run(partial(work, has_socket=False)) == own
    assert len(own) == 160 + 2 * 60


def test_a_late_cancelled_timer_is_passed_over() -> None:
    """Time does not stop at an instant whose timer was cancelled."""

    async def work(loop: VirtualLoop) -> list[float]:
        jumps: list[float] = []
        loop.on_jump = jumps.append
        loop.call_later(1, print).cancel()
        await nap(2)
        return jumps

    assert run(work) == [2.0]


def test_a_grace_lets_a_thread_come_first() -> None:
    """A thread that works beside the loop is waited for before the clock jumps, and is no doubt then."""

    async def work(loop: VirtualLoop) -> tuple[float, int]:
        loop.grace = 10.0  # as long as it takes: what ends it is the wake
        event = asyncio.Event()
        threading.Thread(target=loop.call_soon_threadsafe, args=(event.set,)).start()
        async with asyncio.timeout(600):
            await event.wait()
        loop.grace = 0.0
        return loop.time(), loop.foreign_wakes

    assert run(work) == (0.0, 0)


def test_a_grace_that_nobody_uses_ends_with_a_jump() -> None:
    """Then time goes on as ever."""

    async def work(loop: VirtualLoop) -> float:
        loop.grace = 0.001
        await nap(5)
        return loop.time()

    assert run(work) == 5.0


def test_a_thread_may_wait_for_what_waits_for_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that blocks in the executor gets an answer that comes 30 s later; a second one after 30 s more."""
    monkeypatch.setattr(loops, "BLOCKED", 0.05)

    async def work(loop: VirtualLoop) -> list[tuple[str, float]]:
        async def slowly(_: Request) -> Response:
            await nap(30)
            return PlainTextResponse("late")

        seen = []
        async with serving(held(Starlette(routes=[Route("/", slowly)]), loop)) as url:
            for _ in range(2):
                answer = await asyncio.to_thread(httpx2.get, url, timeout=None, trust_env=False)
                seen.append((answer.text, loop.time()))
        return seen

    assert run(work) == [("late", 30.0), ("late", 60.0)]


def test_a_forgotten_call_in_a_thread_is_no_doubt() -> None:
    """A thread whose caller has given up wakes the loop when it is done; asyncio itself does that."""

    async def work(loop: VirtualLoop) -> int:
        begun, released = threading.Event(), threading.Event()
        with ThreadPoolExecutor(1) as pool:

            def wait() -> None:
                begun.set()
                released.wait(10)

            forgotten = loop.run_in_executor(pool, wait)
            begun.wait(10)
            forgotten.cancel()
            await asyncio.sleep(0)
            released.set()
        return loop.foreign_wakes

    assert run(work) == 0
