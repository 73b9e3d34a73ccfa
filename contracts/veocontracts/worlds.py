"""Starting a world: a gateway with the simulator behind it, on the clock of a time mode."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from veocontracts.bench import Setting, World
from veocontracts.inbox import PATH, Inbox, with_inbox
from veocontracts.keys import Keys
from veocontracts.profile import AsgiTarget
from veocontracts.targets.asgi import AsgiGateway, make_app, mentions
from veocontracts.targets.base import GatewayPort
from veocontracts.targets.process import process_gateway
from veocontracts.timing.virtual import VirtualClock, VirtualLoop
from veosim.app import create_app
from veosim.callbacks.sign import LOCAL_SECRET
from veosim.clock import ScaledClock
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
DATA = "{data}"
"""What a profile may write into its target, and the suite fills in."""

IN_PROCESS_UPSTREAM = "http://upstream.invalid"
IN_PROCESS_GATEWAY = "http://gateway.invalid"
"""Names that no resolver knows, for what is reached without a socket."""


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
    simulator = Simulator(seed=setting.seed, clock=clock, outbound=outbound)
    keys = Keys(setting.profile.auth, setting.terms.submits_per_minute, setting.terms.rate_window)
    upstream = with_inbox(
        create_app(simulator, root=setting.profile.upstream.dialect), inbox, clock, lambda: simulator.journal.count
    )
    async with AsyncExitStack() as stack:
        places = await _places(stack, target, upstream)
        gateway = AsgiGateway(lambda: make_app(target, places))
        outbound.gateway = gateway
        stack.push_async_callback(gateway.close)
        await gateway.start()
        yield World(gateway, simulator, clock, keys, alone=True, inbox=inbox, restart=gateway.restart)


async def _places(stack: AsyncExitStack, target: AsgiTarget, upstream: App) -> dict[str, object]:
    """Loopback sockets for the upstream unless the factory takes its app; a folder where one is asked for."""
    url = IN_PROCESS_UPSTREAM
    if not mentions(target, UPSTREAM_APP):
        url = await stack.enter_async_context(serving(upstream))
    places: dict[str, object] = {
        UPSTREAM_APP: upstream,
        UPSTREAM_URL: url,
        GATEWAY_URL: IN_PROCESS_GATEWAY,
        WEBHOOK_URL: f"{url}{PATH}",
        CALLBACK_SECRET: LOCAL_SECRET.value,
    }
    if mentions(target, DATA):
        places[DATA] = stack.enter_context(tempfile.TemporaryDirectory(prefix="veosim-"))
    return places


@asynccontextmanager
async def scaled_world(setting: Setting) -> AsyncIterator[World]:
    """A gateway in a process of its own, the simulator beside the harness on the same scaled clock."""
    profile = setting.profile
    if profile.timeout.clock is None:
        raise VeosimError("scaled time needs timeout.clock.scaled")
    factor = profile.timeout.clock.scaled.factor
    clock, inbox = ScaledClock(factor), Inbox()
    simulator = Simulator(seed=setting.seed, clock=clock)
    keys = Keys(profile.auth, setting.terms.submits_per_minute, setting.terms.rate_window)
    patience = max(30.0, 1.5 * seconds(setting.terms.timeout) / factor)
    upstream = with_inbox(
        create_app(simulator, root=profile.upstream.dialect), inbox, clock, lambda: simulator.journal.count
    )
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serving(upstream))
        places = {
            UPSTREAM_URL: url,
            WEBHOOK_URL: f"{url}{PATH}",
            CALLBACK_SECRET: LOCAL_SECRET.value,
            DATA: stack.enter_context(tempfile.TemporaryDirectory(prefix="veosim-")),
        }
        gateway = await stack.enter_async_context(process_gateway(profile, places, patience))
        yield World(gateway, simulator, clock, keys, alone=False, inbox=inbox, restart=gateway.restart)
