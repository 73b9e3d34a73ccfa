"""The OpenAPI documents: valid, true to their sources, and never a guess passed off as a documented fact."""

import copy
import json
from typing import Any

import openapi_spec_validator
import pytest
from tests.support.openapi_documents import (
    FILES,
    FOLDER,
    badly_cited,
    examples,
    load,
    operations,
    places,
    refused,
    unexplained,
    unlinked,
    unmarked,
    unreachable,
)


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
    """The folder holds at least the upstreams of documents 000 to 003 and the face of the first one's gateway."""
    known = {"api-video", "cn8-gateway", "generations-seconds", "image-to-video"}
    assert known - {path.stem for path in FILES} == set()


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


def test_contradictions_are_told(document: dict[str, Any]) -> None:
    """Each contradiction of a source is explained in a text."""
    assert unexplained(document) == []


def test_each_submit_leads_to_its_status(document: dict[str, Any]) -> None:
    """Each accepted submit links to the operation that reads the job, with an id that its examples show."""
    assert unlinked(document) == []


def test_each_callback_goes_where_the_submit_said(document: dict[str, Any]) -> None:
    """The address of each callback is a field of the body that asks for it."""
    assert unreachable(document) == []


def test_each_operation_may_ask_for_a_key(document: dict[str, Any]) -> None:
    """Each operation says what a request without a known key is answered."""
    assert [pointer for pointer, *_, operation in operations(document) if "401" not in operation["responses"]] == []


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
    told = {
        "parameters": [{"name": "signature", "in": "header"}],
        "requestBody": {"content": {"text/plain": {"schema": {"properties": {"post": {}}}}}},
        "responses": {"2XX": {}},
    }
    operation = {
        "parameters": [{"name": "id"}, {"$ref": "#/components/parameters/Page"}],
        "requestBody": {"content": {"text/plain": {"schema": {"properties": {"get": {}}}}}},
        "responses": {"200": {"headers": {"Age": {}}}, "404": {"$ref": "#/components/responses/Gone"}},
        "callbacks": {"done": {"{$request.body#/url}": {"post": told}}},
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
    post = f"{get}/callbacks/done/{{$request.body#~1url}}/post"
    state = "/components/schemas/headers/oneOf/0/properties/status"
    assert unmarked(document) == [
        get,
        f"{get}/parameters/0",
        f"{get}/requestBody/content/text~1plain/schema/properties/get",
        f"{get}/responses/200",
        f"{get}/responses/200/headers/Age",
        post,
        f"{post}/parameters/0",
        f"{post}/requestBody/content/text~1plain/schema/properties/post",
        f"{post}/responses/2XX",
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


def test_a_wrong_example_of_a_callback_is_reported() -> None:
    """A callback's examples are held to its schema, too: a word, and a header that is no signature."""
    damaged = copy.deepcopy(load(FOLDER / "generations-seconds.yaml"))
    (callback,) = damaged["paths"]["/v1/video/generations"]["post"]["callbacks"]["generationEnded"].values()
    callback["post"]["parameters"][1]["example"] = "today"
    media = callback["post"]["requestBody"]["content"]["application/json"]
    media["examples"]["failed"]["value"]["status"] = "queued"
    there = "/paths/~1v1~1video~1generations/post/callbacks/generationEnded/{$request.body#~1callback_url}/post"
    assert [reason.partition(": ")[0] for reason in refused(damaged)] == [
        f"{there}/parameters/1/example",
        f"{there}/requestBody/content/application~1json/examples/failed",
    ]


@pytest.mark.parametrize("text", ["", " ", None, True, ["a"]])
def test_an_untold_contradiction_is_reported(text: Any) -> None:
    """A contradiction without words is reported by its pointer."""
    node = {"info": {"x-contradiction": "Two limits."}, "paths": {"/a": [{"x-contradiction": text}]}}
    assert unexplained(node) == ["/paths/~1a/0/x-contradiction"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda link: link.update(operationId="createImageToVideo"),
        lambda link: link.update(parameters={"id": "$response.body#/data/task_ids/0"}),
        lambda link: link.update(parameters={"task_id": "$response.body#/data/task_id"}),
    ],
    ids=["no-reader", "no-such-parameter", "no-such-value"],
)
def test_a_submit_that_leads_nowhere_is_reported(damage: Any) -> None:
    """A link to another operation, of another parameter or from another place does not count."""
    damaged = copy.deepcopy(load(FOLDER / "image-to-video.yaml"))
    damage(damaged["components"]["responses"]["Created"]["links"]["status"])
    assert unlinked(damaged) == ["/paths/~1v1~1image_to_video/post"]


def test_a_callback_to_nowhere_is_reported() -> None:
    """A callback whose address no field of the body gives is reported by its pointer."""
    damaged = copy.deepcopy(load(FOLDER / "image-to-video.yaml"))
    del damaged["components"]["schemas"]["VideoRequest"]["properties"]["callback_url"]
    there = "/paths/~1v1~1image_to_video/post/callbacks/taskEnded/{$request.body#~1callback_url}"
    assert unreachable(damaged) == [there]


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
