"""The rate limit: a burst after a pause, another key beside it, the same key after the window."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from veocontracts.bench import Bench, Setting
from veocontracts.workloads.base import Case, workload
from veosim.units import SECOND

RULES = frozenset({"RATE-01", "RATE-02", "RATE-03", "BILL-11", "ACC-02"})
BATCH = 20
FAST = {"outcome": "fail", "after": "1s"}


@workload("rate-limit")
def limits(setting: Setting) -> Iterable[Case]:
    """One case: a limited key needs its window to itself."""
    if setting.profile.auth.mint is not None:
        yield Case("rate limit", _burst, RULES, jobs=182, alone=True)


async def _burst(bench: Bench) -> None:
    terms = bench.terms
    orders = [bench.order(job=FAST, intent="burst") for _ in range(3 * terms.submits_per_minute)]
    allowed, beyond = orders[: terms.submits_per_minute], orders[terms.submits_per_minute :]
    for part in (allowed, beyond):  # those that must be accepted have all been answered before the others are sent
        for start in range(0, len(part), BATCH):
            await asyncio.gather(*(bench.submit(order, paced=False) for order in part[start : start + BATCH]))
    await bench.submit(bench.order(job=FAST, intent="burst-other"), key="other", paced=False)
    await bench.ledger()
    await bench.pause(terms.rate_window + max(2 * SECOND, terms.tolerance // 4))
    await bench.submit(bench.order(job=FAST, intent="burst-after"), paced=False)
    await bench.settle()
