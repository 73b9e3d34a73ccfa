"""Defects that show when the upstream answers with anything else than it should."""

from __future__ import annotations

import asyncio
import json

from veocontracts.reference.door import Refused
from veocontracts.reference.gateway import Gateway
from veocontracts.reference.mutants.registry import mutant
from veocontracts.reference.store import Job
from veocontracts.reference.worker import UNDER_WAY, Ended, data_of
from veosim.inprocess import Response


@mutant("bad-json-stops-the-worker", "ROBUST-01", LIFE_10="nobody works on the job any more")
class BadJsonStopsTheWorker(Gateway):
    """A poll that is answered with no JSON stops the job's worker, and the job stays as it is."""

    async def until_deadline(self, job: Job) -> Ended:
        try:
            return await super().until_deadline(job)
        except ValueError:
            await asyncio.Event().wait()
            raise

    def read_status(self, job: Job, answer: Response) -> Ended | None:
        json.loads(answer.body)
        return super().read_status(job, answer)


TURNED_AWAY = "the next valid submit is turned away"


@mutant("nothing-served-after-bad-json", "ROBUST-01", ACC_01=TURNED_AWAY, ENUM_01=TURNED_AWAY)
class NothingServedAfterBadJson(Gateway):
    """Once a poll was answered with no JSON, every submit is refused."""

    def read_status(self, job: Job, answer: Response) -> Ended | None:
        job.notes["bad"] = not answer.body.startswith(b"{")
        return super().read_status(job, answer)

    def admit(self, key: str) -> None:
        if any(job.notes.get("bad") for job in self.jobs.values()):
            raise Refused(429, "rate_limited", "The upstream is ill.", 60)
        super().admit(key)


@mutant(
    "unknown-word-taken-for-success",
    "ROBUST-04",
    LIFE_04="the upstream has not reported success",
    ENUM_04="nothing is known of what it made",
)
class UnknownWordTakenForSuccess(Gateway):
    """A status word that is not known means that the job is done."""

    def read_status(self, job: Job, answer: Response) -> Ended | None:
        word = data_of(answer).get("status")
        if answer.status == 200 and isinstance(word, str) and word not in {*UNDER_WAY, "success", "error"}:
            return Ended(result={"status": "success", "video_url": f"{job.upstream_id}.mp4"})
        return super().read_status(job, answer)


@mutant("unknown-word-taken-for-failure", "ROBUST-04")
class UnknownWordTakenForFailure(Gateway):
    """A status word that is not known means that the job has failed."""

    def read_status(self, job: Job, answer: Response) -> Ended | None:
        word = data_of(answer).get("status")
        if answer.status == 200 and isinstance(word, str) and word not in {*UNDER_WAY, "success", "error"}:
            return self.failure(answer, data_of(answer))
        return super().read_status(job, answer)
