"""A bench in front of a gateway that is a function, on a virtual loop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from veocontracts.bench import Bench
from veocontracts.faces import face
from veocontracts.keys import Keys
from veocontracts.ledger import powers_of
from veocontracts.profile import Ledger
from veocontracts.profile.api import Api
from veocontracts.profiles import find_profile
from veocontracts.runner.run import setting_of
from veocontracts.runner.terms_of import Probed
from veocontracts.setting import Setting
from veocontracts.steps import Origin
from veocontracts.timing.loop import VirtualLoop
from veocontracts.timing.virtual import VirtualClock, VirtualRunner
from veocontracts.world import World
from veosim.inprocess import Response
from veosim.simulator import Simulator

T = TypeVar("T")
CASE = "a case"
Answerer = Callable[[str, str, Mapping[str, str], bytes], Awaitable[Response]]


class FunctionGateway:
    """Calls a function, `answer`, and keeps what was asked."""

    def __init__(self, answer: Answerer) -> None:
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.answer = answer

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        """Hand the request on."""
        self.asked.append((method, path, dict(headers), body))
        return await self.answer(method, path, headers, body)


def minted(role: str = "main", case: str = CASE, seed: int = 0) -> str:
    """The key of that role in a case, by the reference's profile."""
    return Keys(find_profile("reference").auth, 60, 60).fresh(role, Origin(seed, case))


def setting(seed: int = 0, profile: str = "reference", **terms: Any) -> Setting:
    """A bundled profile's setting, by default the reference's, with terms changed."""
    found = setting_of(find_profile(profile), seed, Probed())
    return replace(found, terms=replace(found.terms, **terms))


def on_a_bench(
    answer: Answerer,
    work: Callable[[Bench, FunctionGateway], Awaitable[T]],
    *,
    alone: bool = True,
    seed: int = 0,
    ledger: Ledger | None = None,
    places: Mapping[str, str] | None = None,
    api: str | Api = "cn8-gateway",
    **terms: Any,
) -> T:
    """Run `work` on a fresh bench; `ledger` replaces the profile's, `places` are what it may have filled in."""
    chosen = replace(setting(seed, **terms), face=face(api))
    if ledger is not None:
        profile = chosen.profile.model_copy(update={"ledger": ledger})
        known = replace(chosen.terms, ledger=powers_of(profile), settle=ledger.settle or 0)
        chosen = replace(chosen, profile=profile, terms=known)

    async def run(loop: VirtualLoop) -> T:
        clock = VirtualClock(loop)
        gateway = FunctionGateway(answer)
        keys = Keys(chosen.profile.auth, chosen.terms.submits_per_minute, chosen.terms.rate_window)
        world = World(gateway, Simulator(clock=clock, seed=seed), clock, keys, alone=alone, places=places or {})
        return await work(Bench(chosen, world, CASE), gateway)

    with VirtualRunner() as runner:
        return runner.run(run)
