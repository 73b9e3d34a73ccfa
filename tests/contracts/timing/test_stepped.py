"""Time in steps: the simulator first, then the gateway, then the clients; and nobody sleeps for ever."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import pytest

from veocontracts.targets.base import GatewayPort
from veocontracts.targets.registry import Attached
from veocontracts.timing import stepped
from veocontracts.timing.stepped import FINEST, StepClock, Stepped
from veosim.clock import EPOCH
from veosim.errors import VeosimError
from veosim.inprocess import Response
from veosim.units import MILLISECOND, SECOND, seconds

T = TypeVar("T")
STEP = 5 * SECOND


class Moved:
    """A mover that writes down what it is asked for, and fails with `how` at the step after `last`."""

    def __init__(self, last: int | None = None, how: Exception | None = None) -> None:
        self.steps: list[tuple[int, int]] = []
        self.said: list[str] = []
        self._last, self._how = last, how or VeosimError("it is stuck")

    def environment(self) -> Mapping[str, str]:
        """Something to be told apart."""
        return {"A": "1"}

    def started(self, pid: int) -> None:
        """Note it."""
        self.said.append(f"started {pid}")

    def passed(self) -> int:
        """Nothing passes by itself."""
        return 0

    def wall(self, moved: int) -> datetime | None:
        """An instant for the beginning alone."""
        return EPOCH if not moved else None

    async def move(self, gateway: Attached, step: int, moved: int) -> None:
        """Note it."""
        del gateway
        if self._last is not None and len(self.steps) == self._last:
            raise self._how
        self.steps.append((step, moved))

    def ending(self) -> None:
        """Note it."""
        self.said.append("ending")

    def close(self) -> None:
        """Note it."""
        self.said.append("closed")


class Gateway:
    """Answers when it is let."""

    def __init__(self) -> None:
        self.may = asyncio.Event()

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        """One answer."""
        del method, path, headers, body
        await self.may.wait()
        return Response(204, {}, b"")


def run(work: Callable[[Stepped, GatewayPort, Gateway], Awaitable[T]], mover: Moved) -> T:
    """The result of `work` while a clock steps as fast as it can."""

    async def main() -> T:
        gateway = Gateway()
        time = Stepped(mover, STEP, MILLISECOND)
        async with time.moving(Attached(gateway, {})) as port, asyncio.timeout(20):
            return await work(time, port, gateway)

    return asyncio.run(main())


def test_no_step_is_made_while_it_stands_still() -> None:
    """Beyond one that has begun; afterwards time goes on."""
    mover = Moved()

    async def work(time: Stepped, port: GatewayPort, gateway: Gateway) -> tuple[int, int]:
        await time.client.sleep(STEP)
        with time.still():
            asleep = asyncio.create_task(time.client.sleep(3 * STEP))
            before = len(mover.steps)
            await asyncio.sleep(20 * seconds(MILLISECOND))  # why: real time, in which many steps would be made
            still = len(mover.steps) - before
        await asleep
        return still, len(mover.steps) - before

    still, after = run(work, mover)
    assert (still <= 1, after >= 3) == (True, True)


def test_a_client_sleeps_for_as_many_steps_as_it_takes() -> None:
    """Three whole ones, and one that is cut short where the client is due."""
    mover = Moved()

    async def work(time: Stepped, _: GatewayPort, __: Gateway) -> int:
        await time.client.sleep(17 * SECOND)
        return time.client.now()

    assert run(work, mover) == 17 * SECOND
    assert mover.steps[:4] == [(STEP, STEP), (STEP, 2 * STEP), (STEP, 3 * STEP), (2 * SECOND, 17 * SECOND)]
    assert mover.said == ["ending"]


def test_a_step_is_never_finer_than_a_part_of_a_whole_one() -> None:
    """A client that is due at once may come a little late."""
    mover = Moved()

    async def work(time: Stepped, _: GatewayPort, __: Gateway) -> int:
        await time.client.sleep(1)
        return time.client.now()

    assert run(work, mover) == STEP // FINEST


def test_the_simulators_instants_are_kept_within_a_step() -> None:
    """A sleeper that sleeps again wakes at each of its own times, before the gateway is moved at all."""
    mover, seen = Moved(), list[tuple[int, int]]()

    async def work(time: Stepped, _: GatewayPort, __: Gateway) -> None:
        async def drip() -> None:
            for _ in range(3):
                await time.clock.sleep(SECOND)
                seen.append((time.clock.now(), len(mover.steps)))

        def appointment() -> Iterable[asyncio.Task[object]]:
            seen.append((time.clock.now(), -1))
            return ()

        time.clock.at(2 * SECOND + 1, appointment)
        dripping = asyncio.create_task(drip())
        await time.client.sleep(STEP)
        await dripping

    run(work, mover)
    assert seen == [(SECOND, 0), (2 * SECOND, 0), (2 * SECOND + 1, -1), (3 * SECOND, 0)]


def test_an_appointment_in_the_past_is_kept_at_once() -> None:
    """Without any step."""

    async def work(time: Stepped, _: GatewayPort, __: Gateway) -> list[int]:
        kept = list[int]()

        def appointment() -> Iterable[asyncio.Task[object]]:
            kept.append(time.clock.now())
            return ()

        time.clock.at(0, appointment)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        time.clock.finished()
        return kept

    assert run(work, Moved()) == [0]


def test_a_client_that_left_is_not_waited_for() -> None:
    """A sleeper that was cancelled cuts no step short."""
    mover = Moved()

    async def work(time: Stepped, _: GatewayPort, __: Gateway) -> None:
        leaving = asyncio.create_task(time.client.sleep(SECOND))
        await asyncio.sleep(0)
        leaving.cancel()
        await time.client.sleep(STEP)
        await time.client.sleep(0)

    run(work, mover)
    assert mover.steps[0] == (STEP, STEP)


@pytest.mark.parametrize(
    ("how", "told"),
    [
        (VeosimError("it is stuck"), "it is stuck"),
        (OSError(28, "No space left"), "the clocks cannot be moved: OSError(28, 'No space left')"),
        (RuntimeError("what else"), "the clocks cannot be moved: RuntimeError('what else')"),
    ],
)
def test_a_clock_that_cannot_be_moved_ends_the_run(how: Exception, told: str) -> None:
    """Whoever sleeps, or would like to, gets the reason, whatever it is; and so does who asked for the run."""
    words = f"^{re.escape(told)}$"

    async def work(time: Stepped, _: GatewayPort, __: Gateway) -> None:
        waiting = asyncio.create_task(time.clock.sleep(60 * SECOND))
        with pytest.raises(VeosimError, match=words) as stopped:
            await time.client.sleep(60 * SECOND)
        assert how in {stopped.value, stopped.value.__cause__}
        for clock in (time.client, time.clock):
            with pytest.raises(VeosimError, match=words):
                await clock.sleep(SECOND)
        with pytest.raises(VeosimError, match=words):
            await waiting

    mover = Moved(last=2, how=how)
    with pytest.raises(VeosimError, match=words):
        run(work, mover)
    assert mover.said == ["ending"]


def test_what_a_quick_request_takes_is_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """No step is made while a client's request is young; one that hangs is not waited for."""
    monkeypatch.setattr(stepped, "YOUNG", 60_000)
    monkeypatch.setattr(stepped, "MOST_QUIET", 60_000)
    mover = Moved()

    async def work(time: Stepped, port: GatewayPort, gateway: Gateway) -> tuple[int, int]:
        sleeping = asyncio.create_task(time.client.sleep(STEP))
        asking = asyncio.create_task(port.send("GET", "/", {}))
        done, _ = await asyncio.wait({sleeping, asking}, timeout=0.2)
        before = len(mover.steps)
        gateway.may.set()
        await asyncio.gather(sleeping, asking)
        return len(done), before

    assert run(work, mover) == (0, 0)


def test_an_exchange_that_hangs_does_not_stop_time() -> None:
    """The upstream's exchanges are seen to begin and to end; one in between may wait for the clock."""
    mover, calls = Moved(), list[Any]()

    async def work(time: Stepped, _: GatewayPort, __: Gateway) -> int:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            calls.append((scope, receive, send))
            await time.clock.sleep(60 * SECOND)

        exchange = asyncio.create_task(_called(time, app))
        await exchange
        return time.clock.now()

    assert run(work, mover) >= 60 * SECOND
    assert calls == [({}, None, None)]


async def _called(time: Stepped, app: Any) -> None:
    await time.watched(app)({}, None, None)  # type: ignore[arg-type]


def test_the_rest_is_the_movers() -> None:
    """What a process is started with, what the gateway's wall clock shows, what is cleared."""
    mover = Moved()
    time = Stepped(mover, STEP, MILLISECOND)
    time.started(7)
    time.close()
    assert (time.environment(), time.wall(), mover.said) == ({"A": "1"}, EPOCH, ["started 7", "closed"])


def test_sleepers_wake_in_the_order_of_their_times() -> None:
    """Of one instant in that in which they fell asleep."""
    now, woken = [0], list[str]()

    async def main() -> None:
        clock = StepClock(lambda: now[0])

        async def sleeper(name: str, duration: int) -> None:
            await clock.sleep(duration)
            woken.append(name)

        tasks = [asyncio.create_task(sleeper(*each)) for each in (("c", 3), ("a", 1), ("b", 1), ("d", 9))]
        await asyncio.sleep(0)
        now[0] = 3
        clock.wake()
        await asyncio.sleep(0)
        tasks[-1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(main())
    assert woken == ["a", "b", "c"]
