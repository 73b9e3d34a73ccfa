"""Nodes of an OpenAPI document with their references followed and their `allOf` taken in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from veosim.reference_page.marks import Mark, mark_of

_MARKS = frozenset({"x-source", "x-inferred", "x-contradiction"})
# Keywords of which a node may have several once its references and its `allOf` are taken in.
_GATHERED = ("oneOf", "anyOf", "if", "not")


@dataclass(frozen=True, slots=True)
class Node:
    """What a node says, together with everything that it refers to.

    Attributes:
        data: its keywords, those written beside a reference before those behind it.
        mark: all marks on the way.
        refs: the references that were followed, nearest first; they name it, and they show circles.
        gathered: every `oneOf`, `anyOf`, `not`, and every `if` with its `then` and `else`, as small mappings.
        is_allowed: False for the schema `false`, which no value fits.
    """

    data: dict[str, Any] = field(default_factory=dict)
    mark: Mark = field(default_factory=Mark)
    refs: tuple[str, ...] = ()
    gathered: tuple[dict[str, Any], ...] = ()
    is_allowed: bool = True

    @property
    def name(self) -> str:
        """The component's name, or ""."""
        return unescaped(self.refs[0].rpartition("/")[2]) if self.refs else ""


def unescaped(part: str) -> str:
    """One name of a JSON pointer."""
    return part.replace("~1", "/").replace("~0", "~")


class Reader:
    """Follows references inside one document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document

    def behind(self, reference: str) -> Any:
        """What a local reference points at; nothing where it leads nowhere or out of the document."""
        node: Any = self.document if reference.startswith("#/") else {}
        for part in reference[2:].split("/"):
            node = node.get(unescaped(part), {}) if isinstance(node, Mapping) else {}
        return node

    def read(self, node: object) -> Node:
        """A node with everything that it refers to."""
        return self._read(node, ())

    def _read(self, node: object, on_the_way: tuple[str, ...]) -> Node:
        if not isinstance(node, Mapping):
            return Node(is_allowed=node is not False)
        reference = node.get("$ref")
        own = {key: value for key, value in node.items() if key != "$ref" and key not in _MARKS}
        found = Node(_plain(own), mark_of(node), (), _gather(own))
        if isinstance(reference, str) and reference not in on_the_way:
            target = self._read(self.behind(reference), (*on_the_way, reference))
            found = _merged(found, target, (reference, *target.refs))
        for part in own.get("allOf", ()):
            inner = self._read(part, on_the_way)
            found = _merged(found, inner, (*found.refs, *inner.refs) if len(own["allOf"]) == 1 else found.refs)
        return found


def _gather(own: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    return tuple(
        {key: own[key] for key in ((name, "then", "else") if name == "if" else (name,)) if key in own}
        for name in _GATHERED
        if name in own
    )


def _plain(own: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in own.items() if key not in {*_GATHERED, "allOf", "then", "else"}}


def _merged(first: Node, second: Node, refs: tuple[str, ...]) -> Node:
    """Two nodes that hold at once: the first one's words stand, properties and requirements of both count."""
    data = {**second.data, **first.data}
    mine, theirs = _mapping(first, "properties"), _mapping(second, "properties")
    if mine or theirs:
        both = {name: {"allOf": [mine[name], theirs[name]]} for name in mine if name in theirs}
        data["properties"] = {**theirs, **mine, **both}
    required = [*_list(second, "required"), *_list(first, "required")]
    if required:
        data["required"] = list(dict.fromkeys(required))
    return Node(
        data,
        first.mark + second.mark,
        refs,
        first.gathered + second.gathered,
        first.is_allowed and second.is_allowed,
    )


def _mapping(node: Node, key: str) -> dict[str, Any]:
    found = node.data.get(key)
    return dict(found) if isinstance(found, Mapping) else {}


def _list(node: Node, key: str) -> list[Any]:
    found = node.data.get(key)
    return found if isinstance(found, list) else []
