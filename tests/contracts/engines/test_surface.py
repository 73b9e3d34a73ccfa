"""Requests made up from the gateway's document: the same for a seed, different from each other, and what they claim."""

import codecs
import functools
import pathlib
import subprocess
import sys
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.support.openapi_documents import FOLDER, load, validator

from veocontracts.documents import JSON
from veocontracts.engines import surface
from veocontracts.engines.surface import Drawn, drawn

FACE = "cn8-gateway"
TEXT = "POST /v1/proxy/media-video-from-text"
IMAGE = "POST /v1/proxy/media-video-from-image"
JOB = "GET /v2/jobs/{job_id}"
SCHEMAS = {TEXT: "VideoFromTextRequest", IMAGE: "VideoFromImageRequest"}
COUNT = 44
PRINT = "from veocontracts.engines.surface import drawn; print(drawn({!r}, {!r}, {!r}, 5, 30))"

both = pytest.mark.parametrize("operation", [TEXT, IMAGE])


def fits(operation: str, data: Any) -> bool:
    """Whether the document allows a body, as another validator sees it."""
    return bool(judge(SCHEMAS[operation]).is_valid(data))


@functools.cache
def judge(schema: str) -> Draft202012Validator:
    """The validator of one schema of the document."""
    return validator(load(FOLDER / f"{FACE}.yaml"), f"/components/schemas/{schema}")


@both
def test_what_is_allowed_fits_the_document(operation: str) -> None:
    """Enough different bodies, every one an object that the schema allows, without control characters."""
    requests = drawn(FACE, operation, "positive", 0, COUNT)
    assert COUNT // 2 <= len(requests) == len({*requests}) <= COUNT
    assert [request for request in requests if not fits(operation, request.data())] == []
    assert {request.media for request in requests} == {JSON}
    assert [sign for request in requests for sign in request.content.decode() if ord(sign) < 32] == []


@both
def test_what_is_refused_does_not_fit_it(operation: str) -> None:
    """Wrong values and types of every field, missing ones, bodies of another shape, other content types."""
    requests = drawn(FACE, operation, "negative", 0, COUNT)
    assert len(requests) == len({*requests}) == COUNT
    plain = [request for request in requests if request.media == JSON and request.content]
    assert [request for request in plain if fits(operation, request.data())] == []
    assert {request.media for request in requests} == {JSON, "text/plain", "multipart/form-data"}
    assert Drawn(b"") in requests
    shapes = {type(request.data()).__name__ for request in plain}
    assert shapes >= {"dict", "list", "str", "int", "bool", "NoneType"}


def test_a_path_takes_any_text() -> None:
    """Ids are made up, as they stand in a path before it is quoted."""
    ids = [request.job_id for request in drawn(FACE, JOB, "positive", 0, COUNT)]
    assert len(ids) == len({*ids}) > COUNT // 3
    assert [text for text in ids if not text] == []
    assert any(ord(sign) > 127 for text in ids for sign in text)


@both
def test_a_seed_draws_the_same_again(operation: str) -> None:
    """From nothing, too; and another seed draws others."""
    first = drawn(FACE, operation, "positive", 1, COUNT)
    drawn.cache_clear()
    assert drawn(FACE, operation, "positive", 1, COUNT) == first
    assert drawn(FACE, operation, "positive", 2, COUNT) != first


def test_another_process_draws_the_same_and_leaves_nothing_behind(tmp_path: pathlib.Path) -> None:
    """Neither the order of hashes nor the folder matters, and no file is written into it."""
    program = PRINT.format(FACE, TEXT, "positive")
    runs = [
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=tmp_path,
            env={"PYTHONHASHSEED": hashes},
            capture_output=True,
            check=True,
        )
        for hashes in ("1", "2")
    ]
    assert {run.stdout.decode().strip() for run in runs} == {repr(drawn(FACE, TEXT, "positive", 5, 30))}
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_learned_from_a_run() -> None:
    """The switches that would make a run depend on an earlier one, or on the gateway's source, are off."""
    assert surface.CONFIG["cache"] == {"enabled": False}
    assert surface.CONFIG["analysis"] == {"constants": {"enabled": False}}
    assert surface.CONFIG["phases"]["fuzzing"] == {
        "extra-data-sources": {"responses": False},
        "error-feedback": {"enabled": False},
    }


@pytest.mark.parametrize("codec", surface.LETTERS)
def test_the_letters_of_a_codec_are_these(codec: str) -> None:
    """Each interval can be encoded, and what lies next to it cannot; the name is the codec's own."""
    assert codecs.lookup(codec).name == codec
    known = [letter for first, last in surface.LETTERS[codec] for letter in (first, last)]
    beside = {edge + step for edge in known for step in (-1, 1)} & {*range(0x110000)}
    inside = {letter for first, last in surface.LETTERS[codec] for letter in beside if first <= letter <= last}
    assert {letter for letter in {*known, *beside} if can_encode(codec, letter)} == {*known, *inside}


def can_encode(codec: str, letter: int) -> bool:
    """Whether a codec knows a letter."""
    try:
        return bool(chr(letter).encode(codec))
    except UnicodeEncodeError:
        return False
