"""Defects in the answer to a submit."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from veocontracts.reference.door import Refused
from veocontracts.reference.gateway import Gateway, Reply
from veocontracts.reference.mutants.registry import mutant
from veocontracts.reference.settings import SERVICES
from veocontracts.reference.store import Job
from veosim.clock import rfc3339

OTHER_ANSWER = "the document knows no such answer"


@mutant("200-instead-of-202", "ACC-01", ROBUST_02=OTHER_ANSWER)
class Answers200(Gateway):
    """A submit is answered with 200, as if the video were there."""

    def accepted(self, job: Job) -> Reply:
        return Reply(200, super().accepted(job).data)


@mutant("born-running", "ACC-01", ROBUST_02=OTHER_ANSWER)
class BornRunning(Gateway):
    """The 202 calls the job processing before any worker has it."""

    def accepted(self, job: Job) -> Reply:
        reply = super().accepted(job)
        reply.data["job"]["status"] = "processing"
        return reply


@mutant("job-ids-reused", "ACC-02")
class JobIdsReused(Gateway):
    """A key has fifty job ids, and its next job gets the first one again."""

    def accept(self, key: str, service: str, fields: dict[str, Any]) -> Job:
        job = super().accept(key, service, fields)
        ids = [other.id for other in self.jobs.values() if other.key == key]
        if len(ids) > 50:
            del self.jobs[job.id]
            job.id = ids[0]
            self.jobs[job.id] = job
        return job


@mutant("service-name-swapped", "ACC-03")
class ServiceNameSwapped(Gateway):
    """The 202 names the other service."""

    def accepted(self, job: Job) -> Reply:
        reply = super().accepted(job)
        reply.data["job"]["service"] = next(name for name in SERVICES if name != job.service)
        return reply


@mutant("created-at-without-zone", "ACC-04")
class CreatedAtWithoutZone(Gateway):
    """The database's bare timestamp is shown as created_at."""

    def accept(self, key: str, service: str, fields: dict[str, Any]) -> Job:
        job = super().accept(key, service, fields)
        job.created_at = job.created_at.removesuffix("Z")
        self.store.save(job)
        return job


@mutant("created-at-in-local-time", "ACC-04", LIFE_03="completed_at is true UTC, two hours before it")
class CreatedAtInLocalTime(Gateway):
    """The server's local time, two hours ahead, is shown as if it were UTC."""

    def accept(self, key: str, service: str, fields: dict[str, Any]) -> Job:
        job = super().accept(key, service, fields)
        job.created_at = rfc3339(self.wall() + timedelta(hours=2))
        self.store.save(job)
        return job


@mutant("created-at-is-1970", "ACC-04")
class CreatedAtIs1970(Gateway):
    """A clock that nobody set stands at the epoch, and created_at shows it."""

    def accept(self, key: str, service: str, fields: dict[str, Any]) -> Job:
        job = super().accept(key, service, fields)
        job.created_at = "1970-01-01T00:00:00Z"
        self.store.save(job)
        return job


@mutant("charset-refused", "ENUM-01", ACC_01="a valid submit is turned away")
class CharsetRefused(Gateway):
    """The content type must be application/json to the letter, without a charset."""

    def check_type(self, content_type: str | None) -> None:
        if content_type != "application/json":
            raise Refused(400, "invalid_request", "The content type must be application/json.")


@mutant("waits-for-upstream", "ACC-05")
class WaitsForUpstream(Gateway):
    """The 202 is held back until the upstream has taken the job on, for up to ten seconds of six hundred."""

    async def start(self, job: Job) -> None:
        await super().start(job)
        for _ in range(1000):
            if job.status != "queued":
                break
            await asyncio.sleep(self.settings.job_timeout / 60_000)
