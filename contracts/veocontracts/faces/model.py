"""A gateway's own API as data: its operations, where requests and answers hold what, its values and state words.

Workloads and rules speak in roles (`wires.ROLES`), whatever the API calls them. A face puts a request's roles where the
API wants them, and reads answers into the suite's terms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from veocontracts.faces.reading import id_text
from veocontracts.pointers import MISSING, at, found, parts, put

Value = str | int
Fields = dict[str, Value]
"""One value for some of the roles."""

RESULT = ("video_url", "duration_seconds", "model", "resolution", "aspect_ratio")
"""What the result of a job can hold; each has a place in `Face.shown` where the API shows it."""
WEIGHT = {"duration": 10}
"""How much it counts that a combination has the wanted value; else 1. Prices follow from durations."""


@dataclass(frozen=True, slots=True)
class Miss:
    """A value that the document refuses in a field.

    Attributes:
        intent: `enum`, or `type` where it is of a type that no documented value has.
        beside: the values of other fields with which it is refused.
    """

    intent: str
    value: Any
    beside: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Service:
    """One thing that a gateway sells.

    Attributes:
        name: what jobs call it.
        path: where it is submitted to.
        fields: where the body of a request has each role, as JSON pointers.
        also: what every request holds besides.
        required: the roles that the document requires, the one that the service is about first.
        images: the forms in which it takes an image; see `pictures.picture`.
        unlike: for each required role that is no choice, what the document refuses in it.
        open: whether the document lets a field stand that it does not know.
        combinations: every combination of documented values that the document allows.
        misses: for each field, the values that the document refuses, likeliest first.
    """

    name: str
    path: str
    fields: Mapping[str, str]
    also: Mapping[str, Any] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    unlike: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    open: bool = True
    combinations: tuple[Fields, ...] = ()
    misses: Mapping[str, tuple[Miss, ...]] = field(default_factory=dict)

    def wire(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """A request's body as the API wants it; what is no role stays at the top."""
        body = deepcopy(dict(self.also))
        for name, value in request.items():
            if name in self.fields:
                put(body, self.fields[name], value)
            elif isinstance(value, dict) and isinstance(body.get(name), dict):
                body[name] |= value
            else:
                body[name] = value
        return body

    def roles_of(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """A body by roles, as `wire` would be given it; what is no role stays as it is."""
        plain = {pointer: role for role, pointer in self.fields.items() if len(parts(pointer)) == 1}
        made = {}
        for name, value in body.items():
            role = plain.get(f"/{name}")
            if role is not None or name not in self.fields:
                made[role or name] = value
        for role, pointer in self.fields.items():
            value = MISSING if pointer in plain else found(body, pointer)
            if value is not MISSING:
                made[role] = value
        return made

    def nearest(self, wanted: Mapping[str, Any]) -> Fields:
        """Of the combinations the one that has most of the wanted values, the first of these."""
        return max(self.combinations, key=lambda each: _agreement(each, wanted))

    def fitted(self, wanted: Mapping[str, Any]) -> Fields:
        """The wanted fields, with values that go together; those wanted wherever they do."""
        return {name: value for name, value in self.nearest(wanted).items() if name in wanted}

    def allows(self, fields: Fields) -> bool:
        """Whether some combination has all of these values."""
        return any(each.items() >= fields.items() for each in self.combinations)


def _agreement(combination: Fields, wanted: Mapping[str, Any]) -> int:
    kept = [name for name, value in combination.items() if name in wanted and wanted[name] == value]
    return sum(WEIGHT.get(name, 1) for name in kept)


@dataclass(frozen=True, slots=True)
class Face:
    """How to speak to a gateway.

    Attributes:
        document: its OpenAPI document's reference; see `documents.document`.
        services: what can be submitted; `text` and `image` are the two kinds that workloads ask for.
        job_path: with the job's id in braces.
        upload_path: where an address for a local image is asked for, "" where nowhere.
        enums: each field's documented values.
        defaults: what a field left out means, as far as the document says.
        words: the state words.
        accepted: the HTTP statuses of a submit that was accepted.
        unknown: those of a job that nobody knows.
        answer_id: where the answer to a submit has the job's id.
        shown: where a read has what, by the names of `events.Shown`, and of `RESULT` where those stand by themselves.
        speaks: the dialect whose values the fields have; "" where they are the API's own.
        lacks: what rules may ask for and this API does not have, each with a reason.
        prompt_limit: the longest prompt, in characters; 0 for none.
    """

    name: str
    document: str
    services: Mapping[str, Service]
    job_path: str
    upload_path: str
    enums: Mapping[str, tuple[Value, ...]]
    defaults: Fields
    words: Mapping[str, tuple[str, ...]]
    accepted: tuple[int, ...]
    unknown: tuple[int, ...]
    answer_id: str
    shown: Mapping[str, tuple[str, ...]]
    speaks: str = ""
    lacks: Mapping[str, str] = field(default_factory=dict)
    prompt_limit: int = 0

    def service(self, name: str) -> Service:
        """By its full name."""
        return next(service for service in self.services.values() if service.name == name)

    def sold(self, kind: str) -> str:
        """The kind itself; where the gateway sells only others, the first of these."""
        return kind if kind in self.services else next(iter(self.services))

    @property
    def chosen(self) -> tuple[str, ...]:
        """The fields that an order must fill in, since the document names no default for them."""
        return tuple(name for name in self.enums if name not in self.defaults)

    def job_at(self, job_id: str) -> str:
        """The path of one job."""
        return re.sub(r"\{[^}]*\}", lambda _: quote(job_id, safe=""), self.job_path)

    def id_of(self, value: Any) -> Any:
        """A job's id, as text where an API of its own numbers its jobs; what is no id stays as it came."""
        return value if self.speaks else id_text(value)

    def read(self, data: Any, name: str) -> Any:
        """What a read says under a name of `events.Shown`, None where nothing; a result is there with its video."""
        if name == "result" and name not in self.shown:
            result = {each: at_first(data, self.shown[each]) for each in RESULT if each in self.shown}
            return result if result.get("video_url") not in (None, "") else None
        return at_first(data, self.shown.get(name, ()))


def at_first(data: Any, pointers: tuple[str, ...]) -> Any:
    """What the first pointer leads to; where that is nothing or an empty text, what a further one does."""
    values = [at(data, pointer) for pointer in pointers]
    return next((value for value in values if value not in (None, "")), values[0] if values else None)
