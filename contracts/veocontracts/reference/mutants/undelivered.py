"""Defects in what is taken for a video, and for a failure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from veocontracts.reference.gateway import Gateway
from veocontracts.reference.mutants.guess import guessed
from veocontracts.reference.mutants.registry import mutant
from veocontracts.reference.store import Job
from veocontracts.reference.worker import RESULT_FIELDS, Ended, data_of
from veosim.inprocess import Response

NO_SUCCESS = "completed although the upstream reported no success"
NOT_FREE = "the failed job completes, and is billed"


@mutant(
    "done-without-url-taken-for-success",
    "BILL-13",
    LIFE_11="a success with an error beside it has no URL either",
    ROBUST_02="a completed job lacks its video_url",
)
class DoneWithoutUrlTakenForSuccess(Gateway):
    """A success is a success, whether or not it names a video."""

    def read_success(self, answer: Response, data: Mapping[str, Any]) -> Ended:
        found = super().read_success(answer, data)
        return found if data.get("video_url") else Ended(result={n: data[n] for n in RESULT_FIELDS if n in data})


@mutant("filtered-counted-as-success", "BILL-13", LIFE_04=NO_SUCCESS, LIFE_11=NOT_FREE, BILL_06=NOT_FREE)
class FilteredCountedAsSuccess(Gateway):
    """A video that the upstream's filter held back counts as made."""

    def read_status(self, job: Job, answer: Response) -> Ended | None:
        if data_of(answer).get("code") == "content_filtered":
            return Ended(result=guessed(job))
        return super().read_status(job, answer)


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
    """A generation that failed is done, and what is done is shown as completed."""

    def read_status(self, job: Job, answer: Response) -> Ended | None:
        if data_of(answer).get("code") == "generation_failed":
            return Ended(result=guessed(job))
        return super().read_status(job, answer)


@mutant("cancelled-taken-for-success", "LIFE-11", LIFE_04=NO_SUCCESS, BILL_06=NOT_FREE)
class CancelledTakenForSuccess(Gateway):
    """A job that the upstream cancelled counts as done."""

    def read_status(self, job: Job, answer: Response) -> Ended | None:
        if data_of(answer).get("code") == "cancelled":
            return Ended(result=guessed(job))
        return super().read_status(job, answer)


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
