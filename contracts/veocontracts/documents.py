"""OpenAPI documents: those that ship, by name, and any other by its file; and how to find one's way in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from veocontracts.pointers import at, parts
from veosim.resources import openapi
from veosim.yamlfile import read_file, read_tree

JSON = "application/json"
SUFFIXES = (".yaml", ".yml", ".json")
LISTS = ("enum", "anyOf", "pattern", "examples", "x-inferred")
"""What `x-documented` stands in for."""
BRANCHES = ("allOf", "oneOf", "anyOf")

Schema = Mapping[str, Any]


def is_own(reference: str) -> bool:
    """Whether a reference is a file's; then all that it says is its author's own word, and nothing inferred."""
    return reference.endswith(SUFFIXES)


@cache
def document(reference: str) -> Mapping[str, Any]:
    """A document as plain data, in the words of JSON Schema 2020-12.

    Args:
        reference: the name of one that ships, or a file's path with its suffix.

    Raises:
        VeosimError: no document that ships has that name.
        SourceError: the file cannot be read, or is no YAML or JSON.
    """
    if not is_own(reference):
        return openapi(reference)
    data = read_tree(read_file(reference), Path(reference).name).data
    plain = data if isinstance(data, dict) else {}
    return _modern(plain) | {"openapi": "3.1.0"} if str(plain.get("openapi", "")).startswith("3.0") else plain


@cache
def counted_on(reference: str) -> Mapping[str, Any]:
    """The same document, with only what clients may count on.

    Where a list is documented in part, or a document contradicts itself, `x-documented` has what is left of it.
    """
    narrowed: Mapping[str, Any] = _narrowed(document(reference))
    return narrowed


def _narrowed(node: Any) -> Any:
    if isinstance(node, list):
        return [_narrowed(each) for each in node]
    if not isinstance(node, dict):
        return node
    left = {name: _narrowed(each) for name, each in node.items() if "x-documented" not in node or name not in LISTS}
    return left | ({"enum": node["x-documented"]} if "x-documented" in node else {})


def _modern(node: Any) -> Any:
    """OpenAPI 3.0's own words for what JSON Schema says today: `nullable`, and bounds that are excluded."""
    if isinstance(node, list):
        return [_modern(each) for each in node]
    if not isinstance(node, dict):
        return node
    made = {name: _modern(each) for name, each in node.items()}
    if made.get("nullable") is True and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
        if isinstance(made.get("enum"), list) and None not in made["enum"]:
            made["enum"] = [*made["enum"], None]
    for word, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        excluded = made.get(word)
        if excluded is True and bound in made:
            made[word] = made.pop(bound)
        elif isinstance(excluded, bool):
            del made[word]
    return made


def operations(described: Mapping[str, Any], method: str) -> list[str]:
    """The paths that have an operation of this method, in the document's order."""
    paths = described.get("paths") or {}
    return [path for path, item in paths.items() if isinstance(item, Mapping) and method in item]


def statuses(described: Mapping[str, Any], method: str, path: str) -> tuple[int, ...]:
    """The HTTP statuses that an operation lists by their numbers."""
    listed = described["paths"][path][method].get("responses") or {}
    return tuple(int(status) for status in listed if str(status).isdecimal())


def body_schema(described: Mapping[str, Any], path: str) -> Schema:
    """The JSON body that a POST on this path takes; {} where the document says nothing of one."""
    body = target(described, described["paths"][path]["post"].get("requestBody") or {})
    schema: Schema = (body.get("content") or {}).get(JSON, {}).get("schema", {})
    return schema


def answer_schema(described: Mapping[str, Any], method: str, path: str, status: int) -> Schema:
    """The JSON body of an answer; {} where the document says nothing of one."""
    listed = described["paths"][path][method].get("responses") or {}
    answer = target(described, listed.get(str(status)) or {})
    schema: Schema = (answer.get("content") or {}).get(JSON, {}).get("schema", {})
    return schema


def target(described: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """The node, or what it refers to."""
    while isinstance(reference := node.get("$ref"), str):
        node = at(described, reference.removeprefix("#")) or {}
    return node


def schemas_at(described: Mapping[str, Any], schema: Schema, pointer: str) -> list[Schema]:
    """All that is said of what a pointer leads to, in the alternatives and parts of a schema alike."""
    nodes = [*_laid_out(described, schema)]
    for part in parts(pointer):
        nodes = [laid for node in nodes for below in _below(node, part) for laid in _laid_out(described, below)]
    return nodes


def can_have(described: Mapping[str, Any], schema: Any, pointer: str) -> bool:
    """Whether some value that a schema allows has anything at a pointer.

    What a schema does not exclude it allows: an object without `additionalProperties` may have any property. Only words
    that close a shape for certain exclude one; conditions and `not` are let be.
    """
    return _Shape(described).has(schema, parts(pointer))


class _Shape:
    """Asks what the schemas of a document leave room for; one that comes back to itself excludes nothing."""

    def __init__(self, described: Mapping[str, Any]) -> None:
        self._described = described
        self._known: dict[tuple[int, tuple[str, ...]], bool] = {}

    def has(self, schema: Any, way: tuple[str, ...]) -> bool:
        """Whether a value of the schema may have something at the end of the way."""
        if not isinstance(schema, Mapping):
            return schema is not False
        asked = (id(schema), way)
        if asked not in self._known:
            self._known[asked] = True
            self._known[asked] = self._has(schema, way)
        return self._known[asked]

    def _has(self, schema: Schema, way: tuple[str, ...]) -> bool:
        reference = schema.get("$ref")
        parts_of = [at(self._described, reference.removeprefix("#"))] if isinstance(reference, str) else []
        parts_of += schema.get("allOf") or ()
        choices = [schema[word] for word in ("oneOf", "anyOf") if schema.get(word)]
        return (
            all(self.has(part, way) for part in parts_of)
            and all(any(self.has(branch, way) for branch in branches) for branches in choices)
            and (not way or self._enters(schema, way[0], way[1:]))
        )

    def _enters(self, schema: Schema, name: str, rest: tuple[str, ...]) -> bool:
        kinds = schema.get("type", ("object", "array"))
        kinds = (kinds,) if isinstance(kinds, str) else kinds
        is_item = "array" in kinds and name.isdecimal()
        in_list = is_item and ("prefixItems" in schema or self.has(schema.get("items"), rest))
        return in_list or ("object" in kinds and self._holds(schema, name, rest))

    def _holds(self, schema: Schema, name: str, rest: tuple[str, ...]) -> bool:
        named = schema.get("properties") or {}
        if name in named:
            return self.has(named[name], rest)
        if schema.get("patternProperties"):
            return True
        if "additionalProperties" in schema:
            return self.has(schema["additionalProperties"], rest)
        if schema.get("unevaluatedProperties") is False:
            return any(_may_name(node, name) for node in _laid_out(self._described, schema))
        return True


OPENING = ("additionalProperties", "patternProperties", "if", "dependentSchemas", "$dynamicRef")
"""Words by which a schema may know of properties that it does not list."""


def _may_name(node: Schema, name: str) -> bool:
    is_elsewhere = not str(node.get("$ref", "#")).startswith("#")
    is_open = any(node.get(word) not in (None, False) for word in OPENING)
    return is_elsewhere or is_open or name in (node.get("properties") or {})


def pointers_of(described: Mapping[str, Any], schema: Schema, depth: int = 4) -> list[str]:
    """Every place that a schema names, nearest first."""
    found: dict[str, None] = {}
    level = [("", [*_laid_out(described, schema)])]
    for _ in range(depth):
        deeper = []
        for pointer, nodes in level:
            names = dict.fromkeys(name for node in nodes for name in property_names(node))
            for name in names:
                place = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
                below = [laid for node in nodes for each in _below(node, name) for laid in _laid_out(described, each)]
                found[place] = None
                deeper.append((place, below))
        level = deeper
    return list(found)


def property_names(node: Schema) -> list[str]:
    """The properties that a schema names itself, and `0` for the items of a list."""
    return [*(node.get("properties") or {}), *(["0"] if isinstance(node.get("items"), Mapping) else [])]


def _below(node: Schema, part: str) -> list[Schema]:
    found = (node.get("properties") or {}).get(part)
    items = node.get("items") if part.isdecimal() else None
    return [each for each in (found, items) if isinstance(each, Mapping)]


def _laid_out(described: Mapping[str, Any], schema: Schema, seen: tuple[str, ...] = ()) -> Iterator[Schema]:
    """A schema, and every schema that it refers to or is put together from; one that refers to itself comes once."""
    yield schema
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference not in seen:
        yield from _laid_out(described, at(described, reference.removeprefix("#")) or {}, (*seen, reference))
    for word in BRANCHES:
        for branch in schema.get(word) or ():
            yield from _laid_out(described, branch, seen)
