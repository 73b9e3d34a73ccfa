"""The scenario language as a JSON Schema, for editors: drawn from the models, so that it says what the loader takes.

What a schema cannot say is left to the loader: which keys exclude each other, which entries are never reached. A key
without a value, which the loader reads like a key left out, is a fault here: an editor says more of it that way.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from veosim.scenario.model import Scenario

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_ATTRIBUTE = re.compile(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", re.MULTILINE)

INCLUDE: Mapping[str, object] = {
    "type": "object",
    "description": "Stands for the entries that another scenario has in the same list.",
    "properties": {"include": {"type": "string", "description": "The other scenario's name, or a path to its file."}},
    "required": ["include"],
    "additionalProperties": False,
}


def schema() -> dict[str, Any]:
    """The schema of a whole file, draft 2020-12; times, shares and ordinals are as they are written."""
    drawn = Scenario.model_json_schema(by_alias=True, schema_generator=_Generator)
    lists = drawn["$defs"]["Exchanges"]["properties"].values()
    for each in lists:
        each["items"] = {"anyOf": [each["items"], dict(INCLUDE)]}
    del drawn["required"]
    has_a_name = {"anyOf": [{"required": ["scenario"]}, {"required": ["extends"]}]}
    return {"$schema": DRAFT, **drawn, "title": "A scenario of veosim", **has_a_name}


class _Generator(GenerateJsonSchema):
    """With the docstrings' words, and without defaults, which are held in other units than they are written in."""

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002  pydantic's own protocol
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        drawn = super().model_schema(schema)
        kind = schema["cls"]
        drawn.pop("title", None)
        drawn["description"] = _unwrapped(inspect.cleandoc(kind.__doc__ or "").partition("\n\nAttributes:")[0])
        words = {name: text for each in reversed(kind.__mro__) for name, text in described(each).items()}
        for name, field in kind.model_fields.items():
            place = drawn["properties"][field.alias or name]
            place.pop("gt", None)  # a bound on nanoseconds, where a file has text
            if name in words:
                place["description"] = words[name]
        return drawn


def described(kind: type) -> dict[str, str]:
    """What a class's docstring says of each attribute."""
    section = inspect.cleandoc(kind.__dict__.get("__doc__") or "").partition("Attributes:\n")[2]
    return {name: _unwrapped(text[0].upper() + text[1:]) for name, text in _ATTRIBUTE.findall(section)}


def _unwrapped(text: str) -> str:
    return re.sub(r"(?<!\n)\n *(?!\n)", " ", text)
