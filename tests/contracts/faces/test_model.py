"""A face places roles where its API wants them, reads them back, and reads answers."""

from typing import Any

import pytest

from veocontracts.faces import Face, Service, face
from veocontracts.faces.model import Fields

NESTED = Service(
    "video",
    "/videos",
    {"prompt": "/prompt", "image": "/images/0", "model": "/options/model", "duration": "/options/seconds"},
    also={"account": "films", "options": {"sound": True}},
    combinations=({"model": "a", "duration": 4}, {"model": "a", "duration": 8}, {"model": "b", "duration": 8}),
)


@pytest.mark.parametrize(
    ("request_", "body"),
    [
        ({}, {"account": "films", "options": {"sound": True}}),
        (
            {"prompt": "p", "model": "a", "note": 1},
            {"account": "films", "options": {"sound": True, "model": "a"}, "prompt": "p", "note": 1},
        ),
        (
            {"options": {"hue": 3}, "duration": 4, "image": "i"},
            {"account": "films", "options": {"sound": True, "hue": 3, "seconds": 4}, "images": ["i"]},
        ),
        ({"account": "other", "model": None}, {"account": "other", "options": {"sound": True, "model": None}}),
    ],
)
def test_a_request_is_put_into_the_apis_fields(request_: dict[str, Any], body: dict[str, Any]) -> None:
    """Roles at their pointers, all else at the top, and what every request holds."""
    assert NESTED.wire(request_) == body
    assert NESTED.wire({}) == {"account": "films", "options": {"sound": True}}


@pytest.mark.parametrize(
    ("body", "request_"),
    [
        ({"prompt": "p", "note": 1}, {"prompt": "p", "note": 1}),
        ({"options": {"seconds": 4, "hue": 3}}, {"options": {"seconds": 4, "hue": 3}, "duration": 4}),
        ({"images": ["i"]}, {"images": ["i"], "image": "i"}),
        ({"options": "text", "prompt": None}, {"options": "text", "prompt": None}),
        ({"model": "a field of this name that is no role"}, {}),
    ],
)
def test_a_body_is_read_by_roles(body: dict[str, Any], request_: dict[str, Any]) -> None:
    """A field that has a role's name and is not its place is left out, since nobody could tell them apart."""
    assert NESTED.roles_of(body) == request_


@pytest.mark.parametrize(
    ("wanted", "nearest", "fitted"),
    [
        ({}, {"model": "a", "duration": 4}, {}),
        ({"model": "b"}, {"model": "b", "duration": 8}, {"model": "b"}),
        ({"model": "b", "duration": 4}, {"model": "a", "duration": 4}, {"model": "a", "duration": 4}),
        ({"duration": 8}, {"model": "a", "duration": 8}, {"duration": 8}),
        ({"duration": [], "model": "c"}, {"model": "a", "duration": 4}, {"duration": 4, "model": "a"}),
    ],
)
def test_values_are_chosen_that_go_together(wanted: dict[str, Any], nearest: Fields, fitted: Fields) -> None:
    """The duration counts for more than all else, since prices follow from it."""
    assert (NESTED.nearest(wanted), NESTED.fitted(wanted)) == (nearest, fitted)
    assert NESTED.allows(fitted)


def test_what_does_not_go_together_is_not_allowed() -> None:
    """No combination has both."""
    assert not NESTED.allows({"model": "b", "duration": 4})


@pytest.mark.parametrize(
    ("name", "data", "shown"),
    [
        ("cn8-gateway", {"result_data": {"status": "success"}}, {"result": {"status": "success"}}),
        ("cn8-gateway", {"id": "", "error": ""}, {"id": "", "error": "", "result": None}),
        (
            "image-to-video",
            {"data": {"task_id": "t", "status": "SUCCEEDED", "video_url": "u", "duration": 6, "error_message": ""}},
            {"id": "t", "state": "SUCCEEDED", "result": {"video_url": "u", "duration_seconds": 6}, "created_at": None},
        ),
        (
            "image-to-video",
            {"data": {"status": "PROCESSING", "video_url": "", "duration": 6}},
            {"state": "PROCESSING", "result": None, "id": None},
        ),
        (
            "generations-metadata",
            {"data": {"status": "failed", "url": "No frames."}, "message": ""},
            {"state": "failed", "error": None, "result": {"video_url": "No frames."}},
        ),
        ("generations-metadata", {"data": {"url": "", "bytes_base64_encoded": "AA"}}, {"result": {"video_url": "AA"}}),
        ("api-video", [], {"state": None, "id": None, "result": None}),
    ],
)
def test_an_answer_is_read_in_the_suites_terms(name: str, data: Any, shown: dict[str, Any]) -> None:
    """A result is there with its video; seconds alone are none."""
    found: Face = face(name)
    assert {what: found.read(data, what) for what in shown} == shown


@pytest.mark.parametrize(
    ("name", "path"),
    [("cn8-gateway", "/v2/jobs/a%2F%7Bb%7D"), ("generations-seconds", "/v1/video/generations/a%2F%7Bb%7D")],
)
def test_an_id_stands_in_the_path_as_it_is_escaped(name: str, path: str) -> None:
    """Whatever the document calls it."""
    assert face(name).job_at("a/{b}") == path


def test_a_kind_that_is_not_sold_becomes_one_that_is() -> None:
    """So that workloads may ask for text everywhere."""
    assert (face("image-to-video").sold("text"), face("cn8-gateway").sold("text")) == ("image", "text")
