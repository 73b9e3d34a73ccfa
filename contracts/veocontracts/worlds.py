"""Starting a world: a gateway with the simulator behind it, on the clock of a time mode."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from veocontracts.bench import Setting
from veocontracts.inbox import PATH, Inbox, with_inbox
from veocontracts.keys import Keys
from veocontracts.profile import AsgiTarget, Upstream
from veocontracts.targets.asgi import AsgiGateway, make_app, mentions
from veocontracts.targets.base import GatewayPort
from veocontracts.targets.leftovers import LEFTOVERS
from veocontracts.targets.registry import attached
from veocontracts.timing.keepers import timekeeper
from veocontracts.timing.virtual import VirtualClock, VirtualLoop
from veocontracts.world import World
from veosim.app import create_app
from veosim.callbacks.sign import LOCAL_SECRET
from veosim.clock import wall_now
from veosim.errors import VeosimError
from veosim.inprocess import App
from veosim.outbound.base import Guarded, Receipt
from veosim.server import serving
from veosim.simulator import Simulator
from veosim.units import seconds

UPSTREAM_URL = "{upstream_url}"
UPSTREAM_APP = "{upstream_app}"
GATEWAY_URL = "{gateway_url}"
WEBHOOK_URL = "{webhook_url}"
CALLBACK_SECRET = "{callback_secret}"  # noqa: S105  a place, not a secret
UPSTREAM_KEY = "{upstream_key}"
DATA = "{data}"
PYTHON = "{python}"
"""What a profile may write into its target, and the suite fills in."""

IN_PROCESS_UPSTREAM = "http://upstream.invalid"
IN_PROCESS_GATEWAY = "http://gateway.invalid"
"""Names that no resolver knows, for what is reached without a socket."""


def held(app: App, loop: VirtualLoop) -> App:
    """An app whose open exchanges the loop knows of."""

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        loop.held += 1
        try:
            await app(scope, receive, send)
        finally:
            loop.held -= 1

    return serve


class ToGateway(Guarded):
    """Callbacks of the simulator that go to the gateway in this process; all others go out as usual."""

    def __init__(self) -> None:
        super().__init__()
        self.gateway: GatewayPort | None = None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Receipt:
        """Call the gateway, or send."""
        if self.gateway is None or not url.startswith(IN_PROCESS_GATEWAY):
            return await super().post(url, headers, body)
        try:
            answer = await self.gateway.send("POST", url.removeprefix(IN_PROCESS_GATEWAY), headers, body)
        except ConnectionError as error:
            return Receipt(None, str(error), "refused")
        return Receipt(answer.status, "", "answered")


@asynccontextmanager
async def virtual_world(setting: Setting) -> AsyncIterator[World]:
    """A fresh gateway in front of a fresh simulator, on the running virtual loop."""
    loop, target = asyncio.get_running_loop(), setting.profile.target.asgi
    if not isinstance(loop, VirtualLoop) or target is None:
        raise VeosimError("virtual time needs target.asgi and a virtual loop")
    clock, outbound, inbox = VirtualClock(loop), ToGateway(), Inbox()
    simulator = Simulator(seed=setting.seed, clock=clock, outbound=outbound, keys=setting.profile.upstream.keys)
    keys = Keys(setting.profile.auth, setting.terms.submits_per_minute, setting.terms.rate_window)
    app = create_app(simulator, root=setting.profile.upstream.dialect)
    upstream = held(with_inbox(app, inbox, clock, lambda: simulator.journal.count), loop)
    virtual = setting.profile.timeout.clock.virtual
    loop.grace = seconds(virtual.grace) if virtual is not None else 0.0
    async with AsyncExitStack() as stack:
        places = await _places(stack, target, upstream, setting.profile.upstream.given_key)
        gateway = AsgiGateway(lambda: make_app(target, places))
        outbound.gateway = gateway
        stack.push_async_callback(gateway.close)
        await gateway.start()
        told = {name: text for name, text in places.items() if isinstance(text, str)} | {PYTHON: sys.executable}
        yield World(gateway, simulator, clock, keys, alone=True, inbox=inbox, restart=gateway.restart, places=told)


async def _places(stack: AsyncExitStack, target: AsgiTarget, upstream: App, key: str) -> dict[str, object]:
    """Loopback sockets for the upstream unless the factory takes its app; a folder where one is asked for."""
    url = IN_PROCESS_UPSTREAM
    if not mentions(target, UPSTREAM_APP):
        url = await stack.enter_async_context(serving(upstream))
    places: dict[str, object] = {
        UPSTREAM_APP: upstream,
        UPSTREAM_URL: url,
        GATEWAY_URL: IN_PROCESS_GATEWAY,
        UPSTREAM_KEY: key,
        WEBHOOK_URL: f"{url}{PATH}",
        CALLBACK_SECRET: LOCAL_SECRET.value,
    }
    if mentions(target, DATA):
        places[DATA] = stack.enter_context(tempfile.TemporaryDirectory(prefix="veosim-"))
    return places


@asynccontextmanager
async def socket_world(setting: Setting) -> AsyncIterator[World]:
    """A gateway outside this process, the simulator beside the harness, both on the clock of the setting's mode."""
    profile, mode = setting.profile, setting.mode
    patience = max(30.0, 1.5 * seconds(setting.terms.timeout) / mode.factor)
    async with AsyncExitStack() as stack:
        data = stack.enter_context(LEFTOVERS.making())
        time = timekeeper(profile, mode, lambda: stack.enter_context(LEFTOVERS.making()))
        stack.callback(time.close)
        inbox = Inbox()
        simulator = Simulator(
            seed=setting.seed, clock=time.clock, outbound=Guarded(profile.target.hosts), keys=profile.upstream.keys
        )
        # Who may have outlived an earlier run still has its charges, and its full rate windows.
        run = wall_now().isoformat()
        keys = Keys(profile.auth, setting.terms.submits_per_minute, setting.terms.rate_window, run)
        upstream = with_inbox(
            create_app(simulator, root=profile.upstream.dialect), inbox, time.clock, lambda: simulator.journal.count
        )
        url = await stack.enter_async_context(_listening(time.watched(upstream), profile.upstream))
        url = profile.upstream.public_url or url
        places = {
            PYTHON: sys.executable,
            UPSTREAM_URL: url,
            UPSTREAM_KEY: profile.upstream.given_key,
            WEBHOOK_URL: f"{url}{PATH}",
            CALLBACK_SECRET: LOCAL_SECRET.value,
            DATA: str(data),
        }
        gateway = await stack.enter_async_context(
            attached(profile, places, patience, extra=time.environment, started=time.started)
        )
        port = await stack.enter_async_context(time.moving(gateway))
        yield World(
            port,
            simulator,
            time.client,
            keys,
            alone=False,
            inbox=inbox,
            restart=gateway.restart,
            places={PYTHON: sys.executable, **gateway.places},
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
