"""OpenAPI documents: by name or by file, in the words of JSON Schema 2020-12, and the way to a field in them."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from veocontracts.documents import (
    answer_schema,
    body_schema,
    can_have,
    document,
    is_own,
    operations,
    pointers_of,
    schemas_at,
    statuses,
)
from veosim.errors import SourceError, VeosimError

ACME = str(Path(__file__).parents[1] / "gateways" / "acme.yaml")


def test_a_document_that_ships_goes_by_its_name() -> None:
    """And any other by its file."""
    assert (is_own("cn8-gateway"), is_own("acme.yaml"), is_own("a/b.json")) == (False, True, True)
    assert document("cn8-gateway")["info"]["version"] == "1.0.0"
    assert document(ACME)["info"] == {"title": "Acme Films", "version": "2"}
    with pytest.raises(VeosimError, match="no OpenAPI document is called 'cn9'"):
        document("cn9")


@pytest.mark.parametrize(
    ("text", "told"),
    [("{", "api.yaml:1:2: not YAML"), ("a: 1\na: 2", "api.yaml:2:1: the key 'a' stands twice, first in line 1")],
)
def test_a_file_that_is_no_document_is_refused_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    """By its own name, line and column."""
    path = tmp_path / "api.yaml"
    path.write_text(text)
    with pytest.raises(SourceError) as raised:
        document(str(path))
    assert str(raised.value).startswith(told)


@pytest.mark.parametrize(
    ("schema", "modern"),
    [
        ("{type: string, nullable: true}", {"type": ["string", "null"], "nullable": True}),
        (
            "{type: string, nullable: true, enum: [a]}",
            {"type": ["string", "null"], "nullable": True, "enum": ["a", None]},
        ),
        (
            "{type: string, nullable: true, enum: [a, null]}",
            {"type": ["string", "null"], "nullable": True, "enum": ["a", None]},
        ),
        ("{nullable: true}", {"nullable": True}),
        ("{minimum: 0, exclusiveMinimum: true}", {"exclusiveMinimum": 0}),
        ("{maximum: 9, exclusiveMaximum: false}", {"maximum": 9}),
        ("{exclusiveMinimum: true}", {}),
        ("{items: {type: string, nullable: true}}", {"items": {"type": ["string", "null"], "nullable": True}}),
    ],
)
def test_words_of_3_0_become_todays(tmp_path: Path, schema: str, modern: dict[str, Any]) -> None:
    """`nullable`, and bounds that are excluded; a document of 3.1 stays as it is."""
    path = tmp_path / "old.yaml"
    path.write_text(f"openapi: 3.0.3\nx: {schema}")
    assert (document(str(path))["x"], document(str(path))["openapi"]) == (modern, "3.1.0")
    newer = tmp_path / "new.yaml"
    newer.write_text("openapi: 3.1.0\nx: {exclusiveMinimum: 0, nullable: true, type: string}")
    assert document(str(newer))["x"] == {"exclusiveMinimum": 0, "nullable": True, "type": "string"}


def test_a_file_that_holds_no_mapping_describes_nothing(tmp_path: Path) -> None:
    """It has no operation, which its profile is told."""
    path = tmp_path / "list.json"
    path.write_text("[1]")
    assert operations(document(str(path)), "post") == []


def test_operations_and_their_statuses_are_listed() -> None:
    """In the document's order; `default` is no number."""
    assert operations(document(ACME), "post") == ["/videos", "/animations"]
    assert statuses(document(ACME), "post", "/videos") == (201, 400, 401, 429)
    assert statuses(document("api-video"), "get", "/api/video/status/{job_id}") == (200, 401, 404)


LOOP: dict[str, Any] = {
    "components": {
        "schemas": {
            "Node": {
                "properties": {"next": {"$ref": "#/components/schemas/Node"}, "a/b": {"items": {"type": "string"}}}
            }
        }
    },
    "paths": {"/x": {"post": {"requestBody": {"$ref": "#/components/none"}}, "get": {}}},
}
NODE = {"$ref": "#/components/schemas/Node"}


def test_a_field_is_found_in_every_alternative_and_part() -> None:
    """In each branch of a oneOf, behind each $ref, in a list's items."""
    described = document("image-to-video")
    body = body_schema(described, "/v1/image_to_video")
    lists = [node["enum"] for node in schemas_at(described, body, "/duration") if "enum" in node]
    assert lists == [[4, 5, 6, 8, 10, 12], [4, 6, 8], [5, 10], [6, 8, 12]]
    answer = answer_schema(described, "post", "/v1/image_to_video", 200)
    assert [node.get("type") for node in schemas_at(described, answer, "/data/task_ids/0")] == [None, "string"]
    assert schemas_at(described, answer, "/data/nothing") == []


def test_a_schema_that_refers_to_itself_has_an_end() -> None:
    """Each reference is followed once on one way; the way itself may be long."""
    assert [node.get("type") for node in schemas_at(LOOP, NODE, "/next/next/a~1b/7")] == ["string"]
    assert pointers_of(LOOP, NODE, 2) == ["/next", "/a~1b", "/next/next", "/next/a~1b", "/a~1b/0"]


def test_what_the_document_does_not_say_is_nothing() -> None:
    """A body that refers to nowhere, and an answer that is not listed."""
    assert body_schema(LOOP, "/x") == {}
    assert answer_schema(LOOP, "get", "/x", 200) == {}


CLOSED = "{type: object, properties: {cost: {type: number}}, additionalProperties: false}"
BASE = "{type: object, properties: {id: {type: string}}}"


@pytest.mark.parametrize(
    ("schema", "pointer", "can"),
    [
        ("{}", "/cost", True),
        ("true", "/cost", True),
        ("false", "/cost", False),
        ("BASE", "/cost", True),
        ("BASE", "/id/cost", False),
        ("{type: [object, 'null'], properties: {id: {type: 'null'}}}", "/id/0", False),
        ("CLOSED", "/cost", True),
        ("CLOSED", "/costs", False),
        ("CLOSED", "/cost/usd", False),
        ("{type: object, properties: {bill: CLOSED}}", "/bill/costs", False),
        ("{additionalProperties: {type: number}}", "/a", True),
        ("{additionalProperties: {type: number}}", "/a/b", False),
        ("{patternProperties: {^c: {}}, additionalProperties: false}", "/cost", True),
        ("{allOf: [BASE, CLOSED]}", "/id", False),
        ("{allOf: [BASE, CLOSED]}", "/cost", True),
        ("{oneOf: [CLOSED, {type: string}]}", "/costs", False),
        ("{anyOf: [CLOSED, BASE]}", "/costs", True),
        ("{allOf: [BASE], unevaluatedProperties: false}", "/id", True),
        ("{allOf: [BASE], unevaluatedProperties: false}", "/cost", False),
        ("{allOf: [{$ref: 'common.yaml#/Base'}], unevaluatedProperties: false}", "/cost", True),
        ("{allOf: [{if: {}, then: {properties: {cost: {}}}}], unevaluatedProperties: false}", "/cost", True),
        ("{type: array, items: CLOSED}", "/0/cost", True),
        ("{type: array, items: CLOSED}", "/0/costs", False),
        ("{type: array, items: CLOSED}", "/cost", False),
        ("{type: array, items: false}", "/0", False),
        ("{type: array, prefixItems: [{}], items: false}", "/0", True),
        ("{$ref: '#/Tree'}", "/below/below/cost", True),
        ("{$ref: '#/Tree'}", "/below/below/costs", False),
        ("{$ref: '#/Ring'}", "/cost", True),
        ("{oneOf: [{$ref: '#/Tree'}, {allOf: [{$ref: '#/Tree'}]}]}", "/costs", False),
    ],
)
def test_only_a_closed_shape_excludes_a_place(schema: str, pointer: str, can: bool) -> None:
    """What a schema does not say it allows."""
    tree = "{type: object, properties: {cost: {}, below: {$ref: '#/Tree'}}, additionalProperties: false}"
    described = yaml.safe_load(f"{{Tree: {tree}, Ring: {{allOf: [{{$ref: '#/Ring'}}]}}}}")
    written = schema.replace("CLOSED", CLOSED).replace("BASE", BASE)
    assert can_have(described, yaml.safe_load(written), pointer) is can
