"""A gateway's face as data, and JSON as the suite reads it."""

from decimal import Decimal
from typing import Any

import pytest

from veocontracts.faces import at, face, parse
from veosim import VeosimError


def test_the_cn8_face_is_the_documents() -> None:
    """Two services, one job path, and the enum tables with their defaults as openapi/cn8-gateway.yaml has them."""
    found = face("cn8-gateway")
    assert {kind: (each.name, each.path, each.required, dict(each.also)) for kind, each in found.services.items()} == {
        "text": ("media-video-from-text", "/v1/proxy/media-video-from-text", ("prompt",), {}),
        "image": ("media-video-from-image", "/v1/proxy/media-video-from-image", ("image",), {}),
    }
    assert (found.job_path, found.answer_id) == ("/v2/jobs/{job_id}", "/job/id")
    assert (found.accepted, found.unknown, found.speaks) == ((202,), (404,), "api-video")
    assert found.enums == {
        "model": ("veo (Audio)", "veo fast (Audio)"),
        "resolution": ("512P", "1080P"),
        "duration": ("4s", "8s"),
        "aspect_ratio": ("16:9", "9:16"),
    }
    assert found.defaults == {
        "model": "veo (Audio)",
        "resolution": "1080P",
        "duration": "4s",
        "aspect_ratio": "16:9",
    }
    assert found.words == {
        "queued": ("queued",),
        "running": ("processing",),
        "completed": ("completed",),
        "failed": ("failed",),
    }


def test_the_cn8_face_lacks_nothing() -> None:
    """Rules were written for it: each finds all that it asks for, and a request goes out as it is."""
    found = face("cn8-gateway")
    request = {"prompt": "a kite", "image": "https://images.example/a.png", "duration": "4s", "note": {"a": [1]}}
    assert (dict(found.lacks), found.chosen) == ({}, ())
    assert [*found.services["image"].wire(request).items()] == [*request.items()]


def test_a_service_is_found_by_its_full_name() -> None:
    """Histories name services as gateways do."""
    assert face("cn8-gateway").service("media-video-from-image").required == ("image",)


def test_an_unknown_face_lists_those_there_are() -> None:
    """A face that nobody has, asked for in code; in a profile it is refused with its line."""
    there = "cn8-gateway, api-video, image-to-video, generations-seconds, generations-metadata"
    with pytest.raises(VeosimError, match=rf"^no face is called 'cn9'; there are {there}$"):
        face("cn9")


def test_amounts_stay_exact() -> None:
    """1.10 is 1.10, never a float near it; whole numbers stay whole."""
    found = parse(b'{"cost": 1.10, "units": 4, "big": 12345678901234567890.01}')
    assert found == {"cost": Decimal("1.10"), "units": 4, "big": Decimal("12345678901234567890.01")}
    assert [type(value) for value in found.values()] == [Decimal, int, Decimal]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b"{'a': 1}",
        b"\xff\xfe",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b"1e999",
        b"1e-99999999999999999999",
        b'"\\ud800"',
        b"9" * 5000,
        b"[" * 100_000 + b"]" * 100_000,
        '{"a": 1}'.encode("utf-16"),
    ],
)
def test_what_is_no_json_is_none(body: bytes) -> None:
    """Nothing that a gateway may send makes the reader fail, or gets past its bounds."""
    assert parse(body) is None


@pytest.mark.parametrize(
    ("pointer", "found"),
    [
        ("/job/id", 7),
        ("/list/1/x", "y"),
        ("/a~1b", 1),
        ("/m~0n", 2),
        ("", "the whole"),
        ("/list/2", None),
        ("/list/-1", None),
        ("/list/²", None),
        ("/job/id/deeper", None),
        ("/none", None),
    ],
)
def test_a_pointer_finds_a_value_or_nothing(pointer: str, found: Any) -> None:
    """JSON pointers reach into objects and lists, and what is not there is None."""
    data = {"job": {"id": 7}, "list": [0, {"x": "y"}], "a/b": 1, "m~n": 2}
    assert at(data, pointer) == (data if pointer == "" else found)


@pytest.mark.parametrize(
    ("kept", "services"), [((), ["text", "image"]), (("image",), ["image"]), (("image", "text"), ["text", "image"])]
)
def test_a_face_may_have_a_part_of_its_services(kept: tuple[str, ...], services: list[str]) -> None:
    """In the face's own order; all else stays."""
    found = face("cn8-gateway", kept)
    assert list(found.services) == services
    assert (found.enums, found.upload_path) == (face("cn8-gateway").enums, "/v1/proxy/upload-media")
