"""One small change on one side: of a document's request schemas, or of a dialect's request models."""

from __future__ import annotations

import copy
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from tests.support.double_entry.document import Described, Document
from tests.support.double_entry.places import distinct, fields, schemas

from veosim.dialects import DIALECTS
from veosim.seeded import generator

_STEPS = {"minimum": 1, "maximum": -1, "minLength": 1, "maxLength": -1, "minItems": 1, "maxItems": -1}
"""Each bound is made a little tighter, so that a value the server takes is no longer allowed."""

_HIDES = {"format", "pattern"}
"""Beside these a bound on the length says nothing more: no value that they take is that short or long."""


def other(value: Any) -> Any:
    """A value of the same type that nobody names."""
    if isinstance(value, bool):
        return not value
    return f"{value}x" if isinstance(value, str) else value + 1000


@dataclass(frozen=True)
class DocumentFlip:
    """One keyword of one schema, and its value before and after; `number` where the value is one of a list."""

    where: str
    keyword: str
    number: int | None
    before: Any
    after: Any

    def __str__(self) -> str:
        return f"{self.where.removeprefix('/components/schemas')} {self.keyword} {self.before!r} to {self.after!r}"

    def made(self, document: Document) -> Document:
        """The document with the change."""
        data = copy.deepcopy(document.data)
        node = Document(data).at(self.where)
        if self.number is None:
            node[self.keyword] = self.after
        else:
            node[self.keyword][self.number] = self.after
        return Document(data, document.judge)


def document_flips(operation: Described) -> list[DocumentFlip]:
    """Every change of a value, a bound or a required field that the operation's body leads to."""
    places = dict.fromkeys([operation.schema, *(place for _, place in schemas(operation.document, operation.schema))])
    return [flip for place in places for flip in _flips_at(place, operation.document.at(place))]


def _flips_at(where: str, schema: Mapping[str, Any]) -> Iterator[DocumentFlip]:
    if "const" in schema:
        yield DocumentFlip(where, "const", None, schema["const"], other(schema["const"]))
    for number, value in enumerate(schema.get("enum", ())):
        yield DocumentFlip(where, "enum", number, value, other(value))
    for word, step in _STEPS.items():
        if word in schema and not (word.endswith("Length") and _HIDES & set(schema)):
            yield DocumentFlip(where, word, None, schema[word], schema[word] + step)


def seeded(flips: list[Any], number: int, *names: str) -> list[Any]:
    """That many of the flips, chosen by name; all where there are no more."""
    return generator("flips", *names).sample(flips, min(number, len(flips)))


def models(dialect: str) -> list[type[BaseModel]]:
    """The request models of a dialect: those that its module holds."""
    module = sys.modules[type(DIALECTS[dialect]).__module__]
    found = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, BaseModel)]
    return [model for model in found if model.__module__ == module.__name__ and model.model_fields]


def wire_name(name: str, info: FieldInfo) -> str:
    """What a field is called in a request."""
    alias = info.validation_alias or info.alias
    return alias if isinstance(alias, str) else name


def literal_in(annotation: Any) -> tuple[Any, ...]:
    """The values of the first Literal inside an annotation; none where there is none."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return next((found for part in get_args(annotation) if (found := literal_in(part))), ())


def known_values(dialect: str) -> dict[str, tuple[Any, ...]]:
    """The values that the server lists, by the name of the field on the wire."""
    found: dict[str, tuple[Any, ...]] = {}
    for model in models(dialect):
        for name, info in model.model_fields.items():
            wire = wire_name(name, info)
            found[wire] = (*found.get(wire, ()), *literal_in(info.annotation))
    return {name: tuple(distinct(values)) for name, values in found.items() if values}


@dataclass(frozen=True)
class ServerFlip:
    """One listed value of one field: lost, gained, or assumed in place of the default."""

    model: type[BaseModel]
    field: str
    kind: str
    value: Any

    def __str__(self) -> str:
        return f"{self.model.__name__}.{self.change}"

    @property
    def change(self) -> str:
        """The change without the name of the model."""
        return f"{self.field} {self.kind} {self.value!r}"

    def apply(self, info: FieldInfo) -> None:
        """Change the field, which belongs to whoever restores it."""
        values = literal_in(info.annotation)
        if self.kind == "assumes":
            info.default = self.value
        elif self.kind == "gained":
            info.annotation = _replaced(info.annotation, (*values, self.value))
        else:
            info.annotation = _replaced(info.annotation, tuple(value for value in values if value != self.value))


def _replaced(annotation: Any, values: tuple[Any, ...]) -> Any:
    if get_origin(annotation) is Literal:
        return Literal[values]
    origin, parts = get_origin(annotation), tuple(_replaced(part, values) for part in get_args(annotation))
    return annotation if not parts else origin[parts]


def server_flips(document: Document, dialect: str) -> list[ServerFlip]:
    """Every loss, gain and other default of every listed value; a field is changed where it is declared."""
    with_default = _with_default(document)
    return [
        flip
        for model in models(dialect)
        for name, info in model.model_fields.items()
        if name in model.__annotations__ and len(literal_in(info.annotation)) > 1
        for flip in _flips_of(model, name, info)
        # A default that no document states is the server's own affair.
        if flip.kind != "assumes" or wire_name(name, info) in with_default
    ]


def _with_default(document: Document) -> set[object]:
    """The names of the fields whose default the document states."""
    return {
        path[-1]
        for operation in document.submits
        for path, said in fields(document, operation.schema).items()
        if any("default" in schema for schema in said)
    }


def _flips_of(model: type[BaseModel], name: str, info: FieldInfo) -> Iterator[ServerFlip]:
    values = literal_in(info.annotation)
    for value in values:
        yield ServerFlip(model, name, "lost", value)
        if not info.is_required() and value != info.default:
            yield ServerFlip(model, name, "assumes", value)
    yield ServerFlip(model, name, "gained", other(values[0]))


@contextmanager
def flipped(dialect: str, flip: ServerFlip) -> Iterator[None]:
    """The change, in force inside the block, in the model that declares the field and in all that inherit it."""
    everyone = models(dialect)
    heirs = [model for model in everyone if issubclass(model, flip.model)]
    kept = {model: model.model_fields[flip.field] for model in heirs}
    try:
        for model in heirs:
            changed = copy.copy(kept[model])
            flip.apply(changed)
            model.model_fields[flip.field] = changed
        _rebuild(everyone)
        yield
    finally:
        for model, info in kept.items():
            model.model_fields[flip.field] = info
        _rebuild(everyone)


def _rebuild(everyone: list[type[BaseModel]]) -> None:
    """Make the validators anew; twice, since a model may hold another that comes after it."""
    for model in (*everyone, *everyone):
        model.model_rebuild(force=True)
