"""Defects about the 600 seconds."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from veocontracts.reference.gateway import Gateway
from veocontracts.reference.mutants.registry import mutant
from veocontracts.reference.store import Job
from veocontracts.reference.worker import Ended, data_of
from veosim.inprocess import Response

LATE = "the stuck job outlives the deadline"


@mutant("times-out-at-660s", "TIME-01", LIFE_10=LATE, TIME_07=LATE, ROBUST_03=LATE)
class TimesOutAt660(Gateway):
    """A sweeper fails what is out of time, but only a minute late, where no poll went wrong."""

    def missed(self, job: Job, wait: float = 0.0) -> None:
        job.notes["missed"] = True
        super().missed(job, wait)

    async def last_look(self, job: Job) -> Ended:
        ended = await super().last_look(job)
        end = job.deadline + self.settings.job_timeout / 10
        while ended.code == "timeout" and job.upstream_id and not job.notes.get("missed") and self.now() < end:
            await asyncio.sleep(self.settings.poll_interval)
            if await self.poll(job, self.settings.last_look) is not None:
                break
        return ended


@mutant("no-timeout", "TIME-01", LIFE_10=LATE, TIME_07=LATE, ROBUST_03=LATE)
class NoTimeout(Gateway):
    """A job that the upstream took on runs until the upstream ends it, where no poll goes wrong."""

    def missed(self, job: Job, wait: float = 0.0) -> None:
        job.notes["missed"] = True
        super().missed(job, wait)

    async def last_look(self, job: Job) -> Ended:
        first = ended = await super().last_look(job)
        while ended.code == "timeout" and job.upstream_id and not job.notes.get("missed"):
            await asyncio.sleep(self.settings.poll_interval)
            ended = await super().last_look(job)
        return first


@mutant(
    "times-out-at-300s",
    "TIME-01",
    TIME_02="a success just inside the 600 s is lost",
    TIME_08="so is the one that runs beside a job that times out",
    ENUM_01="so is any valid job that takes longer",
)
class TimesOutAt300(Gateway):
    """The worker allows 300 s."""

    def accept(self, key: str, service: str, fields: dict[str, Any]) -> Job:
        job = super().accept(key, service, fields)
        job.deadline -= self.settings.job_timeout / 2
        return job


@mutant(
    "last-poll-reported-as-timeout",
    "TIME-02",
    ENUM_01="a valid job whose video was made in time fails",
    TIME_08="so does one beside a job that times out",
)
class LastPollReportedAsTimeout(Gateway):
    """What the last permitted poll brings is thrown away, and the job reported as timed out."""

    async def last_look(self, job: Job) -> Ended:
        await super().last_look(job)
        return self.timed_out(job)


@mutant(
    "late-success-flips-failed-job",
    "TIME-03",
    LIFE_02="failed turns into completed",
    BILL_10="the late success is billed",
)
class LateSuccessFlipsFailedJob(Gateway):
    """A job that timed out is completed and billed when the upstream succeeds soon after."""

    async def work(self, job: Job) -> None:
        await super().work(job)
        for _ in range(3 if (job.error or {}).get("code") == "timeout" and job.upstream_id else 0):
            await asyncio.sleep(self.settings.poll_interval)
            ended = await self.poll(job, self.settings.poll_patience)
            if ended is not None and ended.result is not None:
                self.settle(job, ended)
            if ended is not None:
                break


@mutant(
    "timeout-restarts-with-every-poll",
    "TIME-03",
    BILL_10="the late success is billed",
    LIFE_10="until then the job runs on",
    ROBUST_01="so does one whose progress comes in another type",
)
class TimeoutRestartsWithEveryPoll(Gateway):
    """A poll that shows new progress restarts the 600 s."""

    def read_status(self, job: Job, answer: Response) -> Ended | None:
        progress = data_of(answer).get("progress")
        if progress != job.notes.setdefault("progress", progress):
            job.notes |= {"progress": progress, "moved": self.now()}
        return super().read_status(job, answer)

    async def last_look(self, job: Job) -> Ended:
        ended = await super().last_look(job)
        while ended.code == "timeout" and self.now() < job.notes.get("moved", 0.0) + self.settings.job_timeout:
            await asyncio.sleep(self.settings.poll_interval)
            ended = await super().last_look(job)
        return ended


@mutant("submit-without-timeout", "TIME-04", LIFE_10="the job waits for ever")
class SubmitWithoutTimeout(Gateway):
    """The deadline covers the polls, but not the submit."""

    async def work(self, job: Job) -> None:
        ended = await self.submit_upstream(job)
        try:
            async with asyncio.timeout_at(job.deadline):
                ended = ended or await self.follow(job)
        except TimeoutError:
            ended = await self.last_look(job)
        self.settle(job, ended)


@mutant("hung-poll-blocks", "TIME-05", LIFE_10="the job waits for ever", TIME_06="or until the last byte has come")
class HungPollBlocks(Gateway):
    """The poll at the deadline waits for its answer however long it takes."""

    async def last_look(self, job: Job) -> Ended:
        ended = None
        if job.upstream_id:
            answer = await self.ask(job)
            ended = self.read_status(job, answer)
        return ended or self.timed_out(job)


@mutant(
    "timeout-per-request",
    "TIME-05",
    LIFE_10="the job runs for as long as its last request",
    TIME_06="also where that brings its answer byte by byte",
)
class TimeoutPerRequest(Gateway):
    """Each poll may take 600 s of its own, also the one at the deadline."""

    async def poll(self, job: Job, patience: float) -> Ended | None:
        del patience
        return await super().poll(job, self.settings.job_timeout)


@mutant("drip-restarts-the-timeout", "TIME-06", LIFE_10="the job runs until the last byte")
class DripRestartsTheTimeout(Gateway):
    """Each part of a poll's answer gives it its patience anew, also of the poll at the deadline."""

    async def poll(self, job: Job, patience: float) -> Ended | None:
        try:
            async with asyncio.timeout(patience) as limit:
                answer = await self.ask(job, lambda: limit.reschedule(self.now() + patience))
        except (ConnectionError, TimeoutError):
            self.missed(job)
            return None
        return self.read_status(job, answer)


@mutant("timeout-restarts-after-submit", "TIME-07", LIFE_10=LATE, TIME_01=LATE)
class TimeoutRestartsAfterSubmit(Gateway):
    """The submit has 600 s, and the polls have 600 s more."""

    async def work(self, job: Job) -> None:
        try:
            async with asyncio.timeout_at(job.deadline):
                ended = await self.submit_upstream(job)
            job.deadline = self.now() + self.settings.job_timeout
            async with asyncio.timeout_at(job.deadline):
                ended = ended or await self.follow(job)
        except TimeoutError:
            ended = await self.last_look(job)
        self.settle(job, ended)


@mutant(
    "one-timeout-fails-all",
    "TIME-08",
    TIME_01="another job fails too early",
    LIFE_01="another job's success is lost",
    ENUM_01="a valid job whose video was made in time fails",
)
class OneTimeoutFailsAll(Gateway):
    """When one job times out, all that were submitted after it are failed with it."""

    def settle(self, job: Job, ended: Ended) -> None:
        if job.status in {"completed", "failed"}:
            return
        super().settle(job, ended)
        for other in list(self.jobs.values()) if ended.code == "timeout" else ():
            if other.started > job.started:
                self.settle(other, ended)


@mutant("keeps-polling-after-the-timeout", "TIME-09")
class KeepsPollingAfterTheTimeout(Gateway):
    """A job that timed out is polled for a minute more, and what comes is thrown away."""

    async def work(self, job: Job) -> None:
        await super().work(job)
        for _ in range(12 if job.upstream_id and (job.error or {}).get("code") == "timeout" else 0):
            await asyncio.sleep(self.settings.poll_interval)
            if await self.poll(job, self.settings.poll_patience) is not None:
                break


@mutant("timeout-gives-no-reason", "TIME-10")
class TimeoutGivesNoReason(Gateway):
    """A job that timed out says that it failed, and no more."""

    def timed_out(self, job: Job) -> Ended:
        return replace(super().timed_out(job), code="upstream_error", message="The generation failed.")
