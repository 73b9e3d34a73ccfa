"""Defects about the callbacks of the upstream; they are judged under the profile reference-callbacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from veocontracts.reference.callbacks import CallbackGateway
from veocontracts.reference.door import Refused
from veocontracts.reference.mutants.registry import mutant
from veocontracts.reference.signatures import Signature
from veocontracts.reference.store import Job
from veocontracts.reference.upstream import Heard
from veosim.inprocess import Response

TWO_CHARGES = "the job has two charges"


@mutant("duplicate-callback-bills-again", "HOOK-02", BILL_09=TWO_CHARGES)
class DuplicateCallbackBillsAgain(CallbackGateway):
    """A callback for a completed job charges for it again."""

    def hear(self, task_id: str, task: Mapping[str, Any]) -> None:
        super().hear(task_id, task)
        for job in self.jobs.values():
            if job.upstream_id == task_id and job.status == "completed":
                self.charge(job, job.units, job.cost)


@mutant("callback-and-poll-both-bill", "HOOK-02", BILL_09=TWO_CHARGES)
class CallbackAndPollBothBill(CallbackGateway):
    """A poll that was under way when the callback came finds the success too, and bills it once more."""

    async def ask(self, job: Job, heard: Heard | None = None) -> Response:
        job.notes["under way"] = True
        answer = await super().ask(job, heard)
        job.notes["under way"] = False
        return answer

    async def work(self, job: Job) -> None:
        await super().work(job)
        if job.status == "completed" and job.notes.get("under way"):
            ended = await self.poll(job, self.settings.poll_patience)
            if ended is not None and ended.result is not None:
                self.charge(job, job.units, job.cost)


@mutant("duplicate-callback-is-500", "HOOK-02")
class DuplicateCallbackIs500(CallbackGateway):
    """A callback that was heard already ends in an error, so the upstream sends it again and again."""

    def hear(self, task_id: str, task: Mapping[str, Any]) -> None:
        if self.word(task_id).done():
            raise Refused(500, "internal_error", "The task has ended already.")
        super().hear(task_id, task)


@mutant("callback-before-submit-answer-lost", "HOOK-02", LIFE_01="the success that it told of is lost")
class CallbackBeforeSubmitAnswerLost(CallbackGateway):
    """A callback for a task that no job has yet is taken, and forgotten."""

    def hear(self, task_id: str, task: Mapping[str, Any]) -> None:
        if task_id in self.words:
            super().hear(task_id, task)


@mutant("overtaken-callback-dropped", "HOOK-02", LIFE_01="the success that it told of is lost")
class OvertakenCallbackDropped(CallbackGateway):
    """A callback is taken for stale, and dropped, once one for a later job has come."""

    def hear(self, task_id: str, task: Mapping[str, Any]) -> None:
        known = list(self.words)
        later = known[known.index(task_id) + 1 :] if task_id in known else []
        if not any(self.words[each].done() for each in later):
            super().hear(task_id, task)


@mutant(
    "late-callback-flips-failed-job",
    "HOOK-02",
    LIFE_02="failed turns into completed",
    BILL_10="the late success is billed",
    TIME_03="and shown",
)
class LateCallbackFlipsFailedJob(CallbackGateway):
    """A callback of a success completes and bills its job, also one that has timed out."""

    def hear(self, task_id: str, task: Mapping[str, Any]) -> None:
        super().hear(task_id, task)
        for job in self.jobs.values():
            if job.upstream_id == task_id and (job.error or {}).get("code") == "timeout":
                self.settle(job, self.end(job, task))


@mutant("unsigned-callback-believed", "HOOK-02", LIFE_04="the upstream never said so")
class UnsignedCallbackBelieved(CallbackGateway):
    """A callback without any signature is not looked at any closer."""

    def is_proved(self, signature: Signature, body: bytes) -> bool:
        return not signature.given or super().is_proved(signature, body)


@mutant("signature-not-compared", "HOOK-02", LIFE_04="the upstream never said so")
class SignatureNotCompared(CallbackGateway):
    """A callback needs some fresh signature, whosever it is."""

    def is_proved(self, signature: Signature, body: bytes) -> bool:
        del body
        return bool(signature.given) and signature.is_fresh(self.wall().timestamp())


@mutant("old-callback-believed", "HOOK-02", LIFE_04="the upstream never said so")
class OldCallbackBelieved(CallbackGateway):
    """A callback's timestamp is signed but not read, so that an old one can be sent again."""

    def is_proved(self, signature: Signature, body: bytes) -> bool:
        return signature.is_of(self.callback_secret, body)
