"""The simulator without a server: exchanges go in as data and come out as reactions."""

import asyncio
import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import pytest
from tests.support.films import film

from veosim import ManualClock, Outcome, Plan, Simulator, State, VeosimError, parse_scenario
from veosim.body import BadBodyError
from veosim.call import Call, Reaction
from veosim.clock import EPOCH, wall_now
from veosim.dialects.api_video import FROM_IMAGE, FROM_TEXT, STATUS, ApiVideo
from veosim.dialects.base import MEDIA, Answer, Dialect, Operation
from veosim.dialects.generations_metadata import CONTENT, EXAMPLE_IMAGE, GenerationsMetadata
from veosim.dialects.generations_metadata import STATUS as METADATA_STATUS
from veosim.dialects.generations_seconds import CANCEL, GenerationsSeconds
from veosim.dialects.image_to_video import ImageToVideo
from veosim.job import REASONS, JobError, JobView
from veosim.journal import Exchange
from veosim.outbound.base import FETCH_LIMIT, OutboundError, Receipt
from veosim.scenario.exchanges import Breakage
from veosim.scenario.variants import ApiVideoVariant, GenerationsSecondsVariant
from veosim.seeded import fingerprint
from veosim.units import SECOND

DIALECT = ApiVideo()
MARK = "mk-0123456789"
KITE: dict[str, object] = {"prompt": "a kite"}
FAULTY = """\
scenario: faulty
exchanges:
  submit:
    - {when: {nth: 1}, respond: {status: 503, headers: {Retry-After: "2"}}}
    - {when: {nth: 2}, accept: true, delay: 3s, respond: {status: 502, body: <html>, content_type: text/html}}
    - {when: {nth: 3}, accept: true, break: reset}
    - {when: {nth: 4}, delay: 250ms}
  poll:
    - {when: {nth_of_job: 1}, break: hang}
    - {when: {nth_of_job: 2}, delay: 1s}
    - {when: {nth_of_job: 3}, respond: {status: 500}}
"""
STUCK = parse_scenario("scenario: stuck\njobs: [{outcome: stuck, queue: 0s}]\n")


SECONDS, METADATA, VIDEOS = GenerationsSeconds(), GenerationsMetadata(), ImageToVideo()
HOOK = "http://127.0.0.1:9/hook"
GOOD_URL, BAD_URL = "http://images.example/good.png", "http://images.example/bad.png"
VIDEOS_SUBMIT, EXAMPLE = VIDEOS.example()
SEVERAL: dict[str, object] = {**EXAMPLE, "generate_count": 2, "callback_url": HOOK}


class Post:
    """What sends requests, without sockets: keeps what it is to send, and what it is to fetch."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []
        self.asked: list[str] = []

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Receipt:  # noqa: ARG002  the protocol's own signature
        """Delivered."""
        self.sent.append((url, body))
        return Receipt(200, "", "answered")

    async def get(self, url: str, limit: int = FETCH_LIMIT) -> bytes:  # noqa: ARG002  the same
        """A picture, or nothing."""
        self.asked.append(url)
        if url == BAD_URL:
            raise OutboundError("its server answered 404")
        return base64.b64decode(EXAMPLE_IMAGE)


def posting(scenario: str) -> tuple[Simulator, Post]:
    """A simulator whose callbacks go to a list."""
    post = Post()
    return Simulator(parse_scenario(scenario), seed=7, clock=ManualClock(), outbound=post), post


def calling(dialect: Dialect, operation: Operation, data: Mapping[str, object] | None = None, **changes: Any) -> Call:
    """One request with a key."""
    body = b"" if data is None else json.dumps(data).encode()
    return Call(dialect, operation, operation.path, **{"body": body, "key": "key:1", "bearer": True, **changes})


def exchanged(
    simulator: Simulator,
    dialect: Dialect,
    operation: Operation,
    data: Mapping[str, object] | None = None,
    **changes: Any,
) -> Answer:
    """The answer to one request, sent."""
    reaction = simulator.receive(calling(dialect, operation, data, **changes))
    assert reaction.answer is not None
    simulator.finish(reaction, sent=True)
    return reaction.answer


def made(simulator: Simulator, dialect: Dialect, **changes: Any) -> str:
    """The id of the job that the dialect's example makes."""
    operation, data = dialect.example()
    assert exchanged(simulator, dialect, operation, data, **changes).status == 200
    return list(simulator.jobs)[-1]


async def moved(simulator: Simulator, seconds: int) -> None:
    """Move the simulator's clock in a loop that runs."""
    assert await cast("ManualClock", simulator.clock).advance(seconds * SECOND) == []


def fresh(scenario: str = "scenario: plain\n", seed: int = 7) -> Simulator:
    """A simulator on a clock that stands still."""
    return Simulator(parse_scenario(scenario), seed=seed, clock=ManualClock())


def submitted(simulator: Simulator, data: dict[str, object] | bytes, operation: Operation = FROM_TEXT) -> Reaction:
    """The reaction to a submit, carried out."""
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    reaction = simulator.receive(Call(DIALECT, operation, operation.path, body, "key:1"))
    simulator.finish(reaction, sent=reaction.answer is not None)
    return reaction


def polled(simulator: Simulator, job_id: str) -> Reaction:
    """The reaction to a poll, carried out."""
    reaction = simulator.receive(Call(DIALECT, STATUS, f"/api/video/status/{job_id}", b"", "key:1", job_id))
    simulator.finish(reaction, sent=reaction.answer is not None)
    return reaction


def advance(simulator: Simulator, seconds: int) -> None:
    """Move the simulator's clock."""
    asyncio.run(cast("ManualClock", simulator.clock).advance(seconds * SECOND))


def test_a_job_is_submitted_and_polled_to_its_end() -> None:
    """The journal holds both sides of every exchange, and the job the plan that was drawn."""
    simulator = fresh("scenario: plain\njobs: [{queue: 2s, run: 8s}]\n")
    body = json.dumps(KITE).encode()
    accepted = submitted(simulator, KITE)
    (job,) = simulator.jobs.values()
    advance(simulator, 6)
    running = polled(simulator, job.id)
    advance(simulator, 4)
    done = polled(simulator, job.id)
    views = [JobView(State.RUNNING, 60), JobView(State.SUCCEEDED, 100)]
    answers = [DIALECT.accepted(FROM_TEXT, [job]), *(DIALECT.status(STATUS, job, view) for view in views)]
    assert [accepted.answer, running.answer, done.answer] == answers
    assert (job.plan, job.polls, job.submitted_at) == (Plan(Outcome.SUCCEED, 2 * SECOND, 8 * SECOND), 2, 0)
    first, *others = [answer.body for answer in answers]
    submit = Exchange(1, 0, "api-video", "from-text", "submit", "POST", "/api/video/from-text", "key:1", body, job.id)
    poll = Exchange(0, 0, "api-video", "status", "poll", "GET", f"/api/video/status/{job.id}", "key:1", b"", job.id)
    assert list(simulator.journal) == [
        replace(submit, created=True, status=200, answer=first, answered_at=0),
        *(
            replace(poll, number=number, at=at * SECOND, status=200, answer=answer, answered_at=at * SECOND)
            for number, at, answer in zip((2, 3), (6, 10), others, strict=True)
        ),
    ]


@pytest.mark.parametrize(
    ("body", "note"),
    [
        (b"{", "The body is not JSON: expecting property name enclosed in double quotes at line 1, column 2."),
        (b'{"prompt": "a", "duration": 4}', "body.duration: Input should be '4s' or '8s'"),
    ],
)
def test_a_bad_submit_makes_no_job(body: bytes, note: str) -> None:
    """It is answered in the dialect's shape and noted, and counts for no scenario."""
    simulator = fresh(FAULTY)
    exchange = submitted(simulator, body).exchange
    assert (exchange.status, exchange.note, exchange.created, exchange.fault) == (400, note, False, "")
    assert json.loads(exchange.answer)["status"] == "error"
    assert simulator.jobs == {}
    assert submitted(simulator, KITE).exchange.fault == "respond: 503"


def test_a_body_that_could_not_be_read_keeps_its_status() -> None:
    """What the app found too large is a 413 in the dialect's shape."""
    failure = BadBodyError("The body is larger than 10 bytes.", 413)
    reaction = fresh().receive(Call(DIALECT, FROM_TEXT, "/", b"", failure=failure))
    assert reaction.answer == DIALECT.error(None, 413, "The body is larger than 10 bytes.")


def test_submit_faults() -> None:
    """A fault refuses the job, or takes it on and loses the answer, or delays it; each is in the journal."""
    simulator = fresh(FAULTY)
    reactions = [submitted(simulator, KITE) for _ in range(5)]
    refusal = Answer(503, DIALECT.error(None, 503, "The scenario answers 503.").body, headers={"Retry-After": "2"})
    late, last = (DIALECT.accepted(FROM_TEXT, [job]) for job in list(simulator.jobs.values())[2:])
    assert [(one.answer, one.delay, one.break_, one.exchange.created, one.exchange.fault) for one in reactions] == [
        (refusal, 0, None, False, "respond: 503"),
        (Answer(502, b"<html>", "text/html"), 3 * SECOND, None, True, "delay: 3s, respond: 502"),
        (None, 0, Breakage("reset"), True, "break: reset"),
        (late, SECOND // 4, None, True, "delay: 0.25s"),
        (last, 0, None, True, ""),
    ]
    seen = [(exchange.job_id, exchange.status) for exchange in simulator.journal]
    assert seen == list(zip([None, *simulator.jobs], [503, 502, None, 200, 200], strict=True))


def test_poll_faults() -> None:
    """They fall on polls one by one, whatever state the job is in."""
    simulator = fresh(FAULTY)
    for _ in range(2):
        submitted(simulator, KITE)
    (job,) = simulator.jobs.values()
    reactions = [polled(simulator, job.id) for _ in range(4)]
    queued = DIALECT.status(STATUS, job, JobView(State.QUEUED, 0))
    assert [(one.answer, one.delay, one.break_) for one in reactions] == [
        (None, 0, Breakage("hang")),
        (queued, SECOND, None),
        (DIALECT.error(None, 500, "The scenario answers 500."), 0, None),
        (queued, 0, None),
    ]


def test_polls_that_come_too_soon() -> None:
    """Each is held against the poll before it, whatever that was answered, and against its own job's alone."""
    simulator = fresh("scenario: x\nexchanges: {poll: [{when: {sooner_than: 2s}, respond: {status: 429}}]}")
    for _ in range(2):
        submitted(simulator, KITE)
    one, other = simulator.jobs
    statuses = []
    for pause, job_id in ((0, one), (1, one), (1, one), (2, one), (0, other), (1, one), (1, other)):
        advance(simulator, pause)
        answer = polled(simulator, job_id).answer
        statuses.append(answer.status if answer else None)
    assert statuses == [200, 429, 429, 200, 200, 429, 200]


@pytest.mark.parametrize(("entry", "status"), [("respond: {status: 500}", 500), ("delay: 1s", 200)])
def test_download_faults(entry: str, status: int) -> None:
    """They fall on the downloads of a job, one by one."""
    faulty = f"{{when: {{nth_of_job: 2, operation: media}}, {entry}}}"
    simulator = fresh(f"scenario: x\njobs: [{{after: 0s}}]\nexchanges: {{content: [{faulty}]}}")
    submitted(simulator, KITE)
    (job,) = simulator.jobs.values()
    call = Call(DIALECT, MEDIA, "/media", job_id=job.id, file="video.mp4")
    reactions = [simulator.receive(call) for _ in range(3)]
    assert [one.answer and one.answer.status for one in reactions] == [200, status, 200]
    assert [one.exchange.fault for one in reactions] == ["", entry.replace("{status: 500}", "500"), ""]
    assert (job.downloads, job.polls) == (3, 0)


@pytest.mark.parametrize(
    ("entry", "state"), [("break: reset", State.QUEUED), ("spoil: html", State.CANCELLED), ("", State.CANCELLED)]
)
def test_cancel_faults(entry: str, state: State) -> None:
    """A cancel whose answer is replaced is not carried out; one whose own answer is spoiled is."""
    simulator = fresh(f"scenario: x\nexchanges: {{cancel: [{f'{{{entry}}}' if entry else ''}]}}")
    dialect = GenerationsSeconds()
    operation, body = dialect.example()
    simulator.receive(Call(dialect, operation, "/", json.dumps(body).encode(), bearer=True))
    (job,) = simulator.jobs.values()
    reaction = simulator.receive(Call(dialect, CANCEL, "/", job_id=job.id, bearer=True))
    assert (simulator.view(job).state, reaction.exchange.fault, job.cancels) == (state, entry, 1)


def test_a_kept_job_is_not_kept_twice() -> None:
    """The canonical spelling has done its work once the plan is drawn; ids do not depend on what is kept."""
    one, other = fresh(), fresh()
    for _ in range(2):
        submitted(one, KITE)
    other.play(one.scenario)
    for _ in range(2):
        submitted(other, KITE)
    assert [job.request.canonical for job in one.jobs.values()] == ["", ""]
    assert (list(one.jobs), len(one.jobs)) == (list(other.jobs), 2)


def test_unknown_jobs() -> None:
    """An id of nobody, and one of another dialect, are the same to the client; the journal tells them apart."""
    simulator = fresh()
    submitted(simulator, KITE)
    (job,) = simulator.jobs.values()
    job.dialect = "another"
    answers = [polled(simulator, job_id).answer for job_id in ("nobody", job.id)]
    assert answers == [DIALECT.unknown_job(STATUS, "nobody"), DIALECT.unknown_job(STATUS, job.id)]
    assert [exchange.unknown_job for exchange in simulator.journal][-2:] == [True, True]
    assert not simulator.journal.matching(kind="submit")[0].unknown_job
    assert [exchange.note for exchange in simulator.journal] == [
        "",
        "no job has this id",
        "this job belongs to another",
    ]


def test_a_client_that_left_is_noted() -> None:
    """An answer that could not be sent is no answer."""
    simulator = fresh()
    simulator.finish(simulator.receive(Call(DIALECT, FROM_TEXT, "/", json.dumps(KITE).encode())), sent=False)
    (exchange,) = simulator.journal
    assert (exchange.status, exchange.answer, exchange.note) == (None, b"", "the client left before the answer")


def test_a_marker_brings_its_own_scenario() -> None:
    """The job that carries it, in its prompt or image, is played by the plan handed in for it, and nobody else is."""
    simulator = fresh()
    simulator.play(STUCK, marker=MARK)
    submitted(simulator, KITE)
    submitted(simulator, {"prompt": f"a kite {MARK} at noon"})
    submitted(simulator, {"image": f"https://images.example/a.png?m={MARK}"}, FROM_IMAGE)
    polled(simulator, list(simulator.jobs)[1])
    assert [job.plan.outcome for job in simulator.jobs.values()] == [Outcome.SUCCEED, Outcome.STUCK, Outcome.STUCK]
    assert [exchange.marker for exchange in simulator.journal] == [None, MARK, MARK, MARK]


def test_playing_another_scenario_leaves_jobs_alone() -> None:
    """Jobs keep their plans, and a scenario played again makes no id twice."""
    simulator = fresh()
    first = simulator.scenario
    for scenario in (first, STUCK, first, first):
        simulator.play(scenario)
        submitted(simulator, KITE)
    outcomes = [simulator.view(job).state for job in simulator.jobs.values()]
    assert outcomes == [State.QUEUED, State.RUNNING, State.QUEUED, State.QUEUED]


def test_reset_begins_again() -> None:
    """After it, the same requests get the same ids and plans, from the first scenario."""
    simulator = fresh()
    submitted(simulator, KITE)
    before = (list(simulator.jobs.values()), list(simulator.journal))
    simulator.play(STUCK)
    simulator.play(STUCK, marker=MARK)
    simulator.reset()
    assert (simulator.jobs, list(simulator.journal), simulator.scenario.scenario) == ({}, [], "plain")
    submitted(simulator, KITE)
    assert (list(simulator.jobs.values()), list(simulator.journal)) == before


def test_forcing_an_end() -> None:
    """A job ends now, once; an unknown one is named."""
    simulator = fresh()
    submitted(simulator, KITE)
    (job_id,) = simulator.jobs
    advance(simulator, 2)
    error = JobError("gone", "The worker died.")
    job = simulator.force(job_id, Outcome.FAIL, error)
    assert simulator.view(job) == JobView(State.FAILED, 40, error)
    assert simulator.view(simulator.force(job_id, Outcome.SUCCEED)).state is State.FAILED
    with pytest.raises(VeosimError, match=r"^no job has the id 'nobody'$"):
        simulator.force("nobody", Outcome.FAIL)


# Cancelling


def test_cancelling_a_job_that_has_not_ended() -> None:
    """It ends now, whether queued or running, and cancelling it again shows the same."""
    for age in (0, 2):
        simulator = fresh()
        job_id = made(simulator, SECONDS)
        advance(simulator, age)
        answers = [exchanged(simulator, SECONDS, CANCEL, job_id=job_id) for _ in range(2)]
        job = simulator.jobs[job_id]
        progress = 40 if age else 0  # what it had: nothing that a cancel does brings a job on
        ended = JobView(State.CANCELLED, progress, REASONS[Outcome.CANCEL])
        assert answers == [SECONDS.status(CANCEL, job, ended)] * 2
        assert (job.plan, job.ends_at) == (Plan(Outcome.CANCEL, 0, age * SECOND, progress=progress), age * SECOND)
        advance(simulator, 100)
        assert simulator.view(job) == ended


@pytest.mark.parametrize(
    ("outcome", "word"), [("succeed", "succeeded"), ("empty", "succeeded"), ("filtered", "failed")]
)
def test_cancelling_a_job_that_has_ended_is_a_conflict(outcome: str, word: str) -> None:
    """What became of it stays."""
    simulator = fresh(f"scenario: quick\njobs: [{{outcome: {outcome}, after: 1s}}]\n")
    job_id = made(simulator, SECONDS)
    advance(simulator, 1)
    before = simulator.view(simulator.jobs[job_id])
    refusal = SECONDS.error(CANCEL, 409, f"The job is {word} and can no longer be cancelled.")
    assert exchanged(simulator, SECONDS, CANCEL, job_id=job_id) == refusal
    assert simulator.view(simulator.jobs[job_id]) == before


@pytest.mark.parametrize("operation", [CANCEL, MEDIA], ids=["cancel", "media"])
def test_a_job_of_nobody_or_of_another_dialect(operation: Operation) -> None:
    """Neither can be cancelled or downloaded; the journal says which it was."""
    simulator = fresh()
    submitted(simulator, KITE)
    for job_id in ("nobody", *simulator.jobs):
        unknown = SECONDS.unknown_job(operation, job_id)
        assert exchanged(simulator, SECONDS, operation, job_id=job_id, file="video.mp4") == unknown
    notes = [(exchange.unknown_job, exchange.note) for exchange in simulator.journal][1:]
    assert notes == [(True, "no job has this id"), (True, "this job belongs to api-video")]


# Downloads


def test_a_result_is_downloaded() -> None:
    """By the name in its path, or as the video where the operation names none; a part of it, if that is asked for."""
    simulator = fresh("scenario: instant\njobs: [{after: 0s}]\n")
    job_id = made(simulator, METADATA)
    whole = exchanged(simulator, METADATA, CONTENT, job_id=job_id)
    assert whole == exchanged(simulator, METADATA, MEDIA, job_id=job_id, file="video.mp4")
    video = film(job_id, 8, dialect="generations-metadata", resolution="720p")
    assert (whole.status, whole.content_type, whole.body) == (200, "video/mp4", video)
    part = exchanged(simulator, METADATA, MEDIA, job_id=job_id, file="video.mp4", headers={"range": "bytes=0-3"})
    assert (part.status, part.body, part.headers["Content-Range"]) == (
        206,
        video[:4],
        f"bytes 0-3/{len(video)}",
    )
    *_, exchange = simulator.journal
    assert (exchange.status, exchange.answer, exchange.headers) == (206, part.body, part.headers)
    assert (exchange.operation, exchange.kind, exchange.job_id, exchange.note) == ("media", "content", job_id, "")


@pytest.mark.parametrize(
    ("entry", "age", "file", "status", "message"),
    [
        ("{after: 1s}", 0, "video.mp4", 409, "The job is running; there is nothing to download."),
        ("{after: 1s}", 1, "video.webm", 404, "The job has no file 'video.webm'."),
        ("{outcome: empty, after: 1s}", 1, "video.mp4", 404, "The job has no file 'video.mp4'."),
        ("{after: 1s, result: {expires: 1h}}", 3601, "video.mp4", 403, "The URL has expired."),
    ],
)
def test_what_cannot_be_downloaded_is_an_error_of_the_dialect(
    entry: str, age: int, file: str, status: int, message: str
) -> None:
    """In its own shape, and with the reason in the journal."""
    simulator = fresh(f"scenario: x\njobs: [{entry}]\n")
    job_id = made(simulator, METADATA)
    advance(simulator, age)
    answer = exchanged(simulator, METADATA, MEDIA, job_id=job_id, file=file)
    assert answer == METADATA.error(MEDIA, status, message)
    assert list(simulator.journal)[-1].note == message


def test_a_result_is_there_until_it_expires() -> None:
    """The scenario's time counts from the job's end, and what expires is the download: a poll shows it for ever."""
    simulator = fresh("scenario: x\njobs: [{after: 10s, result: {expires: 1h}}]\n")
    job_id = made(simulator, METADATA)
    advance(simulator, 3609)
    assert exchanged(simulator, METADATA, MEDIA, job_id=job_id, file="video.mp4").status == 200
    advance(simulator, 1)
    assert exchanged(simulator, METADATA, MEDIA, job_id=job_id, file="video.mp4").status == 403
    shown = exchanged(simulator, METADATA, METADATA_STATUS, job_id=job_id)
    assert shown == METADATA.status(METADATA_STATUS, simulator.jobs[job_id], JobView(State.SUCCEEDED, 100))


# Keys


@pytest.mark.parametrize(
    ("keys", "dialect", "credentials", "note"),
    [
        ((), DIALECT, "", None),
        ((), DIALECT, "sk-1", None),
        ((), SECONDS, "Bearer anything", None),
        ((), SECONDS, "", "no bearer key"),
        ((), SECONDS, "sk-1", "no bearer key"),
        (("sk-1", "sk-2"), SECONDS, "Bearer sk-2", None),
        (("sk-1", "sk-2"), DIALECT, "Bearer sk-1", None),
        (("sk-1",), SECONDS, "Bearer sk-3", "this key is not among those that are taken"),
        (("sk-1",), DIALECT, "Bearer sk-3", "this key is not among those that are taken"),
        (("sk-1",), DIALECT, "", "no bearer key"),
        (("sk-1",), DIALECT, "sk-1", "no bearer key"),
    ],
)
def test_keys(keys: tuple[str, ...], dialect: Dialect, credentials: str, note: str | None) -> None:
    """Configured keys hold for every dialect; without any, a dialect asks for what its document asks for."""
    simulator = Simulator(clock=ManualClock(), keys=keys)
    operation, data = dialect.example()
    key = fingerprint(credentials) if credentials else ""
    answer = exchanged(simulator, dialect, operation, data, key=key, bearer=credentials.startswith("Bearer "))
    (exchange,) = simulator.journal
    assert simulator.has_keys == bool(keys)
    assert (exchange.key, exchange.status, exchange.headers) == (key, answer.status, answer.headers)
    assert (exchange.created, len(simulator.jobs)) == ((True, 1) if note is None else (False, 0))
    if note is None:
        assert answer.status == 200
        return
    refusal = dialect.error(operation, 401, "The API key is missing or unknown.")
    assert answer == replace(refusal, headers={"WWW-Authenticate": "Bearer"})
    assert exchange.note == note


def test_a_result_needs_no_key() -> None:
    """A URL that stands in an answer can be opened by whoever has it; the API's own download asks for the key."""
    simulator = Simulator(parse_scenario("scenario: x\njobs: [{after: 0s}]\n"), clock=ManualClock(), keys=["sk-1"])
    job_id = made(simulator, METADATA, key=fingerprint("Bearer sk-1"))
    statuses = [
        exchanged(simulator, METADATA, operation, job_id=job_id, file="video.mp4", key="", bearer=False).status
        for operation in (MEDIA, CONTENT)
    ]
    assert statuses == [200, 401]


def test_a_refused_key_counts_for_no_scenario() -> None:
    """The first submit with a good key is the first of the scenario."""
    simulator = fresh("scenario: x\nexchanges: {submit: [{when: {nth: 1}, respond: {status: 503}}]}\n")
    operation, data = SECONDS.example()
    statuses = [exchanged(simulator, SECONDS, operation, data, bearer=bearer).status for bearer in (False, True, True)]
    assert statuses == [401, 503, 200]


# What a job remembers of its submit


def test_a_job_remembers_where_and_when_it_was_made() -> None:
    """Clocks that tests control begin at an instant of their own; the variant is the one that was played."""
    simulator = fresh("scenario: x\nvariants: {api-video: {failed_status: 502}}\n")
    advance(simulator, 90)
    made(simulator, DIALECT, base="http://veosim.test/api-video")
    simulator.play(STUCK)
    made(simulator, SECONDS)
    one, other = simulator.jobs.values()
    assert (one.base, one.variant) == ("http://veosim.test/api-video", ApiVideoVariant(failed_status=502))
    assert (other.base, other.variant) == ("", GenerationsSecondsVariant())
    assert one.created_at == other.created_at == int(EPOCH.timestamp()) + 90


def test_on_a_clock_that_runs_by_itself_jobs_are_made_now() -> None:
    """`created_at` is the real instant."""
    before = int(wall_now().timestamp())
    simulator = Simulator()
    made(simulator, DIALECT)
    (job,) = simulator.jobs.values()
    assert before <= job.created_at <= int(wall_now().timestamp())


def test_a_marker_may_be_a_whole_image() -> None:
    """An image that was sent inline has no room for a marker inside, so it can be one."""
    simulator = fresh()
    simulator.play(STUCK, marker=EXAMPLE_IMAGE)
    submitted(simulator, {"image": f"data:image/png;base64,{EXAMPLE_IMAGE}"}, FROM_IMAGE)
    submitted(simulator, {"image": EXAMPLE_IMAGE}, FROM_IMAGE)
    assert [job.plan.outcome for job in simulator.jobs.values()] == [Outcome.SUCCEED, Outcome.STUCK]
    assert [exchange.marker for exchange in simulator.journal] == [None, EXAMPLE_IMAGE]


# Several jobs, and their callbacks


def test_one_submit_may_make_several_jobs() -> None:
    """Each has an id and a plan of its own; the exchange names the first, and the answer all."""
    simulator = fresh("scenario: x\njobs: [{when: {nth: 2}, outcome: fail}]\n")
    answer = exchanged(simulator, VIDEOS, VIDEOS_SUBMIT, {**SEVERAL, "generate_count": 3})
    jobs = list(simulator.jobs.values())
    assert answer == VIDEOS.accepted(VIDEOS_SUBMIT, jobs)
    assert [job.plan.outcome for job in jobs] == [Outcome.SUCCEED, Outcome.FAIL, Outcome.SUCCEED]
    (exchange,) = simulator.journal
    assert (len(jobs), exchange.job_id, exchange.created) == (3, jobs[0].id, True)


def test_the_end_of_each_job_is_called_back() -> None:
    """Where the submit asks for it, in the dialect's words, at the job's end and not before."""
    simulator, post = posting("scenario: x\njobs: [{when: {nth: 1}, run: 2s}, {run: 5s, outcome: fail}]\n")

    async def run() -> list[int]:
        reaction = simulator.receive(calling(VIDEOS, VIDEOS_SUBMIT, SEVERAL))
        assert reaction.first is None
        counts = []
        for step in (2, 1, 3):
            await moved(simulator, step)
            counts.append(len(post.sent))
        return counts

    assert asyncio.run(run()) == [0, 1, 2]
    views = [JobView(State.SUCCEEDED, 100), JobView(State.FAILED, 99, REASONS[Outcome.FAIL])]
    jobs = list(simulator.jobs.values())
    assert post.sent == [(HOOK, VIDEOS.callback(job, view)) for job, view in zip(jobs, views, strict=True)]
    assert [exchange.job_id for exchange in simulator.journal.matching(kind="callback")] == [job.id for job in jobs]


def test_without_a_url_nobody_is_called_back() -> None:
    """Neither is anything scheduled, nor does the answer wait, whatever the scenario says of callbacks."""
    simulator, post = posting("scenario: x\ncallbacks: {before_submit_answer: true}\n")
    silent = {name: value for name, value in SEVERAL.items() if name != "callback_url"}
    reaction = simulator.receive(calling(VIDEOS, VIDEOS_SUBMIT, silent))
    advance(simulator, 100)
    assert (reaction.first, post.sent) == (None, [])
    assert {job.plan for job in simulator.jobs.values()} == {Plan(Outcome.SUCCEED, SECOND, 4 * SECOND)}


@pytest.mark.parametrize(
    "fault", ["", "accept: true, respond: {status: 502}", "accept: true, break: reset", "delay: 3s"]
)
def test_a_callback_may_come_before_the_submits_answer(fault: str) -> None:
    """The jobs end as they are submitted, and whatever follows waits until each has been told of."""
    faults = f"exchanges: {{submit: [{{{fault}}}]}}\n" if fault else ""
    simulator, post = posting(f"scenario: x\ncallbacks: {{before_submit_answer: true}}\n{faults}")

    async def run() -> int:
        reaction = simulator.receive(calling(VIDEOS, VIDEOS_SUBMIT, SEVERAL))
        before = len(post.sent)
        assert reaction.first is not None
        await reaction.first()
        return before

    assert asyncio.run(run()) == 0
    jobs = list(simulator.jobs.values())
    assert post.sent == [(HOOK, VIDEOS.callback(job, JobView(State.SUCCEEDED, 100))) for job in jobs]
    assert [job.ends_at for job in jobs] == [0, 0]


def test_of_a_stuck_job_there_is_nothing_to_tell_before_the_answer() -> None:
    """It has no end, so the answer does not wait for it."""
    simulator, post = posting("scenario: x\ncallbacks: {before_submit_answer: true}\njobs: [{outcome: stuck}]\n")

    async def run() -> None:
        reaction = simulator.receive(calling(VIDEOS, VIDEOS_SUBMIT, SEVERAL))
        assert reaction.first is not None
        await reaction.first()

    asyncio.run(run())
    assert post.sent == []


@pytest.mark.parametrize("way", ["force", "cancel"])
def test_an_end_that_comes_early_is_called_back_at_once(way: str) -> None:
    """The callback follows the plan as it was amended, and comes once."""
    simulator, post = posting("scenario: x\njobs: [{run: 100s}]\n")

    async def run() -> list[int]:
        submit, data = SECONDS.example()
        simulator.receive(calling(SECONDS, submit, {**data, "callback_url": HOOK}))
        await moved(simulator, 2)
        (job_id,) = simulator.jobs
        if way == "force":
            simulator.force(job_id, Outcome.CANCEL)
        else:
            simulator.receive(calling(SECONDS, CANCEL, job_id=job_id))
        counts = []
        for step in (0, 200):
            await moved(simulator, step)
            counts.append(len(post.sent))
        return counts

    assert asyncio.run(run()) == [1, 1]
    (job,) = simulator.jobs.values()
    ended = JobView(State.CANCELLED, 1, REASONS[Outcome.CANCEL])
    assert post.sent == [(HOOK, SECONDS.callback(job, ended))]
    (callback,) = simulator.journal.matching(kind="callback")
    assert callback.at == 2 * SECOND


def test_reset_forgets_callbacks() -> None:
    """Nobody is told of the jobs of before."""
    simulator, post = posting("scenario: x\n")

    async def run() -> None:
        simulator.receive(calling(VIDEOS, VIDEOS_SUBMIT, SEVERAL))
        simulator.reset()
        await moved(simulator, 100)

    asyncio.run(run())
    assert (post.sent, list(simulator.journal)) == ([], [])


def test_a_scenario_may_send_no_callbacks() -> None:
    """Whoever asked to be told is told nothing."""
    simulator, post = posting("scenario: x\ncallbacks: {copies: 0}\n")
    reaction = simulator.receive(calling(VIDEOS, VIDEOS_SUBMIT, SEVERAL))
    advance(simulator, 100)
    assert (reaction.first, post.sent) == (None, [])


# Images behind URLs


def fetched(url: str, **changes: Any) -> tuple[Call, Call, list[str]]:
    """A submit with this image before and after its images were fetched, and what was asked for."""
    simulator, post = posting("scenario: x\n")
    submit, data = SECONDS.example()
    before = calling(SECONDS, submit, {**data, "images": [url]}, **changes)
    return before, asyncio.run(simulator.fetched(before)), post.asked


def test_a_good_image_changes_nothing() -> None:
    """The call stays as it came; what was read of it is kept, so that it is not read again."""
    before, after, asked = fetched(GOOD_URL)
    assert (replace(after, request=None), asked) == (before, [GOOD_URL])
    assert after.request is not None
    assert after.request.images == (GOOD_URL,)


def test_a_bad_image_is_refused_like_one_sent_inline() -> None:
    """With a 400 that names it, and the request in the journal."""
    before, after, asked = fetched(BAD_URL)
    problem = f"The image {BAD_URL} cannot be used: its server answered 404"
    assert after.failure is not None
    assert (asked, replace(after, failure=None, request=None)) == ([BAD_URL], before)
    simulator = fresh()
    reaction = simulator.receive(after)
    assert reaction.answer == SECONDS.error(before.operation, 400, problem)
    assert (reaction.exchange.note, reaction.exchange.request, simulator.jobs) == (problem, before.body, {})


@pytest.mark.parametrize(
    "changes",
    [{"failure": BadBodyError("The body is larger than 10 bytes.", 413)}, {"bearer": False}, {"body": b"{"}],
    ids=["unread body", "no key", "bad body"],
)
def test_for_a_submit_that_is_refused_anyway_nothing_is_fetched(changes: dict[str, Any]) -> None:
    """Whoever may not submit cannot make the simulator send requests."""
    before, after, asked = fetched(BAD_URL, **changes)
    assert after is before
    assert asked == []


def history(own_seed: str = "", seed: int = 7) -> list[Exchange]:
    """Everything that a fresh simulator sees of one course of requests."""
    simulator = fresh(f"{FAULTY}jobs: [{{run: {{uniform: [5s, 50s]}}}}]\n{own_seed}", seed)
    for index in range(8):
        submitted(simulator, {"prompt": f"kite {index // 2}"})
        advance(simulator, 7)
        for job_id in list(simulator.jobs):
            polled(simulator, job_id)
    return [replace(exchange) for exchange in simulator.journal]


def test_ten_runs_give_identical_journals() -> None:
    """Same seed, same requests: the same bytes and nanoseconds. A scenario's own seed comes before the simulator's."""
    histories = [history() for _ in range(10)]
    assert all(one == histories[0] for one in histories)
    assert history(seed=8) != histories[0]
    assert history("seed: 7\n", seed=8) == histories[0]


def test_two_simulators_share_nothing() -> None:
    """What happens to one leaves the other as it was."""
    one, other = fresh(), fresh()
    submitted(one, KITE)
    one.play(STUCK)
    one.play(STUCK, marker=MARK)
    advance(one, 5)
    assert (other.jobs, list(other.journal), other.clock.now()) == ({}, [], 0)
    submitted(other, {"prompt": MARK})
    (job,) = other.jobs.values()
    assert (job.plan.outcome, other.scenario.scenario) == (Outcome.SUCCEED, "plain")
    other.reset()
    assert (len(one.jobs), len(one.journal)) == (1, 1)
