"""Defects that mix jobs up: with other keys, other services, other jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from veocontracts.reference.gateway import Gateway
from veocontracts.reference.mutants.registry import mutant
from veocontracts.reference.settings import SERVICES
from veocontracts.reference.store import Job


@mutant("jobs-visible-to-other-keys", "LIFE-06")
class JobsVisibleToOtherKeys(Gateway):
    """Whoever has any key and a job's id is shown the job."""

    def find(self, job_id: str, key: str) -> Job | None:
        del key
        return self.jobs.get(job_id) or self.store.job(job_id)


@mutant("ended-jobs-visible-to-other-keys", "LIFE-06")
class EndedJobsVisibleToOtherKeys(Gateway):
    """A job that has ended is served from a cache that knows no keys."""

    def find(self, job_id: str, key: str) -> Job | None:
        cached = self.jobs.get(job_id)
        return cached if cached and cached.status in {"completed", "failed"} else super().find(job_id, key)


@mutant("job-names-the-first-service", "LIFE-07")
class JobNamesTheFirstService(Gateway):
    """Every job that is read names the service that stands first in the catalogue."""

    def view(self, job: Job) -> dict[str, Any]:
        return super().view(job) | {"service_name": next(iter(SERVICES))}


CROSSED = "the result is not the one that the job's own upstream told of"


@mutant("cross-talk", "LIFE-08", LIFE_01=CROSSED, BILL_01="the other job's seconds are shown")
class CrossTalk(Gateway):
    """Results are kept by the second in which jobs came in, and the first one of that second serves all."""

    def complete(self, job: Job, result: Mapping[str, Any]) -> None:
        same = (other for other in self.jobs.values() if other.result and int(other.started) == int(job.started))
        first = next(same, None)
        super().complete(job, result if first is None or first.result is None else first.result)


@mutant("cross-talk-within-a-poll", "LIFE-08", LIFE_01=CROSSED)
class CrossTalkWithinAPoll(Gateway):
    """Of jobs that complete in the same instant, the later one gets the earlier one's video."""

    def complete(self, job: Job, result: Mapping[str, Any]) -> None:
        super().complete(job, result)
        job.notes["done"] = self.now()
        for other in self.jobs.values():
            if other is not job and other.result and other.notes.get("done") == self.now():
                job.result = {**result, "video_url": other.result["video_url"]}
