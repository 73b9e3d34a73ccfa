"""What a gateway does at its start with the jobs that its last run left: polls them on, or fails them unbilled."""

from __future__ import annotations

from veocontracts.reference.store import Job
from veocontracts.reference.worker import Ended, Worker


class Recovery(Worker):
    """Takes up what the store holds; a job that has ended is left as it is, so nothing is billed again."""

    jobs: dict[str, Job]

    async def recover(self) -> None:
        """Take up every job that was in flight, and announce every end that was not."""
        for job in self.store.unfinished():
            self.jobs[job.id] = job
            await self.take_up(job)

    async def take_up(self, job: Job) -> None:
        """Set the job's deadline on this run's clock, and go on with it."""
        job.deadline = self.now() + (job.due - self.wall()).total_seconds()
        job.started = job.deadline - self.settings.job_timeout
        if job.ended:
            self.announce(job)
        else:
            self.spawn(self.resume(job))

    async def resume(self, job: Job) -> None:
        """The rest of a job's life."""
        await self.conclude(job, self.carry_on(job))

    async def carry_on(self, job: Job) -> Ended:
        """How it ends: what may have been taken on without an answer is never submitted again (UP-01)."""
        if job.upstream_id is None:
            return self.interrupted(job)
        if self.now() >= job.deadline:
            return self.timed_out(job)
        return await self.in_time(job, self.follow(job))

    def interrupted(self, job: Job) -> Ended:  # noqa: ARG002  mutants look at the job
        """The end of a job of which nobody knows whether the upstream has it."""
        return Ended(code="interrupted", message="The gateway was restarted before the upstream had answered.")
