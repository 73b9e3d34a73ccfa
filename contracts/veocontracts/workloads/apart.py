"""Jobs that must be kept apart: read with another key, made at one time with different results, or many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from veocontracts.bench import Bench
from veocontracts.faces.picks import turned
from veocontracts.setting import Setting
from veocontracts.workloads.base import Case, Drive, workload
from veosim.units import SECOND

TEXT = "a kite over the dunes {marker}"
ENDS = ("21s", "6s", "16s", "6s", "11s")
"""When each of the jobs in flight together ends upstream: in another order than they came in, two at one time."""
MANY = 12
"""More jobs than a pool of eight or ten workers has room for, and far fewer than a minute allows."""
ROOM = 10
"""Submits of a minute that are left free."""


@workload("privacy")
def privacy(setting: Setting) -> Iterable[Case]:
    """A job of each service, read with another key before and after its end."""
    if setting.profile.auth.mint is None and "other" not in setting.profile.auth.keys:
        return
    for service in setting.face.services:
        yield Case(f"read with another key {service}", _foreign(service), frozenset({"LIFE-06", "LIFE-07"}))


def _foreign(service: str) -> Drive:
    async def drive(bench: Bench) -> None:
        submit = await bench.submit(bench.order(service))
        await bench.read(submit)
        await bench.read(submit, "other", intent="foreign")
        await bench.watch(submit, 60 * SECOND, 4 * SECOND)
        await bench.read(submit, "other", intent="foreign")
        await bench.read(submit)

    return drive


@workload("cross-talk")
def cross_talk(setting: Setting) -> Iterable[Case]:
    """Five jobs at once that are alike but for what they ask for."""
    del setting
    yield Case("five at once", _at_once, frozenset({"LIFE-08", "LIFE-07"}), jobs=len(ENDS))


@workload("in-flight")
def in_flight(setting: Setting) -> Iterable[Case]:
    """One key's jobs side by side: the documents limit submits in a minute, and nothing else."""
    if setting.terms.submits_per_minute >= MANY + ROOM:
        yield Case("many in flight", _in_flight, frozenset({"ENUM-01", "LIFE-01", "ACC-02"}), jobs=MANY)


async def _in_flight(bench: Bench) -> None:
    submits = await asyncio.gather(*(bench.submit(bench.order()) for _ in range(MANY)))
    for submit in submits:
        await bench.watch(submit, 120 * SECOND, 4 * SECOND)
    await bench.settle(submits[-1])


async def _at_once(bench: Bench) -> None:
    service = bench.face.services[bench.face.sold("text")]
    orders = [
        bench.order(job={"outcome": "succeed", "after": end}, fields=turned(bench.face, service, place), text=TEXT)
        for place, end in enumerate(ENDS)
    ]
    submits = await asyncio.gather(*(bench.submit(order) for order in orders))
    for submit in submits:
        await bench.watch(submit, 120 * SECOND, 4 * SECOND)
    await bench.pause(10 * SECOND)
    for submit in submits:
        await bench.read(submit)
