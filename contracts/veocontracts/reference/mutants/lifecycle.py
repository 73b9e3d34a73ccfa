"""Defects in what a job shows of its life."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from veocontracts.reference.door import Refused
from veocontracts.reference.gateway import Gateway, Reply
from veocontracts.reference.mutants.guess import guessed
from veocontracts.reference.mutants.registry import mutant
from veocontracts.reference.store import Job
from veocontracts.reference.worker import UNDER_WAY, Ended, data_of
from veosim.clock import rfc3339
from veosim.inprocess import Response


@mutant("result-loses-its-fields", "LIFE-01", ROBUST_02="the document requires some of them")
class ResultLosesItsFields(Gateway):
    """The result carries the video under `url` instead of the documented `video_url`."""

    def complete(self, job: Job, result: Mapping[str, Any]) -> None:
        renamed = {"url" if name == "video_url" else name: value for name, value in result.items()}
        super().complete(job, renamed)


@mutant("created-at-moves", "LIFE-02")
class CreatedAtMoves(Gateway):
    """Completing a job overwrites created_at too."""

    def complete(self, job: Job, result: Mapping[str, Any]) -> None:
        super().complete(job, result)
        job.created_at = str(job.completed_at)


@mutant("terminal-state-flips-back", "LIFE-02")
class TerminalStateFlipsBack(Gateway):
    """A read soon after the first one that showed the end comes from a stale copy, in which the job still runs."""

    def view(self, job: Job) -> dict[str, Any]:
        view = super().view(job)
        if job.status != "completed" or "flipped" in job.notes:
            return view
        first = job.notes.setdefault("first shown", self.now())
        if first < self.now() <= first + self.settings.job_timeout / 120:
            job.notes["flipped"] = True
            return {name: view[name] for name in ("id", "service_name", "created_at")} | {"status": "processing"}
        return view


@mutant("result-while-running", "LIFE-02")
class ResultWhileRunning(Gateway):
    """A job that runs shows a result without a video."""

    def view(self, job: Job) -> dict[str, Any]:
        return {"result_data": {"status": "processing", "video_url": None}} | super().view(job)


@mutant("completed-at-while-running", "LIFE-03")
class CompletedAtWhileRunning(Gateway):
    """completed_at is the instant of the last change, and is shown while the job runs."""

    def view(self, job: Job) -> dict[str, Any]:
        return {"completed_at": job.created_at} | super().view(job)


@mutant("completed-at-forgotten", "LIFE-03", ROBUST_02="the document requires it")
class CompletedAtForgotten(Gateway):
    """A completed job shows no completed_at."""

    def view(self, job: Job) -> dict[str, Any]:
        view = super().view(job)
        view.pop("completed_at", None)
        return view


@mutant("completed-at-in-the-future", "LIFE-03")
class CompletedAtInTheFuture(Gateway):
    """completed_at is the end of the job's 600 s, whenever the video came."""

    def complete(self, job: Job, result: Mapping[str, Any]) -> None:
        super().complete(job, result)
        job.completed_at = rfc3339(self.wall() + timedelta(seconds=self.settings.job_timeout))


@mutant("ninth-job-in-flight-fails", "ENUM-01")
class NinthJobInFlightFails(Gateway):
    """A key has eight workers, and a job for which none of them is free fails at once."""

    async def generate(self, job: Job) -> Ended:
        in_flight = [other for other in self.jobs.values() if other.key == job.key and other.status in UNDER_WAY]
        if len(in_flight) > 8:
            return Ended(code="overloaded", message="All workers are busy.")
        return await super().generate(job)


@mutant("completed-before-upstream", "LIFE-04")
class CompletedBeforeUpstream(Gateway):
    """A video of 8 s is taken for done at a progress of 80 percent, and its address guessed."""

    def read_status(self, job: Job, answer: Response) -> Ended | None:
        ended = super().read_status(job, answer)
        if ended is not None or job.fields.get("duration") != "8s" or data_of(answer).get("progress", 0) < 80:
            return ended
        return Ended(result=guessed(job))


@mutant("unknown-id-is-200-queued", "LIFE-05", ROBUST_02="the job lacks what the document requires")
class UnknownIdIsQueued(Gateway):
    """A job that nobody knows is taken for one that is still queued."""

    async def read_job(self, job_id: str, authorization: str | None) -> Reply:
        try:
            return await super().read_job(job_id, authorization)
        except Refused as refused:
            if refused.status != 404 or self.jobs.get(job_id) or self.store.job(job_id):
                raise
            return Reply(200, {"id": job_id, "status": "queued"})


@mutant("poll-errors-pending-for-ever", "LIFE-10")
class PollErrorsPendingForEver(Gateway):
    """While the upstream answers polls with 5xx, the job counts as pending, whatever the time."""

    def read_status(self, job: Job, answer: Response) -> Ended | None:
        job.notes["erring"] = answer.status >= 500
        return super().read_status(job, answer)

    async def last_look(self, job: Job) -> Ended:
        ended = await super().last_look(job)
        while ended.code == "timeout" and job.notes.get("erring"):
            await asyncio.sleep(self.settings.poll_interval)
            ended = await super().last_look(job)
        return ended
