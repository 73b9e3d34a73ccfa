"""Who keeps the time of a run over sockets: one of them for each mode."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from veocontracts.profile import Profile
from veocontracts.targets.base import GatewayPort
from veocontracts.targets.registry import Attached
from veocontracts.timing.faketime import found_library
from veocontracts.timing.modes import OWN_PACE, Mode
from veocontracts.timing.movers import FileMover, OwnMover, wake_path
from veocontracts.timing.running import Faked, Running, knobs
from veocontracts.timing.stepped import Stepped
from veosim.clock import Clock, RealClock, ScaledClock
from veosim.errors import VeosimError
from veosim.inprocess import App


class Timekeeper(Protocol):
    """What a run over sockets asks of its time mode."""

    @property
    def clock(self) -> Clock:
        """The simulator's clock."""
        ...

    @property
    def client(self) -> Clock:
        """The clients' clock, and the history's: it shows what the simulator's shows."""
        ...

    @property
    def still(self) -> Callable[[], AbstractContextManager[None]] | None:
        """A block in which the clock stands still; None where it runs by itself."""
        ...

    def environment(self) -> Mapping[str, str]:
        """What a process of the gateway is started with, asked at each start."""
        ...

    def started(self, pid: int) -> None:
        """A process of the gateway was started."""
        ...

    def wall(self) -> datetime | None:
        """The instant that the gateway believes in, None where nobody can know it."""
        ...

    def watched(self, upstream: App) -> App:
        """The upstream, as the gateway calls it."""
        ...

    def moving(self, gateway: Attached) -> AbstractAsyncContextManager[GatewayPort]:
        """The gateway, as clients call it, while time goes on."""
        ...

    def close(self) -> None:
        """Clear what the gateway's processes have left behind; they have ended."""
        ...


def timekeeper(profile: Profile, mode: Mode, folder: Callable[[], Path]) -> Timekeeper:
    """The keeper of a mode's time.

    Args:
        profile: the gateway's.
        mode: one of those that it can be judged in.
        folder: makes a folder that lasts as long as the run.
    """
    clock = profile.timeout.clock
    match mode.name:
        case "faketime":
            return Faked(mode.factor, found_library())
        case "scaled":
            return Running(ScaledClock(mode.factor), knobs(profile))
        case "real":
            return Running(RealClock(), {})
        case "faketime-stepped" if clock.faketime is not None:
            step = clock.faketime.step or 0
            return Stepped(FileMover(found_library(), folder(), wake_path(profile)), step, clock.faketime.every)
        case "test-clock" if clock.test is not None:
            return Stepped(OwnMover(clock.test), clock.test.step, OWN_PACE)
        case _:
            raise VeosimError(f"{mode.name} time is not kept over sockets")
