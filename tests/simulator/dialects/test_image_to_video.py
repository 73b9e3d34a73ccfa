"""The dialect image-to-video: what each model takes, what is refused, and what is answered."""

import base64
import io
import itertools
import json
import re
from typing import Any

import pytest
from PIL import Image

from veosim.dialects.base import Answer, Kind, Operation, RefusedError, canonical
from veosim.dialects.image_to_video import STATUS, SUBMIT, ImageToVideo
from veosim.job import REASONS, Delivery, Job, JobError, JobRequest, JobView, Outcome, Plan, State
from veosim.media.rules import ImageRules
from veosim.scenario.variants import Variants
from veosim.seeded import digest

DIALECT = ImageToVideo()
URL = "https://images.example/start_frame.jpg"
OTHERS = [f"https://images.example/{number}.png" for number in range(8)]
HOOK = "http://127.0.0.1:9000/hook?for=i2v"
V: dict[str, object] = {
    "model": "V",
    "prompt": "A kite climbs above the dunes",
    "aspect_ratio": "16:9",
    "aspect_resolution": "1080p",
    "duration": 8,
    "image_url": URL,
}
MULTI = {**V, "image_url": ..., "reference_images": OTHERS[:2]}
KL = {**MULTI, "model": "KL", "duration": 5}
S = {**V, "model": "S", "aspect_resolution": "720p", "duration": 6}
WIDE_SIZES = {"720p": (1280, 720), "1080p": (1920, 1080), "4k": (3840, 2160)}


def uri(kind: str) -> str:
    """A picture of that kind as a data URI."""
    stream = io.BytesIO()
    Image.new("RGB", (3, 2)).save(stream, kind)
    return f"data:image/{kind};base64,{base64.b64encode(stream.getvalue()).decode()}"


def body(base: dict[str, object], **changes: object) -> dict[str, object]:
    """A request with some fields changed; `...` takes one out."""
    return {name: value for name, value in {**base, **changes}.items() if value is not ...}


def parsed(base: dict[str, object], **changes: object) -> JobRequest:
    """What the engine gets."""
    return DIALECT.parse(SUBMIT, body(base, **changes), Variants())


def refused(base: dict[str, object], **changes: object) -> str:
    """The message of a refusal, whose answer has the one shape that refusals have."""
    with pytest.raises(RefusedError) as refusal:
        parsed(base, **changes)
    message = refusal.value.note
    assert refusal.value.answer == DIALECT.error(SUBMIT, 400, message)
    assert json.loads(refusal.value.answer.body) == {"code": 400, "msg": message, "data": None}
    return message


def test_the_sample_is_accepted() -> None:
    """The document's request, word for word in its values, becomes the engine's."""
    sample = {
        "model": "V",
        "prompt": "A running dog",
        "image_url": URL,
        "aspect_ratio": "16:9",
        "aspect_resolution": "1080p",
        "duration": 6,
        "generate_audio": True,
        "generate_count": 1,
        "callback_url": HOOK,
    }
    fields = {name: value for name, value in sample.items() if name != "callback_url"}
    request = parsed(sample)
    spelling = canonical("image-to-video", "submit", request.fields)
    assert request == JobRequest(
        "submit", spelling, "A running dog", "V", 6.0, "1080p", "16:9", fields, (URL,), HOOK, 1
    )


TAKEN = {
    ("V", "image_url", size, seconds, audio)
    for size in ("720p", "1080p", "4k")
    for seconds in (4, 6, 8)
    for audio in (False, True)
}
TAKEN |= {("V", "reference_images", size, 8, audio) for size in ("720p", "1080p", "4k") for audio in (False, True)}
TAKEN |= {("KL", "reference_images", size, seconds, False) for size in ("720p", "1080p") for seconds in (5, 10)}
TAKEN |= {("S", "image_url", "720p", seconds, False) for seconds in (6, 8, 12)}
"""Every combination that the document allows (002, Detailed Model Parameter Rules and Body)."""

PICTURES: dict[str, object] = {"image_url": URL, "reference_images": OTHERS[:3]}


@pytest.mark.parametrize("model", ["V", "KL", "S"])
def test_every_combination_is_accepted_or_refused_as_documented(model: str) -> None:
    """Models, pictures, sizes, seconds and audio: what the rules do not list is refused, 31 of 216 are taken."""
    found = set()
    for source, size, seconds, audio in itertools.product(
        PICTURES, ("720p", "1080p", "4k"), (4, 5, 6, 8, 10, 12), (False, True)
    ):
        request = {**V, "image_url": ..., "model": model, source: PICTURES[source]}
        try:
            got = parsed(request, aspect_resolution=size, duration=seconds, generate_audio=audio)
        except RefusedError:
            continue
        found.add((model, source, size, seconds, audio))
        given = PICTURES[source]
        images = (given,) if isinstance(given, str) else tuple(OTHERS[:3])
        assert (got.model, got.resolution, got.duration_s, got.images) == (model, size, float(seconds), images)
        assert got.audio is audio
    assert found == {row for row in TAKEN if row[0] == model}
    assert len(TAKEN) == 31


def test_defaults_are_filled_in() -> None:
    """One silent video; a request that spells it out is the same request."""
    plain = parsed(V)
    assert plain == parsed(V, generate_audio=False, generate_count=1)
    assert plain.fields == {**V, "generate_audio": False, "generate_count": 1}
    assert (plain.jobs, plain.videos, plain.callback_url, plain.deadline, plain.lacks) == (1, 1, None, None, None)


def test_a_request_has_one_spelling() -> None:
    """Order, unknown fields, 8.0 for 8, ignored pictures and the callback do not make another request; values do."""
    plain = parsed(V)
    same = [
        parsed(dict(reversed(V.items())), seed=7, extra={"deep": [None]}),
        parsed(V, duration=8.0, generate_count=1.0),
        parsed(V, callback_url=HOOK),
    ]
    assert [request.canonical for request in same] == [plain.canonical] * 3
    assert parsed(KL, image_url=URL) == parsed(KL)
    assert parsed(S, reference_images=OTHERS) == parsed(S, reference_images=[]) == parsed(S)
    different = [
        parsed(V, prompt="A Kite climbs above the dunes"),
        parsed(V, aspect_ratio="9:16"),
        parsed(V, aspect_resolution="4k"),
        parsed(V, duration=6),
        parsed(V, image_url=OTHERS[0]),
        parsed(V, generate_audio=True),
        parsed(V, generate_count=2),
        parsed(MULTI),
        parsed(MULTI, reference_images=OTHERS[1::-1]),
    ]
    assert len({plain.canonical, *(request.canonical for request in different)}) == 10


@pytest.mark.parametrize("count", [1, 2, 3, 4, 4.0])
def test_a_request_makes_as_many_jobs_as_it_asks_for(count: float) -> None:
    """One to four, each with an id of its own."""
    assert parsed(V, generate_count=count).jobs == count


@pytest.mark.parametrize("prompt", ["a", "x" * 1000, "ü" * 1000, " ", "Größe 🎈"])
def test_prompts_of_up_to_a_thousand_characters(prompt: str) -> None:
    """Characters are counted, and not bytes."""
    assert parsed(V, prompt=prompt).prompt == prompt


FORMS = "Input should be an http(s) URL or a base64 data URI"
KINDS = "an http(s) URL or a data:image/png, image/jpeg or image/webp URI in base64"


@pytest.mark.parametrize(
    "image",
    [URL, "http://images.example", "HTTPS://IMAGES.EXAMPLE/A.PNG#x", *map(uri, ("png", "jpeg", "webp"))],
    ids=lambda image: str(image)[:24],
)
def test_image_forms(image: str) -> None:
    """A URL, or a data URI of a PNG, JPEG or WebP."""
    assert parsed(V, image_url=image).images == (image,)
    assert parsed(KL, reference_images=[URL, image]).images == (URL, image)


BARE = uri("png").partition(",")[2]
TIFF = uri("png").replace("image/png", "image/tiff")

REFUSALS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    *((V, {name: ...}, f"{name}: found nothing; this field is required") for name in V if name != "image_url"),
    (V, {"image_url": None}, "image_url: found null; allowed: a string"),
    (V, {"generate_count": None}, "generate_count: found null; allowed: an integer"),
    (V, {"model": "veo"}, "model: found 'veo'; allowed: 'V', 'KL' or 'S'"),
    (V, {"model": "v"}, "model: found 'v'; allowed: 'V', 'KL' or 'S'"),
    (V, {"model": None}, "model: found null; allowed: 'V', 'KL' or 'S'"),
    (V, {"prompt": ""}, "prompt: found ''; allowed: text that is not empty"),
    (V, {"prompt": None}, "prompt: found null; allowed: a string"),
    (V, {"prompt": 5}, "prompt: found 5; allowed: a string"),
    (V, {"prompt": "x" * 1001}, f"prompt: found '{'x' * 60}'… of 1001 characters; allowed: at most 1000 characters"),
    (V, {"aspect_ratio": "1:1"}, "aspect_ratio: found '1:1'; allowed: '16:9' or '9:16'"),
    (V, {"aspect_ratio": "16:9 "}, "aspect_ratio: found '16:9 '; allowed: '16:9' or '9:16'"),
    (V, {"aspect_resolution": "1080P"}, "aspect_resolution: found '1080P'; allowed: '720p', '1080p' or '4k'"),
    (V, {"aspect_resolution": 720}, "aspect_resolution: found 720; allowed: '720p', '1080p' or '4k'"),
    *(
        (V, {"duration": found}, f"duration: found {shown}; allowed: 4, 5, 6, 8, 10 or 12")
        for found, shown in [
            ("8", "'8'"),
            (True, "true"),
            (7, "7"),
            (8.5, "8.5"),
            (None, "null"),
            ([8], "an array of 1"),
        ]
    ),
    (V, {"duration": 5}, "duration: found 5; allowed with model V and image_url: 4, 6, 8"),
    (MULTI, {"duration": 6}, "duration: found 6; allowed with model V and reference_images: 8"),
    (KL, {"duration": 8}, "duration: found 8; allowed with model KL and reference_images: 5, 10"),
    (S, {"duration": 4}, "duration: found 4; allowed with model S and image_url: 6, 8, 12"),
    (
        KL,
        {"aspect_resolution": "4k"},
        "aspect_resolution: found '4k'; allowed with model KL and reference_images: '720p', '1080p'",
    ),
    (S, {"aspect_resolution": "1080p"}, "aspect_resolution: found '1080p'; allowed with model S and image_url: '720p'"),
    (KL, {"generate_audio": True}, "generate_audio: found true; allowed with model KL and reference_images: false"),
    (S, {"generate_audio": True}, "generate_audio: found true; allowed with model S and image_url: false"),
    *(
        (V, {"generate_audio": found}, f"generate_audio: found {shown}; allowed: true or false")
        for found, shown in [("true", "'true'"), (1, "1"), (None, "null")]
    ),
    *(
        (V, {"generate_count": found}, f"generate_count: found {found}; allowed: {allowed}")
        for found, allowed in [(0, "1 or more"), (5, "4 or less"), (-1, "1 or more"), (1.5, "an integer")]
    ),
    (V, {"generate_count": "2"}, "generate_count: found '2'; allowed: an integer"),
    (V, {"generate_count": True}, "generate_count: found true; allowed: an integer"),
    *(
        (base, {"callback_url": found}, f"callback_url: found {found!r}; allowed: an http(s) URL")
        for base in (V, KL, S)
        for found in ("", "hooks.example/a", "ftp://hooks.example", "data:image/png;base64,YQ==")
    ),
    (V, {"callback_url": None}, "callback_url: found null; allowed: a string"),
    (V, {"callback_url": 5}, "callback_url: found 5; allowed: a string"),
    (V, {"image_url": ...}, "image_url, reference_images: found nothing; exactly one of them is required with model V"),
    (
        V,
        {"reference_images": [URL]},
        "image_url, reference_images: found both; exactly one of them is required with model V",
    ),
    (
        V,
        {"reference_images": []},
        "image_url, reference_images: found both; exactly one of them is required with model V",
    ),
    (MULTI, {"reference_images": []}, "reference_images: found 0; allowed with model V: 1 to 3"),
    (MULTI, {"reference_images": OTHERS[:4]}, "reference_images: found 4; allowed with model V: 1 to 3"),
    (KL, {"reference_images": ...}, "reference_images: found nothing; this field is required with model KL"),
    (
        KL,
        {"reference_images": ..., "image_url": URL},
        "reference_images: found nothing; this field is required with model KL",
    ),
    (KL, {"reference_images": []}, "reference_images: found 0; allowed with model KL: 1 to 7"),
    (KL, {"reference_images": OTHERS}, "reference_images: found 8; allowed with model KL: 1 to 7"),
    (KL, {"reference_images": URL}, f"reference_images: found {URL!r}; allowed: an array"),
    (KL, {"reference_images": None}, "reference_images: found null; allowed: an array"),
    (KL, {"reference_images": [URL, 5, None]}, "reference_images[1]: found 5; allowed: a string"),
    (KL, {"reference_images": [URL, "x"]}, f"reference_images[1]: found 'x'; {FORMS}"),
    (S, {"image_url": ...}, "image_url: found nothing; this field is required with model S"),
    (S, {"image_url": ..., "reference_images": [URL]}, "image_url: found nothing; this field is required with model S"),
    (V, {"image_url": ""}, f"image_url: found ''; {FORMS}"),
    (V, {"image_url": "ftp://images.example/a.png"}, f"image_url: found 'ftp://images.example/a.png'; {FORMS}"),
    (V, {"image_url": BARE}, f"image_url: found {BARE[:60]!r}… of {len(BARE)} characters; {FORMS}"),
    (V, {"image_url": ["https://images.example"]}, "image_url: found an array of 1; allowed: a string"),
    (V, {"image_url": "data:image/gif;base64,R0lGODlh"}, "image_url: found a GIF; allowed: PNG, JPEG, WebP"),
    (V, {"image_url": TIFF}, f"image_url: found {TIFF[:60]!r}… of {len(TIFF)} characters; allowed: {KINDS}"),
    (KL, {"image_url": "x"}, f"image_url: found 'x'; {FORMS}"),
    (KL, {"image_url": None}, "image_url: found null; allowed: a string"),
    (S, {"reference_images": ["x"]}, f"reference_images[0]: found 'x'; {FORMS}"),
    (S, {"reference_images": URL}, f"reference_images: found {URL!r}; allowed: an array"),
]


@pytest.mark.parametrize(("base", "changes", "message"), REFUSALS, ids=repr)
def test_refusals(base: dict[str, object], changes: dict[str, object], message: str) -> None:
    """A refusal names the field, what it holds and what is allowed, also where the field would be ignored."""
    parsed(base)
    assert refused(base, **changes) == message


JOB_ID = "i2v-0123456789ab4cdef0123456789abcde"
BASE_URL = "http://127.0.0.1:8410/image-to-video"
MEDIA_URL = f"{BASE_URL}/media/{JOB_ID}"
VIDEO, STILL = f"{MEDIA_URL}/video.mp4", f"{MEDIA_URL}/thumbnail.webp"


def job(plan: Plan | None = None, **changes: object) -> Job:
    """A job as the engine keeps it."""
    plan = plan or Plan(Outcome.SUCCEED)
    return Job(JOB_ID, "image-to-video", parsed(V, **changes), 0, plan, base=BASE_URL, created_at=1_775_116_001)


STATES: list[tuple[JobView, str, str, str, str]] = [
    (JobView(State.QUEUED, 0), "QUEUED", "", "", ""),
    (JobView(State.RUNNING, 40), "PROCESSING", "", "", ""),
    (JobView(State.SUCCEEDED, 100), "SUCCEEDED", VIDEO, STILL, ""),
    (JobView(State.SUCCEEDED, 100, empty=True), "SUCCEEDED", "", "", ""),
    (JobView(State.FAILED, 60, JobError("overloaded", "No capacity.")), "FAILED", "", "", "No capacity."),
    (JobView(State.FAILED, 60, REASONS[Outcome.FILTERED]), "FAILED", "", "", "The safety filter refused the request."),
    (JobView(State.CANCELLED, 60, REASONS[Outcome.CANCEL]), "FAILED", "", "", "The job was cancelled."),
]


@pytest.mark.parametrize(("view", "word", "video", "still", "reason"), STATES)
def test_each_state_has_its_answer_and_its_callback(
    view: JobView, word: str, video: str, still: str, reason: str
) -> None:
    """URLs only where there is a video, a reason only where there is none; the callback's code is 0 in any case."""
    data: dict[str, Any] = {
        "task_id": JOB_ID,
        "status": word,
        "video_url": video,
        "thumbnail_url": still,
        "error_message": reason,
    }
    callback = {"code": 0, "msg": "ok", "task_type": "image_to_video", "data": data}
    assert json.loads(DIALECT.callback(job(), view)) == callback
    answer = DIALECT.status(STATUS, job(), view)
    shown = {"code": 0, "msg": "ok", "data": {**data, "duration": 8, "width": 1920, "height": 1080}}
    assert (answer.status, answer.content_type, json.loads(answer.body)) == (200, "application/json", shown)
    assert list(json.loads(answer.body)["data"]) == [*data, "duration", "width", "height"]


@pytest.mark.parametrize("size", WIDE_SIZES)
@pytest.mark.parametrize("ratio", ["16:9", "9:16"])
def test_width_and_height_follow_size_and_ratio(size: str, ratio: str) -> None:
    """9:16 is 16:9 on its side."""
    asked = job(aspect_resolution=size, aspect_ratio=ratio)
    data = json.loads(DIALECT.status(STATUS, asked, JobView(State.QUEUED, 0)).body)["data"]
    wide, low = WIDE_SIZES[size]
    assert (data["width"], data["height"]) == ((wide, low) if ratio == "16:9" else (low, wide))


@pytest.mark.parametrize(
    ("view", "shown"),
    [
        (JobView(State.RUNNING, 40), b'"duration":8,'),
        (JobView(State.SUCCEEDED, 100), b'"duration":7.5,'),
        (JobView(State.FAILED, 40, REASONS[Outcome.FAIL]), b'"duration":8,'),
    ],
)
def test_delivered_seconds_are_told_once_they_are_delivered(view: JobView, shown: bytes) -> None:
    """Before, and without a video, the answer repeats what was asked for."""
    assert shown in DIALECT.status(STATUS, job(Plan(Outcome.SUCCEED, duration_s=7.5)), view).body


def test_delivered_width_and_height_are_told_once_they_are_delivered() -> None:
    """Before, the answer repeats what was asked for."""
    other = job(Plan(Outcome.SUCCEED, delivery=Delivery(size=(640, 360))))
    done, early = (
        json.loads(DIALECT.status(STATUS, other, view).body)["data"]
        for view in (JobView(State.SUCCEEDED, 100), JobView(State.RUNNING, 40))
    )
    assert (done["width"], done["height"]) == (640, 360)
    assert (early["width"], early["height"]) == WIDE_SIZES[other.request.resolution]


def test_a_submit_is_answered_with_the_ids_of_all_its_jobs() -> None:
    """One id for each video, in order."""
    jobs = [Job(name, "image-to-video", parsed(V), 0, Plan(Outcome.SUCCEED)) for name in ("i2v-a", "i2v-b")]
    assert DIALECT.accepted(SUBMIT, jobs) == Answer(200, b'{"code":0,"msg":"ok","data":{"task_ids":["i2v-a","i2v-b"]}}')
    assert DIALECT.accepted(SUBMIT, jobs[:1]) == Answer(200, b'{"code":0,"msg":"ok","data":{"task_ids":["i2v-a"]}}')


def test_errors() -> None:
    """The status again as a code that is never 0, and no data."""
    assert DIALECT.error(None, 401, "Größe?") == Answer(401, '{"code":401,"msg":"Größe?","data":null}'.encode())
    assert DIALECT.error(SUBMIT, 200, "x").body == b'{"code":200,"msg":"x","data":null}'
    unknown = Answer(404, b'{"code":404,"msg":"No task has the id \'x\'.","data":null}')
    assert DIALECT.unknown_job(STATUS, "x") == unknown
    assert len(DIALECT.unknown_job(STATUS, "x" * 10_000).body) < 200


def test_ids_look_like_those_of_the_sample() -> None:
    """`i2v-` and the 32 digits of a version 4 UUID, which follow from the identity."""
    ids = {DIALECT.job_id(digest(number)) for number in range(50)}
    assert len(ids) == 50
    assert all(re.fullmatch("i2v-[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}", name) for name in ids)
    assert DIALECT.job_id(digest(1)) in ids


def test_the_example_is_accepted() -> None:
    """The curl line that `serve` prints works."""
    operation, data = DIALECT.example()
    assert operation is SUBMIT
    assert DIALECT.parse(operation, data, Variants()).prompt == data["prompt"]


def test_what_the_dialect_says_of_itself() -> None:
    """Operations, keys, signatures and limits."""
    assert DIALECT.operations == (
        Operation("submit", Kind.SUBMIT, "POST", "/v1/image_to_video"),
        Operation("status", Kind.POLL, "GET", "/v1/image_to_video/{job_id}"),
    )
    assert (DIALECT.name, DIALECT.documents) == ("image-to-video", ("002",))
    assert (DIALECT.authenticated, DIALECT.signs, DIALECT.body_limit) == (True, False, 32 * 1024 * 1024)
    assert DIALECT.images == ImageRules(urls=True, data_uris=True, base64=False, size_limit=None, aspect=None)
