"""A schema laid out for reading: flat rows of fields, alternatives, conditions; circles are cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from veosim.reference_page.facts import condition, is_limit
from veosim.reference_page.marks import Mark, mark_of
from veosim.reference_page.markup import Html
from veosim.reference_page.nodes import Node, Reader

DEEPEST = 8
"""Levels of fields and alternatives that are drawn; what lies deeper is named only."""


@dataclass(frozen=True, slots=True)
class Field:
    """One row: a field by its path from the body, such as `data.task_ids` or `detail[].loc`.

    `is_required` is None for what may repeat: the items of a list, the values of free names.
    """

    path: str
    node: Node
    is_required: bool | None
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a status, with its own mark."""

    path: str
    word: str
    mark: Mark
    about: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives for each of the fields at `paths`; the path "" is the whole."""

    paths: tuple[str, ...]
    keyword: str
    options: tuple[Shape, ...]
    required: frozenset[str] = frozenset()
    """Names that every alternative needs, because what it is an alternative of needs them."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition. With `then`, what holds under it; without, what must never be."""

    when: Html
    then: Shape | None = None
    otherwise: Shape | None = None
    required: frozenset[str] = frozenset()


@dataclass(slots=True)
class Shape:
    """A schema, read."""

    node: Node
    fields: list[Field] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)

    @property
    def required_elsewhere(self) -> list[str]:
        """Names that are required here and described in another place."""
        described = {entry.path for entry in self.fields}
        return [name for name in self.node.data.get("required", ()) if name not in described]


class Shaper:
    """Lays out the schemas of one document."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def shape(self, schema: object) -> Shape:
        """A schema with everything in it."""
        return self._shape(schema, ())

    def _shape(self, schema: object, trail: tuple[str, ...], depth: int = 0) -> Shape:
        node = self._reader.read(schema)
        shape = Shape(node)
        if node.refs and set(node.refs) & set(trail):
            return shape
        self._add(shape, node, "", (*trail, *node.refs), depth)
        return shape

    def _add(self, shape: Shape, node: Node, path: str, trail: tuple[str, ...], depth: int) -> None:
        """Put what a node holds into the shape, its fields under `path`."""
        if depth >= DEEPEST:
            return
        shape.words += _words(path, node)
        prefix = f"{path}." if path else ""
        required = node.data.get("required", ())
        for name, schema in _properties(node):
            self._field(shape, f"{prefix}{name}", schema, name in required, trail, depth + 1)
        for keyword, suffix in (("items", "[]"), ("additionalProperties", ".*" if path else "*")):
            if isinstance(node.data.get(keyword), Mapping):
                self._inside(shape, f"{path}{suffix}", node.data[keyword], trail, depth + 1)
        for group in node.gathered:
            self._group(shape, group, path, frozenset(map(str, required)), trail, depth + 1)

    def _field(
        self, shape: Shape, path: str, schema: object, is_required: bool | None, trail: tuple[str, ...], depth: int
    ) -> None:
        node = self._reader.read(schema)
        is_cut = bool(set(node.refs) & set(trail)) or depth >= DEEPEST
        shape.fields.append(Field(path, node, is_required, is_cut))
        if not is_cut:
            self._add(shape, node, path, (*trail, *node.refs), depth)

    def _inside(self, shape: Shape, path: str, schema: Any, trail: tuple[str, ...], depth: int) -> None:
        """The items of a list, or the values of free names: a row of their own only where they say something."""
        node = self._reader.read(schema)
        says_something = bool(node.mark) or bool({"description", "enum", "const", "pattern"} & set(node.data))
        if says_something or set(node.refs) & set(trail):
            self._field(shape, path, schema, None, trail, depth)
        else:
            self._add(shape, node, path, (*trail, *node.refs), depth)

    def _group(
        self,
        shape: Shape,
        group: Mapping[str, Any],
        path: str,
        required: frozenset[str],
        trail: tuple[str, ...],
        depth: int,
    ) -> None:
        if "if" in group:
            then, otherwise = (
                self._shape(group[key], trail, depth) if key in group else None for key in ("then", "else")
            )
            shape.rules.append(Rule(condition(self._reader, group["if"], path), then, otherwise, required))
        elif "not" in group:
            if not is_limit(group["not"]):  # such a one is told beside the type
                shape.rules.append(Rule(condition(self._reader, group["not"], path)))
        else:
            ((keyword, options),) = group.items()
            shapes = tuple(self._shape(option, trail, depth) for option in options)
            _add_choice(shape.choices, Choice((path,), keyword, shapes, required))


def _add_choice(choices: list[Choice], new: Choice) -> None:
    """Fields whose alternatives are the same components share one entry."""
    components = [option.node.refs for option in new.options]
    for number, old in enumerate(choices):
        same = (old.keyword, old.required) == (new.keyword, new.required)
        if same and all(components) and [option.node.refs for option in old.options] == components:
            choices[number] = replace(old, paths=old.paths + new.paths)
            return
    choices.append(new)


def _properties(node: Node) -> Iterator[tuple[str, object]]:
    found = node.data.get("properties")
    if isinstance(found, Mapping):
        yield from ((str(name), schema) for name, schema in found.items())


def _words(path: str, node: Node) -> Iterator[Word]:
    """The marked words that can occur here; a reference may have narrowed them down."""
    found = node.data.get("x-words")
    possible = [node.data["const"]] if "const" in node.data else node.data.get("enum")
    for word, said in found.items() if isinstance(found, Mapping) else ():
        if isinstance(possible, list) and word not in possible:
            continue
        told = said if isinstance(said, Mapping) else {}
        yield Word(path, str(word), mark_of(told), str(told.get("description", "")))
