"""Judging a gateway in a process of its own, in scaled time: cases share it side by side, with keys of their own.

The longest cases start first, since waiting costs time here and nothing else. A case that must be alone runs alone.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Sequence

from veocontracts.bench import Bench, Setting, World
from veocontracts.rules import Rule
from veocontracts.runner.probe import UnusableError, probe
from veocontracts.runner.terms_of import Probed
from veocontracts.tally import Tallies
from veocontracts.workloads import Case, selected
from veocontracts.worlds import scaled_world
from veosim.errors import SourceError, VeosimError

SIDE_BY_SIDE = 16
"""Cases at a time: more would add the machine's own delays, times the factor, to every measured one."""


def judge_scaled(
    rules: Sequence[Rule],
    make_setting: Callable[[Probed], Setting],
    progress: Callable[[int, int], None],
) -> tuple[Setting, Tallies]:
    """Start the gateway, probe it, run the selected cases.

    Raises:
        UnusableError: it cannot be started, or the probe says no.
    """
    try:
        return asyncio.run(_judge(rules, make_setting, progress))
    except UnusableError:
        raise
    except SourceError:
        raise
    except VeosimError as error:
        raise UnusableError(str(error)) from None


async def _judge(
    rules: Sequence[Rule], make_setting: Callable[[Probed], Setting], progress: Callable[[int, int], None]
) -> tuple[Setting, Tallies]:
    first = make_setting(Probed())
    async with scaled_world(first) as world:
        reach = round(first.profile.reach_within * _factor(first))
        setting = make_setting(await probe(Bench(first, world, "probe"), reach))
        cases = selected(setting, frozenset(rule.id for rule in rules), virtual=False)
        tallies = Tallies()
        alone = [case for case in cases if case.alone]
        others = sorted((case for case in cases if not case.alone), key=lambda case: not case.slow)
        for case in alone:
            await _run(case, setting, world, rules, tallies)
            progress(tallies.cases, len(cases))
        gate = asyncio.Semaphore(SIDE_BY_SIDE)

        async def one(case: Case) -> None:
            async with gate:
                await _run(case, setting, world, rules, tallies)
                progress(tallies.cases, len(cases))

        async with asyncio.TaskGroup() as group:
            for case in others:
                group.create_task(one(case))
    return setting, tallies


async def _run(case: Case, setting: Setting, world: World, rules: Sequence[Rule], tallies: Tallies) -> None:
    bench = Bench(setting, world, case.name)
    try:
        await case.drive(bench)
        tallies.judge(bench.history(), rules)
    except VeosimError as error:
        tallies.errors.append(f"{case.name}: {error}")
    except Exception:
        tallies.errors.append(f"{case.name}: the harness failed\n{traceback.format_exc()}")


def _factor(setting: Setting) -> float:
    clock = setting.profile.timeout.clock
    return clock.scaled.factor if clock is not None else 1.0
