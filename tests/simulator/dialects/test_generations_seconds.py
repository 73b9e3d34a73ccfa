"""The dialect generations-seconds: what each model takes, what is refused, and what is answered."""

import base64
import io
import itertools
import json
import re
from fractions import Fraction
from typing import Any, Literal

import pytest
from PIL import Image

from veosim.dialects.base import Answer, Kind, Operation, RefusedError, canonical
from veosim.dialects.generations_seconds import CANCEL, STATUS, SUBMIT, GenerationsSeconds
from veosim.job import REASONS, Job, JobError, JobRequest, JobView, Outcome, Plan, State
from veosim.media.rules import ImageRules
from veosim.scenario.variants import GenerationsSecondsVariant, Variants
from veosim.seeded import digest

DIALECT = GenerationsSeconds()
URL = "https://images.example/dance_start_frame.png"
HOOK = "http://127.0.0.1:9000/hook?for=003"
DAYS_2 = 172_800_000_000_000
VEO_2 = "veo-2.0-generate-001"
VEO_30 = ("veo-3.0-fast-generate-001", "veo-3.0-generate-001")
VEO_31 = ("veo-3.1-fast-generate-preview", "veo-3.1-generate-preview")
MODELS = (VEO_2, *VEO_30, *VEO_31)
"""Those that the document names (003, Request body)."""

VEO: dict[str, object] = {
    "model": "veo-3.0-generate-001",
    "prompt": "Two dancers cross an empty stage",
    "aspect_ratio": "16:9",
    "images": [URL],
}
SAMPLE: dict[str, object] = {
    "model": "Veoq3-turbo",
    "prompt": "Two dancers cross an empty stage",
    "images": [URL],
    "duration": 7,
}
"""The document's request with a prompt and a host of our own."""


def picture(width: int = 3, height: int = 2, kind: str = "png") -> str:
    """Base64 of a picture."""
    stream = io.BytesIO()
    Image.new("RGB", (width, height)).save(stream, kind)
    return base64.b64encode(stream.getvalue()).decode()


def body(base: dict[str, object], **changes: object) -> dict[str, object]:
    """A request with some fields changed; `...` takes one out."""
    return {name: value for name, value in {**base, **changes}.items() if value is not ...}


def varied(seconds: Literal["either", "string", "integer"] = "either", *, off_peak_expires: bool = True) -> Variants:
    """What a scenario may choose."""
    chosen = GenerationsSecondsVariant(seconds=seconds, off_peak_expires=off_peak_expires)
    return Variants.model_validate({"generations-seconds": chosen})


def parsed(base: dict[str, object], variants: Variants | None = None, **changes: object) -> JobRequest:
    """What the engine gets."""
    return DIALECT.parse(SUBMIT, body(base, **changes), variants or Variants())


def refused(base: dict[str, object], variants: Variants | None = None, **changes: object) -> str:
    """The message of a refusal, whose answer has the one shape that refusals have."""
    with pytest.raises(RefusedError) as refusal:
        parsed(base, variants, **changes)
    message = refusal.value.note
    assert refusal.value.answer.status == 400
    assert json.loads(refusal.value.answer.body) == {"error": {"code": "invalid_request", "message": message}}
    return message


def test_a_request_of_the_table() -> None:
    """Every field that counts, as the engine gets it."""
    request = parsed(
        VEO, seconds="6", size="1080p", off_peak=True, callback_url=HOOK, audio_type="speech", is_rec="perhaps"
    )
    fields = {
        "model": "veo-3.0-generate-001",
        "prompt": "Two dancers cross an empty stage",
        "images": (URL,),
        "aspect_ratio": "16:9",
        "seconds": 6,
        "size": "1080p",
        "off_peak": True,
    }
    assert request == JobRequest(
        operation="submit",
        canonical=canonical("generations-seconds", "submit", fields),
        prompt="Two dancers cross an empty stage",
        model="veo-3.0-generate-001",
        duration_s=6.0,
        resolution="1080p",
        aspect_ratio="16:9",
        fields=fields,
        images=(URL,),
        callback_url=HOOK,
        deadline=DAYS_2,
    )


def test_the_sample_is_accepted_as_a_family_of_its_own() -> None:
    """Its four fields are enough, `duration` counts, and the fields of the table do not."""
    request = parsed(SAMPLE)
    fields = {
        "model": "Veoq3-turbo",
        "prompt": "Two dancers cross an empty stage",
        "images": (URL,),
        "aspect_ratio": "16:9",
        "seconds": 7,
        "size": "720p",
        "off_peak": False,
    }
    spelling = canonical("generations-seconds", "submit", fields)
    assert request == JobRequest(
        "submit", spelling, "Two dancers cross an empty stage", "Veoq3-turbo", 7.0, "720p", "16:9", fields, (URL,)
    )
    assert parsed(SAMPLE, seconds="soon", size="huge", aspect_ratio="2:1") == request


@pytest.mark.parametrize("duration", [1, 7, 7.0, 60])
def test_the_sample_s_model_takes_any_number_of_seconds(duration: float) -> None:
    """From 1 to 60."""
    assert parsed(SAMPLE, duration=duration).duration_s == duration


SECONDS = {VEO_2: (5, 6, 7, 8), **dict.fromkeys(VEO_30, (4, 6, 8)), **dict.fromkeys(VEO_31, (8,))}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("form", ["either", "string", "integer"])
def test_seconds_by_model_and_form(model: str, form: Literal["either", "string", "integer"]) -> None:
    """Each model takes its own, in quotes or as an integer unless the scenario insists on one."""
    found = set()
    for number, kind in itertools.product(range(1, 13), ("'8'", "8", "8.0")):
        seconds = {"'8'": str(number), "8": number, "8.0": float(number)}[kind]
        try:
            request = parsed(VEO, varied(form), model=model, seconds=seconds)
        except RefusedError:
            continue
        assert (request.duration_s, request.fields["seconds"], request.model) == (float(number), number, model)
        assert request.audio is (model != VEO_2)
        found.add((number, kind))
    kinds = {"either": ("'8'", "8", "8.0"), "string": ("'8'",), "integer": ("8", "8.0")}[form]
    assert found == set(itertools.product(SECONDS[model], kinds))
    assert parsed(VEO, varied(form), model=model).duration_s == 8.0


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    "size", ["720p", "1080p", "4k", "1280x720", "1920x1080", "10x10", "9999x9999", "3840x2160", "2160x3840", "3839x99"]
)
def test_sizes(model: str, size: str) -> None:
    """Named ones and pixels; 4k needs Veo 3, by name or in pixels."""
    if model == VEO_2 and size in {"4k", "9999x9999", "3840x2160", "2160x3840"}:
        allowed = "720p, 1080p or fewer pixels than 3840 on a side, such as 1280x720"
        message = f"size: found {size!r}; allowed with Veo 2: {allowed}"
        assert refused(VEO, model=model, size=size) == message
    else:
        assert parsed(VEO, model=model, size=size).resolution == size


@pytest.mark.parametrize(
    ("model", "allowed"),
    [
        ("veo-2.1-x", {5, 6, 7, 8}),
        ("veo-3.0-a.b-9", {4, 6, 8}),
        ("veo-3.1-ultra", {8}),
    ],
)
def test_the_models_are_examples(model: str, allowed: set[int]) -> None:
    """A further model follows the rules of its family."""
    for seconds in range(4, 9):
        if seconds in allowed:
            assert parsed(VEO, model=model, seconds=seconds).model == model
        else:
            assert refused(VEO, model=model, seconds=seconds).startswith(f"seconds: found {seconds}; allowed with Veo ")


@pytest.mark.parametrize("base", [VEO, SAMPLE], ids=["veo", "turbo"])
@pytest.mark.parametrize("prompt", ["a", "x" * 5000, "ü" * 5000, " "])
def test_prompts_of_up_to_five_thousand_characters(base: dict[str, object], prompt: str) -> None:
    """Characters are counted, and not bytes."""
    assert parsed(base, prompt=prompt).prompt == prompt


def test_the_three_aspect_ratios() -> None:
    """Wide, high and square."""
    ratios = ["16:9", "9:16", "1:1"]
    assert [parsed(VEO, aspect_ratio=ratio).aspect_ratio for ratio in ratios] == ratios


def test_defaults_are_filled_in() -> None:
    """Eight seconds, 720p, at any hour; a request that spells them out is the same request."""
    plain = parsed(VEO)
    assert (plain.duration_s, plain.resolution, plain.callback_url, plain.deadline) == (8.0, "720p", None, None)
    assert (plain.jobs, plain.videos, plain.lacks) == (1, 1, None)
    assert parsed(VEO, seconds="8", size="720p", off_peak=False) == plain


def test_a_request_has_one_spelling() -> None:
    """Order, unknown fields, forms of seconds, names of the picture and the callback do not count; values do."""
    plain = parsed(VEO)
    same = [
        parsed(dict(reversed(VEO.items())), seed=7, extra={"deep": [None]}),
        parsed(VEO, seconds=8),
        parsed(VEO, seconds=8.0),
        parsed(VEO, images=..., input_reference=URL),
        parsed(VEO, callback_url=HOOK),
        parsed(VEO, audio_type=None, is_rec=[]),
    ]
    assert [request.canonical for request in same] == [plain.canonical] * 6
    different = [
        parsed(VEO, prompt="Two Dancers cross an empty stage"),
        parsed(VEO, model="veo-3.0-fast-generate-001"),
        parsed(VEO, aspect_ratio="1:1"),
        parsed(VEO, seconds="6"),
        parsed(VEO, size="1280x720"),
        parsed(VEO, off_peak=True),
        parsed(VEO, images=[URL, URL]),
        parsed(SAMPLE, duration=8),
    ]
    assert len({plain.canonical, *(request.canonical for request in different)}) == 9


@pytest.mark.parametrize("base", [VEO, SAMPLE], ids=["veo", "turbo"])
def test_off_peak_jobs_have_two_days(base: dict[str, object]) -> None:
    """Unless the scenario lets them be; other jobs have all the time."""
    assert parsed(base, off_peak=True).deadline == DAYS_2
    assert parsed(base, varied(off_peak_expires=False), off_peak=True).deadline is None
    assert parsed(base, off_peak=False).deadline is None


@pytest.mark.parametrize(
    "image",
    [
        URL,
        "HTTP://images.example",
        picture(),
        f"data:image/png;base64,{picture()}",
        picture(kind="jpeg"),
        f"data:image/jpeg;base64,{picture(kind='jpeg')}",
        picture(kind="webp"),
        picture(40, 10),
        picture(10, 40),
    ],
    ids=lambda image: str(image)[:30],
)
def test_image_forms(image: str) -> None:
    """URLs, data URIs and base64 of a PNG, JPEG or WebP from 1:4 to 4:1; under either name, the first one first."""
    assert parsed(VEO, images=[image]).images == (image,)
    assert parsed(VEO, images=[image, URL]).images == (image, URL)
    assert parsed(VEO, images=..., input_reference=image).images == (image,)
    assert parsed(SAMPLE, images=..., input_reference=image).images == (image,)


FORMS = "Input should be an http(s) URL, a base64 data URI or base64 image bytes"
A_MODEL = "a Veo 2, 3.0 or 3.1 model, such as veo-3.0-generate-001"
A_SIZE = "720p, 1080p, 4k or pixels, such as 1280x720"
ANY_SECONDS = "'4', '5', '6', '7', '8', 4, 5, 6, 7 or 8"
BOTH = "images, input_reference: found both; exactly one of them is required"
NEITHER = "images, input_reference: found neither; exactly one of them is required"
TOO_LONG = f"prompt: found '{'x' * 60}'… of 5001 characters; allowed: at most 5000 characters"

OF_EITHER: list[tuple[dict[str, Any], str]] = [
    ({"prompt": ...}, "prompt: found nothing; this field is required"),
    ({"prompt": ""}, "prompt: found ''; allowed: text that is not empty"),
    ({"prompt": None}, "prompt: found null; allowed: a string"),
    ({"prompt": 5}, "prompt: found 5; allowed: a string"),
    ({"prompt": "x" * 5001}, TOO_LONG),
    ({"images": ...}, NEITHER),
    ({"images": []}, "images: found an array of 0; allowed: at least 1"),
    ({"images": None}, "images: found null; allowed: an array"),
    ({"images": URL}, f"images: found {URL!r}; allowed: an array"),
    ({"images": [5]}, "images[0]: found 5; allowed: a string"),
    ({"images": [URL, None, 5]}, "images[1]: found null; allowed: a string"),
    ({"images": [URL, "data:image/gif;base64,R0lGODlh"]}, "images[1]: found a GIF; allowed: PNG, JPEG, WebP"),
    ({"input_reference": URL}, BOTH),
    ({"images": ..., "input_reference": [URL]}, "input_reference: found an array of 1; allowed: a string"),
    ({"input_reference": None}, "input_reference: found null; allowed: a string"),
    ({"off_peak": None}, "off_peak: found null; allowed: true or false"),
    ({"off_peak": "true"}, "off_peak: found 'true'; allowed: true or false"),
    ({"off_peak": 1}, "off_peak: found 1; allowed: true or false"),
    ({"callback_url": None}, "callback_url: found null; allowed: a string"),
    ({"callback_url": ""}, "callback_url: found ''; allowed: an http(s) URL"),
    ({"callback_url": "hooks.example"}, "callback_url: found 'hooks.example'; allowed: an http(s) URL"),
]
OF_VEO: list[tuple[dict[str, Any], str]] = [
    ({"model": ...}, "model: found nothing; this field is required"),
    ({"model": None}, "model: found null; allowed: a string"),
    ({"model": ["Veoq3-turbo"]}, "model: found an array of 1; allowed: a string"),
    *(
        ({"model": found}, f"model: found {found!r}; allowed: {A_MODEL}")
        for found in (
            *("", "veo", "veo-3", "veo-3.0", "veo-3.0-", "veo-4.0-generate-001", "veo-1.0-generate-001", "Veo-3.0-x"),
            *(
                "veo-3.0-generate-001\n",
                " veo-3.0-generate-001",
                "veo-\u0969.0-x",
                "veo-3.\u0966-x",
                "veoq3-turbo",
                "Veoq3-turbo ",
            ),
        )
    ),
    ({"aspect_ratio": ...}, "aspect_ratio: found nothing; this field is required"),
    *(
        ({"aspect_ratio": found}, f"aspect_ratio: found {shown}; allowed: '16:9', '9:16' or '1:1'")
        for found, shown in [(None, "null"), ("4:3", "'4:3'"), ("16x9", "'16x9'"), ("16:9 ", "'16:9 '"), (1, "1")]
    ),
    *(
        ({"seconds": found}, f"seconds: found {shown}; allowed: {ANY_SECONDS}")
        for found, shown in [
            *((None, "null"), (True, "true"), (3, "3"), ("9", "'9'"), ("08", "'08'"), ("8s", "'8s'"), (8.5, "8.5")),
            *(("8.0", "'8.0'"), (" 8", "' 8'"), ([8], "an array of 1"), ("8\n", r"'8\n'")),
        ]
    ),
    ({"seconds": "5"}, "seconds: found '5'; allowed with Veo 3.0: '4', '6', '8', 4, 6, 8"),
    ({"seconds": 7.0}, "seconds: found 7; allowed with Veo 3.0: '4', '6', '8', 4, 6, 8"),
    ({"model": VEO_2, "seconds": 4}, "seconds: found 4; allowed with Veo 2: '5', '6', '7', '8', 5, 6, 7, 8"),
    ({"model": VEO_31[0], "seconds": "6"}, "seconds: found '6'; allowed with Veo 3.1 and a first frame: '8', 8"),
    *(
        ({"size": found}, f"size: found {found!r}; allowed: {A_SIZE}")
        for found in (
            *(
                "",
                "720P",
                "1080",
                "4K",
                "2k",
                "1280X720",
                "1280\u00d7720",
                "1280x",
                "0x720",
                "9x9",
                "1x720",
                "10000x720",
            ),
            *("720p\n", " 720p", "1280x720x3", "\u0967\u0968\u096e\u0966x720"),
        )
    ),
    ({"size": None}, "size: found null; allowed: a string"),
    ({"size": 720}, "size: found 720; allowed: a string"),
]
OF_TURBO: list[tuple[dict[str, Any], str]] = [
    ({"duration": ...}, "duration: found nothing; this field is required"),
    ({"duration": 0}, "duration: found 0; allowed: 1 or more"),
    ({"duration": 61}, "duration: found 61; allowed: 60 or less"),
    *(
        ({"duration": found}, f"duration: found {shown}; allowed: an integer")
        for found, shown in [("7", "'7'"), (True, "true"), (None, "null"), (7.5, "7.5")]
    ),
]


@pytest.mark.parametrize(
    ("base", "changes", "message"),
    [
        *((VEO, *refusal) for refusal in OF_EITHER + OF_VEO),
        *((SAMPLE, *refusal) for refusal in OF_EITHER + OF_TURBO),
    ],
    ids=repr,
)
def test_refusals(base: dict[str, Any], changes: dict[str, Any], message: str) -> None:
    """A refusal names the field, what it holds and what is allowed."""
    assert refused(base, **changes) == message


@pytest.mark.parametrize(
    ("form", "found", "message"),
    [
        ("string", 8, "seconds: found 8; allowed with Veo 3.0: '4', '6', '8'"),
        ("string", "5", "seconds: found '5'; allowed with Veo 3.0: '4', '6', '8'"),
        ("integer", "8", "seconds: found '8'; allowed with Veo 3.0: 4, 6, 8"),
    ],
)
def test_a_form_that_the_scenario_does_not_take(
    form: Literal["string", "integer"], found: object, message: str
) -> None:
    """The refusal lists the one form that is taken."""
    assert refused(VEO, varied(form), seconds=found) == message


@pytest.mark.parametrize(("width", "height"), [(41, 10), (10, 41)])
def test_pictures_beyond_the_aspect_limits(width: int, height: int) -> None:
    """Wider than 4:1 or narrower than 1:4 is refused, in either inline form."""
    reason = f"the image is {width}x{height}; its width to height must lie between 1:4 and 4:1"
    for image in (picture(width, height), f"data:image/png;base64,{picture(width, height)}"):
        shown = f"found {image[:60]!r}… of {len(image)} characters"
        assert refused(VEO, images=[image]) == f"images[0]: {shown}; {reason}"
        assert refused(VEO, images=..., input_reference=image) == f"input_reference: {shown}; {reason}"


@pytest.mark.parametrize("image", ["", "ftp://images.example/a.png", "not base64!", "data:image/png,abc"])
def test_texts_that_are_no_image(image: str) -> None:
    """Each is refused where it stands."""
    assert refused(VEO, images=[URL, image]).startswith("images[1]: found ")
    assert refused(VEO, images=..., input_reference=image).startswith("input_reference: found ")


JOB_ID = "task_MQKsdsosLYRreob4Z4NzTFxZKtSoVRWZ"
BASE_URL = "http://127.0.0.1:8410/generations-seconds"


def job(**changes: Any) -> Job:
    """A job as the engine keeps it."""
    request = parsed(VEO, model=VEO_2, **changes)
    plan = Plan(Outcome.SUCCEED)
    return Job(JOB_ID, "generations-seconds", request, 0, plan, base=BASE_URL, created_at=1_775_116_001)


def task(status: str, progress: int) -> dict[str, object]:
    """The documented object."""
    return {
        "id": JOB_ID,
        "task_id": JOB_ID,
        "object": "video",
        "model": "veo-2.0-generate-001",
        "status": status,
        "progress": progress,
        "created_at": 1_775_116_001,
    }


def test_a_submit_is_answered_as_in_the_sample() -> None:
    """The document's answer, field by field and in its order."""
    answer = DIALECT.accepted(SUBMIT, [job()])
    assert answer == Answer(200, json.dumps(task("queued", 0), separators=(",", ":")).encode())


OVERLOADED = {"code": "overloaded", "message": "No capacity."}
FILTERED = {"code": "content_filtered", "message": "The safety filter refused the request."}


@pytest.mark.parametrize(
    ("view", "data"),
    [
        (JobView(State.QUEUED, 0), task("queued", 0)),
        (JobView(State.RUNNING, 40), task("in_progress", 40)),
        (JobView(State.SUCCEEDED, 100), {**task("succeeded", 100), "url": f"{BASE_URL}/media/{JOB_ID}/video.mp4"}),
        (JobView(State.SUCCEEDED, 100, empty=True), task("succeeded", 100)),
        (
            JobView(State.FAILED, 60, JobError("overloaded", "No capacity.")),
            {**task("failed", 60), "error": OVERLOADED},
        ),
        (JobView(State.FAILED, 60, REASONS[Outcome.FILTERED]), {**task("failed", 60), "error": FILTERED}),
        (JobView(State.CANCELLED, 30, REASONS[Outcome.CANCEL]), {**task("cancelled", 30), "credits_refunded": True}),
    ],
)
def test_each_state_has_its_answer(view: JobView, data: dict[str, object]) -> None:
    """The same object at a poll, after a cancel and in a callback."""
    for operation in (STATUS, CANCEL):
        answer = DIALECT.status(operation, job(), view)
        assert (answer.status, answer.content_type, json.loads(answer.body)) == (200, "application/json", data)
    assert json.loads(DIALECT.callback(job(callback_url=HOOK), view)) == data


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (400, "invalid_request"),
        (401, "unauthorized"),
        (403, "forbidden"),
        (404, "not_found"),
        (405, "method_not_allowed"),
        (409, "conflict"),
        (413, "request_too_large"),
        (429, "rate_limited"),
        (200, "upstream_error"),
        (418, "upstream_error"),
        (500, "upstream_error"),
        (503, "upstream_error"),
    ],
)
def test_each_error_has_its_word(status: int, word: str) -> None:
    """In the envelope that a failed task has too."""
    text = f'{{"error":{{"code":"{word}","message":"Größe?"}}}}'.encode()
    assert DIALECT.error(SUBMIT, status, "Größe?") == DIALECT.error(None, status, "Größe?") == Answer(status, text)


def test_an_unknown_task() -> None:
    """404 that names it, and stays small."""
    text = b'{"error":{"code":"not_found","message":"No task has the id \'x\'."}}'
    assert DIALECT.unknown_job(STATUS, "x") == DIALECT.unknown_job(CANCEL, "x") == Answer(404, text)
    assert len(DIALECT.unknown_job(STATUS, "x" * 10_000).body) < 200


def test_ids_look_like_the_sample_s() -> None:
    """`task_` and 32 letters and digits, which follow from the identity."""
    ids = {DIALECT.job_id(digest(number)) for number in range(50)}
    assert len(ids) == 50
    assert all(re.fullmatch("task_[A-Za-z0-9]{32}", name) for name in ids)
    assert DIALECT.job_id(digest(1)) in ids


def test_the_example_is_accepted() -> None:
    """The curl line that `serve` prints works."""
    operation, data = DIALECT.example()
    assert operation is SUBMIT
    assert DIALECT.parse(operation, data, Variants()).prompt == data["prompt"]


def test_what_the_dialect_says_of_itself() -> None:
    """Operations, keys, signatures and limits."""
    assert DIALECT.operations == (
        Operation("submit", Kind.SUBMIT, "POST", "/v1/video/generations"),
        Operation("status", Kind.POLL, "GET", "/v1/video/generations/{job_id}"),
        Operation("cancel", Kind.CANCEL, "POST", "/v1/video/generations/{job_id}/cancel"),
    )
    assert (DIALECT.name, DIALECT.documents) == ("generations-seconds", ("003",))
    assert (DIALECT.authenticated, DIALECT.signs, DIALECT.body_limit) == (True, True, 20_971_520)
    assert DIALECT.images == ImageRules(size_limit=52_428_800, aspect=(Fraction(1, 4), Fraction(4)))
