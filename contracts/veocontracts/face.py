"""A gateway's own API as data: its operations, where its answers hold what, and its state words.

Only the documented CN8 face ships so far; a profile names it as `api: cn8-gateway`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from veosim.body import BadBodyError, parse_json
from veosim.errors import VeosimError
from veosim.resources import openapi

ENUM_FIELDS = ("model", "resolution", "duration", "aspect_ratio")


@dataclass(frozen=True, slots=True)
class Service:
    """One thing that a gateway sells. `operation` is the upstream's operation behind it."""

    name: str
    path: str
    operation: str
    required: str


@dataclass(frozen=True, slots=True)
class Face:
    """How to speak to a gateway.

    Attributes:
        services: what can be submitted; `text` and `image` are the two kinds that workloads ask for.
        job_path: with `{job_id}`.
        upload_path: where an address for a local image is asked for.
        enums: each enum field's values, from the face's OpenAPI document.
        defaults: what a field left out means, from the same document.
        words: the state words.
    """

    name: str
    services: Mapping[str, Service]
    job_path: str
    upload_path: str
    enums: Mapping[str, tuple[str, ...]]
    defaults: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]

    def service(self, name: str) -> Service:
        """By its full name."""
        return next(service for service in self.services.values() if service.name == name)


def cn8() -> Face:
    """The face of documents 000 and 001, with the enum tables of openapi/cn8-gateway.yaml."""
    services = {
        "text": Service("media-video-from-text", "/v1/proxy/media-video-from-text", "from-text", "prompt"),
        "image": Service("media-video-from-image", "/v1/proxy/media-video-from-image", "from-image", "image"),
    }
    document = openapi("cn8-gateway")
    schema = _resolve(document, _body_schema(document, services["text"].path))
    fields = {name: _resolve(document, schema["properties"][name]) for name in ENUM_FIELDS}
    return Face(
        name="cn8-gateway",
        services=services,
        job_path="/v2/jobs/{job_id}",
        upload_path="/v1/proxy/upload-media",
        enums={name: tuple(found["enum"]) for name, found in fields.items()},
        defaults={name: str(found["default"]) for name, found in fields.items()},
        words={
            "queued": ("queued",),
            "running": ("processing",),
            "completed": ("completed",),
            "failed": ("failed",),
        },
    )


FACES = {"cn8-gateway": cn8}


def face(name: str, services: Collection[str] = ()) -> Face:
    """A face by name, with these of its services, or all."""
    if name not in FACES:
        raise VeosimError(f"no face is called {name!r}; there are {', '.join(FACES)}")
    found = FACES[name]()
    kept = {kind: service for kind, service in found.services.items() if not services or kind in services}
    return replace(found, services=kept)


def _body_schema(document: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    return schema


def _resolve(document: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema with its $ref and allOf parts laid into it; keys beside a $ref win."""
    merged: dict[str, Any] = {}
    parts = [_at(document, schema["$ref"])] if "$ref" in schema else []
    for part in [*parts, *schema.get("allOf", ())]:
        found = _resolve(document, part)
        properties = {**merged.get("properties", {}), **found.get("properties", {})}
        merged |= found
        if properties:
            merged["properties"] = properties
    own = {key: value for key, value in schema.items() if key not in {"$ref", "allOf"}}
    properties = {**merged.get("properties", {}), **own.get("properties", {})}
    merged |= own
    if properties:
        merged["properties"] = properties
    return merged


def _at(document: Mapping[str, Any], reference: str) -> Mapping[str, Any]:
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    resolved: Mapping[str, Any] = found
    return resolved


def parse(body: bytes) -> Any:
    """JSON with decimals kept exact, or None where the body is none within the bounds of `veosim.body`."""
    try:
        return parse_json(body, exact=True)
    except (BadBodyError, ArithmeticError):  # a Decimal's exponent is bounded too
        return None


@cache
def _parts(pointer: str) -> tuple[str, ...]:
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


def at(data: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) names, or None."""
    for part in _parts(pointer):
        if isinstance(data, (dict, Mapping)) and part in data:  # a dict is known as one ten times as fast
            data = data[part]
        elif isinstance(data, list) and part.isdecimal() and int(part) < len(data):
            data = data[int(part)]
        else:
            return None
    return data
