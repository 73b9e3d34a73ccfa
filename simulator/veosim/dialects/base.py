"""What a dialect is: it translates, and decides nothing.

request → canonical job, job at time t → answer, kind of error → answer in its own shape. Behaviour belongs to the
job engine and to scenarios, so that one scenario means the same on every wire.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from pydantic_core import to_json

from veosim.job import Job, JobRequest, JobView
from veosim.media.rules import ImageRules
from veosim.scenario.variants import Variants


class Kind(StrEnum):
    """What an operation does to the engine."""

    SUBMIT = "submit"
    POLL = "poll"
    CANCEL = "cancel"
    CONTENT = "content"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of an API. `path` has `{job_id}` where the job's id stands."""

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


@dataclass(frozen=True, slots=True)
class Places:
    """Where a dialect's answers keep what clients depend on: paths of keys, over all its operations.

    Attributes:
        status: the word for the job's state.
        ids: of the job, or of all jobs of one submit.
        urls: a video's address, or the video itself.
    """

    status: tuple[tuple[str, ...], ...]
    ids: tuple[tuple[str, ...], ...]
    urls: tuple[tuple[str, ...], ...]


MEDIA = Operation("media", Kind.CONTENT, "GET", "/media/{job_id}/{file}")
"""Where results lie that a document keeps on a storage host; every mount has it, and it asks for no key."""

THUMBNAIL = "thumbnail.webp"


def video_url(job: Job, number: int = 1) -> str:
    """The URL of a job's video, the first or a further one."""
    name = "video.mp4" if number == 1 else f"video-{number}.mp4"
    return f"{job.base}{MEDIA.path.format(job_id=job.id, file=name)}"


def thumbnail_url(job: Job) -> str:
    """The URL of a job's still picture."""
    return f"{job.base}{MEDIA.path.format(job_id=job.id, file=THUMBNAIL)}"


def canonical(*parts: object) -> str:
    """A request in one exact spelling, from which its plan is drawn; its fields are in the order of their model."""
    return to_json(parts).decode()


def json_answer(status: int, data: object) -> Answer:
    """An answer with a JSON body."""
    return Answer(status, to_json(data))


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
        authenticated: whether a bearer key is required on every operation.
        signs: whether its callbacks are signed.
        images: what is asked of an image, sent inline or fetched.
        places: where its answers keep what a scenario may spoil.
    """

    name: str
    documents: tuple[str, ...]
    body_limit: int
    authenticated: bool
    signs: bool
    images: ImageRules
    places: Places
    operations: tuple[Operation, ...]

    def parse(self, operation: Operation, data: Mapping[str, object], variants: Variants) -> JobRequest:
        """The engine's request.

        Raises:
            RefusedError: the documents do not allow it.
        """
        ...

    def job_id(self, identity: bytes) -> str:
        """An id in the dialect's layout, from 32 seeded bytes."""
        ...

    def accepted(self, operation: Operation, jobs: Sequence[Job]) -> Answer:
        """The answer to a submit; one job, or several where the request makes several."""
        ...

    def status(self, operation: Operation, job: Job, view: JobView) -> Answer:
        """The answer to a poll, and to a cancel that did its work."""
        ...

    def unknown_job(self, operation: Operation, job_id: str) -> Answer:
        """The answer to whoever names a job that does not exist."""
        ...

    def error(self, operation: Operation | None, status: int, message: str) -> Answer:
        """Any other error, in this dialect's shape; None where no operation matched."""
        ...

    def callback(self, job: Job, view: JobView) -> bytes:
        """The body of the callback that tells of the job's end."""
        ...

    def example(self) -> tuple[Operation, Mapping[str, object]]:
        """A submit that succeeds, for the curl line that `serve` prints."""
        ...
