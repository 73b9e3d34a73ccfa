"""The rate limit: a burst, another key beside it, the same key after the window, and a burst at another time of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from veocontracts.bench import Bench
from veocontracts.events import Submit
from veocontracts.orders import Order
from veocontracts.rules.rate import asked_to_wait
from veocontracts.setting import Setting
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
        yield Case("rate limit", _burst, RULES, jobs=5 * setting.terms.submits_per_minute + 3, alone=True)


async def _burst(bench: Bench) -> None:
    terms = bench.terms
    orders = [bench.order(job=FAST, intent="burst") for _ in range(3 * terms.submits_per_minute)]
    allowed, beyond = orders[: terms.submits_per_minute], orders[terms.submits_per_minute :]
    burst = [*await _at_once(bench, allowed)]  # they have all been answered before the others are sent
    burst += await _at_once(bench, beyond)
    await bench.submit(bench.order(job=FAST, intent="burst-other"), key="other", paced=False)
    await bench.ledger()
    await _come_again(bench, burst)
    await bench.pause(terms.rate_window + max(2 * SECOND, terms.tolerance // 4))
    await bench.submit(bench.order(job=FAST, intent="burst-after"), paced=False)
    await bench.settle()
    await bench.pause((terms.rate_window // 2 + burst[0].at - bench.clock.now()) % terms.rate_window)
    again = [bench.order(job=FAST, intent="burst-again") for _ in range(2 * terms.submits_per_minute)]
    await _at_once(bench, again, "again")


async def _at_once(bench: Bench, orders: Sequence[Order], key: str = "main") -> list[Submit]:
    """As fast as a client can; so many side by side that none has to wait long for a connection."""
    found: list[Submit] = []
    for start in range(0, len(orders), BATCH):
        batch = orders[start : start + BATCH]
        found += await asyncio.gather(*(bench.submit(order, key, paced=False) for order in batch))
    return found


async def _come_again(bench: Bench, burst: list[Submit]) -> None:
    """Submit once more as soon as the last 429 says, if that is not too far off."""
    last = next((submit for submit in reversed(burst) if submit.status == 429), None)
    wait = asked_to_wait(last) if last is not None else None
    if last is not None and wait is not None and wait <= MOST * bench.terms.rate_window:
        await bench.until(last, round(wait * _pace(bench.setting)) + MILLISECOND)  # clocks in seconds round
        await bench.submit(bench.order(job=FAST, intent="burst-retry"), paced=False)


def _pace(setting: Setting) -> float:
    """Seconds of the history for one of the gateway's: its Retry-After is in its own."""
    return setting.mode.factor if setting.terms.scaled else 1.0
