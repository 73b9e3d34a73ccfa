"""What is a problem in a request or an answer, and what is not: whole sentences, by document, place and data."""

import json
from decimal import Decimal
from typing import Any

import pytest

from veocontracts.conformance import answer_problems, places, request_problems
from veosim.dialects import DIALECTS
from veosim.errors import VeosimError
from veosim.resources import openapi

FACE = "cn8-gateway"
TEXT = "POST /v1/proxy/media-video-from-text"
JOB = "GET /v2/jobs/{job_id}"
CHARGES = "GET /v2/charges"
JSON = "application/json"
PROMPT = "a lantern drifts over a dark lake"
LOST = {"status": "error", "error": {"code": "not_found", "message": "There is no such job."}}


def example(operation: str, status: str, name: str) -> dict[str, Any]:
    """An example of the gateway's document, as a client would read it."""
    method, _, path = operation.partition(" ")
    document: Any = openapi(FACE)
    answer = document["paths"][path][method.lower()]["responses"][status]
    text = json.dumps(answer["content"][JSON]["examples"][name]["value"])
    found: dict[str, Any] = json.loads(text, parse_float=Decimal)
    return found


def answered(data: object, status: int = 200, content_type: str = JSON, operation: str = JOB) -> tuple[str, ...]:
    """The problems of an answer of the gateway's."""
    return answer_problems(FACE, operation, status, content_type, data)


DONE = example(JOB, "200", "completed-from-text")
RESULT = {**DONE["result_data"]}
ACCEPTED = example(TEXT, "202", "accepted")


def done(**changes: object) -> dict[str, Any]:
    """A completed job with some fields changed; None leaves one out."""
    return {name: value for name, value in {**DONE, **changes}.items() if value is not None}


@pytest.mark.parametrize("name", ["queued", "processing", "completed-from-text", "completed-from-image", "failed"])
def test_the_documents_own_examples_are_right(name: str) -> None:
    """Each state's own answer, its decimals exact."""
    assert answered(example(JOB, "200", name)) == ()


@pytest.mark.parametrize(
    "data",
    [
        done(units_consumed=4, token_cost=6),
        done(units_consumed=Decimal("4.000"), token_cost=Decimal("6E+0")),
        done(units_consumed=4.0, token_cost=6.0),
        done(token_cost=Decimal("1E+400")),
        done(result_data=RESULT | {"seed": 7}),
        done(result_data={"status": "success", "video_url": "https://videos.example/a.mp4"}),
    ],
)
def test_a_number_is_a_number_however_it_is_written(data: dict[str, Any]) -> None:
    """Whole, exact or binary; and a result may hold more or fewer than the typical fields."""
    assert answered(data) == ()


@pytest.mark.parametrize(
    ("data", "problems"),
    [
        (done(units_consumed="4.0"), ["/units_consumed is '4.0', expected number"]),
        (done(token_cost=True), ["/token_cost is True, expected number"]),
        (done(token_cost=Decimal("-1.50")), ["/token_cost is -1.5, expected exclusiveMinimum 0 (inferred)"]),
        (done(completed_at=None), ["/completed_at is missing, expected a value"]),
        (
            done(service_name="video"),
            ["/service_name is 'video', expected 'media-video-from-text' or 'media-video-from-image'"],
        ),
        (done(result_data=RESULT | {"model": None}), ["/result_data/model is null, expected string"]),
        (
            done(result_data={}),
            ["/result_data/status is missing, expected a value", "/result_data/video_url is missing, expected a value"],
        ),
        (done(result_data="x" * 99), [f"/result_data is '{'x' * 58}…, expected object"]),
        (done(id=7), ["/id is 7, expected string (inferred)"]),
        (done(id="job-7"), ["/id is 'job-7', expected format uuid (inferred)"]),
        (done(progress=40, eta="2s"), ["the body has eta, progress, expected no further fields (inferred)"]),
        (
            done(status="done"),
            ["/status is 'done', expected 'queued' or 'processing' or 'completed' or 'failed' (inferred)"],
        ),
        (
            done(status="failed", completed_at=None, result_data=None),
            [
                "/error is missing, expected a value (inferred)",
                "/token_cost is 6.0, expected 0 (inferred)",
                "/units_consumed is 4.0, expected 0 (inferred)",
            ],
        ),
        (done(status=None), ["/status is missing, expected a value (inferred)"]),
        ([], ["the body is [], expected object (inferred)"]),
        (None, ["the body is no JSON, expected object (inferred)"]),
    ],
)
def test_what_breaks_a_job_is_told(data: object, problems: list[str]) -> None:
    """The state that was meant is the one whose word came; what the documents do not say is marked."""
    assert answered(data) == tuple(problems)


def test_three_problems_are_enough() -> None:
    """A body in which nothing is right is not told in full."""
    wrong = done(units_consumed=None, token_cost=None, completed_at=None, result_data=None)
    assert answered(wrong) == (
        "/completed_at is missing, expected a value",
        "/result_data is missing, expected a value",
        "/units_consumed is missing, expected a value",
    )


@pytest.mark.parametrize(
    ("operation", "status", "content_type", "data", "problems"),
    [
        (TEXT, 202, JSON, ACCEPTED, []),
        (TEXT, 202, "Application/JSON; charset=utf-8", ACCEPTED, []),
        (TEXT, 202, "text/html", ACCEPTED, ["the content type is 'text/html', expected application/json"]),
        (TEXT, 202, "", ACCEPTED, ["the content type is '', expected application/json"]),
        (TEXT, 202, JSON, ACCEPTED | {"job": "1"}, ["/job is '1', expected object"]),
        (TEXT, 200, JSON, ACCEPTED, ["the status is 200, expected one of 202, 400, 401, 403, 413, 429"]),
        (TEXT, 422, JSON, {}, ["the status is 422, expected one of 202, 400, 401, 403, 413, 429 (inferred)"]),
        (TEXT, 400, JSON, {"detail": "no"}, ["/status is missing, expected a value (inferred)"]),
        (JOB, 201, JSON, DONE, ["the status is 201, expected one of 200, 401, 404 (inferred)"]),
        (JOB, 503, "", None, ["the status is 503, expected one of 200, 401, 404 (inferred)"]),
        (JOB, 404, JSON, LOST, []),
        (JOB, 404, "text/plain", None, ["the content type is 'text/plain', expected application/json (inferred)"]),
        (CHARGES, 200, JSON, {"charges": [], "total": "0"}, ["/total is '0', expected number (inferred)"]),
        ("DELETE /v2/jobs/{job_id}", 204, "", None, []),
        ("GET /v2/elsewhere", 200, JSON, [], []),
    ],
)
def test_an_answer_stands_in_its_place(
    operation: str, status: int, content_type: str, data: object, problems: list[str]
) -> None:
    """Status and content type come first; what the document lacks has promised nothing."""
    assert answered(data, status, content_type, operation)[: len(problems) or None] == tuple(problems)


@pytest.mark.parametrize(
    ("dialect", "operation", "data", "problems"),
    [
        ("api-video", "from-text", {"prompt": PROMPT, "duration": "8s", "note": 1}, []),
        (
            "api-video",
            "from-text",
            {"prompt": PROMPT, "duration": 8},
            ["/duration is 8, expected string"],
        ),
        ("api-video", "from-text", {}, ["/prompt is missing, expected a value"]),
        ("api-video", "from-text", {"prompt": ""}, ["/prompt is '', expected minLength 1 (inferred)"]),
        ("api-video", "from-text", None, ["the body is no JSON, expected object"]),
        ("api-video", "from-image", {"image": "not looked into"}, []),
        ("api-video", "from-image", {"image": None}, ["/image is null, expected string (inferred)"]),
        ("api-video", "status", {}, []),
        ("api-video", "no such operation", {}, []),
        (
            "image-to-video",
            "submit",
            {
                "model": "V",
                "prompt": PROMPT,
                "image_url": "https://images.example/lake.png",
                "aspect_ratio": "16:9",
                "aspect_resolution": "720p",
                "duration": 5,
            },
            ["/duration is 5, expected 4 or 6 or 8"],
        ),
    ],
)
def test_what_breaks_a_submit_upstream_is_told(dialect: str, operation: str, data: object, problems: list[str]) -> None:
    """By the dialect's own name for the operation; among several ways to ask, the one that was meant."""
    assert request_problems(dialect, operation, data) == tuple(problems)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_submit_of_every_dialect_has_its_place(dialect: str) -> None:
    """A submit that the document lacked would pass whatever it says."""
    submits = [operation.name for operation in DIALECTS[dialect].operations if operation.kind == "submit"]
    assert submits
    assert [name for name in submits if request_problems(dialect, name, []) == ()] == []


def test_a_wrong_body_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same wrong answer comes by the hundred; another one is looked at by itself."""
    looked: list[object] = []

    def look(*seen: object) -> tuple[str, ...]:
        looked.append(seen)
        return ("wrong",)

    monkeypatch.setattr(places, "breaches", look)
    places._answer.cache_clear()
    try:
        assert [answered(done(id=number)) for number in (1, 1, 2, 1)] == [("wrong",)] * 4
        assert len(looked) == 2
        for number in range(places.KEPT):
            answered(done(id=number))
        assert len(looked) == places.KEPT
        answered(done(id=-1))
        answered(done(id=1))
        assert len(looked) == places.KEPT + 2
    finally:
        places._answer.cache_clear()


def test_a_document_that_is_not_there_is_named() -> None:
    """A face without a document is a fault of the suite's."""
    with pytest.raises(VeosimError, match="no OpenAPI document is called 'cn9-gateway'"):
        answer_problems("cn9-gateway", JOB, 200, JSON, {})
