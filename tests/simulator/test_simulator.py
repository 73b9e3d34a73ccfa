"""The simulator without a server: exchanges go in as data and come out as reactions."""

import asyncio
import json
from dataclasses import replace
from typing import cast

import pytest

from veosim import ManualClock, Outcome, Plan, Simulator, State, VeosimError, parse_scenario
from veosim.body import BadBodyError
from veosim.call import Call, Reaction
from veosim.dialects.api_video import FROM_IMAGE, FROM_TEXT, STATUS, ApiVideo
from veosim.dialects.base import Answer, Operation
from veosim.job import JobError, JobView
from veosim.journal import Exchange
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
        (Answer(502, b"<html>", "text/html"), 3 * SECOND, None, True, "respond: 502"),
        (None, 0, "reset", True, "break: reset"),
        (late, SECOND // 4, None, True, ""),
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
        (None, 0, "hang"),
        (queued, SECOND, None),
        (DIALECT.error(None, 500, "The scenario answers 500."), 0, None),
        (queued, 0, None),
    ]


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
    assert simulator.view(job) == JobView(State.FAILED, 99, error)
    assert simulator.view(simulator.force(job_id, Outcome.SUCCEED)).state is State.FAILED
    with pytest.raises(VeosimError, match=r"^no job has the id 'nobody'$"):
        simulator.force("nobody", Outcome.FAIL)


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
