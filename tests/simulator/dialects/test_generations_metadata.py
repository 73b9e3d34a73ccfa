"""The dialect generations-metadata: what it accepts and refuses, and what both of its faces answer."""

import asyncio
import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from tests.support.films import film

from veosim import ManualClock, Simulator, parse_scenario
from veosim.call import Call
from veosim.dialects.base import MEDIA, Answer, Kind, Operation, RefusedError, canonical
from veosim.dialects.generations_metadata import (
    CONTENT,
    EXAMPLE_IMAGE,
    STATUS,
    SUBMIT,
    VIDEOS_STATUS,
    VIDEOS_SUBMIT,
    GenerationsMetadata,
)
from veosim.dialects.video_object import video_object
from veosim.job import REASONS, Job, JobError, JobRequest, JobView, Outcome, Plan, State
from veosim.scenario.variants import GenerationsMetadataVariant, Variants
from veosim.seeded import digest
from veosim.units import SECOND

DIALECT = GenerationsMetadata()
FAST = "veo-3.0-fast-generate-001"
VEO_31 = "veo-3.1-generate-preview"
IMAGE = EXAMPLE_IMAGE
OTHER = base64.b64encode(base64.b64decode(IMAGE) + b"\0").decode()
THIRD = base64.b64encode(base64.b64decode(IMAGE) + b"\1").decode()
URI = f"data:image/png;base64,{IMAGE}"
URL = "https://images.example/harbour.png"
BASE: dict[str, object] = {"model": FAST, "prompt": "a kite", "image": IMAGE}
DEFAULTS: dict[str, object] = {
    "aspectRatio": "16:9",
    "durationSeconds": 8,
    "negativePrompt": "",
    "personGeneration": "allow_adult",
    "resolution": "720p",
    "sampleCount": 1,
    "storageUri": "",
    "lastFrame": "",
    "referenceImages": [],
}
PERMISSIVE = Variants.model_validate({"generations-metadata": {"unsupported": "accept"}})


def parsed(data: dict[str, object], operation: Operation = SUBMIT, variants: Variants | None = None) -> JobRequest:
    """What the engine gets."""
    return DIALECT.parse(operation, data, variants or Variants())


def with_metadata(model: str = FAST, /, **metadata: object) -> dict[str, object]:
    """A request for a video from an image with these metadata."""
    return {**BASE, "model": model, "metadata": metadata}


def refused(data: dict[str, object], operation: Operation = SUBMIT) -> str:
    """Why a request is refused; the answer around it is as its face has it."""
    with pytest.raises(RefusedError) as refusal:
        parsed(data, operation)
    answer, note = refusal.value.answer, refusal.value.note
    code = {"code": "invalid_request", "message": note}
    body = {"error": code} if operation is VIDEOS_SUBMIT else {**code, "data": None}
    assert (answer.status, answer.content_type, json.loads(answer.body)) == (400, "application/json", body)
    return note


def reference(kind: str = "asset", image: str = OTHER) -> dict[str, object]:
    """A reference image."""
    return {"image": image, "referenceType": kind}


# What is accepted


def test_a_whole_request() -> None:
    """Every field reaches the engine: metadata as its own terms, images in their order."""
    metadata = {
        "aspectRatio": "9:16",
        "durationSeconds": 6,
        "negativePrompt": "fog",
        "personGeneration": "allow_all",
        "resolution": "1080p",
        "sampleCount": 3,
        "storageUri": "gs://bucket/folder",
        "lastFrame": OTHER,
        "referenceImages": [reference("style", THIRD), reference("style", IMAGE)],
    }
    request = parsed(with_metadata(VEO_31, **metadata))
    fields = {"model": VEO_31, "prompt": "a kite", "image": IMAGE, "metadata": metadata}
    spelled = canonical("generations-metadata", "submit", request.fields)
    images = (IMAGE, OTHER, THIRD, IMAGE)
    assert request == JobRequest(
        "submit", spelled, "a kite", VEO_31, 6.0, "1080p", "9:16", fields, images, videos=3, lacks=None
    )


def test_defaults_are_filled_in() -> None:
    """A request without metadata is the same request as one that spells the defaults out."""
    plain = parsed(BASE)
    assert plain.fields == {**BASE, "metadata": DEFAULTS}
    assert (plain.duration_s, plain.resolution, plain.aspect_ratio, plain.videos) == (8.0, "720p", "16:9", 1)
    assert plain.images == (IMAGE,)
    spelled = {name: value for name, value in DEFAULTS.items() if value != ""}
    assert plain == parsed({**BASE, "metadata": {}}) == parsed(with_metadata(**spelled))


def test_a_request_has_one_spelling() -> None:
    """The order of fields, unknown fields and a whole float do not make another request; a value or a face does."""
    plain = parsed(with_metadata(durationSeconds=4, sampleCount=2))
    noisy = {"seed": 7, **with_metadata(sampleCount=2.0, durationSeconds=4.0, fps=24, aspect_ratio="1:1")}
    assert parsed(noisy) == plain
    others = [
        parsed(BASE),
        parsed(with_metadata(durationSeconds=4)),
        parsed(with_metadata(durationSeconds=4, sampleCount=2), VIDEOS_SUBMIT),
    ]
    assert plain.canonical not in {other.canonical for other in others}


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("aspectRatio", ["16:9", "9:16"]),
        ("durationSeconds", [4, 6, 8, 4.0, 6.0, 8.0]),
        ("negativePrompt", ["", "fog"]),
        ("personGeneration", ["allow_all", "allow_adult"]),
        ("resolution", ["720p", "1080p", "4k"]),
        ("sampleCount", [1, 2, 3, 4, 1.0, 4.0]),
        ("storageUri", ["gs://b", "gs://bucket/a folder/"]),
        ("lastFrame", [IMAGE]),
        ("referenceImages", [[], [reference()], [reference()] * 3, [reference("style")]]),
    ],
)
def test_every_value_is_accepted(field: str, values: list[object]) -> None:
    """On both faces, and the engine gets it."""
    for value in values:
        for operation in (SUBMIT, VIDEOS_SUBMIT):
            request = parsed(with_metadata(**{field: value}), operation)
            assert request.fields["metadata"] == {**DEFAULTS, field: value}


@pytest.mark.parametrize(
    "model", ["veo-2.0-generate-001", FAST, "veo-3.1-fast-generate-preview", VEO_31, "veo-3.12-lite.2-x"]
)
def test_models_of_a_known_family_are_accepted(model: str) -> None:
    """The page names its model as an example, so a name of that form passes."""
    assert parsed({**BASE, "model": model}).model == model


# What is refused


NOT_A_MODEL = "allowed: a Veo 2 or 3 model, such as veo-3.0-fast-generate-001"
RATIOS = "allowed: '16:9' or '9:16'"
DURATIONS = "allowed: 4, 6 or 8"
BASE64_ONLY = "Input should be base64 image bytes"
REQUIRED = "found nothing; this field is required"


@pytest.mark.parametrize("operation", [SUBMIT, VIDEOS_SUBMIT], ids=lambda operation: operation.name)
@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"prompt": "a kite", "image": IMAGE}, f"model: {REQUIRED}"),
        ({**BASE, "model": "veo"}, f"model: found 'veo'; {NOT_A_MODEL}"),
        ({**BASE, "model": "veo-4.0-generate"}, f"model: found 'veo-4.0-generate'; {NOT_A_MODEL}"),
        ({**BASE, "model": "veo-3-fast"}, f"model: found 'veo-3-fast'; {NOT_A_MODEL}"),
        ({**BASE, "model": "veo-3.0-"}, f"model: found 'veo-3.0-'; {NOT_A_MODEL}"),
        ({**BASE, "model": "Veo-3.0-fast"}, f"model: found 'Veo-3.0-fast'; {NOT_A_MODEL}"),
        ({**BASE, "model": "veo-3.0-fast\n"}, f"model: found 'veo-3.0-fast\\n'; {NOT_A_MODEL}"),
        ({**BASE, "model": None}, "model: found null; allowed: a string"),
        ({"model": FAST, "image": IMAGE}, f"prompt: {REQUIRED}"),
        ({**BASE, "prompt": ""}, "prompt: found ''; allowed: text that is not empty"),
        ({**BASE, "prompt": None}, "prompt: found null; allowed: a string"),
        ({**BASE, "prompt": ["a kite"]}, "prompt: found an array of 1; allowed: a string"),
        ({**BASE, "image": None}, "image: found null; allowed: a string"),
        ({**BASE, "image": URL}, f"image: found {URL!r}; {BASE64_ONLY}"),
        ({**BASE, "image": URI}, f"image: found {URI[:60]!r}… of {len(URI)} characters; {BASE64_ONLY}"),
        ({**BASE, "metadata": None}, "metadata: found null; allowed: an object"),
        ({**BASE, "metadata": []}, "metadata: found an array of 0; allowed: an object"),
        ({**BASE, "metadata": "{}"}, "metadata: found '{}'; allowed: an object"),
        (with_metadata(aspectRatio="1:1"), f"metadata.aspectRatio: found '1:1'; {RATIOS}"),
        (with_metadata(aspectRatio=None), f"metadata.aspectRatio: found null; {RATIOS}"),
        (with_metadata(durationSeconds=5), f"metadata.durationSeconds: found 5; {DURATIONS}"),
        (with_metadata(durationSeconds=4.5), f"metadata.durationSeconds: found 4.5; {DURATIONS}"),
        (with_metadata(durationSeconds="8"), f"metadata.durationSeconds: found '8'; {DURATIONS}"),
        (with_metadata(durationSeconds=True), f"metadata.durationSeconds: found true; {DURATIONS}"),
        (with_metadata(durationSeconds=None), f"metadata.durationSeconds: found null; {DURATIONS}"),
        (with_metadata(negativePrompt=None), "metadata.negativePrompt: found null; allowed: a string"),
        (
            with_metadata(personGeneration="dont_allow"),
            "metadata.personGeneration: found 'dont_allow'; allowed: 'allow_all' or 'allow_adult'",
        ),
        (with_metadata(resolution="720P"), "metadata.resolution: found '720P'; allowed: '720p', '1080p' or '4k'"),
        (with_metadata(sampleCount=0), "metadata.sampleCount: found 0; allowed: 1 or more"),
        (with_metadata(sampleCount=5), "metadata.sampleCount: found 5; allowed: 4 or less"),
        (with_metadata(sampleCount=1.5), "metadata.sampleCount: found 1.5; allowed: an integer"),
        (with_metadata(sampleCount=True), "metadata.sampleCount: found true; allowed: an integer"),
        (with_metadata(sampleCount="1"), "metadata.sampleCount: found '1'; allowed: an integer"),
        (with_metadata(storageUri="gs://"), "metadata.storageUri: found 'gs://'; allowed: a gs:// URI"),
        (with_metadata(storageUri="s3://b"), "metadata.storageUri: found 's3://b'; allowed: a gs:// URI"),
        (with_metadata(storageUri=""), "metadata.storageUri: found ''; allowed: a gs:// URI"),
        (with_metadata(lastFrame=URL), f"metadata.lastFrame: found {URL!r}; {BASE64_ONLY}"),
        (with_metadata(lastFrame=None), "metadata.lastFrame: found null; allowed: a string"),
        (
            with_metadata(referenceImages=[reference()] * 4),
            "metadata.referenceImages: found an array of 4; allowed: at most 3",
        ),
        (with_metadata(referenceImages={}), "metadata.referenceImages: found an object; allowed: an array"),
        (with_metadata(referenceImages=[OTHER[:5]]), "metadata.referenceImages[0]: found 'iVBOR'; allowed: an object"),
        (
            with_metadata(referenceImages=[reference(), {"image": OTHER}]),
            f"metadata.referenceImages[1].referenceType: {REQUIRED}",
        ),
        (
            with_metadata(referenceImages=[{"referenceType": "asset"}]),
            f"metadata.referenceImages[0].image: {REQUIRED}",
        ),
        (
            with_metadata(referenceImages=[reference("mood")]),
            "metadata.referenceImages[0].referenceType: found 'mood'; allowed: 'asset' or 'style'",
        ),
        (
            with_metadata(referenceImages=[reference(image=URL)]),
            f"metadata.referenceImages[0].image: found {URL!r}; {BASE64_ONLY}",
        ),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(operation: Operation, data: dict[str, object], problem: str) -> None:
    """Both faces: where it stands, what was found and what is allowed."""
    assert refused(data, operation) == problem


@pytest.mark.parametrize("text", ["", "a b", "iVBORw0KGgo", IMAGE[:-1], f" {IMAGE}", "aGVsbG8="])
def test_an_image_that_is_none_is_refused(text: str) -> None:
    """Each place that holds one: it has to be base64, and a picture in one of three formats."""
    places: list[tuple[dict[str, object], str]] = [
        ({**BASE, "image": text}, "image"),
        (with_metadata(lastFrame=text), "metadata.lastFrame"),
        (with_metadata(referenceImages=[reference(image=text)]), "metadata.referenceImages[0].image"),
    ]
    for data, place in places:
        assert refused(data).startswith(f"{place}: found ")
        assert refused(data, VIDEOS_SUBMIT).startswith(f"{place}: found ")
    assert refused({**BASE, "input_reference": text}, VIDEOS_SUBMIT).startswith("input_reference: found ")


def test_a_refusal_stays_small() -> None:
    """A huge image is not sent back."""
    assert len(refused({**BASE, "image": "ü" * 10_000_000})) < 300


def test_the_image_is_required_on_the_documented_face_only() -> None:
    """/v1/videos also makes a video of a prompt alone."""
    text_only: dict[str, object] = {"model": FAST, "prompt": "a kite"}
    assert refused(text_only) == f"image: {REQUIRED}"
    assert refused({**text_only, "input_reference": IMAGE}) == f"image: {REQUIRED}"
    fields = {**text_only, "image": "", "input_reference": "", "metadata": DEFAULTS}
    request = parsed(text_only, VIDEOS_SUBMIT)
    assert request == JobRequest(
        "videos-submit", request.canonical, "a kite", FAST, 8.0, "720p", "16:9", fields, (), videos=1
    )


@pytest.mark.parametrize(("model", "audio"), [(FAST, True), ("veo-2.0-generate-001", False)])
def test_the_oldest_models_are_silent(model: str, *, audio: bool) -> None:
    """Veo 2 makes pictures alone."""
    assert parsed(with_metadata(model)).audio is audio


# The form of OpenAI's video object


@pytest.mark.parametrize(
    ("form", "duration_s", "resolution", "aspect_ratio"),
    [
        ({}, 8.0, "720p", "16:9"),
        ({"seconds": "4"}, 4.0, "720p", "16:9"),
        ({"seconds": "6", "size": "1280x720"}, 6.0, "720p", "16:9"),
        ({"seconds": "8", "size": "720x1280"}, 8.0, "720p", "9:16"),
        ({"size": "1920x1080"}, 8.0, "1080p", "16:9"),
        ({"size": "1080x1920", "metadata": {}}, 8.0, "1080p", "9:16"),
        ({"seconds": "4", "metadata": {"durationSeconds": 8}}, 8.0, "720p", "16:9"),
        ({"size": "720x1280", "metadata": {"resolution": "4k"}}, 8.0, "4k", "9:16"),
        ({"size": "1080x1920", "metadata": {"aspectRatio": "16:9"}}, 8.0, "1080p", "16:9"),
        ({"seconds": "4", "size": "1080x1920", "metadata": {"sampleCount": 2}}, 4.0, "1080p", "9:16"),
    ],
)
def test_seconds_and_size(form: dict[str, object], duration_s: float, resolution: str, aspect_ratio: str) -> None:
    """They stand for metadata, and where both speak of one thing the metadata's word holds."""
    request = parsed({"model": FAST, "prompt": "a kite", **form}, VIDEOS_SUBMIT)
    assert (request.duration_s, request.resolution, request.aspect_ratio) == (duration_s, resolution, aspect_ratio)
    metadata = request.fields["metadata"]
    assert isinstance(metadata, dict)
    told = (metadata["durationSeconds"], metadata["resolution"], metadata["aspectRatio"])
    assert told == (int(duration_s), resolution, aspect_ratio)


@pytest.mark.parametrize("given", [URL, URI, OTHER])
def test_an_input_reference_has_any_form(given: str) -> None:
    """A URL, a data URI or base64; beside the page's own images it is one more."""
    video: dict[str, object] = {"model": FAST, "prompt": "a kite", "input_reference": given}
    assert parsed(video, VIDEOS_SUBMIT).images == (given,)
    assert parsed(video, VIDEOS_SUBMIT).fields["input_reference"] == given
    video |= {"image": IMAGE, "metadata": {"lastFrame": THIRD}}
    assert parsed(video, VIDEOS_SUBMIT).images == (IMAGE, given, THIRD)


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"seconds": 8}, "seconds: found 8; allowed: '4', '6' or '8'"),
        ({"seconds": "5"}, "seconds: found '5'; allowed: '4', '6' or '8'"),
        ({"seconds": None}, "seconds: found null; allowed: '4', '6' or '8'"),
        (
            {"size": "3840x2160"},
            "size: found '3840x2160'; allowed: '1280x720', '720x1280', '1920x1080' or '1080x1920'",
        ),
        ({"size": None}, "size: found null; allowed: '1280x720', '720x1280', '1920x1080' or '1080x1920'"),
        ({"input_reference": None}, "input_reference: found null; allowed: a string"),
        ({"input_reference": {"file_id": "f"}}, "input_reference: found an object; allowed: a string"),
    ],
)
def test_a_wrong_value_of_the_other_form_is_refused(form: dict[str, object], problem: str) -> None:
    """On /v1/videos; /v1/video/generations does not know these fields, and unknown fields do no harm."""
    assert refused({**BASE, **form}, VIDEOS_SUBMIT) == problem
    assert parsed({**BASE, **form}) == parsed(BASE)


# What a model lacks


NO_LAST = f"{FAST} takes no last frame; only Veo 3.1 models do."
NO_REFERENCE = f"{FAST} takes no reference images; only veo-3.1-generate-preview does."
NO_MIX = "Asset and style reference images cannot be used together."
MIX = [reference("asset"), reference("style")]


@pytest.mark.parametrize(
    ("model", "metadata", "problem"),
    [
        (FAST, {"lastFrame": OTHER}, NO_LAST),
        ("veo-3.10-x", {"lastFrame": OTHER}, "veo-3.10-x takes no last frame; only Veo 3.1 models do."),
        ("veo-3.1-fast-generate-preview", {"lastFrame": OTHER}, None),
        (VEO_31, {"lastFrame": OTHER}, None),
        (FAST, {"referenceImages": [reference()]}, NO_REFERENCE),
        (
            "veo-3.1-fast-generate-preview",
            {"referenceImages": [reference()]},
            "veo-3.1-fast-generate-preview takes no reference images; only veo-3.1-generate-preview does.",
        ),
        (FAST, {"referenceImages": []}, None),
        (FAST, {"referenceImages": MIX}, NO_REFERENCE),
        (FAST, {"referenceImages": MIX, "lastFrame": OTHER}, NO_LAST),
        (VEO_31, {"referenceImages": [reference("asset")] * 3}, None),
        (VEO_31, {"referenceImages": [reference("style")] * 2}, None),
        (VEO_31, {"referenceImages": MIX}, NO_MIX),
        (VEO_31, {"referenceImages": MIX[::-1], "lastFrame": OTHER}, NO_MIX),
    ],
)
def test_what_a_model_lacks_fails_the_job(model: str, metadata: dict[str, object], problem: str | None) -> None:
    """The request is accepted on both faces; a scenario can have it generated all the same."""
    data = with_metadata(model, **metadata)
    expected = None if problem is None else JobError("unsupported_feature", problem)
    for operation in (SUBMIT, VIDEOS_SUBMIT):
        assert parsed(data, operation).lacks == expected
        assert parsed(data, operation, PERMISSIVE).lacks is None


@pytest.mark.parametrize(
    ("metadata", "problem"),
    [
        ({}, None),
        ({"lastFrame": IMAGE}, NO_LAST),
        ({"referenceImages": [reference("asset", IMAGE), reference("style", IMAGE)]}, NO_REFERENCE),
    ],
    ids=["basic", "first and last frames", "reference images"],
)
def test_the_page_s_own_requests(metadata: dict[str, object], problem: str | None) -> None:
    """All are accepted; two ask the page's model for what the page's notes deny it, and a scenario can grant it."""
    data = with_metadata(FAST, **metadata)
    request = parsed(data)
    assert request.fields == {**BASE, "metadata": {**DEFAULTS, **metadata}}
    assert request.lacks == (None if problem is None else JobError("unsupported_feature", problem))
    assert parsed(data, variants=PERMISSIVE).lacks is None


# What is answered


TASK = "task_LL7Vkm0xq2hYb9Zt4RfCw8sPd3GnJe6U"
BASE_URL = "http://127.0.0.1:8410/generations-metadata"


def a_job(**variant: Any) -> Job:
    """A job of this dialect, as the simulator makes it."""
    request = parsed(with_metadata(sampleCount=2))
    made = GenerationsMetadataVariant(**variant)
    plan = Plan(Outcome.SUCCEED, duration_s=5.0)
    return Job(TASK, "generations-metadata", request, 0, plan, base=BASE_URL, created_at=1000, variant=made)


def a_film(job: str, seconds: float) -> bytes:
    """The job's video, 720p as it is by default."""
    return film(job, seconds, dialect="generations-metadata", resolution="720p")


def encoded_film(job: str, seconds: float) -> str:
    """The same in base64."""
    return base64.b64encode(a_film(job, seconds)).decode()


def task(status: str, url: str = "", encoded: str = "") -> bytes:
    """The poll's answer, key by key in the page's order."""
    return (
        f'{{"code":"success","message":"","data":{{"bytes_base64_encoded":"{encoded}","error":null,"format":"mp4",'
        f'"metadata":null,"status":"{status}","task_id":"{TASK}","url":"{url}"}}}}'
    ).encode()


QUEUED = JobView(State.QUEUED, 0)
RUNNING = JobView(State.RUNNING, 40)
DONE = JobView(State.SUCCEEDED, 100)
EMPTY = JobView(State.SUCCEEDED, 100, empty=True)
FAILED = JobView(State.FAILED, 60, JobError("mix", "These pictures do not go together."))
FILTERED = JobView(State.FAILED, 99, REASONS[Outcome.FILTERED])
CANCELLED = JobView(State.CANCELLED, 30, REASONS[Outcome.CANCEL])
VIEWS = [QUEUED, RUNNING, DONE, EMPTY, FAILED, FILTERED, CANCELLED]
CONTENT_URL = f"{BASE_URL}/v1/videos/{TASK}/content"


@pytest.mark.parametrize(
    ("variant", "view", "body"),
    [
        ({}, QUEUED, task("queued")),
        ({"running": "in_progress"}, QUEUED, task("queued")),
        ({}, RUNNING, task("processing")),
        ({"running": "processing"}, RUNNING, task("processing")),
        ({"running": "in_progress"}, RUNNING, task("in_progress")),
        ({"delivery": "base64"}, RUNNING, task("processing")),
        ({}, DONE, task("succeeded", CONTENT_URL)),
        ({"delivery": "url"}, DONE, task("succeeded", CONTENT_URL)),
        ({"delivery": "base64"}, DONE, task("succeeded", encoded=encoded_film(TASK, 5))),
        ({}, EMPTY, task("succeeded")),
        ({"delivery": "base64"}, EMPTY, task("succeeded")),
        ({}, FAILED, task("failed", "These pictures do not go together.")),
        ({"delivery": "base64"}, FAILED, task("failed", "These pictures do not go together.")),
        ({}, FILTERED, task("failed", "The safety filter refused the request.")),
        ({}, CANCELLED, task("failed", "The job was cancelled.")),
    ],
)
def test_a_poll_of_the_documented_face(variant: dict[str, object], view: JobView, body: bytes) -> None:
    """Every state, outcome and variant, to the byte: `code` is success and `error` null whatever happened."""
    job = a_job(**variant)
    assert DIALECT.status(STATUS, job, view) == Answer(200, body)
    assert DIALECT.callback(job, view) == body


def test_a_job_without_a_variant_follows_the_page_s_samples() -> None:
    """A job made by hand is answered like one under the default scenario."""
    job = a_job()
    job.variant = None
    assert DIALECT.status(STATUS, job, RUNNING) == Answer(200, task("processing"))
    assert DIALECT.status(STATUS, job, DONE) == Answer(200, task("succeeded", CONTENT_URL))


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: str(view.state))
def test_a_poll_of_the_other_face(view: JobView) -> None:
    """The same task as a video object, whatever the variant."""
    job = a_job(running="processing", delivery="base64")
    answer = DIALECT.status(VIDEOS_STATUS, job, view)
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert list(json.loads(answer.body).items()) == list(video_object(job, view).items())


def test_a_submit_is_answered_as_its_face_does() -> None:
    """The task's id alone, or a queued video object, even of a job that is already done."""
    job = a_job()
    assert DIALECT.accepted(SUBMIT, [job]) == Answer(200, b'{"task_id":"%s"}' % TASK.encode())
    answer = DIALECT.accepted(VIDEOS_SUBMIT, [job])
    assert (answer.status, json.loads(answer.body)) == (
        200,
        {
            "id": TASK,
            "object": "video",
            "model": FAST,
            "status": "queued",
            "progress": 0,
            "created_at": 1000,
            "completed_at": None,
            "seconds": "8",
            "size": "1280x720",
            "error": None,
        },
    )


def test_an_unknown_task() -> None:
    """400 with a word of its own on the documented face, 404 elsewhere; never more of the id than fits a line."""
    message = "No task has the id 'x'."
    generations = b'{"code":"task_not_exist","message":"%s","data":null}' % message.encode()
    videos = b'{"error":{"code":"not_found","message":"%s"}}' % message.encode()
    media = b'{"code":"not_found","message":"%s","data":null}' % message.encode()
    assert DIALECT.unknown_job(STATUS, "x") == Answer(400, generations)
    assert DIALECT.unknown_job(VIDEOS_STATUS, "x") == DIALECT.unknown_job(CONTENT, "x") == Answer(404, videos)
    assert DIALECT.unknown_job(MEDIA, "x") == Answer(404, media)
    assert len(DIALECT.unknown_job(STATUS, "x" * 10_000).body) < 200


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "invalid_request"),
        (401, "unauthorized"),
        (403, "forbidden"),
        (404, "not_found"),
        (405, "method_not_allowed"),
        (409, "conflict"),
        (413, "request_too_large"),
        (429, "rate_limited"),
        (500, "upstream_error"),
        (503, "upstream_error"),
    ],
)
def test_errors_have_the_shape_of_their_face(status: int, code: str) -> None:
    """`data` is null on the documented face and where no operation matched; OpenAI's shape on the other."""
    plain = Answer(status, f'{{"code":"{code}","message":"Größe?","data":null}}'.encode())
    for operation in (None, SUBMIT, STATUS):
        assert DIALECT.error(operation, status, "Größe?") == plain
    nested = Answer(status, f'{{"error":{{"code":"{code}","message":"Größe?"}}}}'.encode())
    for operation in (VIDEOS_SUBMIT, VIDEOS_STATUS, CONTENT):
        assert DIALECT.error(operation, status, "Größe?") == nested


# What it is


def test_an_id_follows_from_the_identity() -> None:
    """`task_` with 32 letters and digits, the same for the same identity."""
    made = DIALECT.job_id(digest("a"))
    assert made == DIALECT.job_id(digest("a")) != DIALECT.job_id(digest("b"))
    assert (made[:5], len(made[5:]), made[5:].isalnum(), made.isascii()) == ("task_", 32, True, True)


def test_the_page_s_operations() -> None:
    """The API List, in its order."""
    assert [(each.method, each.path, each.kind) for each in DIALECT.operations] == [
        ("POST", "/v1/video/generations", Kind.SUBMIT),
        ("GET", "/v1/video/generations/{job_id}", Kind.POLL),
        ("POST", "/v1/videos", Kind.SUBMIT),
        ("GET", "/v1/videos/{job_id}", Kind.POLL),
        ("GET", "/v1/videos/{job_id}/content", Kind.CONTENT),
    ]
    assert (DIALECT.authenticated, DIALECT.signs, DIALECT.body_limit) == (True, False, 33_554_432)


def test_the_example_is_accepted() -> None:
    """The curl line that `serve` prints works, and its job fails for no lack."""
    operation, data = DIALECT.example()
    request = DIALECT.parse(operation, data, Variants())
    assert (operation, request.prompt, request.lacks) == (SUBMIT, data["prompt"], None)


# Inside the simulator


def exchanged(simulator: Simulator, operation: Operation, job_id: str = "", *, bearer: bool = True) -> Answer:
    """One exchange with the dialect."""
    body = json.dumps(with_metadata(durationSeconds=4)).encode() if operation.kind is Kind.SUBMIT else b""
    path = operation.path.format(job_id=job_id)
    call = Call(DIALECT, operation, path, body, "key:1", job_id, bearer=bearer, base=BASE_URL)
    reaction = simulator.receive(call)
    assert reaction.answer is not None
    simulator.finish(reaction, sent=True)
    return reaction.answer


@pytest.mark.parametrize(("submit", "key"), [(SUBMIT, "task_id"), (VIDEOS_SUBMIT, "id")])
def test_a_task_is_read_through_both_faces(submit: Operation, key: str) -> None:
    """Whichever submit made it; its video is at the URL that the poll names, once it is done and not before."""
    clock = ManualClock()
    simulator = Simulator(parse_scenario("scenario: plain\njobs: [{queue: 0s, run: 5s}]\n"), clock=clock)
    job_id = json.loads(exchanged(simulator, submit).body)[key]
    early = exchanged(simulator, CONTENT, job_id)
    message = "The job is running; there is nothing to download."
    assert (early.status, json.loads(early.body)) == (409, {"error": {"code": "conflict", "message": message}})

    asyncio.run(clock.advance(5 * SECOND))

    job = simulator.jobs[job_id]
    assert exchanged(simulator, STATUS, job_id) == DIALECT.status(STATUS, job, DONE)
    assert exchanged(simulator, VIDEOS_STATUS, job_id) == DIALECT.status(VIDEOS_STATUS, job, DONE)
    url = json.loads(exchanged(simulator, STATUS, job_id).body)["data"]["url"]
    assert url == f"{BASE_URL}{CONTENT.path.format(job_id=job_id)}"
    content = exchanged(simulator, CONTENT, job_id)
    assert (content.status, content.content_type, content.body) == (200, "video/mp4", a_film(job_id, 4))


@pytest.mark.parametrize("operation", DIALECT.operations, ids=lambda operation: operation.name)
def test_no_operation_works_without_a_key(operation: Operation) -> None:
    """401 in the shape of its face, with the challenge that HTTP asks of every 401."""
    plain = DIALECT.error(operation, 401, "The API key is missing or unknown.")
    refusal = replace(plain, headers={"WWW-Authenticate": "Bearer"})
    assert exchanged(Simulator(clock=ManualClock()), operation, TASK, bearer=False) == refusal


def test_a_scenario_chooses_the_variant() -> None:
    """Each job keeps the variant that was played at its submit."""
    clock = ManualClock()
    variants = "{generations-metadata: {delivery: base64, running: in_progress}}"
    simulator = Simulator(
        parse_scenario(f"scenario: vertex\nvariants: {variants}\njobs: [{{queue: 0s, run: 5s}}]\n"), clock=clock
    )
    job_id = json.loads(exchanged(simulator, SUBMIT).body)["task_id"]
    running = json.loads(exchanged(simulator, STATUS, job_id).body)["data"]["status"]
    simulator.play(parse_scenario("scenario: gemini\n"))

    asyncio.run(clock.advance(5 * SECOND))

    done = json.loads(exchanged(simulator, STATUS, job_id).body)["data"]
    assert running == "in_progress"
    assert (done["url"], done["bytes_base64_encoded"]) == ("", encoded_film(job_id, 4))
