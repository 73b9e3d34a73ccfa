"""Does the gateway's clock move? Seen from a job that its upstream never ends."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from tests.support.benches import setting

from veocontracts.bench import Bench
from veocontracts.keys import Keys
from veocontracts.runner.clock_probe import clock_probe
from veocontracts.runner.terms_of import Probed
from veocontracts.timing.modes import VIRTUAL, Mode, stepping, ticking
from veocontracts.timing.virtual import VirtualClock, VirtualLoop, VirtualRunner
from veocontracts.world import World
from veosim.app import create_app
from veosim.inprocess import App, Response, call
from veosim.simulator import Simulator
from veosim.units import MILLISECOND, SECOND

FAKETIME, STEPPED, SCALED = (
    ticking("faketime", 60),
    stepping("faketime-stepped", 5 * SECOND, 20 * MILLISECOND),
    ticking("scaled", 60),
)
NEVER = 1e9
JSON = {"content-type": "application/json"}


@dataclass
class Gateway:
    """Hands each job on, asks for it every `gap` seconds, and shows it failed from `fails` seconds on.

    Attributes:
        dated: how fast its wall clock runs, None where its answers have no date.
    """

    upstream: App
    gap: float
    fails: float = NEVER
    dated: float | None = 1.0
    began: float = 0.0
    following: asyncio.Task[None] | None = None

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        """A client's request."""
        del headers
        now = asyncio.get_running_loop().time()
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
        job = json.loads(answer.body)["job_id"]
        while True:
            await asyncio.sleep(self.gap)  # why: the loop is virtual, so this is a jump
            await call(self.upstream, "GET", f"/api/video/status/{job}", {})


def probed(mode: Mode, gap: float, *, declared: bool = True, **gateway: Any) -> Probed:
    """What the probe makes of a gateway, and when it was done."""
    chosen = setting(mode=mode.name, tolerance=mode.tolerance)
    timeout = chosen.profile.timeout.model_copy(update={"poll_gap": 0 if declared else None})
    chosen = replace(chosen, mode=mode, profile=chosen.profile.model_copy(update={"timeout": timeout}))

    async def run(loop: VirtualLoop) -> Probed:
        clock = VirtualClock(loop)
        simulator = Simulator(clock=clock)
        keys = Keys(chosen.profile.auth, 60, 60 * SECOND)
        serving = Gateway(create_app(simulator, root="api-video"), gap, **gateway)
        bench = Bench(chosen, World(serving, simulator, clock, keys, alone=True), "probe")
        submit = await bench.submit(bench.order(job={"outcome": "stuck", "queue": "0s"}))
        return await clock_probe(bench, submit)

    with VirtualRunner() as runner:
        return runner.run(run)


@pytest.mark.parametrize("mode", [VIRTUAL, FAKETIME, STEPPED, SCALED, ticking("real", 1)])
@pytest.mark.parametrize("declared", [True, False])
def test_polls_that_come_quickly_prove_it(mode: Mode, declared: bool) -> None:
    """Every five seconds of the history's clock: no gateway asks so often in real time."""
    assert probed(mode, 5, declared=declared) == Probed(poll_gap=5 * SECOND)


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
        (STEPPED, 250, "was polled every 250s"),
        (SCALED, 60, "was polled every 60s"),
        (SCALED, 500, "was polled less than twice"),
        (VIRTUAL, NEVER, "was polled less than twice"),
    ],
)
def test_polls_as_in_real_time_prove_nothing(mode: Mode, gap: float, told: str) -> None:
    """A gateway whose timers did not move asks as often as its real clock says, which is seldom on the history's."""
    found = probed(mode, gap)
    assert found.clock_proved is False
    assert found.clock_note.startswith("the gateway's clock was not seen to move: in ")
    assert f"a job that never ends {told}, and did not fail at 600s" in found.clock_note


def test_a_job_that_failed_long_before_proves_nothing() -> None:
    """Only a failure at the deadline tells of the clock."""
    assert probed(FAKETIME, 300, fails=100).clock_proved is False


@pytest.mark.parametrize(("dated", "proved"), [(1.0, True), (None, True), (1 / 60, False)])
def test_a_wall_clock_that_stood_still_is_believed(dated: float | None, proved: bool) -> None:
    """Under libfaketime, quick polls prove nothing where a `Date` shows real time; no other mode moves it."""
    assert probed(FAKETIME, 20, dated=dated).clock_proved is proved
    assert probed(SCALED, 20, dated=dated).clock_proved is True
