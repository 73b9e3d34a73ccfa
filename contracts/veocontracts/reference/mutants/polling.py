"""Defects in how the upstream is polled, above all when polls go wrong."""

from __future__ import annotations

from veocontracts.reference.gateway import Gateway
from veocontracts.reference.mutants.registry import mutant
from veocontracts.reference.store import Job
from veocontracts.reference.worker import Ended, data_of
from veosim.inprocess import Response


@mutant("html-502-ends-the-job", "UP-07")
class Html502EndsTheJob(Gateway):
    """A proxy's error page in answer to a poll fails the job."""

    def read_status(self, job: Job, answer: Response) -> Ended | None:
        if answer.status == 502 and answer.body.startswith(b"<"):
            return self.failure(answer, {})
        return super().read_status(job, answer)


@mutant("bad-json-ends-the-job", "UP-07")
class BadJsonEndsTheJob(Gateway):
    """One poll whose answer is no JSON fails the job."""

    def read_status(self, job: Job, answer: Response) -> Ended | None:
        if answer.status == 200 and not data_of(answer):
            return Ended(code="upstream_error", message="The upstream's answer could not be read.")
        return super().read_status(job, answer)


@mutant("busy-upstream-ends-the-job", "UP-07")
class BusyUpstreamEndsTheJob(Gateway):
    """A poll that is answered with 429 fails the job."""

    def read_status(self, job: Job, answer: Response) -> Ended | None:
        return self.failure(answer, data_of(answer)) if answer.status == 429 else super().read_status(job, answer)


@mutant("ignores-retry-after", "UP-08")
class IgnoresRetryAfter(Gateway):
    """Whatever time the upstream asks for, it gets a second."""

    def asked_to_wait(self, answer: Response) -> float | None:
        return None if super().asked_to_wait(answer) is None else 1.0


@mutant("polls-every-50-ms", "UP-10")
class PollsEvery50Ms(Gateway):
    """In a job's first two seconds it is polled every 50 ms."""

    def pause(self, job: Job) -> float:
        hasty = self.now() < job.started + self.settings.job_timeout / 300
        return max(self.settings.job_timeout / 12_000, job.not_before - self.now()) if hasty else super().pause(job)


@mutant("never-backs-off", "UP-10")
class NeverBacksOff(Gateway):
    """Polls that go wrong are repeated at the usual pace."""

    def pause(self, job: Job) -> float:
        return max(self.settings.poll_interval, job.not_before - self.now())
