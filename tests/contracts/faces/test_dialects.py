"""Faces of the documented dialects: values and cross-field rules are those of their OpenAPI documents."""

import base64
from typing import Any

import pytest

from veocontracts.conformance import body_problems
from veocontracts.faces import CHOICES, face
from veocontracts.pictures import png
from veocontracts.wires import WIRES
from veosim.dialects import DIALECTS
from veosim.dialects.base import Kind, RefusedError
from veosim.scenario.variants import Variants

SERVICES = [(name, kind) for name, wire in WIRES.items() for kind in wire.submits]
PNG = base64.b64encode(png(b"\0\0\0")).decode()
PICTURES = {"generations-metadata": PNG}
LINK = "https://images.example/start.png"


def sample(name: str, kind: str, **fields: Any) -> dict[str, Any]:
    """A body of the dialect's with these choices."""
    request = {"prompt": "a kite"} | ({"image": PICTURES.get(name, LINK)} if kind == "image" else {})
    return face(name).services[kind].wire(request | fields)


def is_taken(name: str, kind: str, body: dict[str, Any]) -> bool:
    """Whether the simulator, which never reads the document, takes it."""
    path = WIRES[name].submits[kind]
    operation = next(each for each in DIALECTS[name].operations if each.kind is Kind.SUBMIT and each.path == path)
    try:
        DIALECTS[name].parse(operation, body, Variants())
    except RefusedError:
        return False
    return True


@pytest.mark.parametrize(
    ("name", "enums", "defaults", "counts"),
    [
        (
            "image-to-video",
            {
                "model": ("V", "S"),
                "resolution": ("720p", "1080p", "4k"),
                "duration": (4, 6, 8, 12),
                "aspect_ratio": ("16:9", "9:16"),
            },
            {},
            {"image": 3 * 3 * 2 + 3 * 2},
        ),
        (
            "generations-metadata",
            {
                "model": ("veo-3.0-fast-generate-001", "veo-3.1-generate-preview"),
                "resolution": ("1080p", "720p"),
                "duration": (4, 6, 8),
                "aspect_ratio": ("16:9", "9:16"),
            },
            {},
            {"image": 2 * 2 * 3 * 2},
        ),
        (
            "generations-seconds",
            {
                "model": (
                    "veo-2.0-generate-001",
                    "veo-3.0-fast-generate-001",
                    "veo-3.0-generate-001",
                    "veo-3.1-fast-generate-preview",
                    "veo-3.1-generate-preview",
                ),
                "resolution": ("720p", "1080p", "1280x720", "1920x1080", "4k"),
                "duration": ("5", "8", "4", "6"),
                "aspect_ratio": ("16:9",),
            },
            {"resolution": "720p", "duration": "8"},
            {"image": 4 * 2 + 5 * (3 + 3 + 1 + 1)},
        ),
    ],
)
def test_a_dialects_values_are_its_documents(
    name: str, enums: dict[str, Any], defaults: dict[str, Any], counts: dict[str, int]
) -> None:
    """In the document's order; a model that needs other fields than orders have is left out."""
    found = face(name)
    assert (found.enums, found.defaults) == (enums, defaults)
    assert {kind: len(each.combinations) for kind, each in found.services.items()} == counts
    assert (found.accepted, found.speaks, found.unknown) == ((200,), name, WIRES[name].unknown)


def test_api_video_is_sold_as_cn8_sells_it() -> None:
    """The same values and defaults, under one API's name and the other's."""
    ours, theirs = face("api-video"), face("cn8-gateway")
    assert (ours.enums, ours.defaults) == (theirs.enums, theirs.defaults)
    assert [*ours.services] == ["text", "image"]


@pytest.mark.parametrize(("name", "kind"), SERVICES)
def test_every_combination_is_one_that_the_dialect_takes(name: str, kind: str) -> None:
    """The simulator's own models agree with what follows from the document."""
    refused = [
        each for each in face(name).services[kind].combinations if not is_taken(name, kind, sample(name, kind, **each))
    ]
    assert refused == []


@pytest.mark.parametrize(
    ("model", "durations", "sizes"),
    [
        ("veo-2.0-generate-001", {"5", "8"}, {"720p", "1080p", "1280x720", "1920x1080"}),
        ("veo-3.0-generate-001", {"4", "6", "8"}, {"720p", "1080p", "4k", "1280x720", "1920x1080"}),
        ("veo-3.1-generate-preview", {"8"}, {"720p", "1080p", "4k", "1280x720", "1920x1080"}),
    ],
)
def test_what_is_documented_in_part_is_ordered_in_that_part(model: str, durations: set[str], sizes: set[str]) -> None:
    """Document 003 quotes its seconds, and leaves open what stands between 5 and 8."""
    there = [each for each in face("generations-seconds").services["image"].combinations if each["model"] == model]
    assert ({each["duration"] for each in there}, {each["resolution"] for each in there}) == (durations, sizes)


@pytest.mark.parametrize("name", ["image-to-video", "generations-seconds"])
def test_images_come_in_documented_forms(name: str) -> None:
    """Documents 002 and 003 show addresses; that an image may come along is inferred."""
    assert face(name).services["image"].images == ("url", "http")


@pytest.mark.parametrize(("name", "kind"), SERVICES)
def test_every_miss_is_one_that_the_dialect_refuses(name: str, kind: str) -> None:
    """Alone, or beside the values with which it does not go; each once."""
    service = face(name).services[kind]
    base = {each: value for each, value in service.combinations[0].items() if each in face(name).chosen}
    for role, misses in service.misses.items():
        wrong = [(miss, base | miss.beside | {role: miss.value}) for miss in misses]
        assert [miss for miss, fields in wrong if is_taken(name, kind, sample(name, kind, **fields))] == []
        assert len({repr(miss) for miss in misses}) == len(misses)


@pytest.mark.parametrize(
    ("role", "value", "beside"),
    [
        ("duration", 12, {"model": "V", "resolution": "720p", "aspect_ratio": "16:9"}),
        ("duration", 4, {"model": "S", "resolution": "720p", "aspect_ratio": "16:9"}),
        ("duration", 10, {"model": "V", "resolution": "720p", "aspect_ratio": "16:9"}),
        ("resolution", "4k", {"model": "S", "duration": 6, "aspect_ratio": "16:9"}),
    ],
)
def test_a_value_that_does_not_go_with_a_model_is_a_miss(role: str, value: Any, beside: dict[str, Any]) -> None:
    """Document 002's table of what each model takes."""
    misses = face("image-to-video").services["image"].misses[role]
    assert [(miss.intent, miss.beside) for miss in misses if miss.beside == beside and miss.value == value] == [
        ("enum", beside)
    ]


@pytest.mark.parametrize(
    ("name", "lacking"),
    [
        ("api-video", set()),
        ("image-to-video", {"optional", "defaults"}),
        (
            "generations-seconds",
            {
                *("values.model", "values.resolution", "types.resolution", "values.aspect_ratio", "types.aspect_ratio"),
                *("default.model", "default.aspect_ratio", "optional"),
            },
        ),
        (
            "generations-metadata",
            {"values.model", "types.model", "values.resolution", "types.resolution", "optional", "defaults"},
        ),
    ],
)
def test_what_a_document_leaves_open_is_no_ground_to_judge(name: str, lacking: set[str]) -> None:
    """Lists that are inferred, models that are examples, fields without a default, prompts that are required."""
    everywhere = {"service", "created_at", "completed_at", "envelope", "as-upstream", "entitlement"}
    found = {fact for fact in face(name).lacks if not fact.startswith("result.") and fact not in everywhere | {"id"}}
    none = {f"default.{role}" for role in CHOICES} if "defaults" in lacking else set()
    assert found == lacking | none
    assert everywhere <= face(name).lacks.keys()


@pytest.mark.parametrize(("name", "kind"), SERVICES)
def test_what_is_required_is_what_no_request_may_lack(name: str, kind: str) -> None:
    """And all else may be left out."""
    service = face(name).services[kind]
    whole = {
        "prompt": "a kite",
        **({"image": PICTURES.get(name, LINK)} if kind == "image" else {}),
        **service.combinations[0],
    }
    for role in whole:
        body = service.wire({each: value for each, value in whole.items() if each != role})
        assert bool(body_problems(name, service.path, body)) == (role in service.required), role
