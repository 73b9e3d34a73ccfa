"""The request bodies of image-to-video and generations-seconds: which the documents allow, and which they refuse.

Each case changes one field of a body that is allowed. The cases are read from documents 002 and 003, not from schemas.
"""

import base64
import functools
import io
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from PIL import Image
from tests.support.image_formats import FORMATS
from tests.support.openapi_documents import FOLDER, load, validator

GONE = "(left out)"
"""Stands for a field that is not there."""
PICTURE = "https://images.example/a.png"
VENDOR = ("v", "v-multi", "kl", "s")
VEO = ("veo-2", "veo-3.0", "veo-3.1")
RESELLER = (*VEO, "sample")
SHARED = {"prompt": "A kite climbs", "aspect_ratio": "16:9"}
BODIES: dict[str, dict[str, Any]] = {
    "v": {**SHARED, "model": "V", "image_url": PICTURE, "aspect_resolution": "720p", "duration": 8},
    "v-multi": {**SHARED, "model": "V", "reference_images": [PICTURE], "aspect_resolution": "720p", "duration": 8},
    "kl": {**SHARED, "model": "KL", "reference_images": [PICTURE], "aspect_resolution": "720p", "duration": 5},
    "s": {**SHARED, "model": "S", "image_url": PICTURE, "aspect_resolution": "720p", "duration": 8},
    "veo-2": {**SHARED, "model": "veo-2.0-generate-001", "images": [PICTURE]},
    "veo-3.0": {**SHARED, "model": "veo-3.0-fast-generate-001", "images": [PICTURE]},
    "veo-3.1": {**SHARED, "model": "veo-3.1-generate-preview", "images": [PICTURE]},
    "sample": {"model": "Veoq3-turbo", "prompt": "A kite climbs", "images": [PICTURE], "duration": 7},
}
"""One body for each way to ask: four of image-to-video, four of generations-seconds."""
DURATIONS = {"v": (4, 6, 8), "v-multi": (8,), "kl": (5, 10), "s": (6, 8, 12)}
RESOLUTIONS = {
    "v": ("720p", "1080p", "4k"),
    "v-multi": ("720p", "1080p", "4k"),
    "kl": ("720p", "1080p"),
    "s": ("720p",),
}
SECONDS = {"veo-2": (5, 6, 7, 8), "veo-3.0": (4, 6, 8), "veo-3.1": (8,)}


def drawn(kind: str, width: int = 2, height: int = 1) -> str:
    """Draw an image of one kind, as base64."""
    content = io.BytesIO()
    Image.new("L", (width, height)).save(content, kind)
    return base64.b64encode(content.getvalue()).decode()


INLINE = f"data:image/png;base64,{drawn('PNG')}"
Case = tuple[tuple[str, ...], str, list[Any], list[Any]]
CASES: list[Case] = [
    (VENDOR, "prompt", ["x", "é" * 1000], [GONE, "", "x" * 1001, None, 1]),
    (VENDOR, "aspect_ratio", ["9:16"], [GONE, "1:1", "16:9 ", None]),
    (VENDOR, "aspect_resolution", [], [GONE, "720P", 720, None]),
    (VENDOR, "duration", [], [GONE, "8", 8.5, True, None]),
    (VENDOR, "generate_count", [1, 4, 4.0, GONE], [0, 5, "1", True, 1.5, None]),
    (VENDOR, "generate_audio", [False, GONE], [0, "true", None]),
    (("v", "v-multi"), "generate_audio", [True], []),
    (("kl", "s"), "generate_audio", [], [True]),
    (("v",), "image_url", [INLINE, "HTTPS://[::1]:80/a"], [GONE, "", "a.png", f"{INLINE}\n", drawn("PNG"), 1, None]),
    (("v",), "image_url", [], [INLINE.replace("png", "gif"), f"data:image/png;base64,{drawn('GIF')}"]),
    (("v",), "reference_images", [], [[], [PICTURE]]),
    (("v-multi",), "reference_images", [[INLINE] * 3], [GONE, [], [PICTURE] * 4, PICTURE, [None]]),
    (("v-multi",), "image_url", [], [PICTURE]),
    (("kl",), "reference_images", [[PICTURE] * 7], [GONE, [], [PICTURE] * 8]),
    (("kl",), "image_url", [PICTURE], ["a.png", None]),
    (("s",), "image_url", [INLINE], [GONE, None]),
    (("s",), "reference_images", [[], [PICTURE] * 9], [PICTURE, ["a.png"], None]),
    (RESELLER, "prompt", ["x", "é" * 5000], [GONE, "", "x" * 5001, None, 1]),
    (RESELLER, "images", [[INLINE], [drawn("WEBP"), PICTURE]], [GONE, [], PICTURE, [""], ["a kite"], None]),
    (RESELLER, "input_reference", [PICTURE, INLINE, drawn("JPEG")], ["", [PICTURE], drawn("GIF"), None]),
    (RESELLER, "off_peak", [True, False], ["true", 1, None]),
    (RESELLER, "audio_type", ["SFX", None], []),
    (RESELLER, "is_rec", [True, None], []),
    (VEO, "aspect_ratio", ["9:16", "1:1"], [GONE, "4:3", None]),
    (VEO, "size", ["720p", "1080p", "1280x720", GONE], ["512p", 720, "0x10", "1280x720\n", None]),
    (("veo-2",), "size", [], ["4k"]),
    (("veo-3.0", "veo-3.1"), "size", ["4k"], []),
    (VEO, "seconds", [GONE], ["8.0", "8s", 8.5, True, None]),
    (VEO, "duration", [99, None], []),
    (("veo-2",), "model", ["veo-2.5-x"], ["veo-2.0", "Veo-2.0-x", "veo-2.0-x\n", "veo-3.2-x", "sora-2"]),
    (("sample",), "model", [], ["veoq3-turbo", "Veoq3-turbo-2"]),
    (("sample",), "duration", [1, 7.0], [GONE, 0, "7", True, None]),
    (("sample",), "aspect_ratio", [99, None], []),
    (("sample",), "seconds", [99, None], []),
    (("sample",), "size", [99, None], []),
    (tuple(BODIES), "model", [], [GONE, "v", "Veo", None]),
    (tuple(BODIES), "unheard_of", [1, None], []),
    (tuple(BODIES), "callback_url", [PICTURE], ["ftp://a", "http://", "https://a b", "https://a\n", INLINE, None]),
    *(((name,), "duration", [*seconds], [*({*range(14)} - {*seconds})]) for name, seconds in DURATIONS.items()),
    *(((name,), "duration", [float(s) for s in seconds], []) for name, seconds in DURATIONS.items()),
    *(((name,), "aspect_resolution", [*some], [*({"1080p", "4k"} - {*some})]) for name, some in RESOLUTIONS.items()),
    *(((name,), "seconds", [*seconds], [*({*range(12)} - {*seconds})]) for name, seconds in SECONDS.items()),
    *(
        ((name,), "seconds", [str(s) for s in seconds], [str(s) for s in {*range(12)} - {*seconds}])
        for name, seconds in SECONDS.items()
    ),
]
"""Bodies, a field of theirs, the values that are allowed in it, and some that are not."""


@functools.cache
def judge(name: str) -> Draft202012Validator:
    """Build the validator of the document that a body belongs to."""
    stem, schema = (
        ("image-to-video", "VideoRequest") if name in VENDOR else ("generations-seconds", "GenerationRequest")
    )
    return validator(load(FOLDER / f"{stem}.yaml"), f"/components/schemas/{schema}")


def allowed(name: str, changes: dict[str, Any]) -> bool:
    """Say whether the document allows a body with some of its fields changed."""
    body = {field: value for field, value in {**BODIES[name], **changes}.items() if value is not GONE}
    return bool(judge(name).is_valid(body))


@pytest.mark.parametrize("name", BODIES)
def test_each_way_to_ask_is_allowed(name: str) -> None:
    """The bodies that the other cases change are themselves allowed."""
    assert allowed(name, {})


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[1]}-{'+'.join(case[0])}")
def test_a_field_takes_these_values_and_no_others(case: Case) -> None:
    """Each value is judged as documents 002 and 003 say, or as was inferred where they are silent."""
    names, field, good, bad = case
    # The first frame comes under one of two names.
    other = {"images": GONE} if field == "input_reference" else {}
    tried = [(name, value) for name in names for value in [*good, *bad]]
    wanted = [(name, value) for name in names for value in good]
    assert [(name, value) for name, value in tried if allowed(name, {**other, field: value})] == wanted


@pytest.mark.parametrize("name", RESELLER)
def test_the_first_frame_has_two_names(name: str) -> None:
    """One image may come as input_reference in place of images."""
    assert allowed(name, {"images": GONE, "input_reference": PICTURE})


@pytest.mark.parametrize(
    ("name", "value", "fits"),
    [
        ("image", PICTURE, True),
        ("image", drawn("PNG", 4, 1), True),
        ("image", f"data:image/jpeg;base64,{drawn('JPEG', 1, 4)}", True),
        ("image", drawn("WEBP", 5, 1), False),
        ("image", drawn("GIF"), False),
        ("image", "a kite", False),
        ("image-uri", f"data:image/webp;base64,{drawn('WEBP', 5, 1)}", True),
        ("image-uri", f"data:image/png;base64,{drawn('GIF')}", False),
        ("image-uri", drawn("PNG"), False),
    ],
)
def test_the_formats_know_an_image(name: str, value: str, fits: bool) -> None:
    """Kind and form bind both formats, the aspect only that of document 003."""
    assert FORMATS.conforms(value, name) is fits
