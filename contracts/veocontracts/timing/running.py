"""Time modes whose clock runs by itself: a gateway with its times divided, one under libfaketime, one in real time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from veocontracts.profile import Profile, ScaledTime, Timeout
from veocontracts.targets.base import GatewayPort
from veocontracts.targets.registry import Attached
from veocontracts.timing.faketime import FakedFiles, at_rate
from veosim.clock import ScaledClock, monotonic, wall_now
from veosim.inprocess import App
from veosim.units import SECOND, seconds


class Running:
    """The history's clock is real time, so many times as fast.

    Args:
        clock: it.
        knobs: the gateway's own variables, with its times divided.

    Attributes:
        clock: the simulator's, and the history's.
        client: the clients', which is the same.
        still: nobody can stop it.
    """

    still = None

    def __init__(self, clock: ScaledClock, knobs: Mapping[str, str]) -> None:
        self.client = self.clock = clock
        self._knobs = knobs

    def environment(self) -> Mapping[str, str]:
        """What a process of the gateway is started with."""
        return self._knobs

    def started(self, pid: int) -> None:
        """A process of the gateway was started."""

    def wall(self) -> datetime | None:
        """The instant that the gateway believes in."""
        return wall_now()

    def watched(self, upstream: App) -> App:
        """The upstream, as the gateway calls it."""
        return upstream

    def close(self) -> None:
        """Nothing is left behind."""

    @asynccontextmanager
    async def moving(self, gateway: Attached) -> AsyncIterator[GatewayPort]:
        """The gateway as clients call it, while the clock runs."""
        yield gateway.port


class FakedClock(ScaledClock):
    """Scaled time whose wall clock runs as fast: that of a process under libfaketime."""

    def __init__(self, factor: float) -> None:
        super().__init__(factor)
        self._base, self._began = wall_now(), monotonic()

    def wall(self) -> datetime:
        """Where the clock has come to."""
        return self._base + timedelta(microseconds=self.now() // 1000)

    def ahead(self) -> int:
        """How far it is ahead of real time."""
        return max(0, self.now() - (monotonic() - self._began))


class Faked(Running):
    """Under libfaketime: the gateway's wall clock runs as fast as the history's, also over restarts."""

    def __init__(self, factor: float, library: str) -> None:
        self._faked, self._library, self._files = FakedClock(factor), library, FakedFiles()
        super().__init__(self._faked, {})

    def environment(self) -> Mapping[str, str]:
        """A clock that begins where the history's is by now."""
        return at_rate(self._library, self._faked.factor, self._faked.ahead())

    def started(self, pid: int) -> None:
        """Its files are known from now on."""
        self._files.add(pid)

    @asynccontextmanager
    async def moving(self, gateway: Attached) -> AsyncIterator[GatewayPort]:
        """As it is; at the end, see whom the gateway has started itself."""
        try:
            yield gateway.port
        finally:
            self._files.look()

    def close(self) -> None:
        """Take away what libfaketime has left."""
        self._files.clear()

    def wall(self) -> datetime:
        """Where the history's clock has come to."""
        return self._faked.wall()


def knobs(profile: Profile) -> dict[str, str]:
    """The gateway's own variables in scaled time, in seconds: the documented times divided by the factor."""
    scaled = profile.timeout.clock.scaled
    if scaled is None:
        return {}
    times = divided(profile.timeout, scaled)
    return {name: times[knob] for knob, name in scaled.env.items()}


def divided(timeout: Timeout, scaled: ScaledTime) -> dict[str, str]:
    """What each of a gateway's times has to be set to, in seconds."""
    times = {"job_timeout": timeout.after, "poll_interval": scaled.poll_interval, "rate_window": 60 * SECOND}
    return {knob: f"{seconds(time) / scaled.factor:.6g}" for knob, time in times.items()}
