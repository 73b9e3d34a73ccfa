"""The rate limit: a burst after a pause, another key beside it, the same key after the window."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from veocontracts.bench import Bench, Setting
from veocontracts.events import Submit
from veocontracts.rules.rate import asked_to_wait
from veocontracts.workloads.base import Case, workload
from veosim.units import MILLISECOND, SECOND

RULES = frozenset({"RATE-01", "RATE-02", "RATE-03", "RATE-04", "BILL-11", "ACC-02", "UP-06"})
BATCH = 20
FAST = {"outcome": "fail", "after": "1s"}
MOST = 3
"""A 429 that asks for more windows than these is not waited for."""


@workload("rate-limit")
def limits(setting: Setting) -> Iterable[Case]:
    """One case: a limited key needs its window to itself."""
    if setting.profile.auth.mint is not None:
        yield Case("rate limit", _burst, RULES, jobs=182, alone=True)


async def _burst(bench: Bench) -> None:
    terms = bench.terms
    orders = [bench.order(job=FAST, intent="burst") for _ in range(3 * terms.submits_per_minute)]
    allowed, beyond = orders[: terms.submits_per_minute], orders[terms.submits_per_minute :]
    burst: list[Submit] = []
    for part in (allowed, beyond):  # those that must be accepted have all been answered before the others are sent
        for start in range(0, len(part), BATCH):
            batch = part[start : start + BATCH]
            burst += await asyncio.gather(*(bench.submit(order, paced=False) for order in batch))
    await bench.submit(bench.order(job=FAST, intent="burst-other"), key="other", paced=False)
    await bench.ledger()
    await _come_again(bench, burst)
    await bench.pause(terms.rate_window + max(2 * SECOND, terms.tolerance // 4))
    await bench.submit(bench.order(job=FAST, intent="burst-after"), paced=False)
    await bench.settle()


async def _come_again(bench: Bench, burst: list[Submit]) -> None:
    """Submit once more as soon as the last 429 says, if that is not too far off."""
    last = next((submit for submit in reversed(burst) if submit.status == 429), None)
    wait = asked_to_wait(last) if last is not None else None
    if last is not None and wait is not None and wait <= MOST * bench.terms.rate_window:
        await bench.until(last, round(wait * _pace(bench.setting)) + MILLISECOND)  # clocks in seconds round
        await bench.submit(bench.order(job=FAST, intent="burst-retry"), paced=False)


def _pace(setting: Setting) -> float:
    """Seconds of the history for one of the gateway's: its Retry-After is in its own."""
    clock = setting.profile.timeout.clock
    return clock.scaled.factor if clock is not None and setting.terms.scaled else 1.0
