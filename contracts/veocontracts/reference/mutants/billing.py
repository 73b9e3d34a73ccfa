"""Defects about money."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

from veocontracts.reference.door import Refused
from veocontracts.reference.gateway import Gateway, Reply
from veocontracts.reference.mutants.guess import guessed
from veocontracts.reference.mutants.registry import mutant
from veocontracts.reference.store import Charge, Job
from veocontracts.reference.worker import Ended, data_of
from veosim.clock import rfc3339
from veosim.inprocess import Response

NOT_FREE = "the job that the upstream failed is not free"
SUM = "the charges no longer add up to the cost of completed jobs"
ALWAYS = "it bills twice, with a restart or without"
NOT_UNITS_TIMES_PRICE = "the cost is no longer units times the price"


@mutant("units-from-wall-time", "BILL-01", BILL_03="equal durations that took longer cost more")
class UnitsFromWallTime(Gateway):
    """The seconds that the job took are billed, not those of the video."""

    def units(self, job: Job) -> Decimal:
        return Decimal(round(self.now() - job.started))


@mutant("units-from-default", "BILL-01")
class UnitsFromDefault(Gateway):
    """Every job is billed as one of the default duration."""

    def units(self, job: Job) -> Decimal:
        del job
        return Decimal(4)


@mutant("float-drift", "BILL-02")
class FloatDrift(Gateway):
    """The cost is added up in floats, a tenth of a second at a time."""

    def cost(self, job: Job, units: Decimal) -> Decimal:
        del job
        return Decimal(str(sum(float(self.settings.price) / 10 for _ in range(int(units * 10)))))


@mutant("fast-model-discounted", "BILL-03", BILL_02=NOT_UNITS_TIMES_PRICE)
class FastModelDiscounted(Gateway):
    """The fast model costs two thirds."""

    def cost(self, job: Job, units: Decimal) -> Decimal:
        return super().cost(job, units) * (2 if job.fields.get("model") == "veo fast (Audio)" else 3) / 3


@mutant("price-by-resolution", "BILL-03", BILL_02=NOT_UNITS_TIMES_PRICE)
class PriceByResolution(Gateway):
    """512P costs half."""

    def cost(self, job: Job, units: Decimal) -> Decimal:
        return super().cost(job, units) / (2 if job.fields.get("resolution") == "512P" else 1)


@mutant("bills-upstream-4xx", "BILL-04", BILL_12=SUM)
class BillsUpstream4xx(Gateway):
    """A job that the upstream refused with a 4xx is billed."""

    def fail(self, job: Job, ended: Ended) -> None:
        super().fail(job, ended)
        if 400 <= ended.status < 500:
            self.bill(job)


@mutant("bills-after-4xx-at-poll", "BILL-04")
class BillsAfter4xxAtPoll(Gateway):
    """A job that fails because a poll was answered with a 4xx is billed: the upstream had taken it on, after all."""

    def fail(self, job: Job, ended: Ended) -> None:
        super().fail(job, ended)
        if 400 <= ended.status < 500 and job.upstream_id:
            self.bill(job)


@mutant("bills-upstream-5xx", "BILL-05")
class BillsUpstream5xx(Gateway):
    """A job that the upstream answered with a 5xx is billed."""

    def fail(self, job: Job, ended: Ended) -> None:
        super().fail(job, ended)
        if ended.status >= 500:
            self.bill(job)


@mutant("bills-status-error", "BILL-06", LIFE_11=NOT_FREE, BILL_12=SUM, BILL_13=NOT_FREE)
class BillsStatusError(Gateway):
    """A 200 with `{status: 'error'}` fails the job but is billed like any other answer with status 200."""

    def fail(self, job: Job, ended: Ended) -> None:
        super().fail(job, ended)
        if ended.status == 200:
            self.bill(job)


@mutant(
    "error-envelope-taken-for-success",
    "BILL-06",
    LIFE_04="completed without a success",
    LIFE_11=NOT_FREE,
    BILL_13=NOT_FREE,
)
class ErrorEnvelopeTakenForSuccess(Gateway):
    """Any poll that is answered with 200 and a message counts as success."""

    def read_status(self, job: Job, answer: Response) -> Ended | None:
        if answer.status == 200 and "message" in data_of(answer):
            return Ended(result=guessed(job))
        return super().read_status(job, answer)


@mutant("holds-and-keeps-the-hold", "BILL-06", LIFE_11=NOT_FREE, BILL_12=SUM, BILL_13=NOT_FREE)
class HoldsAndKeepsTheHold(Gateway):
    """What was held for a job turns into a charge although the upstream reports that it failed."""

    def fail(self, job: Job, ended: Ended) -> None:
        super().fail(job, ended)
        if ended.status == 200 and job.upstream_id:
            self.charge(job, self.units(job), self.cost(job, self.units(job)))


@mutant("bills-timeouts", "BILL-07", TIME_04="the job that hung at submit is not free", BILL_12=SUM)
class BillsTimeouts(Gateway):
    """A job whose upstream submit was never answered is billed at the timeout, since it may have been made."""

    def fail(self, job: Job, ended: Ended) -> None:
        super().fail(job, ended)
        if ended.code == "timeout" and job.upstream_id is None:
            self.bill(job)


@mutant("bills-at-submit", "BILL-08")
class BillsAtSubmit(Gateway):
    """The ledger shows a charge from the submit on, and drops it again when the job fails."""

    async def list_charges(self, authorization: str | None) -> Reply:
        reply = await super().list_charges(authorization)
        key = self.authenticate(authorization)
        for job in self.jobs.values():
            if job.key == key and job.status in {"queued", "processing"}:
                amount = float(self.cost(job, self.units(job)))
                reply.data["charges"].append({"job_id": job.id, "amount": amount})
        return reply


@mutant("bills-every-read", "BILL-09", BILL_12=SUM, ROBUST_03=ALWAYS)
class BillsEveryRead(Gateway):
    """Each read of a completed job charges for it again."""

    def view(self, job: Job) -> dict[str, Any]:
        if job.status == "completed":
            self.charge(job, job.units, job.cost)
        return super().view(job)


@mutant("bills-success-twice", "BILL-09", UP_05="it polls again after the success", BILL_12=SUM, ROBUST_03=ALWAYS)
class BillsSuccessTwice(Gateway):
    """A success is polled once more, to be sure, and each of the two answers is billed."""

    async def work(self, job: Job) -> None:
        await super().work(job)
        again = await self.poll(job, self.settings.poll_patience) if job.status == "completed" else None
        if again is not None and again.result is not None:
            self.charge(job, job.units, job.cost)


@mutant("charge-forgotten", "BILL-09", BILL_12=SUM)
class ChargeForgotten(Gateway):
    """A completed job shows its cost, but the ledger never hears of it."""

    def charge(self, job: Job, units: Decimal, amount: Decimal) -> None:
        """Nothing is written."""


@mutant("charges-another-key", "BILL-12", BILL_09="the job's own key has no charge for it")
class ChargesAnotherKey(Gateway):
    """The charge goes to the key that submitted last instead of the job's own."""

    def charge(self, job: Job, units: Decimal, amount: Decimal) -> None:
        last = list(self.jobs.values())[-1]
        self.store.add_charge(Charge(job.id, last.key, job.service, units, amount, rfc3339(self.wall())))


@mutant("releases-the-hold-twice", "BILL-12")
class ReleasesTheHoldTwice(Gateway):
    """What was held for a job that the upstream cancelled is given back twice."""

    def fail(self, job: Job, ended: Ended) -> None:
        super().fail(job, ended)
        if ended.status == 200 and "cancel" in ended.message:
            amount = self.cost(job, self.units(job))
            for part in (amount, -amount, -amount):
                self.charge(job, self.units(job), part)


@mutant("bills-late-success", "BILL-10", TIME_03="the job that timed out is not free")
class BillsLateSuccess(Gateway):
    """A job that timed out stays failed, but is charged when the upstream succeeds soon after."""

    async def work(self, job: Job) -> None:
        await super().work(job)
        for _ in range(3 if (job.error or {}).get("code") == "timeout" and job.upstream_id else 0):
            await asyncio.sleep(self.settings.poll_interval)
            ended = await self.poll(job, self.settings.poll_patience)
            if ended is not None and ended.result is not None:
                self.charge(job, self.units(job), self.cost(job, self.units(job)))
            if ended is not None:
                break


@mutant("bills-refused", "BILL-11", BILL_12=SUM)
class BillsRefused(Gateway):
    """A request that is refused for its fields is charged as a default job."""

    async def submit(self, service: str, authorization: str | None, body: bytes) -> Reply:
        try:
            return await super().submit(service, authorization, body)
        except Refused as refused:
            if refused.status == 400:
                key, price = self.authenticate(authorization), self.settings.price
                self.store.add_charge(Charge(None, key, service, Decimal(4), 4 * price, rfc3339(self.wall())))
            raise


@mutant("bills-rate-limited", "BILL-11")
class BillsRateLimited(Gateway):
    """A request over the rate limit is charged as a default job."""

    def admit(self, key: str) -> None:
        try:
            super().admit(key)
        except Refused:
            amount = 4 * self.settings.price
            self.store.add_charge(Charge(None, key, "rate limit", Decimal(4), amount, rfc3339(self.wall())))
            raise
