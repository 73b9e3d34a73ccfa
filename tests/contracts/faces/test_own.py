"""A face that is spelled out in a profile, over the gateway's own OpenAPI document."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from veocontracts.faces import Face, face, face_of
from veocontracts.faces.picks import lengths, turned, wrong
from veocontracts.profile import Words, load_profile
from veocontracts.profiles import find_profile
from veosim.errors import SourceError, VeosimError

GATEWAYS = Path(__file__).parents[2] / "gateways"
PROFILE = (GATEWAYS / "acme-profile.yaml").read_text()


def acme() -> Face:
    """The face of the profile that ships with the tests."""
    return face(load_profile(GATEWAYS / "acme-profile.yaml").api)


def test_all_is_read_from_the_document_and_the_profile() -> None:
    """Values, defaults, combinations, what is required and what is accepted."""
    found = acme()
    text, image = found.services["text"], found.services["image"]
    assert (text.name, text.path, text.required, text.images) == ("video", "/videos", ("prompt",), ())
    assert (image.name, image.path, image.required, image.images) == (
        "animation",
        "/animations",
        ("image",),
        ("url", "http"),
    )
    assert found.enums == {"model": ("fine", "swift"), "duration": (4, 8), "aspect_ratio": ("wide", "tall")}
    assert found.defaults == {"model": "fine", "duration": 4, "aspect_ratio": "wide"}
    assert (found.accepted, found.unknown, found.answer_id, found.speaks) == ((201,), (404,), "/film", "")
    assert len(text.combinations) == 6
    assert not text.allows({"model": "swift", "duration": 8})
    assert found.words["running"] == ("filming",)


def test_a_request_holds_what_every_request_does() -> None:
    """`also`, at its pointers."""
    assert acme().services["image"].wire({"image": "u", "duration": 8}) == {
        "account": "films",
        "start": {"url": "u"},
        "options": {"seconds": 8},
    }


def test_what_the_api_lacks_is_said_with_its_reason() -> None:
    """Rules about it are skipped, in these words."""
    lacks = acme().lacks
    assert lacks["values.resolution"] == "this API has no field for the resolution"
    assert lacks["result.aspect_ratio"] == "this API's answers show no aspect_ratio"
    assert lacks["created_at"] == "this API's answers have no created_at"
    assert {"values.model", "types.duration", "optional", "service", "id", "defaults"}.isdisjoint(lacks)


def test_values_are_picked_that_go_together() -> None:
    """A swift film of 8 seconds is wrong; what workloads want becomes what there is."""
    found = acme()
    text = found.services["text"]
    assert lengths(found) == ({"duration": 4}, {"duration": 8})
    assert turned(found, text, 0) == {"model": "fine", "duration": 8, "aspect_ratio": "wide"}
    assert text.allows(turned(found, text, 1, duration=1))
    assert wrong(text, "duration", intent="type") == {
        "fields": {"duration": "4"},
        "intent": "type",
        "about": "duration",
    }
    assert wrong(text, "resolution")["about"] == "model"


REPLACED = (
    ("post: /videos", "post: /video", 13, "the document has no POST /video; allowed: POST /videos"),
    (
        "/options/engine, d",
        "/options/engin, d",
        15,
        "has no /options/engin in the body of POST /videos; allowed: /prompt",
    ),
    (
        'get: "/films/{film}"',
        'get: "/films/{id}"',
        28,
        "the document has no GET /films/{id}; allowed: GET /films/{film}",
    ),
    (
        "state: /progress",
        "state: /state",
        32,
        "the document has no /state in the 200 of GET /films/{film}; allowed: /film",
    ),
    (
        "answer: {id: /film}",
        "answer: {id: /id}",
        29,
        "the document has no /id in the 201 of POST /videos; allowed: /film",
    ),
    ("running: [filming]", "running: [waiting]", 38, "the word 'waiting' stands under 'queued' too"),
    ("failed: [lost]", "failed: [lots]", 38, "has no 'lots' at /progress; allowed: waiting, filming, ready, lost; did"),
    ("failed: [lost]", "failed: []", 38, "no word says that a job has failed"),
    ("document: acme.yaml", "document: acmes.yaml", 10, "cannot be read: No such file or directory"),
    ("{/account: films}", "{/acount: films}", 16, "the document has no /acount in the body of POST /videos"),
    (
        "answer: {id: /film}",
        "accepted: [202]\n  answer: {id: /film}",
        29,
        "no answer 202 of POST /videos; allowed: 201",
    ),
    ("images: [url]", "images: [uri]", 27, "found 'uri'; allowed: url, data, raw"),
    ("kind\n", "sort\n", 33, "the document has no /sort in the 200 of GET"),
    ("service: video #", "service: '' #", 14, "jobs show their service, and this one has no name"),
)


@pytest.mark.parametrize(("before", "after", "line", "told"), REPLACED)
def test_a_profile_is_refused_where_its_document_says_otherwise(
    tmp_path: Path, before: str, after: str, line: int, told: str
) -> None:
    """File, line, what the document lacks and what it has."""
    (tmp_path / "acme.yaml").write_text((GATEWAYS / "acme.yaml").read_text())
    path = tmp_path / "profile.yaml"
    assert before in PROFILE
    path.write_text(PROFILE.replace(before, after, 1))
    with pytest.raises(SourceError) as raised:
        load_profile(path, {})
    assert f"{path}:{line}:" in str(raised.value)
    assert told in str(raised.value)


def changed(tmp_path: Path, change: Any) -> Path:
    """The profile beside a document that was changed."""
    document = yaml.safe_load((GATEWAYS / "acme.yaml").read_text())
    change(document)
    (tmp_path / "acme.yaml").write_text(yaml.safe_dump(document))
    path = tmp_path / "profile.yaml"
    path.write_text(PROFILE)
    return path


def test_a_document_without_an_answer_that_accepts_is_refused(tmp_path: Path) -> None:
    """Then nothing tells when a job was taken on."""
    path = changed(tmp_path, lambda document: document["paths"]["/videos"]["post"]["responses"].pop("201"))
    with pytest.raises(SourceError, match="the document has no answer of POST /videos that accepts a job"):
        load_profile(path, {})


def test_a_document_that_allows_no_order_is_refused(tmp_path: Path) -> None:
    """A field is required that the profile knows nothing of: it goes under `also`."""

    def demanding(document: Any) -> None:
        document["components"]["schemas"]["Film"]["required"].append("studio")

    path = changed(tmp_path, demanding)
    told = "^api.submit.text: the document allows no request of these fields: /studio is missing, expected a value$"
    with pytest.raises(VeosimError, match=told):
        face(load_profile(path, {}).api)


def test_a_document_without_404_may_have_another_answer_to_an_unknown_id(tmp_path: Path) -> None:
    """410 or 400, where it lists one of them; else 404."""

    def gone(document: Any) -> None:
        responses = document["paths"]["/films/{film}"]["get"]["responses"]
        responses["410"] = responses.pop("404")

    assert face(load_profile(changed(tmp_path, gone), {}).api).unknown == (410,)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, (("", None, 7, [], {}), True, 8000)),
        ({"minLength": 0}, ((None, 7, [], {}), True, 8000)),
        ({"type": ["string", "null"], "maxLength": 90}, (("", 7, [], {}), True, 90)),
    ],
)
def test_a_prompt_is_what_the_document_says(tmp_path: Path, change: dict[str, Any], found: Any) -> None:
    """No other text is refused than the document refuses, and none is longer."""

    def other(document: Any) -> None:
        document["components"]["schemas"]["Film"]["properties"]["prompt"] |= change

    made = face(load_profile(changed(tmp_path, other), {}).api)
    assert (made.services["text"].unlike["prompt"], made.services["text"].open, made.prompt_limit) == found


def test_a_field_that_nobody_knows_stays_out_where_the_document_wants_none(tmp_path: Path) -> None:
    """Such an API is not asked to ignore it."""

    def closed(document: Any) -> None:
        for path in ("/videos", "/animations"):
            body = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
            body["schema"] = {"allOf": [body["schema"]], "unevaluatedProperties": False}

    made = face(load_profile(changed(tmp_path, closed), {}).api)
    assert [service.open for service in made.services.values()] == [False, False]
    assert made.lacks["extra"] == "this API's document refuses fields that it does not name"


def test_services_that_are_not_sold_are_told() -> None:
    """A profile that asks for text of a dialect that takes images alone."""
    with pytest.raises(VeosimError, match=r"^image-to-video sells image; the profile's services name none of them$"):
        face("image-to-video", ["text"])


@pytest.mark.parametrize(
    ("upstream", "forms"),
    [
        ("api-video", ("url", "http", "data", "jpeg", "large", "raw", "large-raw")),
        ("generations-metadata", ("data", "jpeg", "large", "raw", "large-raw")),
    ],
)
def test_no_address_is_sent_where_the_upstream_takes_none(upstream: str, forms: tuple[str, ...]) -> None:
    """A gateway would have to fetch the image; one that takes addresses alone is sent them all the same.

    One whose document shows addresses alone, and leaves open whether it takes images, is sent these.
    """
    profile = find_profile("reference")
    behind = profile.model_copy(update={"upstream": profile.upstream.model_copy(update={"dialect": upstream})})
    assert face_of(behind).services["image"].images == forms
    own = behind.model_copy(update={"api": load_profile(GATEWAYS / "acme-profile.yaml").api})
    assert face_of(own).services["image"].images == ("url", "http")
    resold = behind.model_copy(update={"api": "image-to-video"})
    assert face_of(resold).services["image"].images == (
        ("url", "http") if upstream == "api-video" else ("data", "jpeg", "large")
    )


def test_an_api_that_shows_less_is_read_for_less(tmp_path: Path) -> None:
    """Without a duration in its answers there is none in its results, and rules about it are skipped."""
    path = changed(tmp_path, lambda _: None)
    path.write_text(PROFILE.replace("    duration: /output/seconds\n", ""))
    found = face(load_profile(path, {}).api)
    assert found.lacks["result.duration"] == "this API's answers show no duration"
    assert found.read({"output": {"url": "u", "seconds": 4, "engine": "fine"}}, "result") == {
        "video_url": "u",
        "model": "fine",
    }


def test_where_a_document_leaves_all_open_a_field_is_missing() -> None:
    """Something must be refused, and what is required always is."""
    bare = replace(acme().services["image"], misses={})
    assert wrong(bare, "duration") == {"without": ("image",), "intent": "required", "about": "image"}


def test_a_face_that_nobody_has_is_refused_with_its_line(tmp_path: Path) -> None:
    """With those that there are, and the nearest."""
    data = yaml.safe_load(PROFILE) | {"api": "cn8-gatewy"}
    path = tmp_path / "profile.yaml"
    path.write_text(yaml.safe_dump(data))
    line = 1 + path.read_text().splitlines().index("api: cn8-gatewy")
    told = (
        f"{path}:{line}:6: api: no face is called 'cn8-gatewy'; allowed: cn8-gateway, api-video, image-to-video, "
        "generations-seconds, generations-metadata; did you mean 'cn8-gateway'?"
    )
    with pytest.raises(SourceError) as raised:
        load_profile(path, {})
    assert str(raised.value) == told


def test_a_word_of_the_profiles_is_no_other_state_of_the_faces() -> None:
    """Unless the profile gives that state words of its own."""
    profile = find_profile("reference")
    twice = profile.model_copy(update={"words": Words(running=("queued", "processing"))})
    told = r"^words\.running: 'queued' is the word of cn8-gateway for 'queued' too; give words\.queued as well$"
    with pytest.raises(VeosimError, match=told):
        face_of(twice)
    words = Words(running=("queued", "processing"), queued=("waiting",))
    assert face_of(profile.model_copy(update={"words": words})) == face("cn8-gateway")


def test_a_charge_that_no_job_can_show_is_refused_with_its_line(tmp_path: Path) -> None:
    """Where the document closes the shape; else the field may be there though the document does not list it."""

    def shape(document: Any) -> Any:
        answer = document["paths"]["/films/{film}"]["get"]["responses"]["200"]
        return answer["content"]["application/json"]["schema"]["properties"]["bill"]

    for name in ("open", "closed"):
        (tmp_path / name).mkdir()
    path = changed(tmp_path / "open", lambda document: shape(document)["properties"].pop("dollars"))
    assert load_profile(path).ledger.job is not None
    path = changed(tmp_path / "closed", lambda document: shape(document).update(additionalProperties=False))
    assert load_profile(path).ledger.job is not None
    path.write_text(PROFILE.replace("cost: /bill/dollars", "cost: /bill/dollar"))
    with pytest.raises(SourceError) as refused:
        load_profile(path)
    there = "/bill, /film, /kind, /output, /progress, /why, /bill/dollars, /bill/seconds"
    assert str(refused.value).removeprefix(f"{path}:44:37: ledger.job.cost: ") == (
        f"the document has no /bill/dollar in the 200 of GET /films/{{film}}; allowed: {there}, "
        "/output/engine, /output/seconds, /output/url; did you mean '/bill/dollars'?"
    )
