"""A face from its services and its places: values, defaults, and what rules will not find in this API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from veocontracts.documents import document, statuses
from veocontracts.faces.build import CHOICES, Maker
from veocontracts.faces.model import Face, Service, Value

RESULT_OF = {role: role for role in ("video_url", *CHOICES)} | {"duration": "duration_seconds"}
"""Where a result shows the video, and the choices."""
SAID = {
    "id": "this API does not show the job's id in every read",
    "service": "this API's answers name no service",
    "created_at": "this API's answers have no created_at",
    "completed_at": "this API's answers have no completed_at",
}
OWN = {
    "envelope": "this API's answers to a submit are its own",
    "as-upstream": "this API's results are its own",
    "entitlement": "this API knows no services that a key may lack",
}
"""What only the face of documents 000 and 001 has."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a face takes as it is; see `Face`."""

    name: str
    document: str
    job_path: str
    answer_id: str
    shown: Mapping[str, tuple[str, ...]]
    words: Mapping[str, tuple[str, ...]]
    upload_path: str = ""
    accepted: tuple[int, ...] = ()
    unknown: tuple[int, ...] = (404,)
    speaks: str = ""


def assembled(makers: Mapping[str, tuple[str, Maker]], parts: Parts) -> Face:
    """The face.

    Args:
        makers: by kind, what jobs call the service, and its maker.
        parts: all else; where no status is given, the document's own for success are accepted.
    """
    services = {kind: maker.service(name) for kind, (name, maker) in makers.items()}
    enums = {role: values for role in CHOICES if (values := _values(role, services.values()))}
    defaults = {role: default for role in CHOICES if (default := _default(role, makers)) is not None}
    path = next(iter(services.values())).path
    listed = tuple(status for status in statuses(document(parts.document), "post", path) if 200 <= status < 300)
    return Face(
        name=parts.name,
        document=parts.document,
        services=services,
        job_path=parts.job_path,
        upload_path=parts.upload_path,
        enums=enums,
        defaults=defaults,
        words=parts.words,
        accepted=parts.accepted or listed,
        unknown=parts.unknown,
        answer_id=parts.answer_id,
        shown=parts.shown,
        speaks=parts.speaks,
        lacks=dict(lacking(services, defaults, parts.shown)),
        prompt_limit=min(filter(None, (maker.prompt_limit for _, maker in makers.values())), default=0),
    )


def _values(role: str, services: Iterable[Service]) -> tuple[Value, ...]:
    """All values that stand in a combination; '4' and 4 are two."""
    found = [each[role] for service in services for each in service.combinations if role in each]
    return tuple({(type(value), value): value for value in found}.values())


def _default(role: str, makers: Mapping[str, tuple[str, Maker]]) -> Value | None:
    found = {maker.default(role) for _, maker in makers.values() if maker.takes(role)}
    return found.pop() if len(found) == 1 else None


def lacking(
    services: Mapping[str, Service], defaults: Mapping[str, Value], shown: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, str]]:
    """What rules may ask for and an API does not have, each with its reason."""
    for role in CHOICES:
        yield from _of_requests(role, services, defaults)
    if not defaults:
        yield "defaults", "this API's document names no defaults"
    for role, name in RESULT_OF.items():
        if not {"result", name} & shown.keys():
            yield f"result.{role}", f"this API's answers show no {role}"
    if not any("prompt" in service.fields and "prompt" not in service.required for service in services.values()):
        yield "optional", "this API's document requires a prompt for every job"
    if not any(service.open for service in services.values()):
        yield "extra", "this API's document refuses fields that it does not name"
    yield from ((fact, reason) for fact, reason in SAID.items() if fact not in shown)
    if "result" not in shown:
        yield from OWN.items()


def _of_requests(
    role: str, services: Mapping[str, Service], defaults: Mapping[str, Value]
) -> Iterator[tuple[str, str]]:
    """What an API has not got of one field."""
    if not any(role in service.fields for service in services.values()):
        silent = f"this API has no field for the {role}"
        yield from ((f"{fact}.{role}", silent) for fact in ("values", "types", "default"))
        return
    intents = {miss.intent for service in services.values() for miss in service.misses.get(role, ())}
    if "enum" not in intents:
        yield f"values.{role}", f"this API's document does not say that any value of the {role} is refused"
    if "type" not in intents:
        yield f"types.{role}", f"this API's document does not say that any type of the {role} is refused"
    if role not in defaults:
        yield f"default.{role}", f"this API's document names no default of the {role}"
