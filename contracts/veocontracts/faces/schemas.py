"""Reading an OpenAPI document for what a face must know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def body_schema(document: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    """The JSON body that a POST on this path takes."""
    schema: Mapping[str, Any] = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    return schema


def resolve(document: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema with its $ref and allOf parts laid into it; keys beside a $ref win."""
    merged: dict[str, Any] = {}
    parts = [_at(document, schema["$ref"])] if "$ref" in schema else []
    for part in [*parts, *schema.get("allOf", ())]:
        found = resolve(document, part)
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
