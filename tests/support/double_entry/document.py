"""An OpenAPI document as a judge: what it lists, which bodies it takes, which answers it allows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from tests.support.double_entry.formats import Judge

from veosim.inprocess import Response

Raw = dict[str, Any]
JSON = "application/json"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_HERE = "urn:document"
_PARAMETER = re.compile(r"\{[^}]*\}")


def pointer(*names: object) -> str:
    """A JSON pointer to the place that the names lead to."""
    return "".join(f"/{str(name).replace('~', '~0').replace('/', '~1')}" for name in names)


def anonymous(path: str) -> str:
    """A path without the names of its parameters, which are nobody's business but the describer's."""
    return _PARAMETER.sub("{}", path)


def matching(document: Document, method: str, path: str) -> Described | None:
    """The operation that a request is for, if there is one."""
    for operation in document.operations:
        pattern = "[^/]+".join(re.escape(part) for part in _PARAMETER.split(operation.path))
        if operation.method == method and re.fullmatch(pattern, path):
            return operation
    return None


class Document:
    """One document.

    Args:
        data: as YAML gave it; it is not changed, and must not change afterwards.
        judge: what it means by its formats.
    """

    def __init__(self, data: Mapping[str, object], judge: Judge | None = None) -> None:
        self.data: Raw = dict(data)
        self.judge = judge or Judge()
        self._registry: Registry[Any] = Registry().with_resource(_HERE, DRAFT202012.create_resource(self.data)).crawl()
        self._formats = self.judge.checker()
        self._validators: dict[tuple[str, bool], Draft202012Validator] = {}

    def at(self, where: str) -> Any:
        """What stands at a pointer, which may cross references; what stands beside a reference comes first."""
        node: Any = self.data
        for part in where.removeprefix("#").split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            if isinstance(node, dict) and name not in node:
                node = self.resolve(node)
            node = node[int(name)] if isinstance(node, list) else node[name]
        return node

    def resolve(self, node: Any) -> Any:
        """Follow a reference to its end; only for nodes of which nothing but the reference counts."""
        while isinstance(node, dict) and "$ref" in node:
            node = self.at(node["$ref"])
        return node

    def home(self, where: str) -> str:
        """The pointer at which a place is written down, its references followed."""
        node = self.at(where)
        while isinstance(node, dict) and "$ref" in node:
            where = node["$ref"].removeprefix("#")
            node = self.at(where)
        return where

    def faults(self, where: str, value: object, *, formats: bool = True) -> list[str]:
        """The first things that the schema at a pointer finds wrong with a value; its formats may be left out."""
        if (where, formats) not in self._validators:
            checker = self._formats if formats else None
            schema = {"$ref": f"{_HERE}#{where}"}
            self._validators[where, formats] = Draft202012Validator(
                schema, registry=self._registry, format_checker=checker
            )
        validator = self._validators[where, formats]
        return [f"{error.json_path}: {error.message[:200]}" for error in islice(validator.iter_errors(value), 2)]

    @cached_property
    def operations(self) -> tuple[Described, ...]:
        """Every operation."""
        return tuple(
            Described(self, method.upper(), path)
            for path, item in self.data["paths"].items()
            for method in METHODS
            if method in item
        )

    @cached_property
    def submits(self) -> tuple[Described, ...]:
        """The operations that take a body."""
        return tuple(operation for operation in self.operations if operation.takes_body)

    def named(self, operation_id: str) -> Described:
        """The operation with this id."""
        (found,) = (operation for operation in self.operations if operation.node["operationId"] == operation_id)
        return found

    @cached_property
    def formats_used(self) -> set[str]:
        """The formats that the schemas name."""
        return {str(name) for name in _formats_in(self.data["components"]["schemas"])}

    @property
    def formats_known(self) -> set[str]:
        """The formats that are judged."""
        return set(self._formats.checkers)


def _formats_in(node: Any) -> Iterator[str]:
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if isinstance(node, dict) and node.get("type") == "string" and "format" in node:
        yield node["format"]
    for child in children:
        yield from _formats_in(child)


@dataclass(frozen=True)
class Described:
    """One operation as its document describes it."""

    document: Document
    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def where(self) -> str:
        """The pointer to it."""
        return pointer("paths", self.path, self.method.lower())

    @cached_property
    def node(self) -> Raw:
        """Its description."""
        found: Raw = self.document.at(self.where)
        return found

    @property
    def takes_body(self) -> bool:
        """Whether it has a JSON body."""
        return "requestBody" in self.node

    @property
    def schema(self) -> str:
        """The pointer to the schema of its body."""
        return f"{self.document.home(self.where + '/requestBody')}/content{pointer(JSON)}/schema"

    def examples(self) -> dict[str, Any]:
        """The bodies that the document shows."""
        media = self.document.at(f"{self.where}/requestBody/content{pointer(JSON)}")
        return {name: self.document.resolve(example)["value"] for name, example in media["examples"].items()}

    def refuses(self, body: object, *, formats: bool = True) -> list[str]:
        """What the schema finds wrong with a body; bytes are never a JSON object."""
        if isinstance(body, bytes):
            return ["not a JSON object"]
        return self.document.faults(self.schema, body, formats=formats)

    @cached_property
    def statuses(self) -> frozenset[int]:
        """The statuses that are listed by their number."""
        return frozenset(int(status) for status in self.node["responses"] if status.isdigit())

    @property
    def successes(self) -> frozenset[int]:
        """The listed statuses of success."""
        return frozenset(status for status in self.statuses if 200 <= status < 300)

    @property
    def needs_key(self) -> bool:
        """Whether no alternative does without a key."""
        demands: list[Raw] = (self.document.data | self.node).get("security") or []
        return bool(demands) and all(demands)

    def answer(self, status: int) -> tuple[str, Raw] | None:
        """The pointer and the description of the answer with this status, if there is one."""
        for name in (str(status), f"{status // 100}XX", "default"):
            if name in self.node["responses"]:
                where = self.document.home(f"{self.where}{pointer('responses', name)}")
                return where, self.document.at(where)
        return None

    def links(self, status: int) -> Iterator[tuple[Described, dict[str, str]]]:
        """The operations that an answer leads to, each with where the answer holds its parameters."""
        found = self.answer(status)
        for link in (found[1].get("links", {}) if found else {}).values():
            resolved = self.document.resolve(link)
            yield self.document.named(resolved["operationId"]), resolved["parameters"]

    def misfits(self, response: Response) -> list[str]:
        """Where an answer is not as described for its status: status, type, body, headers."""
        found = self.answer(response.status)
        if found is None:
            return [f"{self}: {response.status} is not described"]
        where, described = found
        faults = self._header_misfits(where, described, response)
        content, kind = described.get("content", {}), response.headers.get("content-type", "").split(";")[0]
        if not content:
            faults += ["there is a body"] if response.body else []
        elif kind not in content:
            faults.append(f"the type is {kind!r}, not {', '.join(content)}")
        elif kind == JSON:
            faults += self._json_misfits(f"{where}/content{pointer(kind)}/schema", response.body)
        return [f"{self}: {response.status}: {fault}" for fault in faults]

    def _json_misfits(self, where: str, body: bytes) -> list[str]:
        try:
            data = json.loads(body)
        except ValueError:
            return ["the body is no JSON"]
        return self.document.faults(where, data)

    def _header_misfits(self, where: str, described: Raw, response: Response) -> list[str]:
        faults = []
        for name in described.get("headers", {}):
            place = self.document.home(f"{where}{pointer('headers', name)}")
            if name.lower() in response.headers:
                faults += self.document.faults(f"{place}/schema", response.headers[name.lower()])
            elif self.document.at(place).get("required", False):
                faults.append(f"the header {name} is missing")
        return faults
