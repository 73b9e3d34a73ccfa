"""The dialect api-video: what it accepts, what it refuses, and what it answers."""

import itertools
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from veosim.dialects.api_video import FROM_IMAGE, FROM_TEXT, STATUS, ApiVideo
from veosim.dialects.base import Answer, Operation, RefusedError
from veosim.job import Job, JobError, JobRequest, JobView, Outcome, Plan, State
from veosim.scenario.variants import Variants
from veosim.seeded import digest

DIALECT = ApiVideo()
VALUES = {
    "model": ["veo (Audio)", "veo fast (Audio)"],
    "resolution": ["1080P", "512P"],
    "duration": ["4s", "8s"],
    "aspect_ratio": ["16:9", "9:16"],
}
"""The documented values; the first of each is the default (000 and 001, Changelog 1.1)."""

DEFAULTS = {name: values[0] for name, values in VALUES.items()}
COMBINATIONS = [dict(zip(VALUES, values, strict=True)) for values in itertools.product(*VALUES.values())]
URL = "https://images.example/harbour.png?signature=4f1d"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACAQAAAABazTCJAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC"
WEBP = "UklGRhoAAABXRUJQVlA4TA4AAAAvAQAAAAcQEf0PRET/Aw=="
IMAGES = [
    URL,
    "http://images.example",
    "HTTPS://IMAGES.EXAMPLE/A%20B.PNG#top",
    f"data:image/png;base64,{PNG}",
    f"DATA:IMAGE/WEBP;BASE64,{WEBP}",
    PNG,
]
NEAR_MISSES: dict[str, list[object]] = {
    "model": ["veo", "veo fast", "Veo (Audio)", "VEO (AUDIO)", "veo (Audio) ", " veo (Audio)", "veo(Audio)", "4s"],
    "resolution": ["1080p", "512p", "1080", 1080, 512, "720P", "1080P ", " 1080P", "4k", "16:9"],
    "duration": ["4", 4, 4.0, 8, "8", "6s", "4S", "4s ", " 4s", "4 s", "04s", "4.0s", "4s\n", "512P"],
    "aspect_ratio": ["16x9", "9x16", "16:9 ", " 16:9", "16/9", "1:1", "16:09", "16\u22369", 1.7777, 969, "8s"],
}  # fmt: skip
NO_TEXT: list[object] = [None, True, False, 0, [], {}, [""], ""]


def parsed(operation: Operation, **fields: object) -> JobRequest:
    """What the engine gets."""
    return DIALECT.parse(operation, fields, Variants())


def refused(operation: Operation, **fields: object) -> tuple[int, dict[str, Any]]:
    """The status and data of a refusal."""
    with pytest.raises(RefusedError) as refusal:
        DIALECT.parse(operation, fields, Variants())
    return refusal.value.answer.status, json.loads(refusal.value.answer.body)


def located(body: Mapping[str, Any]) -> list[list[str]]:
    """The places that a refusal names."""
    return [item["loc"] for item in body["detail"]]


@pytest.mark.parametrize("values", COMBINATIONS, ids=lambda values: " ".join(values.values()))
def test_every_combination_of_documented_values_is_accepted(values: dict[str, str]) -> None:
    """Sixteen for each operation, and each image form; the engine gets every value as its own."""
    text = parsed(FROM_TEXT, prompt="a kite", **values)
    canonical = json.dumps(["api-video", "from-text", {**values, "prompt": "a kite"}], separators=(",", ":"))
    fields = {**values, "prompt": "a kite"}
    model, seconds = values["model"], float(values["duration"][0])
    size, ratio = values["resolution"], values["aspect_ratio"]
    assert text == JobRequest("from-text", canonical, "a kite", model, seconds, size, ratio, fields)
    for image in IMAGES:
        request = parsed(FROM_IMAGE, image=image, **values)
        fields = {**values, "image": image, "prompt": ""}
        assert request == JobRequest("from-image", request.canonical, "", model, seconds, size, ratio, fields, (image,))


def test_defaults_are_filled_in() -> None:
    """A request that leaves them out is the same request as one that spells them out."""
    assert parsed(FROM_TEXT, prompt="a kite") == parsed(FROM_TEXT, prompt="a kite", **DEFAULTS)
    assert parsed(FROM_IMAGE, image=URL) == parsed(FROM_IMAGE, image=URL, prompt="", **DEFAULTS)
    assert parsed(FROM_TEXT, prompt="a kite").fields == {"prompt": "a kite", **DEFAULTS}


def test_a_request_has_one_spelling() -> None:
    """The order of fields and unknown fields do not make another request; a value or an operation does."""
    plain = parsed(FROM_TEXT, prompt="a kite", duration="8s")
    assert parsed(FROM_TEXT, seed=7, duration="8s", prompt="a kite", extra={"deep": [None]}) == plain
    others = [
        parsed(FROM_TEXT, prompt="a kite"),
        parsed(FROM_TEXT, prompt="a Kite", duration="8s"),
        parsed(FROM_IMAGE, prompt="a kite", duration="8s", image=URL),
    ]
    assert plain.canonical not in {other.canonical for other in others}


@pytest.mark.parametrize("operation", [FROM_TEXT, FROM_IMAGE], ids=lambda operation: operation.name)
@pytest.mark.parametrize(
    ("field", "value"),
    [(field, value) for field, values in NEAR_MISSES.items() for value in values + NO_TEXT],
    ids=repr,
)
def test_a_near_miss_is_a_400_that_names_the_field(operation: Operation, field: str, value: object) -> None:
    """Values are exact: no other case, type, unit or spelling, and no space around them."""
    status, body = refused(operation, **{"prompt": "a kite", "image": URL, field: value})
    detail: dict[str, Any] = {"type": "literal_error", "loc": ["body", field], "msg": body["detail"][0]["msg"]}
    if not isinstance(value, list | dict):
        detail["input"] = value
    message = f"Validation failed: body.{field}: {detail['msg']}"
    assert (status, body) == (400, {"status": "error", "message": message, "detail": [detail]})
    assert set(re.findall("'(.*?)'", detail["msg"])) == set(VALUES[field])


@pytest.mark.parametrize(
    ("operation", "fields", "field"),
    [
        (FROM_TEXT, {}, "prompt"),
        (FROM_TEXT, {"prompt": ""}, "prompt"),
        (FROM_TEXT, {"prompt": None}, "prompt"),
        (FROM_TEXT, {"prompt": 5}, "prompt"),
        (FROM_TEXT, {"prompt": ["a kite"]}, "prompt"),
        (FROM_TEXT, {"Prompt": "a kite"}, "prompt"),
        (FROM_IMAGE, {}, "image"),
        (FROM_IMAGE, {"image_url": URL}, "image"),
        (FROM_IMAGE, {"image": URL, "prompt": None}, "prompt"),
        (FROM_IMAGE, {"image": URL, "prompt": 5}, "prompt"),
        *((FROM_IMAGE, {"image": value}, "image") for value in NO_TEXT),
        *(
            (FROM_IMAGE, {"image": value}, "image")
            for value in [
                *["ftp://images.example/a.png", "https://", "https:// a", "images.example/a.png", "file:///a.png"],
                *["https://images.example/a b.png", "a b", "ü", "iVBORw0KGgo", " iVBORw0KGgo=", "iVBORw0KGgo=\n"],
                *["data:image/png;base64,", "data:image/png,abcd", "data:text/plain;base64,YQ==", "===="],
                *["PHN2Zz4=", "data:image/svg+xml;base64,PHN2Zz4=", "R0lGODlhAQABAAAAACw=", "iVBORw0KGgo="],
            ]
        ),
    ],
)  # fmt: skip
def test_prompt_and_image_are_checked(operation: Operation, fields: dict[str, object], field: str) -> None:
    """From text the prompt is required, from an image the image, in one of its three forms."""
    status, body = refused(operation, **fields)
    assert (status, body["status"], located(body)) == (400, "error", [["body", field]])
    assert body["message"] == f"Validation failed: body.{field}: {body['detail'][0]['msg']}"


def test_all_faults_are_named_at_once() -> None:
    """The message tells the first, and the detail has them all."""
    _, body = refused(FROM_TEXT, model="veo", duration=4)
    assert located(body) == [["body", "model"], ["body", "duration"], ["body", "prompt"]]
    assert body["message"].startswith("Validation failed: body.model: ")


def test_a_huge_image_is_not_echoed() -> None:
    """A refusal stays small, whatever came in; a short value is shown."""
    _, body = refused(FROM_IMAGE, image="ü" * 10_000_000)
    message = "Input should be an http(s) URL, a base64 data URI or base64 image bytes"
    [detail] = body["detail"]
    assert (detail["loc"], detail["msg"].partition(";")[0]) == (["body", "image"], message)
    assert len(json.dumps(body)) < 1_200
    _, body = refused(FROM_IMAGE, image="ü" * 200)
    assert body["detail"][0]["input"] == "ü" * 200


REQUEST = parsed(
    FROM_TEXT, prompt="a kite", model="veo fast (Audio)", resolution="512P", duration="8s", aspect_ratio="9:16"
)
JOB = Job(
    "7d0f3c52-9b1e-4c38-8a56-2f4e1b7c9d03",
    "api-video",
    REQUEST,
    0,
    Plan(Outcome.SUCCEED),
    base="http://sim.test/api-video",
)


@pytest.mark.parametrize(
    ("view", "data"),
    [
        (JobView(State.QUEUED, 0), {"status": "queued", "job_id": JOB.id, "progress": 0}),
        (JobView(State.RUNNING, 40), {"status": "processing", "job_id": JOB.id, "progress": 40}),
        (
            JobView(State.SUCCEEDED, 100),
            {
                "status": "success",
                "video_url": f"http://sim.test/api-video/media/{JOB.id}/video.mp4",
                "duration_seconds": 8.0,
                "model": "veo fast (Audio)",
                "resolution": "512P",
                "aspect_ratio": "9:16",
            },
        ),
        (
            JobView(State.FAILED, 60, JobError("content_filtered", "The prompt was refused.")),
            {"status": "error", "message": "The prompt was refused.", "code": "content_filtered"},
        ),
    ],
    ids=lambda value: str(value.state) if isinstance(value, JobView) else None,
)
def test_each_state_has_its_answer(view: JobView, data: dict[str, object]) -> None:
    """Documented fields on success, the documented envelope on failure, inferred words before."""
    answer = DIALECT.status(STATUS, JOB, view)
    assert (answer.status, answer.content_type, json.loads(answer.body)) == (200, "application/json", data)


def test_seconds_are_a_float_on_the_wire() -> None:
    """The sample shows 4.0, so the text is 8.0 and not 8."""
    assert b'"duration_seconds":8.0,' in DIALECT.status(STATUS, JOB, JobView(State.SUCCEEDED, 100)).body


def test_other_answers() -> None:
    """An accepted submit, an unknown job, and any other error."""
    assert DIALECT.accepted(FROM_TEXT, [JOB]) == Answer(200, b'{"status":"queued","job_id":"%s"}' % JOB.id.encode())
    assert DIALECT.error(None, 503, "Größe?") == Answer(503, '{"status":"error","message":"Größe?"}'.encode())
    assert DIALECT.unknown_job(STATUS, "x") == Answer(404, b'{"status":"error","message":"No job has the id \'x\'."}')
    assert len(DIALECT.unknown_job(STATUS, "x" * 10_000).body) < 200


def test_an_id_follows_from_the_identity() -> None:
    """The same identity, the same id."""
    assert DIALECT.job_id(digest("a")) == DIALECT.job_id(digest("a")) != DIALECT.job_id(digest("b"))


def test_the_example_is_accepted() -> None:
    """The curl line that `serve` prints works."""
    operation, data = DIALECT.example()
    assert DIALECT.parse(operation, data, Variants()).prompt == data["prompt"]
    assert DIALECT.operations == (FROM_TEXT, FROM_IMAGE, STATUS)
