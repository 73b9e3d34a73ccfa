"""Judging a gateway outside this process: cases share it side by side, with keys of their own, in whatever time mode.

The longest cases start first, since waiting costs time here and nothing else. A case that must be alone runs alone.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from veocontracts.bench import Bench
from veocontracts.events import Call, Read, Submit
from veocontracts.rules import Rule
from veocontracts.runner.census import Census
from veocontracts.runner.pace import SLOWER, first_gaps
from veocontracts.runner.probe import UnusableError, guard, probe
from veocontracts.runner.terms_of import Probed
from veocontracts.setting import Setting
from veocontracts.tally import SetAside, Tallies
from veocontracts.targets.process import UnreadyError
from veocontracts.timing.modes import Mode, ModeName
from veocontracts.timing.pressure import Pressure
from veocontracts.verdict import ruled_out
from veocontracts.workloads import Case, selected
from veocontracts.world import World
from veocontracts.worlds import socket_world
from veosim.errors import SourceError, VeosimError

SIDE_BY_SIDE: Mapping[ModeName, int] = {"real": 400, "test-clock": 48, "faketime-stepped": 48}
"""Cases at a time, where delays are not multiplied. In real time each further round would cost ten minutes."""

FEW = 16
"""In the other modes more would add the machine's own delays, times the factor, to every measured one."""

ATTEMPTS = 3
"""How often a case is driven at most, where the machine was too busy for what it showed."""

TOLD_WITHIN = 0.2
"""Real seconds in which an ended process is known to have ended, once it does not answer."""

STANDS_STILL: Mapping[ModeName, str] = {
    "test-clock": "does timeout.clock.test move what the gateway's timers wait for? If not, add timeout.clock.scaled",
    "faketime": (
        "libfaketime does not reach static binaries such as Go's, musl, or a thread in Event.wait: add "
        "timeout.clock.scaled, with the gateway's own variables"
    ),
    "faketime-stepped": (
        "steps do not wake threads that sleep: try timeout.clock.faketime.rate, or add timeout.clock.scaled, with the "
        "gateway's own variables"
    ),
}
"""What to try where a clock does not move in a mode that claims the literal 600 s, and there is no other mode."""

Made = Callable[[Probed, Mode], Setting]


def judge_sockets(
    rules: Sequence[Rule],
    modes: Sequence[Mode],
    make_setting: Made,
    progress: Callable[[int, int], None],
) -> tuple[Setting, Tallies]:
    """Start the gateway, probe it, run the selected cases; in the first mode in which it comes up and its clock moves.

    Raises:
        UnusableError: it cannot be started, or the probe says no.
    """
    note = ""
    for mode, is_last in zip(modes, [*[False] * (len(modes) - 1), True], strict=True):
        noted = replace(mode, note="; ".join(filter(None, (mode.note, note))))
        try:
            found = asyncio.run(_judge(rules, noted, make_setting, progress, can_fall_back=not is_last))
        except UnusableError:
            raise
        except SourceError:
            raise
        except UnreadyError as error:  # such as one of musl, which no library of glibc's can be loaded into
            if is_last:
                raise UnusableError("; ".join(filter(None, (note, str(error))))) from None
            found = error.reason
        except VeosimError as error:
            raise UnusableError(str(error)) from None
        if not isinstance(found, str):
            return found
        note = "; ".join(filter(None, (note, f"{mode.name}: {found}")))
    raise UnusableError(f"{note}; {STANDS_STILL[modes[-1].name]}")


async def _judge(
    rules: Sequence[Rule], mode: Mode, make_setting: Made, progress: Callable[[int, int], None], *, can_fall_back: bool
) -> tuple[Setting, Tallies] | str:
    """One mode's run, or why its clock did not move where there is another one to try."""
    slower = await _slower(mode, make_setting)
    first = make_setting(Probed(), mode)
    async with socket_world(first) as world:
        reach = round(first.profile.reach_within * mode.factor)
        probed = await probe(Bench(first, world, "probe"), reach, slower)
        if not probed.clock_proved and (can_fall_back or mode.name in STANDS_STILL):
            return probed.clock_note
        setting = make_setting(probed, mode)
        rules = [rule for rule in rules if ruled_out(rule, setting.terms) is None]
        cases = selected(setting, frozenset(rule.id for rule in rules), virtual=False)
        world.older = frozenset(exchange.job_id or "" for exchange in world.simulator.journal if exchange.unknown_job)
        tallies, lost, census = Tallies(), list[str](), Census(setting, world)
        alone = [case for case in cases if case.alone]
        others = sorted((case for case in cases if not case.alone), key=lambda case: not case.slow)
        for case in alone:
            await _run(case, setting, world, rules, tallies, lost, census)
            progress(tallies.cases, len(cases))
        gate = asyncio.Semaphore(SIDE_BY_SIDE.get(mode.name, FEW))

        async def one(case: Case) -> None:
            async with gate:
                await _run(case, setting, world, rules, tallies, lost, census)
                progress(tallies.cases, len(cases))

        async with asyncio.TaskGroup() as group:
            for case in others:
                group.create_task(one(case))
        census.judge(rules, tallies)
        if lost:
            tallies.errors.append(died(world, lost, len(cases) - tallies.cases - len(lost)))
    return setting, tallies


async def _slower(mode: Mode, make_setting: Made) -> tuple[int, ...]:
    """How far apart the polls of a first start are, whose clock runs more slowly: the probe compares them.

    Only libfaketime tells a gateway nothing of its pace, and so nothing of how far apart its polls are to be.
    """
    if mode.name != "faketime":
        return ()
    mode = replace(mode, factor=mode.factor / SLOWER)
    setting = make_setting(Probed(), mode)
    async with socket_world(setting) as world:
        bench = Bench(setting, world, "pace")
        submit = await guard(bench, round(setting.profile.reach_within * mode.factor))
        return await first_gaps(bench, submit)


def died(world: World, lost: Sequence[str], undriven: int) -> str:
    """That the gateway ended by itself, in which cases, and what it wrote last."""
    log = "" if world.log is None else f"; the end of its log:\n{world.log.tail()}"
    return f"{world.ended()} while these cases ran: {', '.join(sorted(lost))}; {undriven} more were not driven{log}"


async def _run(
    case: Case,
    setting: Setting,
    world: World,
    rules: Sequence[Rule],
    tallies: Tallies,
    lost: list[str],
    census: Census,
) -> None:
    """Drive a case and judge it; not where the gateway has ended by itself, which every rule would see as broken.

    Where a rule broke while this machine was too busy for pressed time, the case is driven again: what is the gateway's
    own shows every time. So is one that has to be alone, where it was too slow to make all its occasions. What is set
    aside is told all the same: it may be a race that shows under load alone.
    """
    fed = {rule.id for rule in rules} & case.feeds if case.alone else set[str]()
    aside: list[SetAside] = []
    while True:
        pressure, fresh = Pressure(), Tallies()
        await _attempt(case, len(aside), setting, world, rules, fresh, lost, census)
        wait, unseen = pressure.wait(), fed - {rule_id for rule_id, _ in fresh.counts}
        is_pressed = setting.mode.is_pressed and wait.is_long
        if not (is_pressed and (fresh.is_broken or unseen)) or len(aside) + 1 == ATTEMPTS:
            break
        aside.append(
            SetAside(
                case.name,
                len(aside) + 1,
                wait.waited,
                wait.wanted,
                fresh.slips(rules),
                tuple(sorted(unseen)),
                tuple(fresh.errors),
            )
        )
    fresh.set_aside = aside
    tallies.merge(fresh)


async def _attempt(
    case: Case,
    attempt: int,
    setting: Setting,
    world: World,
    rules: Sequence[Rule],
    tallies: Tallies,
    lost: list[str],
    census: Census,
) -> None:
    if world.ended():
        return
    bench = Bench(setting, world, case.name + " again" * attempt, lone=case.alone)
    try:
        await case.drive(bench)
        history = bench.history()
        census.note(history)
        if any(isinstance(event, Submit | Read | Call) and event.status is None for event in history.events):
            await asyncio.sleep(TOLD_WITHIN)
        if world.ended():
            lost.append(case.name)
        else:
            tallies.judge(history, rules)
    except VeosimError as error:
        tallies.errors.append(f"{case.name}: {error}")
    except Exception:
        tallies.errors.append(f"{case.name}: the harness failed\n{traceback.format_exc()}")
