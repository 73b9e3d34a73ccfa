"""Starting a world: a gateway with the simulator behind it, on the clock of a time mode."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from veocontracts.bench import Setting, World
from veocontracts.keys import Keys
from veocontracts.targets.asgi import asgi_gateway
from veocontracts.targets.process import process_gateway
from veocontracts.timing.virtual import VirtualClock, VirtualLoop
from veosim.app import create_app
from veosim.clock import ScaledClock
from veosim.errors import VeosimError
from veosim.server import serving
from veosim.simulator import Simulator
from veosim.units import seconds


@asynccontextmanager
async def virtual_world(setting: Setting) -> AsyncIterator[World]:
    """A fresh gateway in front of a fresh simulator, on the running virtual loop."""
    loop = asyncio.get_running_loop()
    if not isinstance(loop, VirtualLoop) or setting.profile.target.asgi is None:
        raise VeosimError("virtual time needs target.asgi and a virtual loop")
    clock = VirtualClock(loop)
    simulator = Simulator(seed=setting.seed, clock=clock)
    keys = Keys(setting.profile.auth, setting.terms.submits_per_minute, setting.terms.rate_window)
    async with asgi_gateway(setting.profile.target.asgi, setting.profile.upstream.dialect, simulator) as gateway:
        yield World(gateway, simulator, clock, keys, alone=True)


@asynccontextmanager
async def scaled_world(setting: Setting) -> AsyncIterator[World]:
    """A gateway in a process of its own, the simulator beside the harness on the same scaled clock."""
    profile = setting.profile
    if profile.timeout.clock is None:
        raise VeosimError("scaled time needs timeout.clock.scaled")
    factor = profile.timeout.clock.scaled.factor
    clock = ScaledClock(factor)
    simulator = Simulator(seed=setting.seed, clock=clock)
    keys = Keys(profile.auth, setting.terms.submits_per_minute, setting.terms.rate_window)
    patience = max(30.0, 1.5 * seconds(setting.terms.timeout) / factor)
    async with (
        serving(create_app(simulator, root=profile.upstream.dialect)) as url,
        process_gateway(profile, url, patience) as gateway,
    ):
        yield World(gateway, simulator, clock, keys, alone=False)
