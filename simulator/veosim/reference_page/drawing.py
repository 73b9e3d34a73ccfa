"""What every part of a page shares while it is drawn: the document, its anchors, its way of reading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from veosim.reference_page.marks import Mark, badges
from veosim.reference_page.markup import Html
from veosim.reference_page.nodes import Node, Reader
from veosim.reference_page.shapes import Shape, Shaper

# The parts that every page has, and their headings: no operation can take their ids.
PARTS = ("main", "legend", "documents", "authentication")
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, with what its path says for all of its methods taken in.

    Attributes:
        anchor: the id of its section.
        method: in capitals.
        path: as the document writes it; for a callback the expression that yields the URL.
        node: the operation object.
        parameters: those of the path and its own, read.
    """

    anchor: str
    method: str
    path: str
    node: Node
    parameters: tuple[Node, ...] = ()

    @property
    def data(self) -> dict[str, Any]:
        """Its keywords."""
        return self.node.data


class Drawing:
    """One page in the making. Ids are handed out once each, so that none comes twice."""

    def __init__(self, document: Mapping[str, Any], base: str) -> None:
        self.document = document
        self.base = base.rstrip("/")
        self.reader = Reader(document)
        self._shaper = Shaper(self.reader)
        self._taken = {*PARTS, *(f"{part}-title" for part in PARTS)}
        self.documents = {str(number): self.anchor(f"document-{number}") for number in listed(document)}
        self.operations = tuple(self.operations_in(document.get("paths")))
        self.webhooks = tuple(self.operations_in(document.get("webhooks"), "webhook-"))

    def anchor(self, wish: str) -> str:
        """An id that no other element of the page has."""
        slug = re.sub(r"[^A-Za-z0-9]+", "-", wish).strip("-") or "part"
        found, number = slug, 1
        while found in self._taken:
            number += 1
            found = f"{slug}-{number}"
        self._taken.add(found)
        return found

    def operations_in(self, paths: object, prefix: str = "") -> Iterator[Operation]:
        """The operations of a mapping of path items, in its order."""
        for path, item in paths.items() if isinstance(paths, Mapping) else ():
            whole = self.reader.read(item).data
            for method in (name for name in METHODS if name in whole):
                node = self.reader.read(whole[method])
                name = str(node.data.get("operationId") or f"{method}-{path}")
                read = [self.reader.read(one) for one in (*whole.get("parameters", ()), *_list(node, "parameters"))]
                own_last = {(one.data.get("in"), one.data.get("name")): one for one in read}
                yield Operation(self.anchor(prefix + name), method.upper(), str(path), node, tuple(own_last.values()))

    def badges(self, mark: Mark, *, expected: bool = True) -> Html:
        """A mark, with links to the list of documents."""
        return badges(mark, self.documents, expected=expected)

    def shape(self, schema: object) -> Shape:
        """A schema, laid out."""
        return self._shaper.shape(schema)

    def security(self, operation: Operation) -> list[tuple[Node, ...]]:
        """The ways to be let in, each as the schemes that it takes; an empty way is one without a key."""
        ways = operation.data.get("security", self.document.get("security")) or []
        return [tuple(self.scheme(str(name)) for name in way) for way in ways]

    @property
    def has_schemes(self) -> bool:
        """Whether there is a section on authentication."""
        return bool(_at(_at(self.document, "components"), "securitySchemes"))

    def scheme(self, name: str) -> Node:
        """A security scheme by its name."""
        return self.reader.read({"$ref": f"#/components/securitySchemes/{name}"})


def listed(document: Mapping[str, Any]) -> dict[str, str]:
    """The documents that the description rests on, by number."""
    found = _at(document, "info").get("x-documents")
    return {str(number): str(title) for number, title in found.items()} if isinstance(found, Mapping) else {}


def _at(node: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = node.get(key)
    return found if isinstance(found, Mapping) else {}


def _list(node: Node, key: str) -> list[Any]:
    found = node.data.get(key)
    return found if isinstance(found, list) else []
