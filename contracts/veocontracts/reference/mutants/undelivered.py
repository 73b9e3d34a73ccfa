"""Defects in what is taken for a video, and for a failure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from veocontracts.reference.gateway import Gateway
from veocontracts.reference.mutants.registry import mutant
from veocontracts.reference.store import Job
from veocontracts.reference.worker import RESULT_FIELDS, Ended, data_of
from veosim.inprocess import Response

NO_SUCCESS = "completed although the upstream reported no success"
NOT_FREE = "the failed job completes, and is billed"


@mutant("done-without-url-taken-for-success", "BILL-13", LIFE_11="a success with an error beside it has no URL either")
class DoneWithoutUrlTakenForSuccess(Gateway):
    """A success is a success, whether or not it names a video."""

    def read_success(self, answer: Response, data: Mapping[str, Any]) -> Ended:
        found = super().read_success(answer, data)
        return found if data.get("video_url") else Ended(result={n: data[n] for n in RESULT_FIELDS if n in data})


@mutant("filtered-counted-as-success", "BILL-13", LIFE_04=NO_SUCCESS, LIFE_11=NOT_FREE, BILL_06=NOT_FREE)
class FilteredCountedAsSuccess(Gateway):
    """A video that the upstream's filter held back counts as made."""

    def failure(self, answer: Response, data: Mapping[str, Any]) -> Ended:
        if data.get("code") == "content_filtered":
            return Ended(result={"status": "success", "message": data.get("message")})
        return super().failure(answer, data)


@mutant("bills-asked-seconds-when-fewer-came", "BILL-14")
class BillsAskedSecondsWhenFewerCame(Gateway):
    """The seconds that were asked for are billed, also where the video is shorter."""

    def units(self, job: Job) -> Decimal:
        return self.asked(job)


@mutant("failure-loses-its-reason", "LIFE-09")
class FailureLosesItsReason(Gateway):
    """A failed job says that it failed, and nothing of the upstream's message."""

    def failure(self, answer: Response, data: Mapping[str, Any]) -> Ended:
        del data
        return Ended(code="upstream_error", message="The job has failed.", status=answer.status)


@mutant("failed-shown-as-completed", "LIFE-11", LIFE_04=NO_SUCCESS, BILL_06=NOT_FREE)
class FailedShownAsCompleted(Gateway):
    """The error of a job that was polled twice or more is taken for its result."""

    def read_status(self, job: Job, answer: Response) -> Ended | None:
        data = data_of(answer)
        polls = job.notes["polls"] = job.notes.get("polls", 0) + 1
        if polls > 1 and data.get("status") == "error" and data.get("code") == "generation_failed":
            return Ended(result={name: data.get(name, job.fields.get(name)) for name in RESULT_FIELDS})
        return super().read_status(job, answer)


@mutant("cancelled-taken-for-success", "LIFE-11", LIFE_04=NO_SUCCESS, BILL_06=NOT_FREE)
class CancelledTakenForSuccess(Gateway):
    """A job that the upstream cancelled counts as done."""

    def failure(self, answer: Response, data: Mapping[str, Any]) -> Ended:
        if "cancel" in str(data.get("code")):
            return Ended(result={"status": "success"})
        return super().failure(answer, data)


@mutant("error-text-taken-for-a-video", "LIFE-11")
class ErrorTextTakenForAVideo(Gateway):
    """Whatever stands in video_url is taken for an address, also a sentence that says what went wrong."""

    def has_video(self, data: Mapping[str, Any]) -> bool:
        return bool(data.get("video_url"))


@mutant("failed-job-shows-a-video", "LIFE-11")
class FailedJobShowsAVideo(Gateway):
    """A failed job shows the upstream's last answer as its result, with the address of a torn video."""

    def read_status(self, job: Job, answer: Response) -> Ended | None:
        job.result = data_of(answer) if data_of(answer).get("status") == "error" else None
        return super().read_status(job, answer)

    def view(self, job: Job) -> dict[str, Any]:
        return ({"result_data": job.result} if job.status == "failed" and job.result else {}) | super().view(job)
