"""The places of an OpenAPI document in which data may stand, each with a compiled validator (JSON Schema 2020-12).

A problem is a short sentence: a JSON pointer, what was found, what the document has there. It ends with "(inferred)"
where the documents do not go that far: at places that carry `x-inferred`, and wherever a form or a limit was read off
samples. The formats `image` and the like are left to the simulator, which looks into the pictures themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from jsonschema_rs import Draft202012, Draft202012Validator, Registry

from veocontracts.conformance.breaches import Origin, breaches
from veocontracts.documents import JSON, counted_on, document, is_own
from veocontracts.events import INFERRED
from veosim.dialects import DIALECTS

URI = "urn:veosim:document"
KEPT = 256
"""So many different wrong bodies of one place are remembered."""


@dataclass(frozen=True, slots=True)
class Place:
    """What may stand in one place: a request body, or an answer of one status and media type.

    Attributes:
        refusal: why nothing may stand there at all; nothing where the document has promised nothing.
        known: the problems of wrong bodies so far, since the same one often comes by the hundred.
    """

    origin: Origin | None = None
    validator: Draft202012Validator | None = None
    refusal: tuple[str, ...] = ()
    known: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def problems(self, data: Any) -> tuple[str, ...]:
        """Where data breaks it."""
        if self.origin is None or self.validator is None or self.validator.is_valid(data):
            return self.refusal
        text = repr(data)
        if text not in self.known:
            if len(self.known) == KEPT:
                self.known.clear()
            self.known[text] = breaches(self.origin, self.validator.iter_errors(data))
        return self.known[text]


def request_problems(dialect: str, operation: str, data: Any) -> tuple[str, ...]:
    """Where a submit's data breaks the upstream's document.

    Args:
        dialect: its name, which is the document's too.
        operation: the dialect's own name for it, such as `from-text`.
        data: parsed JSON, decimals exact; None where there was none.
    """
    path = next((known.path for known in DIALECTS[dialect].operations if known.name == operation), "")
    return body_problems(dialect, path, data)


def body_problems(reference: str, path: str, data: Any, *, documented: bool = False) -> tuple[str, ...]:
    """Where the JSON body of a POST breaks a document; nothing where the document says nothing of one.

    Args:
        reference: the document's; see `documents.document`.
        path: as the document has it.
        data: parsed JSON, decimals exact; None where there was none.
        documented: whether only what clients may count on is good; see `documents.counted_on`.
    """
    return _request(reference, path, documented).problems(data)


def answer_problems(reference: str, operation: str, status: int, content_type: str, data: Any) -> tuple[str, ...]:
    """Where an answer breaks the gateway's document; an operation that the document lacks has promised nothing.

    Args:
        reference: the document's; see `documents.document`.
        operation: method and path as the document has them: `GET /v2/jobs/{job_id}`.
        status: of the answer.
        content_type: the header's value, or "".
        data: parsed JSON, decimals exact; None where there was none.
    """
    return _answer(reference, operation, status, content_type).problems(data)


@cache
def _request(reference: str, path: str, documented: bool) -> Place:
    described = counted_on(reference) if documented else document(reference)
    where = _target(described, ("paths", path, "post", "requestBody"))
    return _place(reference, described, (*where, "content", JSON, "schema"))


@lru_cache(maxsize=1024)
def _answer(reference: str, operation: str, status: int, content_type: str) -> Place:
    described = document(reference)
    method, _, path = operation.partition(" ")
    where: tuple[str, ...] = ("paths", path, method.lower(), "responses")
    listed = _found(described, where)
    if listed is None:
        return Place()
    key = str(status) if str(status) in listed else "default"
    if key not in listed:
        return Place(refusal=(_unlisted(described, where, listed, status),))
    where = _target(described, (*where, key))
    node = _found(described, where) or {}
    inferred = "x-inferred" in node
    media = content_type.partition(";")[0].strip().lower()
    if media not in node.get("content", {}):
        expected = " or ".join(node.get("content", {})) or "no body"
        mark = f" {INFERRED}" if inferred else ""
        return Place(refusal=(f"the content type is {media!r}, expected {expected}{mark}",))
    return _place(reference, described, (*where, "content", media, "schema"), inferred=inferred)


def _unlisted(document: Any, where: tuple[str, ...], listed: Iterable[str], status: int) -> str:
    """No document names the code of a refusal, so only another success than a documented one is plainly wrong."""
    successes = [_found(document, _target(document, (*where, key))) for key in listed if key.startswith("2")]
    stated = status // 100 == 2 and not any("x-inferred" in (node or {}) for node in successes)
    return f"the status is {status}, expected one of {', '.join(listed)}" + ("" if stated else f" {INFERRED}")


def _place(reference: str, described: Mapping[str, Any], where: tuple[str, ...], *, inferred: bool = False) -> Place:
    """The place of one schema of a document; one where the document has none allows everything."""
    schema = _found(described, where)
    if schema is None:
        return Place()
    registry = Registry([(URI, dict(described))], draft=Draft202012)
    pointer = "".join(f"/{_escaped(part)}" for part in where)
    validator = Draft202012Validator({"$ref": f"{URI}#{pointer}"}, registry=registry, validate_formats=True)
    return Place(Origin(described, schema, inferred, is_own(reference)), validator)


def _found(document: Any, where: Iterable[str]) -> Mapping[str, Any] | None:
    """What stands at a place of the document, or None."""
    for part in where:
        if not isinstance(document, Mapping) or part not in document:
            return None
        document = document[part]
    found: Mapping[str, Any] = document
    return found


def _target(document: Any, where: tuple[str, ...]) -> tuple[str, ...]:
    """The place itself, or the component that it refers to."""
    reference = (_found(document, where) or {}).get("$ref")
    if reference is None:
        return where
    parts = str(reference).removeprefix("#/").split("/")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)


def _escaped(part: str) -> str:
    """As a JSON pointer in a URI's fragment has it."""
    return part.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
