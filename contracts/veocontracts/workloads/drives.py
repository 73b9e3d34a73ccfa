"""The moves that most cases are made of."""

from __future__ import annotations

from typing import Any

from veocontracts.bench import Bench
from veocontracts.events import Submit
from veosim.units import SECOND

EVERY = 4 * SECOND


async def to_the_end(bench: Bench, submit: Submit, within: int = 120 * SECOND, every: int = EVERY) -> None:
    """Follow a job to its end, read it twice more, let charges settle, and read the ledger."""
    await bench.watch(submit, within, every)
    await bench.read(submit)
    await bench.settle(submit)


async def one_job(bench: Bench, service: str = "text", within: int = 120 * SECOND, **wishes: Any) -> Submit:
    """Submit one order and follow it to its end; a refused one is settled too."""
    submit = await bench.submit(bench.order(service, **wishes))
    await bench.ledger()
    if submit.job_id is not None:
        await to_the_end(bench, submit, within)
    else:
        await bench.settle(submit)
    return submit
