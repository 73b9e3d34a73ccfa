"""A running gateway with the simulator behind it: what the cases of one process share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

from veocontracts.inbox import Inbox
from veocontracts.keys import Keys
from veocontracts.targets.base import GatewayPort
from veocontracts.targets.log import GatewayLog
from veocontracts.targets.registry import never_ends
from veosim.clock import Clock, wall_now
from veosim.simulator import Simulator


@dataclass(slots=True)
class World:
    """A running gateway with the simulator behind it; shared by the cases of one process.

    Attributes:
        alone: whether one case has it to itself: then everything in the journal belongs to that case.
        inbox: the client's receiver of webhook events.
        restart: stops the gateway, awaits what it is given, and starts the gateway again; None where that cannot be
            done.
        older: ids, unknown to the simulator, that the gateway asked for before anything was judged: a gateway that runs
            for longer than this world may follow jobs of an earlier one.
        places: what a profile may have had filled in, such as `{data}`.
        wall: the instant that the gateway believes in; None where nobody can know it.
        log: what the gateway's processes write; None where they are somebody else's.
        still: a block in which the clock stands still; None where it runs by itself.
        ended: how the gateway ended though nobody stopped it, or "".
    """

    gateway: GatewayPort
    simulator: Simulator
    clock: Clock
    keys: Keys
    alone: bool
    inbox: Inbox = field(default_factory=Inbox)
    restart: Callable[[Callable[[], Awaitable[None]]], Awaitable[None]] | None = None
    older: frozenset[str] = frozenset()
    places: Mapping[str, str] = field(default_factory=dict)
    wall: Callable[[], datetime | None] = wall_now
    log: GatewayLog | None = None
    still: Callable[[], AbstractContextManager[None]] | None = None
    ended: Callable[[], str] = never_ends
