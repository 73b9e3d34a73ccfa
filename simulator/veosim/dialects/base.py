"""What a dialect is: it translates, and decides nothing.

request → canonical job, job at time t → answer, kind of error → answer in its own shape. Behaviour belongs to the
job engine and to scenarios, so that one scenario means the same on every wire.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from veosim.job import Job, JobRequest, JobView


class Kind(StrEnum):
    """What an operation does to the engine."""

    SUBMIT = "submit"
    POLL = "poll"


@dataclass(frozen=True, slots=True)
class Operation:
    """One documented operation. `path` has `{job_id}` where the job's id stands."""

    name: str
    kind: Kind
    method: str
    path: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, whole."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def json_answer(status: int, data: object) -> Answer:
    """An answer with a JSON body."""
    return Answer(status, _encode(data).encode())


class RefusedError(Exception):
    """A request that the dialect does not accept; carries the answer in the dialect's own shape."""

    def __init__(self, answer: Answer, note: str) -> None:
        super().__init__(note)
        self.answer = answer
        self.note = note


class Dialect(Protocol):
    """One documented HTTP API.

    Attributes:
        name: also its path prefix, its OpenAPI document and its `--dialect` word.
        body_limit: the largest request body in bytes.
    """

    name: str
    documents: tuple[str, ...]
    body_limit: int
    operations: tuple[Operation, ...]

    def parse(self, operation: Operation, data: Mapping[str, object]) -> JobRequest:
        """The engine's request.

        Raises:
            RefusedError: the documents do not allow it.
        """
        ...

    def job_id(self, identity: bytes) -> str:
        """An id in the dialect's layout, from 32 seeded bytes."""
        ...

    def accepted(self, job: Job) -> Answer:
        """The answer to a submit."""
        ...

    def status(self, job: Job, view: JobView) -> Answer:
        """The answer to a poll."""
        ...

    def unknown_job(self, job_id: str) -> Answer:
        """The answer to a poll for a job that does not exist."""
        ...

    def error(self, status: int, message: str) -> Answer:
        """Any other error, in this dialect's shape."""
        ...

    def example(self) -> tuple[Operation, Mapping[str, object]]:
        """A submit that succeeds, for the curl line that `serve` prints."""
        ...
