"""Defects of the HTTP surface: answers of 5xx, answers and upstream requests that break their documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from veocontracts.reference.door import Refused
from veocontracts.reference.gateway import Gateway, Reply
from veocontracts.reference.mutants.registry import mutant
from veocontracts.reference.store import Job
from veocontracts.reference.worker import Ended, data_of
from veosim.inprocess import Response


@mutant("bad-upstream-json-is-500", "ROBUST-02")
class BadUpstreamJsonIs500(Gateway):
    """While the upstream's last answer was no JSON, a client that reads the job gets a 500."""

    def read_status(self, job: Job, answer: Response) -> Ended | None:
        job.notes["garbled"] = not data_of(answer)
        return super().read_status(job, answer)

    def view(self, job: Job) -> dict[str, Any]:
        if job.status == "processing" and job.notes.get("garbled"):
            raise Refused(500, "internal_error", "Expecting value: line 1 column 1.")
        return super().view(job)


@mutant("null-prompt-is-500", "ROBUST-02", ENUM_05="the null is not refused with a 400")
class NullPromptIs500(Gateway):
    """A prompt of null is stripped before it is checked, which fails."""

    def validate(self, service: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        if "prompt" in fields and fields["prompt"] is None:
            raise Refused(500, "internal_error", "'NoneType' object has no attribute 'strip'")
        return super().validate(service, fields)


@mutant("malformed-id-is-500", "ROBUST-02")
class MalformedIdIs500(Gateway):
    """An id that is no UUID fails in the database, and nobody catches that."""

    def find(self, job_id: str, key: str) -> Job | None:
        try:
            UUID(job_id)
        except ValueError:
            raise Refused(500, "internal_error", "invalid input syntax for type uuid") from None
        return super().find(job_id, key)


@mutant("accepted-as-plain-text", "ROBUST-02")
class AcceptedAsPlainText(Gateway):
    """The 202 says that its JSON is plain text."""

    def accepted(self, job: Job) -> Reply:
        reply = super().accepted(job)
        return Reply(reply.status, reply.data, {**reply.headers, "content-type": "text/plain"})


@mutant("fast-model-renamed", "UP-02")
class FastModelRenamed(Gateway):
    """The fast model goes upstream under the name that another vendor has for it."""

    def payload(self, job: Job) -> dict[str, Any]:
        fields = super().payload(job)
        return fields | ({"model": "veo-fast"} if fields.get("model") == "veo fast (Audio)" else {})


@mutant("duration-sent-as-number", "UP-02")
class DurationSentAsNumber(Gateway):
    """A duration of "8s" goes upstream as the number 8."""

    def payload(self, job: Job) -> dict[str, Any]:
        fields = super().payload(job)
        return fields | ({"duration": 8} if fields.get("duration") == "8s" else {})
