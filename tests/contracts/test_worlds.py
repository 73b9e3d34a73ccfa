"""A gateway with the simulator behind it: what each kind of world brings along."""

import asyncio
from dataclasses import replace

from tests.support.benches import minted, setting

from veocontracts.profile import Target
from veocontracts.setting import Setting
from veocontracts.steps import Origin
from veocontracts.timing.loop import VirtualLoop
from veocontracts.timing.modes import ticking
from veocontracts.timing.virtual import VirtualRunner
from veocontracts.worlds import socket_world, virtual_world

ORIGIN = Origin(0, "a case")


def running_already() -> Setting:
    """The setting of a gateway at some address, in real time."""
    found = setting()
    target = Target.model_validate({"http": {"base_url": "http://127.0.0.1:9"}})
    return replace(found, profile=found.profile.model_copy(update={"target": target}), mode=ticking("real", 1.0))


def test_a_gateway_that_keeps_running_never_meets_a_key_again() -> None:
    """Its books hold what earlier runs bought, which is no stray charge of this one."""

    async def work() -> str:
        async with socket_world(running_already()) as world:
            return world.keys.fresh("main", ORIGIN)

    assert len({asyncio.run(work()), asyncio.run(work()), minted()}) == 3


def test_in_virtual_time_keys_follow_from_the_seed() -> None:
    """Every gateway there is a fresh one."""

    async def work(_: VirtualLoop) -> str:
        async with virtual_world(setting()) as world:
            return world.keys.fresh("main", ORIGIN)

    with VirtualRunner() as runner:
        assert runner.run(work) == runner.run(work) == minted()
