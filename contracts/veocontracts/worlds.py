"""Starting a world: a gateway with the simulator behind it, on the clock of a time mode."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from veocontracts.inbox import PATH, Inbox, with_inbox
from veocontracts.keys import Keys
from veocontracts.places import (
    CALLBACK_SECRET,
    DATA,
    GATEWAY_URL,
    PYTHON,
    UPSTREAM_APP,
    UPSTREAM_KEY,
    UPSTREAM_URL,
    WEBHOOK_URL,
)
from veocontracts.profile import Upstream
from veocontracts.profile.secrets import secrets_of
from veocontracts.setting import Setting
from veocontracts.targets.asgi import AsgiGateway, make_app, mentions
from veocontracts.targets.callbacks import IN_PROCESS_GATEWAY, ToGateway
from veocontracts.targets.leftovers import LEFTOVERS
from veocontracts.targets.registry import attached
from veocontracts.timing.keepers import timekeeper
from veocontracts.timing.loop import VirtualLoop, held
from veocontracts.timing.virtual import VirtualClock
from veocontracts.world import World
from veosim.app import create_app
from veosim.callbacks.sign import LOCAL_SECRET
from veosim.clock import Clock, wall_now
from veosim.errors import VeosimError
from veosim.inprocess import App
from veosim.outbound.base import Guarded
from veosim.server import serving
from veosim.simulator import Simulator
from veosim.units import seconds

IN_PROCESS_UPSTREAM = "http://upstream.invalid"
"""A name that no resolver knows, for an upstream that is reached without a socket."""

PATIENCE = 1.5
"""Deadlines that one request may take: a gateway may answer as late as its deadline, and a little later."""

LEAST_PATIENCE = 30.0
"""Real seconds that it may take however fast time is: starting up and computing take no less than in real time."""


@dataclass(frozen=True, slots=True)
class _Behind:
    """What is behind and beside the gateway, whatever its target: `app` is the simulator with the client's receiver."""

    simulator: Simulator
    app: App
    inbox: Inbox
    keys: Keys


def _behind(setting: Setting, clock: Clock, outbound: Guarded, run: str = "") -> _Behind:
    profile, terms, inbox = setting.profile, setting.terms, Inbox()
    simulator = Simulator(seed=setting.seed, clock=clock, outbound=outbound, keys=profile.upstream.keys)
    app = create_app(simulator, root=profile.upstream.dialect)
    received = with_inbox(app, inbox, clock, lambda: simulator.journal.count)
    keys = Keys(profile.auth, terms.submits_per_minute, terms.rate_window, run)
    return _Behind(simulator, received, inbox, keys)


def _places(upstream: Upstream, url: str) -> dict[str, str]:
    """What every target may have filled in, with the simulator at that address."""
    return {
        UPSTREAM_URL: url,
        UPSTREAM_KEY: upstream.given_key,
        WEBHOOK_URL: f"{url}{PATH}",
        CALLBACK_SECRET: LOCAL_SECRET.value,
    }


@asynccontextmanager
async def virtual_world(setting: Setting) -> AsyncIterator[World]:
    """A fresh gateway in front of a fresh simulator, on the running virtual loop."""
    loop, profile = asyncio.get_running_loop(), setting.profile
    target, virtual = profile.target.asgi, profile.timeout.clock.virtual
    if not isinstance(loop, VirtualLoop) or target is None:
        raise VeosimError("virtual time needs target.asgi and a virtual loop")
    loop.grace = seconds(virtual.grace) if virtual is not None else 0.0
    clock, outbound = VirtualClock(loop), ToGateway()
    behind = _behind(setting, clock, outbound)
    upstream = held(behind.app, loop)
    async with AsyncExitStack() as stack:
        url = IN_PROCESS_UPSTREAM
        if not mentions(target, UPSTREAM_APP):
            url = await stack.enter_async_context(serving(upstream))
        places = {**_places(profile.upstream, url), GATEWAY_URL: IN_PROCESS_GATEWAY}
        if mentions(target, DATA):
            places[DATA] = stack.enter_context(tempfile.TemporaryDirectory(prefix="veosim-"))
        gateway = AsgiGateway(lambda: make_app(target, {**places, UPSTREAM_APP: upstream}), secrets_of(setting.profile))
        outbound.gateway = gateway
        stack.push_async_callback(gateway.close)
        await gateway.start()
        yield World(
            gateway,
            behind.simulator,
            clock,
            behind.keys,
            alone=True,
            inbox=behind.inbox,
            restart=gateway.restart,
            places={**places, PYTHON: sys.executable},
        )


@asynccontextmanager
async def socket_world(setting: Setting) -> AsyncIterator[World]:
    """A gateway outside this process, the simulator beside the harness, both on the clock of the setting's mode."""
    profile, mode = setting.profile, setting.mode
    patience = max(LEAST_PATIENCE, PATIENCE * seconds(setting.terms.timeout) / mode.factor)
    async with AsyncExitStack() as stack:
        data = stack.enter_context(LEFTOVERS.making())
        time = timekeeper(profile, mode, lambda: stack.enter_context(LEFTOVERS.making()))
        stack.callback(time.close)
        # Who may have outlived an earlier run still has its charges, and its full rate windows.
        behind = _behind(setting, time.clock, Guarded(profile.target.hosts), run=wall_now().isoformat())
        url = await stack.enter_async_context(_listening(time.watched(behind.app), profile.upstream))
        places = {**_places(profile.upstream, profile.upstream.public_url or url), DATA: str(data)}
        gateway = await stack.enter_async_context(
            attached(profile, places, patience, extra=time.environment, started=time.started)
        )
        port = await stack.enter_async_context(time.moving(gateway))
        yield World(
            port,
            behind.simulator,
            time.client,
            behind.keys,
            alone=False,
            inbox=behind.inbox,
            restart=gateway.restart,
            places=gateway.places,
            wall=time.wall,
            log=gateway.log,
            still=time.still,
            ended=gateway.ended,
        )


@asynccontextmanager
async def _listening(app: App, upstream: Upstream) -> AsyncIterator[str]:
    """Serve where the profile says; yields the address.

    Raises:
        VeosimError: it cannot be had.
    """
    async with AsyncExitStack() as stack:
        try:
            url = await stack.enter_async_context(serving(app, *upstream.place))
        except VeosimError as error:
            raise VeosimError(f"upstream.listen: {str(error).partition(';')[0]}; name another port") from None
        yield url
