"""Defects about what a restart leaves of the jobs."""

from __future__ import annotations

from veocontracts.reference.gateway import Gateway
from veocontracts.reference.mutants.registry import mutant
from veocontracts.reference.store import Job
from veocontracts.reference.worker import Ended


@mutant("restart-forgets-jobs", "ROBUST-03", LIFE_02="a job that was shown is gone", LIFE_10="and never ends")
class RestartForgetsJobs(Gateway):
    """Jobs live in memory alone: after a restart nobody knows them."""

    def find(self, job_id: str, key: str) -> Job | None:
        return super().find(job_id, key) if job_id in self.jobs else None

    async def recover(self) -> None:
        """Nothing is taken up."""


@mutant(
    "restart-leaves-jobs-stuck",
    "ROBUST-03",
    LIFE_10="they run past their deadline",
    TIME_01="also those that never end",
    TIME_08="also beside one that times out",
)
class RestartLeavesJobsStuck(Gateway):
    """A job that a restart came upon in its first minute upstream is still shown, but no worker goes on with it."""

    async def resume(self, job: Job) -> None:
        if job.upstream_id is None or self.now() - job.started > self.settings.job_timeout / 10:
            await super().resume(job)


@mutant("restart-bills-again", "ROBUST-03", BILL_09="the completed job has two charges", BILL_12="so have all")
class RestartBillsAgain(Gateway):
    """A job that a restart has put out of memory is charged once more when it is first read, as if it ended then."""

    def find(self, job_id: str, key: str) -> Job | None:
        charges = [charge for charge in self.store.charges(key) if charge.job_id == job_id]
        if job_id not in self.jobs and len(charges) == 1:
            self.store.add_charge(charges[0])
        return super().find(job_id, key)


@mutant("restart-resubmits", "UP-01")
class RestartResubmits(Gateway):
    """A job whose submit had no answer yet is submitted again after a restart."""

    async def carry_on(self, job: Job) -> Ended:
        return await super().carry_on(job) if job.upstream_id else await self.until_deadline(job)


@mutant(
    "restart-fails-what-runs",
    "LIFE-01",
    ENUM_01="so is any valid job",
    TIME_08="also beside one that times out",
)
class RestartFailsWhatRuns(Gateway):
    """A job that a restart came upon in its first minute fails in the end, although the upstream made its video."""

    async def carry_on(self, job: Job) -> Ended:
        is_young = self.now() - job.started < self.settings.job_timeout / 10
        ended = await super().carry_on(job)
        return self.interrupted(job) if is_young and ended.result is not None else ended


@mutant("restart-renews-the-deadline", "TIME-01", LIFE_10="the job outlives its deadline", ROBUST_03="likewise")
class RestartRenewsTheDeadline(Gateway):
    """A restart gives each job in flight 600 s more."""

    async def carry_on(self, job: Job) -> Ended:
        job.deadline = self.now() + self.settings.job_timeout
        return await super().carry_on(job)
