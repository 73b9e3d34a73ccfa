"""Spoiled answers: what each spoil makes of each dialect's answers, and how they go over the wire."""

import asyncio
import http.client
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.support.films import film

from veosim import ManualClock, Simulator, parse_scenario
from veosim.app import create_app
from veosim.body import parse_object
from veosim.dialects import DIALECTS
from veosim.dialects.base import Answer, Dialect, Kind, Operation, json_answer
from veosim.fixture import Upstream
from veosim.inprocess import call
from veosim.job import Job, JobError, JobView, Outcome, Plan, State
from veosim.scenario.exchanges import SpoilWord
from veosim.scenario.variants import Variants
from veosim.spoils import SPOILS, Spoilable
from veosim.spoils.base import holders
from veosim.spoils.html import PAGE
from veosim.spoils.huge_body import SIZE

FACES = [
    (dialect, operation)
    for dialect in DIALECTS.values()
    for operation in dialect.operations
    if operation.kind is Kind.POLL
]
VIEWS = {
    State.QUEUED: JobView(State.QUEUED, 0),
    State.RUNNING: JobView(State.RUNNING, 40),
    State.SUCCEEDED: JobView(State.SUCCEEDED, 100),
    State.FAILED: JobView(State.FAILED, 40, JobError("a", "b")),
}
NAMES = [f"{dialect.name}-{operation.name}" for dialect, operation in FACES]
every_face = pytest.mark.parametrize(("dialect", "operation"), FACES, ids=NAMES)


def job_of(dialect: Dialect) -> Job:
    """A job as the dialect's own example makes it."""
    operation, body = dialect.example()
    request = dialect.parse(operation, parse_object(json.dumps(body).encode()), Variants())
    return Job("a-job", dialect.name, request, 0, Plan(Outcome.SUCCEED), base="http://x")


def polled(dialect: Dialect, operation: Operation, state: State) -> Spoilable:
    """The answer to a poll of a job in that state."""
    job = job_of(dialect)
    answer, earlier = (dialect.status(operation, job, VIEWS[each]) for each in (state, State.QUEUED))
    return Spoilable(answer, dialect.places, "/a b", state is State.SUCCEEDED, earlier)


def submitted(dialect: Dialect, operation: Operation) -> Spoilable:
    """The answer to a submit."""
    return Spoilable(dialect.accepted(operation, [job_of(dialect)]), dialect.places)


def spoiled(word: SpoilWord, spoilable: Spoilable) -> Answer:
    """What goes out."""
    return SPOILS[word](spoilable)


def changes(spoilable: Spoilable, answer: Answer) -> dict[str, Any]:
    """What the spoiled body has that the right one has not, and the other way round, by the path of its keys."""
    before, after = (flat(json.loads(body)) for body in (spoilable.answer.body, answer.body))
    assert answer == replace(spoilable.answer, body=answer.body)
    return {path: after.get(path, ...) for path in before | after if before.get(path, ...) != after.get(path, ...)}


def flat(data: Any, path: Sequence[str] = ()) -> dict[str, Any]:
    """Nested objects as one, with dotted keys."""
    if not isinstance(data, dict):
        return {".".join(path): data}
    return {key: value for name, each in data.items() for key, value in flat(each, (*path, name)).items()}


STATUS_AT = {
    "api-video-status": "status",
    "image-to-video-status": "data.status",
    "generations-seconds-status": "status",
    "generations-metadata-status": "data.status",
    "generations-metadata-videos-status": "status",
}
URL_AT = {
    "api-video-status": {"video_url"},
    "image-to-video-status": {"data.video_url"},
    "generations-seconds-status": {"url"},
    "generations-metadata-status": {"data.url", "data.bytes_base64_encoded"},
    "generations-metadata-videos-status": set(),
}


def test_every_face_is_looked_at() -> None:
    """A further dialect needs a row in these tables."""
    assert set(NAMES) == set(STATUS_AT) == set(URL_AT)


@every_face
@pytest.mark.parametrize("state", VIEWS)
def test_unknown_status(dialect: Dialect, operation: Operation, state: State) -> None:
    """One word changes, in the dialect's place and case."""
    spoilable = polled(dialect, operation, state)
    word = "HIBERNATING" if dialect.name == "image-to-video" else "hibernating"
    expected = {STATUS_AT[f"{dialect.name}-{operation.name}"]: word}
    assert changes(spoilable, spoiled("unknown-status", spoilable)) == expected


@every_face
@pytest.mark.parametrize("state", VIEWS)
def test_no_url(dialect: Dialect, operation: Operation, state: State) -> None:
    """Of a success the video's place is gone; any other answer stays."""
    spoilable = polled(dialect, operation, state)
    places = URL_AT[f"{dialect.name}-{operation.name}"] if state is State.SUCCEEDED else set()
    assert changes(spoilable, spoiled("no-url", spoilable)) == dict.fromkeys(places, ...)


IDS_AT = {
    "api-video-from-text": {"job_id"},
    "api-video-from-image": {"job_id"},
    "image-to-video-submit": {"data.task_ids"},
    "generations-seconds-submit": {"id", "task_id"},
    "generations-metadata-submit": {"task_id"},
    "generations-metadata-videos-submit": {"id"},
}


def test_no_id() -> None:
    """The answer to a submit names no job, and is whole otherwise."""
    found = {}
    for dialect in DIALECTS.values():
        for operation in dialect.operations:
            if operation.kind is Kind.SUBMIT:
                spoilable = submitted(dialect, operation)
                answer = spoiled("no-id", spoilable)
                assert (b"a-job" in spoilable.answer.body, b"a-job" in answer.body) == (True, False)
                found[f"{dialect.name}-{operation.name}"] = changes(spoilable, answer)
    assert found == {name: dict.fromkeys(ids, ...) for name, ids in IDS_AT.items()}


@every_face
@pytest.mark.parametrize("state", [State.RUNNING, State.SUCCEEDED])
def test_wrong_types(dialect: Dialect, operation: Operation, state: State) -> None:
    """Numbers are text, the status and the ids are numbers, URLs are null; all else is as it was."""
    spoilable = polled(dialect, operation, state)
    before = flat(json.loads(spoilable.answer.body))
    places = dialect.places
    of_kind: dict[str, Any] = {".".join(path): 1 for path in (*places.status, *places.ids)}
    of_kind |= dict.fromkeys(map(".".join, places.urls))
    numbers = {
        path: str(value) for path, value in before.items() if isinstance(value, int | float) and value is not True
    }
    expected = {path: value for path, value in {**numbers, **of_kind}.items() if path in before}
    assert changes(spoilable, spoiled("wrong-types", spoilable)) == expected


def test_wrong_types_reach_into_lists() -> None:
    """Numbers in lists too, but no truth value."""
    places = DIALECTS["api-video"].places
    spoilable = Spoilable(json_answer(200, {"a": [1, {"b": 2.5}, True], "c": None}), places)
    assert json.loads(spoiled("wrong-types", spoilable).body) == {"a": ["1", {"b": "2.5"}, True], "c": None}


@every_face
def test_goes_back(dialect: Dialect, operation: Operation) -> None:
    """A job that is done is queued again."""
    spoilable = polled(dialect, operation, State.SUCCEEDED)
    assert spoiled("goes-back", spoilable) == polled(dialect, operation, State.QUEUED).answer


@every_face
def test_huge_body(dialect: Dialect, operation: Operation) -> None:
    """Exactly 8 MiB of JSON, with every right value in it."""
    spoilable = polled(dialect, operation, State.SUCCEEDED)
    answer = spoiled("huge-body", spoilable)
    data = json.loads(answer.body)
    assert (len(answer.body), set(data.pop("padding"))) == (SIZE, {"x"})
    assert data == json.loads(spoilable.answer.body)


@every_face
def test_bad_json(dialect: Dialect, operation: Operation) -> None:
    """One byte is missing, and no parser reads the rest."""
    spoilable = polled(dialect, operation, State.SUCCEEDED)
    answer = spoiled("bad-json", spoilable)
    assert answer == replace(spoilable.answer, body=spoilable.answer.body[:-1])
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.body)


ANY = Spoilable(Answer(206, b"video", "video/mp4", {"ETag": "x"}), DIALECTS["api-video"].places, "/a b/ä")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("empty-body", replace(ANY.answer, body=b"")),
        ("html", replace(ANY.answer, body=PAGE, content_type="text/html; charset=utf-8")),
        ("wrong-content-type", replace(ANY.answer, content_type="text/html; charset=utf-8")),
        ("redirect", Answer(302, b"", headers={"Location": "/a%20b/%C3%A4/moved"})),
        *((word, ANY.answer) for word in ("bad-json", "unknown-status", "wrong-types", "no-id", "no-url", "huge-body")),
        ("goes-back", ANY.answer),
    ],
)
def test_an_answer_that_is_no_json(word: SpoilWord, expected: Answer) -> None:
    """What needs no JSON works on a video too; what needs it leaves the video as it is."""
    assert spoiled(word, ANY) == expected
    assert spoiled(word, replace(ANY, succeeded=True)) == expected


@pytest.mark.parametrize("body", [b"[1]", b'"x"', b"", b"{"])
def test_json_that_is_no_object_is_left(body: bytes) -> None:
    """A spoil never fails."""
    spoilable = replace(ANY, answer=Answer(200, body), succeeded=True)
    assert [
        word for word in ("bad-json", "no-id", "no-url", "wrong-types") if SPOILS[word](spoilable).body != body
    ] == []


def test_holders_are_found_where_the_path_leads() -> None:
    """Not where it ends early, or at something that is no object."""
    data = {"a": {"b": 1}, "c": None, "d": 2}
    assert holders(data, [("a", "b"), ("a", "x"), ("c", "b"), ("d", "e", "f"), ("d",)]) == [
        ({"b": 1}, "b"),
        (data, "d"),
    ]


def over_the_wire(upstream: Upstream, method: str, path: str, body: str | None = None) -> Answer:
    """An answer as a client of sockets reads it."""
    connection = http.client.HTTPConnection(upstream.url.removeprefix("http://"), timeout=20)
    connection.request(method, f"/api-video{path}", body)
    found = connection.getresponse()
    headers = {"Location": found.headers["location"]} if "location" in found.headers else {}
    answer = Answer(found.status, found.read(), found.headers["content-type"], headers)
    connection.close()
    return answer


def scenario(word: str, kind: str) -> str:
    """Every exchange of a kind is spoiled; jobs succeed at once."""
    return f"scenario: spoiled\njobs: [{{after: 0s}}]\nexchanges: {{{kind}: [{{spoil: {word}}}]}}"


@pytest.mark.parametrize("word", SPOILS)
def test_a_poll_is_spoiled_over_the_wire(veosim: Upstream, word: SpoilWord) -> None:
    """What the client reads is what the journal keeps, and the fault is named."""
    veosim.play(scenario(word, "poll"))
    over_the_wire(veosim, "POST", "/api/video/from-text", '{"prompt": "A paper boat"}')
    (job,) = veosim.jobs
    dialect = DIALECTS["api-video"]
    operation = next(each for each in dialect.operations if each.kind is Kind.POLL)
    path = operation.path.format(job_id=job.id)
    right, earlier = (dialect.status(operation, job, VIEWS[state]) for state in (State.SUCCEEDED, State.QUEUED))
    expected = spoiled(word, Spoilable(right, dialect.places, f"/api-video{path}", succeeded=True, earlier=earlier))
    assert over_the_wire(veosim, "GET", path) == expected
    assert (expected == right) is (word == "no-id")  # a success of this dialect names no job
    exchange = veosim.journal[-1]
    assert (exchange.status, exchange.answer, exchange.fault) == (expected.status, expected.body, f"spoil: {word}")


@pytest.mark.parametrize("word", [word for word in SPOILS if word not in ("goes-back", "no-url")])
def test_a_submit_is_spoiled_in_process(word: SpoilWord) -> None:
    """The job is made, since the answer is the dialect's own."""
    simulator = Simulator(parse_scenario(scenario(word, "submit")), clock=ManualClock())
    app = create_app(simulator, root="api-video")
    found = asyncio.run(call(app, "POST", "/api/video/from-text", body=b'{"prompt": "A paper boat"}'))
    (job,) = simulator.jobs.values()
    dialect = DIALECTS["api-video"]
    right = dialect.accepted(dialect.operations[0], [job])
    expected = spoiled(word, Spoilable(right, dialect.places, "/api/video/from-text"))
    assert (found.status, found.body) == (expected.status, expected.body)
    assert found.headers["content-type"] == expected.content_type
    assert [(each.created, each.fault) for each in simulator.journal] == [(True, f"spoil: {word}")]


@pytest.mark.parametrize("word", ["empty-body", "html", "wrong-content-type", "redirect"])
def test_a_download_is_spoiled(veosim: Upstream, word: SpoilWord) -> None:
    """A video that is a page, or nothing, or elsewhere."""
    veosim.play(scenario(word, "content"))
    over_the_wire(veosim, "POST", "/api/video/from-text", '{"prompt": "A paper boat"}')
    path = f"/media/{veosim.jobs[0].id}/video.mp4"
    right = Answer(200, film(veosim.jobs[0].id, 4), "video/mp4")
    expected = spoiled(word, Spoilable(right, DIALECTS["api-video"].places, f"/api-video{path}"))
    assert over_the_wire(veosim, "GET", path) == expected


def test_whoever_follows_a_redirect_finds_nothing(veosim: Upstream) -> None:
    """The path is one that no operation has."""
    veosim.play(scenario("redirect", "poll"))
    over_the_wire(veosim, "POST", "/api/video/from-text", '{"prompt": "A paper boat"}')
    moved = over_the_wire(veosim, "GET", f"/api/video/status/{veosim.jobs[0].id}")
    assert over_the_wire(veosim, "GET", moved.headers["Location"].removeprefix("/api-video")).status == 404


def test_a_cancel_is_spoiled_and_carried_out() -> None:
    """The job is cancelled, whatever its answer looks like."""
    simulator = Simulator(parse_scenario(scenario("empty-body", "cancel")), clock=ManualClock())
    app = create_app(simulator, root="generations-seconds")
    dialect = DIALECTS["generations-seconds"]
    operation, body = dialect.example()
    headers = {"authorization": "Bearer sk-1"}
    simulator.play(parse_scenario("scenario: x\nexchanges: {cancel: [{spoil: empty-body}]}"))

    async def main() -> tuple[int, bytes]:
        await call(app, "POST", operation.path, headers, json.dumps(body).encode())
        (job_id,) = simulator.jobs
        found = await call(app, "POST", f"{operation.path}/{job_id}/cancel", headers)
        return found.status, found.body

    assert asyncio.run(main()) == (200, b"")
    assert [simulator.view(job).state for job in simulator.jobs.values()] == [State.CANCELLED]
