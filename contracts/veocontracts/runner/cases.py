"""Running cases in virtual time: each has a loop, a simulator and a gateway of its own, so that none sees another."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Iterable

from veocontracts.bench import Bench
from veocontracts.history import History
from veocontracts.rules.base import Rule
from veocontracts.setting import Setting
from veocontracts.tally import Tallies
from veocontracts.timing.loop import VirtualLoop
from veocontracts.timing.virtual import VirtualRunner
from veocontracts.workloads.base import Case
from veocontracts.worlds import virtual_world
from veosim.errors import VeosimError


def run_case(runner: VirtualRunner, setting: Setting, case: Case) -> tuple[History, int]:
    """One case's history, and how often a thread woke its loop."""

    async def work(loop: VirtualLoop) -> tuple[History, int]:
        async with virtual_world(setting) as world:
            bench = Bench(setting, world, case.name)
            await bench.pause(setting.phase if case.phased else 0)
            await case.drive(bench)
            return bench.history(), loop.foreign_wakes

    return runner.run(work)


def never(tallies: Tallies) -> bool:
    """Nothing is enough."""
    del tallies
    return False


def run_cases(
    setting: Setting, cases: Iterable[Case], rules: Iterable[Rule], *, enough: Callable[[Tallies], bool] = never
) -> Tallies:
    """Run cases one after the other and judge each; no further one as soon as what they have shown is enough."""
    tallies, rules = Tallies(), list(rules)
    with VirtualRunner() as runner:
        for case in cases:
            if enough(tallies):
                break
            try:
                history, foreign_wakes = run_case(runner, setting, case)
                tallies.foreign_wakes += foreign_wakes
                tallies.judge(history, rules)
            except VeosimError as error:
                tallies.errors.append(f"{case.name}: {error}")
            except (Exception, SystemExit, asyncio.CancelledError):  # a gateway in this process may raise anything
                tallies.errors.append(f"{case.name}: the harness failed\n{traceback.format_exc()}")
    return tallies
