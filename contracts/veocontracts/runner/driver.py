"""Driving the cases that share one gateway, each as often as this machine lets its time be trusted."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Sequence

from veocontracts.bench import Bench
from veocontracts.events import Call, Read, Submit
from veocontracts.rules import Rule
from veocontracts.runner.census import Census
from veocontracts.setting import Setting
from veocontracts.tally import SetAside, Tallies
from veocontracts.timing.pressure import Pressure
from veocontracts.workloads import Case
from veocontracts.world import World
from veosim.errors import VeosimError

ATTEMPTS = 3
"""How often a case is driven at most, where the machine was too busy for what it showed."""

TOLD_WITHIN = 0.2
"""Real seconds in which an ended process is known to have ended, once it does not answer."""


class Driver:
    """Drives and judges, case by case.

    Args:
        setting: what the cases have in common.
        world: what they share.
        rules: that judge.

    Attributes:
        tallies: what was counted so far.
        lost: the cases in which the gateway ended by itself.
    """

    def __init__(self, setting: Setting, world: World, rules: Sequence[Rule]) -> None:
        self.tallies = Tallies()
        self.lost: list[str] = []
        self._undriven = 0
        self._setting = setting
        self._world = world
        self._rules = rules
        self._census = Census(setting, world)

    async def drive_all(self, cases: Sequence[Case], at_once: int, progress: Callable[[int, int], None]) -> None:
        """Drive those that must be alone, then the others, so many at a time, and judge what no single one could see.

        The longest start first, since waiting costs time here and nothing else.
        """
        gate = asyncio.Semaphore(at_once)

        async def one(case: Case) -> None:
            async with gate:
                await self.drive(case)
                progress(self.tallies.cases, len(cases))

        for case in cases:
            if case.alone:
                await one(case)
        async with asyncio.TaskGroup() as group:
            for case in sorted(cases, key=lambda case: not case.slow):
                if not case.alone:
                    group.create_task(one(case))
        if self.lost:
            self.tallies.errors.append(died(self._world, self.lost, self._undriven))
        else:
            self._census.judge(self._rules, self.tallies)

    async def drive(self, case: Case) -> None:
        """Drive a case and judge it; not where the gateway has ended by itself, which every rule would see as broken.

        Where a rule broke while this machine was too busy for pressed time, the case is driven again: what is the
        gateway's own shows every time. So is one that has to be alone, where it was too slow to make all its occasions.
        What is set aside is told all the same: it may be a race that shows under load alone.
        """
        if self._world.ended():
            self._undriven += 1
            return
        fed = {rule.id for rule in self._rules} & case.feeds if case.alone else set[str]()
        aside: list[SetAside] = []
        while True:
            pressure = Pressure()
            fresh = await self._attempt(case, len(aside))
            if self._world.ended():
                break
            wait, unseen = pressure.wait(), fed - {rule_id for rule_id, _ in fresh.counts}
            is_pressed = self._setting.mode.is_pressed and wait.is_long
            if not (is_pressed and (fresh.is_broken or unseen)) or len(aside) + 1 == ATTEMPTS:
                break
            slips, errors = fresh.slips(self._rules), tuple(fresh.errors)
            attempt = len(aside) + 1
            aside.append(SetAside(case.name, attempt, wait.waited, wait.wanted, slips, tuple(sorted(unseen)), errors))
        fresh.set_aside = aside
        self.tallies.merge(fresh)

    async def _attempt(self, case: Case, before: int) -> Tallies:
        """Drive it once, after so many attempts that were set aside."""
        tallies, world = Tallies(), self._world
        bench = Bench(self._setting, world, case.name + " again" * before, lone=case.alone)
        try:
            await case.drive(bench)
            history = bench.history()
            self._census.note(history)
            if any(isinstance(event, Submit | Read | Call) and event.status is None for event in history.events):
                await asyncio.sleep(TOLD_WITHIN)
            if world.ended():
                self.lost.append(case.name)
            else:
                tallies.judge(history, self._rules)
        except VeosimError as error:
            tallies.errors.append(f"{case.name}: {error}")
        except Exception:
            tallies.errors.append(f"{case.name}: the harness failed\n{traceback.format_exc()}")
        return tallies


def died(world: World, lost: Sequence[str], undriven: int) -> str:
    """That the gateway ended by itself, in which cases, and what it wrote last."""
    log = "" if world.log is None else f"; the end of its log:\n{world.log.tail()}"
    return f"{world.ended()} while these cases ran: {', '.join(sorted(lost))}; {undriven} more were not driven{log}"
