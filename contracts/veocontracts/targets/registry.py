"""A gateway outside this process, by its profile: started, or only reached."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from veocontracts.places import GATEWAY_URL, PYTHON
from veocontracts.profile import Profile
from veocontracts.targets.base import GatewayPort
from veocontracts.targets.http import HttpGateway
from veocontracts.targets.log import GatewayLog
from veocontracts.targets.process import ProcessGateway, Started, Variables
from veosim.errors import VeosimError


def nobody(pid: int) -> None:
    """Nobody is told of a process."""
    del pid


def never_ends() -> str:
    """What runs elsewhere does not end here."""
    return ""


@dataclass(frozen=True, slots=True)
class Attached:
    """A gateway that can be called.

    Attributes:
        port: how it is called.
        places: all that its profile may have had filled in, such as `{port}`.
        restart: stops it, awaits what it is given, and starts it again; None where that cannot be done.
        log: what its processes write; None where they are somebody else's.
        ended: how it ended though nobody stopped it, or "".
    """

    port: GatewayPort
    places: Mapping[str, str]
    restart: Callable[[Callable[[], Awaitable[None]]], Awaitable[None]] | None = None
    log: GatewayLog | None = None
    ended: Callable[[], str] = field(default=never_ends)


@asynccontextmanager
async def attached(
    profile: Profile,
    places: Mapping[str, str],
    patience: float,
    *,
    extra: Variables = dict,
    started: Started = nobody,
) -> AsyncIterator[Attached]:
    """Start the profile's gateway, or reach the one that runs; what was started is stopped after the block.

    Args:
        profile: with any target but `asgi`.
        places: what the suite fills in, such as `{upstream_url}`; this Python is added.
        patience: real seconds for one request.
        extra: asked at each start for the variables that only the gateway's processes get, such as those of a clock.
        started: told the number of each process, also of those that a restart brings.

    Raises:
        VeosimError: it cannot be started, or is not ready in time.
    """
    places = {**places, PYTHON: sys.executable}
    async with AsyncExitStack() as stack:
        if profile.target.http is not None:
            url = profile.target.http.base_url
            reached = HttpGateway(url, patience)
            stack.push_async_callback(reached.close)
            yield Attached(reached, {**places, GATEWAY_URL: url})
        elif profile.target.started:
            gateway = ProcessGateway(profile, places, patience, extra, started)
            stack.push_async_callback(gateway.close)
            await gateway.start()
            yield Attached(gateway, gateway.places, gateway.restart, gateway.log, lambda: gateway.ended)
        else:
            raise VeosimError("this profile's gateway runs in this process")
