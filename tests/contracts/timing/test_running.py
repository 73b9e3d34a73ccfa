"""Clocks that run by themselves: scaled, real, and that of a process under libfaketime."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from veocontracts.profile import Faketime, TimeoutClock
from veocontracts.profiles import find_profile
from veocontracts.targets.registry import Attached
from veocontracts.timing import faketime, running
from veocontracts.timing.keepers import timekeeper
from veocontracts.timing.modes import VIRTUAL, Mode, stepping
from veocontracts.timing.running import Faked, FakedClock, Running, knobs
from veocontracts.timing.stepped import Stepped
from veosim import clock
from veosim.clock import EPOCH, ScaledClock
from veosim.errors import VeosimError
from veosim.inprocess import Response
from veosim.units import SECOND


async def nobody(scope: Any, receive: Any, send: Any) -> None:
    """An app that is only handed on."""


class Port:
    async def send(self, *_: object) -> Response:
        """Nothing is asked of it."""
        raise AssertionError


def test_the_knobs_are_the_documents_times_divided() -> None:
    """Each under the gateway's own name, in seconds."""
    assert knobs(find_profile("reference-process")) == {
        "CN8_JOB_TIMEOUT_S": "10",
        "CN8_POLL_S": "0.0833333",
        "CN8_RATE_WINDOW_S": "1",
    }
    assert knobs(find_profile("reference")) == {}


def test_a_clock_that_runs_leaves_the_gateway_as_it_is() -> None:
    """Scaled time only adds the gateway's own variables; clients and the simulator share one clock."""
    time = Running(ScaledClock(60), {"A": "1"})
    time.started(7)
    time.close()

    async def port() -> object:
        async with time.moving(Attached(gateway, {})) as found:
            return found

    gateway = Port()
    assert asyncio.run(port()) is gateway
    assert (time.environment(), time.client is time.clock) == ({"A": "1"}, True)
    assert time.watched(nobody) == nobody
    assert abs(clock.wall_now() - (time.wall() or EPOCH)) < timedelta(minutes=1)


def test_a_faked_process_begins_where_the_history_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A restart two real seconds later is 118 s ahead of real time at sixty times its pace; its wall clock follows."""
    now = [5 * SECOND]
    monkeypatch.setattr(running, "monotonic", lambda: now[0])
    monkeypatch.setattr("time.monotonic_ns", lambda: now[0])
    monkeypatch.setattr(running, "wall_now", lambda: EPOCH)
    monkeypatch.delenv("LD_PRELOAD", raising=False)
    time = Faked(60, "/ft.so")
    assert time.environment() == {"LD_PRELOAD": "/ft.so", "FAKETIME": "+0.000000 x60"}
    now[0] += 2 * SECOND
    assert time.environment() == {"LD_PRELOAD": "/ft.so", "FAKETIME": "+118.000000 x60"}
    assert time.wall() == EPOCH + timedelta(seconds=120)
    assert clock.wall_of(time.clock) == EPOCH + timedelta(seconds=120)


def test_a_faked_processs_files_are_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the gateway has ended."""
    monkeypatch.setattr(faketime, "SHARED", tmp_path)
    monkeypatch.setattr(faketime, "family", lambda pid: {pid})
    time = Faked(60, "/ft.so")

    async def run() -> None:
        async with time.moving(Attached(Port(), {})):
            time.started(7)
            for path in faketime.files_of({7}):
                path.touch()

    asyncio.run(run())
    assert len(list(tmp_path.iterdir())) == 2
    time.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("mode", "kind", "factor"),
    [(Mode("scaled", 30), ScaledClock, 30), (Mode("real", 1), ScaledClock, 1), (Mode("faketime", 60), FakedClock, 60)],
)
def test_each_mode_has_its_clock(
    mode: Mode, kind: type[ScaledClock], factor: float, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As fast as the mode says."""
    monkeypatch.setattr("veocontracts.timing.keepers.found_library", lambda: "/ft.so")
    time = timekeeper(find_profile("reference-faketime"), mode, lambda: tmp_path)
    assert isinstance(time.clock, kind)
    assert time.clock.factor == factor


def test_virtual_time_is_not_kept_over_sockets(tmp_path: Path) -> None:
    """It has a loop of its own."""
    with pytest.raises(VeosimError, match="virtual time is not kept over sockets"):
        timekeeper(find_profile("reference"), VIRTUAL, lambda: tmp_path)


def test_a_stepped_process_reads_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In a folder of the run's own; the profile says how far a step goes."""
    monkeypatch.setattr("veocontracts.timing.keepers.found_library", lambda: "/ft.so")
    profile = find_profile("reference-faketime")
    clock_ = TimeoutClock(faketime=Faketime.model_validate({"step": "5s"}))
    timeout = profile.timeout.model_copy(update={"clock": clock_})
    mode = stepping("faketime-stepped", 5 * SECOND, SECOND // 50)
    time = timekeeper(profile.model_copy(update={"timeout": timeout}), mode, lambda: tmp_path)
    assert isinstance(time, Stepped)
    assert time.environment()["FAKETIME_TIMESTAMP_FILE"] == str(tmp_path / "faketime")
