"""Webhook events of the gateway, also where their receiver refuses some; callbacks of its upstream, of every kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from veocontracts.bench import Bench
from veocontracts.setting import Setting
from veocontracts.workloads.base import Case, Drive, workload
from veocontracts.workloads.deadline import past_the_deadline
from veocontracts.workloads.drives import one_job
from veosim.units import SECOND

EVENTS = frozenset({"HOOK-01"})
CALLBACKS = frozenset({"HOOK-02"})
HIDDEN: Mapping[str, Any] = {"poll": [{"respond": {"status": 503}}]}
BEHIND: Mapping[str, Any] = {"poll": [{"spoil": "goes-back"}]}
"""Polls that say nothing, or that the job is queued: only callbacks tell of its end."""
DONE = {"outcome": "succeed", "after": "7s"}
LOST = {"outcome": "fail", "after": "7s"}


@workload("webhooks")
def webhooks(setting: Setting) -> Iterable[Case]:
    """The events of a success and a failure; of a success whose event is refused twice before it is taken."""
    if "webhooks" in setting.terms.capabilities:
        yield Case("webhook of a success", _one(job=DONE), EVENTS)
        yield Case("webhook of a failure", _one(job=LOST), EVENTS)
        yield Case("webhook refused", _refused, EVENTS, alone=True)


async def _refused(bench: Bench) -> None:
    bench.answer_events(503, 500)
    await one_job(bench, job=DONE)


def _one(**wishes: Any) -> Drive:
    async def drive(bench: Bench) -> None:
        await one_job(bench, **wishes)

    return drive


@workload("callbacks")
def callbacks(setting: Setting) -> Iterable[Case]:
    """Every manner that an upstream's callbacks may have."""
    if "callbacks" not in setting.terms.capabilities:
        return
    yield Case("callback thrice", _one(job=DONE, callbacks={"copies": 3}), CALLBACKS | {"BILL-09"})
    beside = {"poll": [{"delay": "4s"}]}
    yield Case("callback beside a poll", _one(job=DONE, callbacks={"copies": 2}, exchanges=beside), CALLBACKS)
    yield Case("callback after a poll", _one(job=DONE, callbacks={"delay": "30s"}), CALLBACKS)
    yield Case("callback of a failure, late", _one(job=LOST, callbacks={"delay": "30s"}), CALLBACKS)
    early = {"before_submit_answer": True}
    yield Case("callback before the submit's answer", _one(callbacks=early, exchanges=HIDDEN), CALLBACKS)
    yield Case("callbacks out of order", _out_of_order, CALLBACKS, jobs=2)
    if setting.terms.signed_callbacks:
        for sign in ("none", "bad", "expired"):
            for job in (DONE, LOST):
                yield _unproved(sign, job)
    yield Case("callback past the deadline", _past_the_deadline, CALLBACKS, slow=True)


def _unproved(sign: str, job: Mapping[str, Any]) -> Case:
    async def drive(bench: Bench) -> None:
        submit = await bench.submit(bench.order(job=job, callbacks={"sign": sign}, exchanges=BEHIND))
        await bench.until(submit, 12 * SECOND + bench.terms.tolerance)
        await bench.read(submit)
        await bench.ledger()

    return Case(f"callback signed {sign} of a job to {job['outcome']}", drive, CALLBACKS)


async def _out_of_order(bench: Bench) -> None:
    delays = ("20s", "3s")
    orders = [bench.order(job=DONE, callbacks={"delay": delay}, exchanges=BEHIND) for delay in delays]
    submits = [await bench.submit(order) for order in orders]
    for submit in submits:
        await bench.watch(submit, 40 * SECOND, 4 * SECOND)
    await bench.settle(submits[0])
    await bench.read(submits[1])


async def _past_the_deadline(bench: Bench) -> None:
    after = bench.terms.timeout + bench.terms.tolerance + 5 * SECOND
    submit = await bench.submit(bench.order(job={"outcome": "succeed", "after": f"{after // SECOND}s"}))
    await past_the_deadline(bench, submit)
