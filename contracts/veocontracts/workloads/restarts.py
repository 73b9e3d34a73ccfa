"""Restarts: jobs in every state when the gateway stops, and what has become of them once it serves again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from veocontracts.bench import Bench
from veocontracts.setting import Setting
from veocontracts.workloads.base import Case, workload
from veocontracts.workloads.deadline import past_the_deadline
from veocontracts.workloads.drives import EVERY
from veosim.units import SECOND

FEEDS = frozenset({"ROBUST-03", "BILL-09", "LIFE-01", "LIFE-02", "UP-01", "UP-05"})
STOPS = 12 * SECOND
DOWN = 10 * SECOND
WHILE_DOWN = "16s"
IN_FLIGHT: Mapping[str, Mapping[str, Any]] = {
    "processing": {"job": {"outcome": "succeed", "after": "60s"}},
    "succeeds while it is down": {"job": {"outcome": "succeed", "after": WHILE_DOWN}},
    "fails while it is down": {"job": {"outcome": "fail", "after": WHILE_DOWN}},
}
QUEUED: Mapping[str, Any] = {"exchanges": {"submit": [{"accept": True, "break": "hang"}]}}
"""What each job's upstream does; at the restart, one that is done already stands beside them."""


@workload("restarts")
def restarts(setting: Setting) -> Iterable[Case]:
    """One restart among several jobs, one in the midst of a job that never ends."""
    if "restart" in setting.terms.capabilities:
        yield Case("restart among jobs", _among_jobs, FEEDS, jobs=5, alone=True)
        stuck = frozenset({"ROBUST-03", "TIME-01", "LIFE-10", "BILL-07"})
        yield Case("restart of a stuck job", _stuck, stuck, alone=True, slow=True, virtual_only=True)


async def _among_jobs(bench: Bench) -> None:
    done = await bench.submit(bench.order(job={"outcome": "succeed", "after": "1s"}))
    await bench.watch(done, STOPS, SECOND)
    begun = bench.clock.now()
    submits = [await bench.submit(bench.order(**wishes)) for wishes in IN_FLIGHT.values()]
    await bench.pause(SECOND)
    submits.append(await bench.submit(bench.order(**QUEUED)))
    await bench.pause_until(begun + STOPS)
    await bench.ledger()
    await bench.restart(DOWN)
    await bench.read(done)
    latest = bench.terms.timeout + bench.terms.tolerance + bench.terms.grace + SECOND
    for submit in submits:
        await bench.watch(submit, latest, EVERY)
    for submit in (done, *submits):
        await bench.read(submit)
    await bench.settle(done)


async def _stuck(bench: Bench) -> None:
    submit = await bench.submit(bench.order(job={"outcome": "stuck", "queue": "0s"}))
    await bench.until(submit, bench.terms.timeout // 2)
    await bench.restart(DOWN)
    await past_the_deadline(bench, submit)
