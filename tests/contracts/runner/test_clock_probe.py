"""Does the gateway's clock move? Seen from a job that its upstream never ends."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from tests.support.benches import setting

from veocontracts.bench import Bench
from veocontracts.keys import Keys
from veocontracts.profile import ScaledTime
from veocontracts.runner.clock_probe import clock_probe
from veocontracts.runner.terms_of import Probed
from veocontracts.timing.loop import VirtualLoop
from veocontracts.timing.modes import VIRTUAL, Mode, stepping, ticking
from veocontracts.timing.virtual import VirtualClock, VirtualRunner
from veocontracts.world import World
from veosim.app import create_app
from veosim.clock import Start
from veosim.inprocess import App, Response, call
from veosim.simulator import Simulator
from veosim.units import MILLISECOND, SECOND

FAKETIME, STEPPED, SCALED = (
    ticking("faketime", 60),
    stepping("faketime-stepped", 5 * SECOND, 20 * MILLISECOND),
    ticking("scaled", 60),
)
OWN = stepping("test-clock", 5 * SECOND, 20 * MILLISECOND)
KNOBS = ScaledTime(factor=60, env={"poll_interval": "POLL_S"})
NEVER = 1e9
JSON = {"content-type": "application/json"}


class Pressed(VirtualClock):
    """The history's clock: the loop's, which stands for real time, so many times as fast; it can stand still."""

    def __init__(self, loop: VirtualLoop, factor: float) -> None:
        super().__init__(loop)
        self.factor, self._stood, self._since = factor, 0, -1

    def now(self) -> int:
        """Nanoseconds of history."""
        real = super().now() if self._since < 0 else self._since
        return round((real - self._stood) * self.factor)

    async def sleep(self, duration: int) -> None:
        """So much history."""
        end = self.now() + duration
        while self.now() < end:
            await super().sleep(max(round((end - self.now()) / self.factor), 1000))

    def at(self, due: int, start: Start) -> None:
        """Nothing is due while the clock stands still here."""
        super().at(round(due / self.factor), start)

    @contextmanager
    def still(self) -> Iterator[None]:
        """No history passes."""
        self._since = super().now()
        yield
        self._stood += super().now() - self._since
        self._since = -1


@dataclass
class Gateway:
    """Hands each job on, asks for it every `gap` seconds of history, and shows it failed from `fails` seconds on.

    Attributes:
        follows: whether its timers follow the history's clock; else they are real ones.
        dated: how fast its wall clock runs on the history's, None where its answers have no date.
        asks: how often it asks at all.
    """

    upstream: App
    clock: Pressed
    gap: float
    fails: float = NEVER
    follows: bool = True
    dated: float | None = 1.0
    asks: float = NEVER
    began: float = 0.0
    following: asyncio.Task[None] | None = None

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        """A client's request."""
        del headers
        now = self.clock.now() / SECOND
        dates = (
            {} if self.dated is None else {"Date": f"Mon, 27 Apr 2026 10:{30 + now * self.dated // 60:02.0f}:00 GMT"}
        )
        if method == "POST":
            self.began, self.following = now, asyncio.create_task(self._follow(body))
            return Response(202, {**JSON, **dates}, b'{"status": "accepted", "job": {"id": "a"}}')
        word = "failed" if now - self.began >= self.fails else "processing"
        return Response(
            200 if "jobs" in path else 404, {**JSON, **dates}, json.dumps({"id": "a", "status": word}).encode()
        )

    async def _follow(self, body: bytes) -> None:
        answer = await call(self.upstream, "POST", "/api/video/from-text", JSON, body)
        job, asked = json.loads(answer.body)["job_id"], 0
        while asked < self.asks:
            if self.follows:
                await self.clock.sleep(round(self.gap * SECOND))
            else:
                await asyncio.sleep(self.gap / self.clock.factor)  # why: the loop is virtual, so this is a jump
            await call(self.upstream, "GET", f"/api/video/status/{job}", {})
            asked += 1


def probed(
    mode: Mode,
    gap: float,
    *,
    declared: bool = True,
    slower: float = 0,
    knobs: ScaledTime = KNOBS,
    factor: float = 0,
    **gateway: Any,
) -> Probed:
    """What the probe makes of a gateway.

    `slower` seconds lie between its polls where its clock runs more slowly; `factor` is what the clock really makes.
    """
    chosen = setting(mode=mode.name, tolerance=mode.tolerance)
    clocks = chosen.profile.timeout.clock.model_copy(update={"scaled": knobs})
    timeout = chosen.profile.timeout.model_copy(update={"poll_gap": 0 if declared else None, "clock": clocks})
    chosen = replace(chosen, mode=mode, profile=chosen.profile.model_copy(update={"timeout": timeout}))
    steps = mode.name in {"test-clock", "faketime-stepped"}

    async def run(loop: VirtualLoop) -> Probed:
        clock = Pressed(loop, factor or mode.factor)
        simulator = Simulator(clock=clock)
        keys = Keys(chosen.profile.auth, 60, 60 * SECOND)
        serving = Gateway(create_app(simulator, root="api-video"), clock, gap, **gateway)
        world = World(serving, simulator, clock, keys, alone=True, still=clock.still if steps else None)
        bench = Bench(chosen, world, "probe")
        submit = await bench.submit(bench.order(job={"outcome": "stuck", "queue": "0s"}))
        return await clock_probe(bench, submit, [round(slower * SECOND)] * 2 if slower else ())

    with VirtualRunner() as runner:
        return runner.run(run)


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize("mode", [VIRTUAL, FAKETIME, STEPPED, OWN, SCALED, ticking("real", 1)])
def test_polls_that_follow_the_clock_prove_it(mode: Mode, declared: bool) -> None:
    """Every five seconds of the history's clock, at whatever pace that runs."""
    found = probed(mode, 5, declared=declared, slower=5)
    assert (found.clock_proved, round(found.poll_gap / SECOND, 1)) == (True, 5)


QUICK_AND_REAL = [
    pytest.param(FAKETIME, 30, {"slower": 10}, id="a real interval looks shorter where the clock runs more slowly"),
    pytest.param(FAKETIME, 5, {"slower": 0}, id="there was nothing to compare with"),
    pytest.param(STEPPED, 50, {"follows": False}, id="polls go on while the clock stands still"),
    pytest.param(STEPPED, 249, {"follows": False, "factor": 178}, id="steps take longer than they should"),
    pytest.param(OWN, 50, {"follows": False}, id="and those of a test clock"),
    pytest.param(STEPPED, 5, {"asks": 12}, id="polls that have ceased for good"),
    pytest.param(SCALED, 30, {}, id="half a second, which nobody divided"),
    pytest.param(SCALED, 5, {"knobs": ScaledTime(factor=60, declared=("job_timeout",))}, id="a knob nobody has"),
    pytest.param(SCALED, 10, {"knobs": ScaledTime(factor=2, declared=("poll_interval",))}, id="hardly any quicker"),
]


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize(("mode", "gap", "more"), QUICK_AND_REAL)
def test_quick_polls_alone_prove_nothing(mode: Mode, gap: float, more: dict[str, Any], declared: bool) -> None:
    """A gateway may ask several times in a real second; only what differs from that tells of its clock."""
    assert probed(mode, gap, declared=declared, **more).clock_proved is False
    assert probed(mode, gap, declared=declared, fails=601, **more).clock_proved is True


@pytest.mark.parametrize("mode", [FAKETIME, SCALED])
def test_a_timeout_at_its_instant_proves_it(mode: Mode) -> None:
    """A gateway that asks seldom, or waits to be called back, is seen by the end of its job."""
    assert probed(mode, 240, fails=601) == Probed(poll_gap=240 * SECOND)
    assert probed(mode, NEVER, fails=601) == Probed()
    assert probed(VIRTUAL, NEVER, fails=600) == Probed()


@pytest.mark.parametrize(
    ("mode", "gap", "told"),
    [
        (FAKETIME, 300, "was polled every 300s"),
        (STEPPED, 260, "was polled every 260s"),
        (SCALED, 60, "was polled every 60s"),
        (SCALED, 500, "was polled less than twice"),
        (VIRTUAL, NEVER, "was polled less than twice"),
    ],
)
def test_polls_as_in_real_time_prove_nothing(mode: Mode, gap: float, told: str) -> None:
    """A gateway whose timers did not move asks as often as its real clock says, which is seldom on the history's."""
    found = probed(mode, gap, follows=False)
    assert found.clock_proved is False
    assert found.clock_note.startswith("the gateway's clock was not seen to move: in ")
    assert f"a job that never ends {told}, and did not fail at 600s" in found.clock_note


def test_a_job_that_failed_long_before_proves_nothing() -> None:
    """Only a failure at the deadline tells of the clock."""
    assert probed(FAKETIME, 300, fails=100).clock_proved is False


@pytest.mark.parametrize(("dated", "proved"), [(1.0, True), (None, True), (1 / 60, False)])
def test_a_wall_clock_that_stood_still_is_believed(dated: float | None, proved: bool) -> None:
    """Under libfaketime, polls prove nothing where a `Date` shows real time; no other mode moves it."""
    assert probed(FAKETIME, 20, dated=dated, slower=20).clock_proved is proved
    assert probed(SCALED, 5, dated=dated).clock_proved is True
