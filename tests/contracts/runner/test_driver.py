"""Cases over sockets: what broke while the machine was busy is driven again; what is the gateway's own stays broken."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pytest
from tests.support.benches import setting
from tests.support.lines import BROKEN, HELD, a_rule

from veocontracts.bench import Bench
from veocontracts.history import History
from veocontracts.keys import Keys
from veocontracts.rules.base import Observation
from veocontracts.runner.driver import ATTEMPTS, Driver
from veocontracts.tally import SetAside, Tallies
from veocontracts.timing.loop import VirtualLoop
from veocontracts.timing.modes import VIRTUAL, Mode, ticking
from veocontracts.timing.pressure import Wait
from veocontracts.timing.virtual import VirtualClock, VirtualRunner
from veocontracts.workloads import Case
from veocontracts.world import World
from veosim.inprocess import Response
from veosim.simulator import Simulator
from veosim.units import SECOND

SCALED = ticking("scaled", 60)
BUSY, CALM = Wait(SECOND, 3 * SECOND), Wait(SECOND, 0)


class Gateway:
    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        """Nothing is asked of it."""
        raise AssertionError((method, path, headers, body))


def driven(
    seen: Sequence[Observation | None],
    mode: Mode,
    monkeypatch: pytest.MonkeyPatch,
    *,
    busy: bool,
    alone: bool = False,
) -> tuple[list[str], Tallies]:
    """The names of a case's runs, and what is counted, where each run shows the next observation."""
    chosen = replace(setting(mode=mode.name), mode=mode)
    names: list[str] = []
    left = iter(seen)

    def judge(history: History) -> Iterator[Observation]:
        names.append(history.case)
        found = next(left)
        if found is not None:
            yield found

    async def drive(bench: Bench) -> None:
        await bench.pause(SECOND)

    async def run(loop: VirtualLoop) -> Tallies:
        clock = VirtualClock(loop)
        world = World(Gateway(), Simulator(clock=clock), clock, Keys(chosen.profile.auth, 60, 60), alone=True)
        case = Case("a case", drive, frozenset({"BILL-06"}), alone=alone)
        driver = Driver(chosen, world, [replace(a_rule(), judge=judge)])
        await driver.drive_all([case], 1, lambda *_: None)
        return driver.tallies

    monkeypatch.setattr("veocontracts.timing.pressure.Pressure.wait", lambda _: BUSY if busy else CALM)
    with VirtualRunner() as runner:
        return names, runner.run(run)


def test_what_broke_on_a_busy_machine_is_driven_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a case of its own; what it shows then is what counts."""
    names, tallies = driven([BROKEN, HELD], SCALED, monkeypatch, busy=True)
    [tally] = tallies.counts.values()
    assert (names, tally.held, tally.broken) == (["a case", "a case again"], 1, 0)
    [aside] = tallies.set_aside
    [slip] = aside.slips
    assert tallies.cases == 1
    assert replace(aside, slips=()) == SetAside("a case", 1, 3 * SECOND, 4 * SECOND)
    assert (slip.name, slip.rule.sentence, slip.finding.observation) == ("BILL-06", "A sentence.", BROKEN)
    assert slip.finding.history.case == "a case"


def test_what_breaks_every_time_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine excuses nobody for ever."""
    names, tallies = driven([BROKEN] * ATTEMPTS, SCALED, monkeypatch, busy=True)
    [tally] = tallies.counts.values()
    assert (len(names), tally.held, tally.broken) == (ATTEMPTS, 0, 1)
    assert [each.attempt for each in tallies.set_aside] == [*range(1, ATTEMPTS)]


@pytest.mark.parametrize(
    ("observation", "mode", "busy"),
    [(BROKEN, SCALED, False), (HELD, SCALED, True), (BROKEN, ticking("real", 1), True), (BROKEN, VIRTUAL, True)],
)
def test_nothing_else_is_driven_again(
    observation: Observation, mode: Mode, busy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not what broke on a calm machine, nor in real time, which is not pressed; nor what held."""
    names, tallies = driven([observation], mode, monkeypatch, busy=busy)
    assert (names, tallies.set_aside) == (["a case"], [])


def test_an_occasion_that_a_busy_machine_left_out_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a case that is alone; what was missing, and what went wrong, is told."""
    names, tallies = driven([None, HELD], SCALED, monkeypatch, busy=True, alone=True)
    assert names == ["a case", "a case again"]
    [aside] = tallies.set_aside
    assert (aside.slips, aside.unseen, aside.errors) == ((), ("BILL-06",), ())
