"""The OpenAPI documents: valid, true to their sources, and never a guess passed off as a documented fact."""

import copy
import json
import pathlib
from collections.abc import Iterator
from typing import Any

import openapi_spec_validator
import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

FOLDER = pathlib.Path(__file__).parents[2] / "openapi"
FILES = sorted(FOLDER.glob("*.yaml"))
SOURCES = {"000", "001", "002", "003", "004"}
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
# Keywords whose members each need a mark, and keywords that map free names, which are never keywords themselves.
MARKED = {"responses", "parameters", "headers", "properties", "securitySchemes"}
NAMED = {"paths", "pathItems", "callbacks", "schemas", "$defs", "content", "requestBodies"}
# Keywords that hold plain values, or that only point elsewhere.
PLAIN = {"default", "example", "examples", "enum", "const", "links", "mapping", "required", "security"}

Place = tuple[str, Any]


def load(path: pathlib.Path) -> dict[str, Any]:
    """Read one OpenAPI document."""
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def join(pointer: str, name: object) -> str:
    """Append one name to a JSON pointer."""
    return f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"


def items(node: Any) -> list[tuple[Any, Any]]:
    """List the members of an object or an array under their names."""
    if isinstance(node, dict):
        return list(node.items())
    return list(enumerate(node)) if isinstance(node, list) else []


def target(document: dict[str, Any], node: Any) -> Any:
    """Follow the references of a node inside its document."""
    while isinstance(node, dict) and str(node.get("$ref", "")).startswith("#/"):
        reference = node["$ref"]
        node = document
        for name in reference[2:].split("/"):
            node = node[name.replace("~1", "/").replace("~0", "~")]
    return node


def words(document: dict[str, Any], pointer: str, status: Any) -> Iterator[Place]:
    """Find every word of a status that may say more than one thing, with its mark."""
    schema = target(document, status)
    if isinstance(schema, dict) and "enum" in schema:
        marks = schema.get("x-words", {})
        for word in dict.fromkeys([*schema["enum"], *marks]):
            known = word in schema["enum"] and word in marks
            yield join(join(pointer, "x-words"), word), marks[word] if known else None


def members(document: dict[str, Any], keyword: str, pointer: str, node: Any) -> Iterator[Place]:
    """Find every place below one keyword whose members each need a mark."""
    for name, child in items(node):
        here = join(pointer, name)
        # A reference among responses, parameters or headers leads to a component that has the mark.
        if keyword == "properties" or not (isinstance(child, dict) and "$ref" in child):
            yield here, child
        if keyword == "properties" and name == "status":
            yield from words(document, here, child)
        yield from places(document, child, here)


def places(document: dict[str, Any], node: Any, pointer: str = "") -> Iterator[Place]:
    """Find every operation, parameter, response, header, scheme, property and status word, with its pointer."""
    for name, child in items(node):
        here = join(pointer, name)
        if name in PLAIN or str(name).startswith("x-"):
            continue
        if name in MARKED:
            yield from members(document, name, here, child)
        elif name in NAMED:
            for inner, grandchild in items(child):
                yield from places(document, grandchild, join(here, inner))
        else:
            if name in METHODS:
                yield here, child
            yield from places(document, child, here)


def sources(mark: Any) -> list[Any]:
    """List the sources that a marked node names."""
    found = mark.get("x-source", []) if isinstance(mark, dict) else []
    return found if isinstance(found, list) else [found]


def well_cited(source: Any) -> bool:
    """Say whether a source names one of the documents and a section of it, and nothing else."""
    return (
        isinstance(source, dict)
        and set(source) == {"document", "section"}
        and source["document"] in SOURCES
        and isinstance(source["section"], str)
        and source["section"].strip() != ""
    )


def has_mark(node: Any) -> bool:
    """Say whether a node names a source, or why it was inferred."""
    return isinstance(node, dict) and (bool(sources(node)) or bool(str(node.get("x-inferred") or "").strip()))


def unmarked(document: dict[str, Any]) -> list[str]:
    """List the pointers of all places that say neither where they come from nor why they were inferred."""
    return [pointer for pointer, node in places(document, document) if not has_mark(node)]


def badly_cited(node: Any, pointer: str = "") -> list[str]:
    """List the pointers of all nodes, wherever they are, that cite an unknown document or no section."""
    found = [] if all(well_cited(source) for source in sources(node)) else [join(pointer, "x-source")]
    return found + [bad for name, child in items(node) for bad in badly_cited(child, join(pointer, name))]


def shown(document: dict[str, Any], node: Any, pointer: str) -> Iterator[tuple[str, str, Any]]:
    """Find the examples and the default of one node: where, under which schema, and the value."""
    schema = join(pointer, "schema") if "schema" in node else pointer
    for name in ("example", "default"):
        if name in node:
            yield join(pointer, name), schema, node[name]
    for name, example in items(node.get("examples", [])):
        if isinstance(node["examples"], list):
            yield join(join(pointer, "examples"), name), schema, example
        elif "value" in target(document, example):
            yield join(join(pointer, "examples"), name), schema, target(document, example)["value"]


def examples(
    document: dict[str, Any], node: Any, pointer: str = "", *, names: bool = False
) -> Iterator[tuple[str, str, Any]]:
    """Find every example and default that stands beside a schema; below free names, no name is a keyword."""
    if isinstance(node, dict) and not names and pointer != "/components":
        yield from shown(document, node, pointer)
    for name, child in items(node):
        if names or not (name in PLAIN or str(name).startswith("x-")):
            free = not names and name in MARKED | NAMED
            yield from examples(document, child, join(pointer, name), names=free)


def refused(document: dict[str, Any]) -> list[str]:
    """List the examples that their own schema refuses, each with the reason."""
    registry: Registry[Any] = Registry().with_resource("urn:document", DRAFT202012.create_resource(document))
    return [
        f"{pointer}: {error.message}"
        for pointer, schema, value in examples(document, document)
        for error in Draft202012Validator(
            {"$ref": f"urn:document#{schema}"}, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER
        ).iter_errors(value)
    ]


def choices(document: dict[str, Any]) -> dict[str, Any]:
    """Gather the values and the defaults of the fields that choose among few values."""
    schemas = document["components"]["schemas"]
    requests = ("VideoFromTextRequest", "VideoFromImageRequest")
    return {name: schemas[name]["enum"] for name in ("Model", "Resolution", "Duration", "AspectRatio")} | {
        request: {
            name: field["default"] for name, field in schemas[request]["properties"].items() if "default" in field
        }
        for request in requests
    }


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Give each OpenAPI document in turn."""
    return load(request.param)


def test_the_documents_are_found() -> None:
    """The folder holds at least the upstream of documents 000 and 001 and the face of its gateway."""
    assert {"api-video", "cn8-gateway"} - {path.stem for path in FILES} == set()


def test_a_document_means_the_same_in_yaml_and_json(document: dict[str, Any]) -> None:
    """No number, date or sexagesimal hides where a string was meant to be."""
    assert json.loads(json.dumps(document)) == document


def test_a_document_is_valid_openapi(document: dict[str, Any]) -> None:
    """Each document is OpenAPI 3.1 and passes the validator."""
    assert document["openapi"].startswith("3.1.")
    openapi_spec_validator.validate(document)


def test_everything_says_where_it_comes_from(document: dict[str, Any]) -> None:
    """Each operation, parameter, response, header, property and status word is sourced or inferred."""
    assert unmarked(document) == []


def test_sources_name_a_document_and_a_section(document: dict[str, Any]) -> None:
    """Each source is one of the five documents, with a section."""
    assert badly_cited(document) == []


def test_examples_obey_their_schemas(document: dict[str, Any]) -> None:
    """Each example and each default is valid under the schema that it illustrates."""
    assert list(examples(document, document)) != []
    assert refused(document) == []


def test_a_lost_mark_is_reported_where_it_was(document: dict[str, Any]) -> None:
    """Whichever mark is taken away, the checker reports exactly its pointer."""
    pointers = [pointer for pointer, _ in places(document, document)]
    reports = []
    for index in range(len(pointers)):
        damaged = copy.deepcopy(document)
        node = list(places(damaged, damaged))[index][1]
        node.pop("x-source", None)
        node.pop("x-inferred", None)
        reports.append(unmarked(damaged))
    assert reports == [[pointer] for pointer in pointers]


def test_a_lost_source_of_a_known_field_is_reported() -> None:
    """Without its source, the upstream's duration_seconds is reported by its pointer."""
    damaged = copy.deepcopy(load(FOLDER / "api-video.yaml"))
    del damaged["components"]["schemas"]["Success"]["properties"]["duration_seconds"]["x-source"]
    assert unmarked(damaged) == ["/components/schemas/Success/properties/duration_seconds"]


def test_every_kind_of_place_is_looked_at() -> None:
    """In a document without any mark, each kind of place is reported, and names that look like keywords are not."""
    operation = {
        "parameters": [{"name": "id"}, {"$ref": "#/components/parameters/Page"}],
        "requestBody": {"content": {"text/plain": {"schema": {"properties": {"get": {}}}}}},
        "responses": {"200": {"headers": {"Age": {}}}, "404": {"$ref": "#/components/responses/Gone"}},
        "callbacks": {"done": {"{$request.body#/url}": {"post": {}}}},
    }
    status = {"enum": ["on", "off"], "x-words": {"on": {"x-inferred": "a guess"}, "gone": {"x-inferred": "stale"}}}
    document = {
        "paths": {"/a/{id}": {"get": operation}},
        "components": {
            "parameters": {"Page": {}},
            "responses": {"Gone": {}},
            "securitySchemes": {"key": {}},
            "schemas": {
                "State": status,
                "headers": {"oneOf": [{"properties": {"status": {"$ref": "#/components/schemas/State"}}}]},
            },
        },
    }
    get = "/paths/~1a~1{id}/get"
    state = "/components/schemas/headers/oneOf/0/properties/status"
    assert unmarked(document) == [
        get,
        f"{get}/parameters/0",
        f"{get}/requestBody/content/text~1plain/schema/properties/get",
        f"{get}/responses/200",
        f"{get}/responses/200/headers/Age",
        f"{get}/callbacks/done/{{$request.body#~1url}}/post",
        "/components/parameters/Page",
        "/components/responses/Gone",
        "/components/securitySchemes/key",
        state,
        f"{state}/x-words/off",
        f"{state}/x-words/gone",
    ]


@pytest.mark.parametrize(
    "source",
    [
        {"document": "005", "section": "FAQ"},
        {"document": 0, "section": "FAQ"},
        {"document": "000", "section": " "},
        {"document": "000"},
        {"document": "000", "section": "FAQ", "page": 2},
        "000",
    ],
    ids=["unknown", "number", "blank", "no-section", "extra-key", "bare"],
)
def test_a_bad_source_is_reported(source: Any) -> None:
    """A source that a reader could not look up is reported by its pointer, also in a list."""
    good = {"document": "000", "section": "FAQ"}
    node = {"info": {"x-source": good}, "paths": {"/a": {"x-source": [good, source]}}}
    assert badly_cited(node) == ["/paths/~1a/x-source"]


def test_a_wrong_example_is_reported() -> None:
    """An example or a default that breaks its schema is reported by its pointer, with the reason."""
    damaged = copy.deepcopy(load(FOLDER / "api-video.yaml"))
    media = damaged["paths"]["/api/video/from-text"]["post"]["requestBody"]["content"]["application/json"]
    media["examples"]["every-field"]["value"]["duration"] = "6s"
    schemas = damaged["components"]["schemas"]
    schemas["VideoFromTextRequest"]["properties"]["resolution"]["default"] = "720P"
    schemas["Success"]["properties"]["duration_seconds"]["examples"] = [4.0, "8s"]
    value = "/paths/~1api~1video~1from-text/post/requestBody/content/application~1json/examples/every-field"
    fields = "/components/schemas/VideoFromTextRequest/properties"
    assert refused(damaged) == [
        f"{value}: '6s' is not one of ['4s', '8s']",
        f"{fields}/resolution/default: '720P' is not one of ['512P', '1080P']",
        "/components/schemas/Success/properties/duration_seconds/examples/1: '8s' is not of type 'number'",
    ]


def test_the_gateway_and_its_upstream_offer_the_same_choices() -> None:
    """Model, resolution, duration and aspect ratio have the same values and defaults on both sides of the gateway."""
    defaults = {"model": "veo (Audio)", "resolution": "1080P", "duration": "4s", "aspect_ratio": "16:9"}
    documented = {
        "Model": ["veo (Audio)", "veo fast (Audio)"],
        "Resolution": ["512P", "1080P"],
        "Duration": ["4s", "8s"],
        "AspectRatio": ["16:9", "9:16"],
        "VideoFromTextRequest": defaults,
        "VideoFromImageRequest": defaults,
    }
    found = {name: choices(load(FOLDER / f"{name}.yaml")) for name in ("api-video", "cn8-gateway")}
    assert found == {"api-video": documented, "cn8-gateway": documented}
