"""What a schema's keywords say, in words: its type, its bounds, and its conditions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from veosim.reference_page.markup import Html, code, joined, text
from veosim.reference_page.nodes import Node, Reader


def literal(value: object) -> Html:
    """A value as JSON writes it; a string without quotes where nothing is lost by that."""
    is_plain = isinstance(value, str) and value == value.strip() != "" and not _looks_like_json(value)
    return code(str(value) if is_plain else json.dumps(value, ensure_ascii=False, default=str))


def _looks_like_json(value: str) -> bool:
    """Whether a string, unquoted, would be read as a number, a truth value or null."""
    try:
        json.loads(value)
    except ValueError:
        return False
    return True


def _several(values: object) -> Html:
    return joined([literal(value) for value in values] if isinstance(values, list) else [literal(values)])


def _counted(unit: str, bound: str) -> Callable[[Any], Html]:
    return lambda value: text(f"{bound} {value} {unit}{'' if value == 1 else 's'}")


# Keyword, and how its value reads.
BOUNDS: dict[str, Callable[[Any], Html]] = {
    "const": lambda value: text(["always ", literal(value)]),
    "enum": lambda values: text(["one of ", _several(values)]),
    "minLength": _counted("character", "at least"),
    "maxLength": _counted("character", "at most"),
    "minimum": lambda value: text(f"at least {value}"),
    "exclusiveMinimum": lambda value: text(f"more than {value}"),
    "maximum": lambda value: text(f"at most {value}"),
    "exclusiveMaximum": lambda value: text(f"less than {value}"),
    "multipleOf": lambda value: text(f"a multiple of {value}"),
    "minItems": _counted("item", "at least"),
    "maxItems": _counted("item", "at most"),
    "uniqueItems": lambda value: text("no item twice" if value else ""),
    "minProperties": _counted("field", "at least"),
    "maxProperties": _counted("field", "at most"),
    "pattern": lambda value: text(["of the form ", code(str(value))]),
    "contentEncoding": lambda value: text(["encoded as ", code(str(value))]),
    "contentMediaType": lambda value: text(["of media type ", code(str(value))]),
    "default": lambda value: text(["default ", literal(value)]),
    "examples": lambda values: text(["such as ", _several(values)]),
    "deprecated": lambda value: text("deprecated" if value else ""),
    "readOnly": lambda value: text("in answers only" if value else ""),
    "writeOnly": lambda value: text("in requests only" if value else ""),
    "additionalProperties": lambda value: text("no other fields" if value is False else ""),
    "unevaluatedProperties": lambda value: text("no other fields" if value is False else ""),
    "dependentRequired": lambda value: joined(_dependencies(value), "; "),
}
_MADE_NEEDLESS = {
    "const": frozenset({"enum", "examples", "pattern", "minLength", "maxLength", "minimum", "maximum"}),
    "enum": frozenset({"examples"}),
}
_DEEPEST_TYPE = 3  # a list of lists of lists
# Keywords that are drawn elsewhere: as tables, as text, as marks.
_ELSEWHERE = frozenset(
    {"type", "format", "title", "description", "properties", "required", "items", "x-words", "discriminator"}
)


def _dependencies(value: object) -> list[Html]:
    pairs = value.items() if isinstance(value, Mapping) else ()
    return [text(["with ", code(str(name)), " also ", _several(others)]) for name, others in pairs]


def is_limit(schema: object) -> bool:
    """Whether a schema only limits a single value, so that a `not` around it fits in a line."""
    return isinstance(schema, Mapping) and bool(schema) and set(schema) <= {"const", "enum", "pattern", "type"}


def bounds(node: Node) -> list[Html]:
    """Every limit of a schema; a keyword without words of its own is shown as it is written, never dropped."""
    # Who sees the only value needs no list, and who sees the list needs no examples.
    left_out = next((rest for key, rest in _MADE_NEEDLESS.items() if key in node.data), frozenset())
    found = [say(node.data[key]) for key, say in BOUNDS.items() if key in node.data and key not in left_out]
    found += [text(["never ", _limits(group["not"])]) for group in node.gathered if is_limit(group.get("not"))]
    found += [
        text([code(key), ": ", literal(value)])
        for key, value in node.data.items()
        if key not in BOUNDS and key not in _ELSEWHERE
    ]
    return [fact for fact in found if fact]


def _limits(schema: Mapping[str, Any]) -> Html:
    """What a limit allows, without the words that begin a sentence."""
    if "const" in schema or "enum" in schema:
        return joined(map(literal, schema.get("enum", [schema.get("const")])), " or ")
    return joined([text(str(schema[key])) if key == "type" else BOUNDS[key](schema[key]) for key in schema])


def type_of(reader: Reader, node: Node, depth: int = 0) -> str:
    """`string (uri)`, `array of integer`, `string or null`; "" where any value goes."""
    if not node.is_allowed:
        return "must be absent"
    kinds = node.data.get("type", "")
    shown = " or ".join(map(str, kinds)) if isinstance(kinds, list) else str(kinds)
    if not shown and "properties" in node.data:
        shown = "object"
    if depth < _DEEPEST_TYPE:
        shown = _inner_types(reader, node, shown, depth + 1)
    return f"{shown} ({node.data['format']})".strip() if "format" in node.data else shown


def _inner_types(reader: Reader, node: Node, shown: str, depth: int) -> str:
    """The type with that of a list's items, or else with those of the alternatives."""
    if "items" in node.data:
        inner = type_of(reader, reader.read(node.data["items"]), depth)
        return (shown or "array") + (f" of {inner}" if inner else "")
    options = [option for group in node.gathered for key in ("oneOf", "anyOf") for option in group.get(key, ())]
    if shown or not options:
        return shown
    kinds = dict.fromkeys(type_of(reader, reader.read(option), depth) for option in options)
    return " or ".join(filter(None, kinds))


def condition(reader: Reader, schema: object, path: str = "") -> Html:
    """What must hold for a value to fit a schema, as half a sentence: "`model` is `V`".

    Args:
        reader: follows its references.
        schema: the condition.
        path: the field that it speaks of; "" for the whole.
    """
    node = reader.read(schema)
    if not node.is_allowed:
        return text([code(path or "a value"), " is absent"])
    parts = [part for part in _parts(reader, node, path) if part]
    if parts:
        return joined(parts, " and ")
    is_listed = bool({"const", "enum"} & set(node.data))
    kind = "" if is_listed else type_of(reader, node)
    facts = [_limits(node.data)] if is_listed else [text(kind), *bounds(node)]
    said = joined([fact for fact in facts if fact])
    return text([code(path) if path else "the value", " is ", said]) if said else _presence([path])


def _parts(reader: Reader, node: Node, path: str) -> Iterator[Html]:
    """What a condition asks of the fields inside, and of the whole beyond its limits."""
    at = f"{path}." if path else ""
    named = node.data.get("properties", {})
    for name, inner in named.items():
        yield condition(reader, inner, f"{at}{name}")
    yield _presence([f"{at}{name}" for name in node.data.get("required", ()) if name not in named])
    for group in node.gathered:
        if "not" in group and not is_limit(group["not"]):
            yield text(["not (", condition(reader, group["not"], path), ")"])
        for key in ("oneOf", "anyOf"):
            yield joined([condition(reader, option, path) for option in group.get(key, ())], " or ")


def _presence(names: list[str]) -> Html:
    """The names of fields that are there; nothing for none."""
    verb = " is there" if len(names) == 1 else " are there"
    return text([joined([code(name or "a value") for name in names], " and "), verb]) if names else Html()
