"""The gateway's own API: the name of one that the suite knows, or one that is spelled out over its OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic.functional_validators import AfterValidator
from pydantic_core import PydanticCustomError

from veocontracts.documents import (
    Schema,
    answer_schema,
    body_schema,
    can_have,
    document,
    operations,
    pointers_of,
    schemas_at,
    statuses,
)
from veocontracts.profile.words import Words
from veosim.dialects import DIALECTS
from veosim.errors import SourceError, did_you_mean, shown
from veosim.yamlfile import Strict, contradiction

NAMES = ("cn8-gateway", *DIALECTS)
Role = Literal["prompt", "image", "model", "resolution", "duration", "aspect_ratio"]
Pointer = Annotated[str, Field(pattern="^/")]
LISTED = 12
"""So many of the places that a document has are told."""


class Submit(Strict):
    """One service: where it is submitted to, and where its body has what.

    `name` is what jobs call the service; `also` holds what every request has besides, by JSON pointers.
    """

    post: Pointer
    service: str = ""
    fields: dict[Role, Pointer] = Field(min_length=1)
    also: dict[Pointer, Any] = Field(default_factory=dict)
    images: tuple[Literal["url", "data", "raw"], ...] = Field(default=("url",), min_length=1, strict=False)


class Job(Strict):
    """How a job is read: a path with the job's id in braces, as the document has it."""

    get: str = Field(pattern=r"^/[^{}]*\{[^{}]+\}[^{}]*$")


class Answer(Strict):
    """Where the answer to a submit has the job's id."""

    id: Pointer


class Shown(Strict):
    """Where a read has what. `created_at` and `completed_at` are RFC 3339 instants."""

    state: Pointer
    id: Pointer | None = None
    service: Pointer | None = None
    created_at: Pointer | None = None
    completed_at: Pointer | None = None
    video_url: Pointer | None = None
    duration: Pointer | None = None
    model: Pointer | None = None
    resolution: Pointer | None = None
    aspect_ratio: Pointer | None = None
    error: Pointer | None = None


class Api(Strict):
    """An API spelled out. `document` is looked for beside the profile."""

    document: str = Field(pattern=r"\.(yaml|yml|json)$")
    submit: dict[Literal["text", "image"], Submit] = Field(min_length=1)
    accepted: tuple[int, ...] = Field(default=(), strict=False)
    job: Job
    answer: Answer
    shown: Shown
    words: Words

    @model_validator(mode="after")
    def _of_the_document(self) -> Self:
        """Every operation and pointer is the document's."""
        described = _described(self.document)
        for kind, submit in self.submit.items():
            _one_of(operations(described, "post"), submit.post, "POST {}", "submit", kind, "post")
            body = body_schema(described, submit.post)
            for role, pointer in submit.fields.items():
                _stands(described, body, pointer, f"the body of POST {submit.post}", "submit", kind, "fields", role)
            for pointer in submit.also:
                _stands(described, body, pointer, f"the body of POST {submit.post}", "submit", kind, "also", pointer)
            self._answered(described, submit.post)
        _one_of(operations(described, "get"), self.job.get, "GET {}", "job", "get")
        read = answer_schema(described, "get", self.job.get, 200)
        for name, pointer in self.shown:
            if pointer is not None:
                _stands(described, read, pointer, f"the 200 of GET {self.job.get}", "shown", name)
        for kind, submit in self.submit.items():
            if self.shown.service is not None and not submit.service:
                raise contradiction("jobs show their service, and this one has no name", "submit", kind, "service")
        for state in ("completed", "failed"):
            if not getattr(self.words, state):
                raise contradiction(f"no word says that a job has {state}; give the API's own", "words")
        self._worded(described, read)
        return self

    def shows(self, pointer: str, *below: str) -> None:
        """Refuse a place that no read of a job can have; a shape that is not closed may have any.

        Raises:
            PydanticCustomError: it cannot; with what the document has there.
        """
        described = _described(self.document)
        read = answer_schema(described, "get", self.job.get, 200)
        if not can_have(described, read, pointer):
            raise _absent(described, read, pointer, f"the 200 of GET {self.job.get}", *below)

    def _worded(self, described: Any, read: Schema) -> None:
        """Where the document lists the state words, every word of the profile is among them."""
        found = [node.get("enum", ()) for node in schemas_at(described, read, self.shown.state)]
        there = [str(value) for values in found for value in values]
        for state, words in self.words:
            for word in words if there else ():
                if word not in there:
                    problem = f"the document has no {shown(word)} at {self.shown.state}"
                    raise _problem(problem, ", ".join(there), did_you_mean(word, there), "words", state)

    def _answered(self, described: Any, path: str) -> None:
        """The id stands in an answer that accepts."""
        listed = statuses(described, "post", path)
        accepted = self.accepted or tuple(status for status in listed if 200 <= status < 300)
        for status in accepted:
            if status not in listed:
                allowed = ", ".join(map(str, listed))
                raise _problem(f"the document has no answer {status} of POST {path}", allowed, "", "accepted")
            answer = answer_schema(described, "post", path, status)
            _stands(described, answer, self.answer.id, f"the {status} of POST {path}", "answer", "id")
        if not accepted:
            raise contradiction(f"the document has no answer of POST {path} that accepts a job", "document")


def _described(reference: str) -> Any:
    try:
        return document(reference)
    except SourceError as error:
        raise contradiction(str(error), "document") from None


def _one_of(there: Iterable[str], path: str, what: str, *below: str) -> None:
    there = list(there)
    if path not in there:
        allowed = ", ".join(map(what.format, there[:LISTED])) or "none of that method"
        raise _problem(f"the document has no {what.format(path)}", allowed, did_you_mean(path, there), *below)


def _stands(described: Any, schema: Schema, pointer: str, where: str, *below: str) -> None:
    if not schemas_at(described, schema, pointer):
        raise _absent(described, schema, pointer, where, *below)


def _absent(described: Any, schema: Schema, pointer: str, where: str, *below: str) -> PydanticCustomError:
    there = pointers_of(described, schema)
    allowed = ", ".join(there[:LISTED]) + (", …" if len(there) > LISTED else "")
    hint = did_you_mean(pointer, there)
    return _problem(f"the document has no {pointer} in {where}", allowed or "nothing there", hint, *below)


def _problem(problem: str, allowed: str, hint: str, *below: str) -> PydanticCustomError:
    context = {"problem": problem, "allowed": allowed, "hint": hint, "below": below}
    return PydanticCustomError("api", "{problem}", context)


def _known(name: str) -> str:
    if name not in NAMES:
        problem = f"no face is called {shown(name)}"
        raise _problem(problem, ", ".join(NAMES), did_you_mean(name, NAMES))
    return name


def _kind(value: object) -> str:
    return "spelled-out" if isinstance(value, dict | Api) else "by-name"


ApiField = Annotated[
    Annotated[str, AfterValidator(_known), Tag("by-name")] | Annotated[Api, Tag("spelled-out")],
    Discriminator(_kind),
]
"""What `api` may be."""
