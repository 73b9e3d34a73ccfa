"""A first start whose clock runs more slowly: what the clock probe compares the polls of the second one with."""

from __future__ import annotations

from dataclasses import replace

from veocontracts.bench import Bench
from veocontracts.runner.pace import SLOWER, first_gaps
from veocontracts.runner.probe import guard_each
from veocontracts.setting import Setting
from veocontracts.worlds import socket_world


async def slower_gaps(setting: Setting) -> tuple[int, ...]:
    """How far apart the polls of such a start are, in nanoseconds of the history; () where the mode needs none.

    Only libfaketime tells a gateway nothing of its pace, and so nothing of how far apart its polls are to be.

    Raises:
        UnusableError: the money guard says no.
    """
    if setting.mode.name != "faketime":
        return ()
    mode = replace(setting.mode, factor=setting.mode.factor / SLOWER)
    async with socket_world(replace(setting, mode=mode)) as world:
        bench = Bench(replace(setting, mode=mode), world, "pace")
        submit, _ = await guard_each(bench, round(setting.profile.reach_within * mode.factor))
        return await first_gaps(bench, submit)
