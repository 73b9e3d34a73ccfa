"""Judging a gateway outside this process, in the first of its time modes that works; cases share it side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from veocontracts.bench import Bench
from veocontracts.rules import Rule
from veocontracts.runner.driver import Driver
from veocontracts.runner.probe import UnusableError, probe
from veocontracts.runner.slower import slower_gaps
from veocontracts.runner.terms_of import Probed
from veocontracts.setting import Setting
from veocontracts.tally import Tallies
from veocontracts.targets.process import UnreadyError
from veocontracts.timing.modes import Mode, ModeName
from veocontracts.verdict import ruled_out
from veocontracts.workloads import selected
from veocontracts.worlds import socket_world
from veosim.errors import SourceError, VeosimError

SIDE_BY_SIDE: Mapping[ModeName, int] = {"real": 400, "test-clock": 48, "faketime-stepped": 48}
"""Cases at a time, where delays are not multiplied. In real time each further round would cost ten minutes."""

FEW = 16
"""In the other modes more would add the machine's own delays, times the factor, to every measured one."""

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
    first = make_setting(Probed(), mode)
    slower = await slower_gaps(first)
    async with socket_world(first) as world:
        reach = round(first.profile.reach_within * mode.factor)
        probed = await probe(Bench(first, world, "probe"), reach, slower)
        if not probed.clock_proved and (can_fall_back or mode.name in STANDS_STILL):
            return probed.clock_note
        setting = make_setting(probed, mode)
        rules = [rule for rule in rules if ruled_out(rule, setting.terms) is None]
        cases = selected(setting, frozenset(rule.id for rule in rules), virtual=False)
        world.older = frozenset(exchange.job_id or "" for exchange in world.simulator.journal if exchange.unknown_job)
        driver = Driver(setting, world, rules)
        await driver.drive_all(cases, SIDE_BY_SIDE.get(mode.name, FEW), progress)
    return setting, driver.tallies
