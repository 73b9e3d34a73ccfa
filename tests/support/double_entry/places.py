"""Where the fields of a request body are, what the document says of each, and bodies that differ in one of them."""

from __future__ import annotations

import copy
import json
import operator
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from tests.support.double_entry import formats
from tests.support.double_entry.document import Document, pointer

Path = tuple[str | int, ...]
Values = tuple[Any, ...]
_SAME_PLACE = ("allOf", "anyOf", "oneOf")
_MISSING = object()
JUNK: Values = (
    None,
    True,
    False,
    0,
    1,
    -1,
    1.0,
    0.5,
    10**18,
    "",
    " ",
    "0",
    "true",
    "null",
    [],
    {},
    [None],
    [""],
    {"": 0},
)


def key(value: object) -> str:
    """One spelling for one JSON value; 1, 1.0 and true are three."""
    return json.dumps(value, sort_keys=True, default=repr)


def distinct(values: Iterable[Any]) -> list[Any]:
    """Each JSON value once, in the order of first sight."""
    return list({key(value): value for value in values}.values())


def schemas(document: Document, where: str, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every schema that speaks of a field: the path of the field, and the pointer at which the schema is written."""
    where = where.removeprefix("#")
    node = document.at(where)
    if not isinstance(node, dict):
        return
    if path:
        yield path, where
    if "$ref" in node:
        yield from schemas(document, node["$ref"], path)
    for name in node.get("properties", {}):
        yield from schemas(document, where + pointer("properties", name), (*path, name))
    if "items" in node:
        yield from schemas(document, where + pointer("items"), (*path, 0))
    for word in _SAME_PLACE:
        for number in range(len(node.get(word, ()))):
            yield from schemas(document, where + pointer(word, number), path)
    if "not" in node:
        yield from schemas(document, where + pointer("not"), path)


def fields(document: Document, where: str) -> dict[Path, list[Mapping[str, Any]]]:
    """Every field of a body, with all that is said of it."""
    found: dict[Path, list[Mapping[str, Any]]] = {}
    for path, place in schemas(document, where):
        found.setdefault(path, []).append(document.at(place))
    return found


def get(body: Any, path: Path) -> Any:
    """The value at a path; None where there is none."""
    for name in path:
        try:
            body = body[name]
        except (KeyError, IndexError, TypeError):
            return None
    return body


def pairs(body: Any) -> Iterator[tuple[str, Any]]:
    """Every name in a body with its value, at any depth."""
    children = list(body.items()) if isinstance(body, dict) else []
    yield from children
    for child in [value for _, value in children] if children else body if isinstance(body, list) else []:
        yield from pairs(child)


def put(body: Any, path: Path, value: Any = _MISSING) -> Any:
    """A copy of the body with another value at a path, or without one; None where the path cannot be walked."""
    body = copy.deepcopy(body)
    node = body
    for name, following in pairwise(path):
        if isinstance(node, dict) and isinstance(name, str):
            node = node.setdefault(name, [] if following == 0 else {})
        elif isinstance(node, list) and isinstance(name, int):
            if not node:
                node.append([] if following == 0 else {})
            node = node[name]
        else:
            return None
    last = path[-1]
    if isinstance(node, dict) and isinstance(last, str):
        node.pop(last, None) if value is _MISSING else operator.setitem(node, last, value)
    elif isinstance(node, list) and isinstance(last, int):
        node[:1] = [] if value is _MISSING else [value]
    else:
        return None
    return body


def near(value: Any) -> Values:
    """What a careless writer or reader takes for the value."""
    if isinstance(value, bool):
        return (not value, int(value), str(value), str(value).lower())
    if isinstance(value, str):
        numbers = (int(value), float(value)) if value.isdecimal() and len(value) < 9 else ()
        changed = (
            value.swapcase(),
            value.title(),
            value[:-1],
            value[1:],
            value.replace(":", "x"),
            value.replace(":", "\uff1a"),
        )
        padded = (f"{value} ", f" {value}", f"{value}\n", f"{value}\0", f"{value}x", f"{value}{value}")
        return (*changed, *padded, *numbers, [value], {"value": value})
    if isinstance(value, int | float):
        return (str(value), float(value), value + 1, value - 1, value + 0.5, -value, f"{value}s", [value], value * 1000)
    return ()


def _bounds(said: Mapping[str, Any], named: list[Any]) -> Iterator[Any]:
    for word in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        if word in said:
            yield from (said[word] + step for step in (-1, -0.5, 0, 0.5, 1))
            yield float(said[word])
    for word in ("minLength", "maxLength"):
        if word in said:
            # Characters are code points: one beyond the basic plane is one, not two and not four.
            yield from (
                text * (said[word] + step) for step in (-1, 0, 1) for text in ("a", "\N{SAILBOAT}", "\U0001f6a3")
            )
    for word in ("minItems", "maxItems"):
        items = next((value for value in named if isinstance(value, list) and value), None)
        if word in said and items is not None:
            yield from (items[:1] * max(0, said[word] + step) for step in (-1, 0, 1))


def stated(said: Iterable[Mapping[str, Any]]) -> list[Any]:
    """The values that the document names for one field."""
    found: list[Any] = []
    for schema in said:
        found += schema.get("enum", [])
        found += [schema[word] for word in ("const", "default") if word in schema]
        found += schema.get("examples", [])
    return distinct(found)


def candidates(said: list[Mapping[str, Any]], present: Any, more: Values = ()) -> list[Any]:
    """Values worth trying in one field: named ones, near misses of them, both sides of each bound, and junk.

    Args:
        said: all that the document says of the field.
        present: what the field holds in the body at hand.
        more: what is known of the field elsewhere.
    """
    named = distinct([*stated(said), *more, *([] if present is None else [present])])
    found = [*named, *(missed for value in named for missed in near(value))]
    for schema in said:
        found += _bounds(schema, named)
        if "format" in schema:
            found += formats.MISSES
        if schema.get("format") == "uri" and "pattern" in schema:
            found += formats.URL_EDGES
    return distinct([*found, *JUNK])


def variations(
    document: Document, where: str, body: Any, more: Mapping[str, Values] | None = None
) -> Iterator[tuple[str, Any]]:
    """Bodies that differ from `body` in one field, and what was done to each.

    Args:
        document: names the values.
        where: the pointer to the schema of the body.
        body: to start from.
        more: further values, by the name of the field.
    """
    for path, said in fields(document, where).items():
        name = ".".join(str(part) for part in path)
        present = get(body, path)
        if (without := put(body, path)) is not None:
            yield f"without {name}", without
        for value in candidates(said, present, (more or {}).get(str(path[-1]), ())):
            if (changed := put(body, path, value)) is not None:
                yield f"{name} = {key(value)[:80]}", changed
