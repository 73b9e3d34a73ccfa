"""Slots, the queue before them, and submits in a minute."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.asgi import Response, call

from veosim import ManualClock, Simulator, SourceError, parse_scenario
from veosim.app import create_app
from veosim.dialects import DIALECTS
from veosim.job import ENDS, FOREVER, Job, JobRequest, Outcome, Plan, State, view
from veosim.scenario.limits import Limits, Occupancy, Reached
from veosim.scenario.stage import Refusal, Stage
from veosim.units import SECOND

REQUEST = JobRequest("submit", "{}", "a kite", "veo", 8.0, "720p", "16:9", {})
MINUTE = 60 * SECOND


def seconds(plans: list[Plan]) -> list[tuple[int, int]]:
    """Queue and run of each plan."""
    return [(plan.queue // SECOND, plan.run // SECOND) for plan in plans]


def ran(slots: int, *jobs: tuple[int, Plan]) -> list[Plan]:
    """What becomes of plans that are submitted at those seconds."""
    occupancy = Occupancy(Limits(concurrent_jobs=slots))
    return [occupancy.placed(plan, None, at * SECOND) for at, plan in jobs]


def lasting(queue: int, run: int) -> Plan:
    """A plan in seconds."""
    return Plan(Outcome.SUCCEED, queue * SECOND, run * SECOND)


STUCK = Plan(Outcome.STUCK, SECOND)
NEVER = Plan(Outcome.STUCK, FOREVER)
WAITED = Plan(Outcome.CANCEL, 10 * SECOND, 0, progress=0)


@pytest.mark.parametrize(
    ("slots", "jobs", "expected"),
    [
        (1, [(0, lasting(1, 4)), (0, lasting(1, 4)), (0, lasting(1, 4))], [(1, 4), (5, 4), (9, 4)]),
        (2, [(0, lasting(1, 4)), (0, lasting(1, 9)), (0, lasting(1, 4))], [(1, 4), (1, 9), (5, 4)]),
        (1, [(0, lasting(0, 4)), (3, lasting(1, 4)), (9, lasting(1, 4))], [(0, 4), (1, 4), (1, 4)]),
        (1, [(0, lasting(0, 4)), (4, lasting(0, 4))], [(0, 4), (0, 4)]),
        (1, [(0, lasting(9, 1)), (0, lasting(0, 1))], [(9, 1), (10, 1)]),
        (9, [(0, lasting(1, 4))] * 3, [(1, 4)] * 3),
    ],
)
def test_a_job_starts_once_a_slot_is_free(
    slots: int, jobs: list[tuple[int, Plan]], expected: list[tuple[int, int]]
) -> None:
    """Its own queue and the wait for a slot run at once; slots are given out in the order of submits."""
    assert seconds(ran(slots, *jobs)) == expected


def test_without_limits_nothing_changes() -> None:
    """However many jobs there are."""
    occupancy = Occupancy(Limits())
    assert [occupancy.placed(STUCK, None, 0) for _ in range(3)] == [STUCK] * 3
    assert occupancy.reached(1_000_000, 0) is None


def test_a_stuck_job_keeps_its_slot() -> None:
    """Behind it nothing starts any more; beside it there are other slots."""
    assert ran(1, (0, STUCK), (0, lasting(1, 4)), (99, lasting(1, 4))) == [STUCK, NEVER, NEVER]
    assert ran(2, (0, STUCK), (0, lasting(1, 4)), (0, lasting(1, 4))) == [STUCK, lasting(1, 4), lasting(5, 4)]
    stranded = view(Job("1", "api-video", REQUEST, 0, NEVER), 10**9 * SECOND)
    assert (stranded.state, stranded.progress, Job("1", "x", REQUEST, 0, NEVER).ends_at) == (State.QUEUED, 0, None)


def test_a_deadline_holds_in_the_queue() -> None:
    """A job that would start behind it is cancelled there, takes no slot, and frees the one that it has."""
    occupancy = Occupancy(Limits(concurrent_jobs=1))
    plans = [occupancy.placed(plan, 10 * SECOND, 0) for plan in (STUCK, lasting(0, 4), lasting(0, 4))]
    assert plans == [Plan(Outcome.CANCEL, SECOND, 9 * SECOND, progress=99), *[WAITED] * 2]
    assert occupancy.placed(lasting(0, 4), 10 * SECOND, 0) == WAITED
    assert occupancy.placed(lasting(0, 4), None, 11 * SECOND) == lasting(0, 4)


def test_a_deadline_ends_what_is_never_started() -> None:
    """Also where no slot will ever be free."""
    occupancy = Occupancy(Limits(concurrent_jobs=1))
    assert occupancy.placed(STUCK, None, 0) == STUCK
    assert occupancy.placed(lasting(0, 4), 10 * SECOND, 0) == WAITED
    assert occupancy.placed(lasting(0, 4), None, 0) == NEVER


JOBS = st.tuples(
    st.integers(0, 9), st.sampled_from(Outcome), st.integers(0, 9), st.integers(0, 30), st.none() | st.integers(0, 40)
)


@given(st.integers(1, 4), st.lists(JOBS, max_size=30))
def test_never_more_jobs_run_than_there_are_slots(
    slots: int, jobs: list[tuple[int, Outcome, int, int, int | None]]
) -> None:
    """At every second; nobody starts sooner than planned, and no slot is free while somebody waits who came first."""
    occupancy, now, spans = Occupancy(Limits(concurrent_jobs=slots)), 0, []
    for wait, outcome, queue, run, deadline in jobs:
        now += wait * SECOND
        drawn = Plan(outcome, queue * SECOND, run * SECOND if ENDS[outcome] else 0)
        plan = occupancy.placed(drawn, None if deadline is None else deadline * SECOND, now)
        assert plan.queue >= min(drawn.queue, FOREVER if deadline is None else deadline * SECOND)
        end = None if ENDS[plan.outcome] is None else now + plan.queue + plan.run
        spans.append((now + plan.queue, end))
    for start, _ in spans:
        assert (
            sum(first <= start and (last is None or last > start) for first, last in spans if first < FOREVER) <= slots
        )


def test_a_minute_slides() -> None:
    """So many in any 60 s; one that is refused does not count, and knows when there is room."""
    occupancy = Occupancy(Limits(submits_per_minute=2))
    full = Reached("submits_per_minute", "The limit of submits per minute is 2.", MINUTE)
    assert [occupancy.reached(1, at * SECOND) for at in (0, 10, 20, 59)] == [None, None, full, full]
    assert [occupancy.reached(1, MINUTE - 1), occupancy.reached(1, MINUTE)] == [full, None]
    assert occupancy.reached(1, 61 * SECOND) == Reached("submits_per_minute", full.message, 70 * SECOND)
    assert occupancy.reached(1, 70 * SECOND) is None


def test_a_queue_has_places() -> None:
    """A submit whose jobs find neither a slot nor a place is refused; places become free as jobs start."""
    occupancy = Occupancy(Limits(concurrent_jobs=1, queue=2))
    for _ in range(3):
        assert occupancy.reached(1, 0) is None
        occupancy.placed(lasting(0, 10), None, 0)
    message = "The limit of concurrent jobs is 1, and that of the queue 2."
    assert occupancy.reached(1, 0) == Reached("queue", message, 10 * SECOND)
    assert occupancy.reached(1, 10 * SECOND - 1) == Reached("queue", message, 10 * SECOND)
    assert occupancy.reached(1, 10 * SECOND) is None
    assert occupancy.reached(2, 10 * SECOND) == Reached("queue", message, 20 * SECOND)
    assert occupancy.reached(3, 40 * SECOND) is None
    assert occupancy.reached(4, 40 * SECOND) == Reached("queue", message, None)


def test_a_queue_behind_stuck_jobs_never_moves() -> None:
    """There will be no room, and nobody is told to come again."""
    occupancy = Occupancy(Limits(concurrent_jobs=1, queue=1))
    for plan in (STUCK, lasting(0, 1)):
        assert occupancy.reached(1, 0) is None
        occupancy.placed(plan, None, 0)
    assert occupancy.reached(1, 10**6 * SECOND) == Reached(
        "queue", "The limit of concurrent jobs is 1, and that of the queue 1.", None
    )


def test_no_queue_at_all() -> None:
    """Whoever finds no slot is refused."""
    occupancy = Occupancy(Limits(concurrent_jobs=1, queue=0))
    assert occupancy.reached(1, 0) is None
    occupancy.placed(lasting(1, 4), None, 0)
    refused = occupancy.reached(1, SECOND)
    assert refused == Reached("queue", "The limit of concurrent jobs is 1, and that of the queue 0.", 5 * SECOND)
    assert occupancy.reached(1, 5 * SECOND) is None


@pytest.mark.parametrize(("at", "wait"), [(0, "60"), (1, "60"), (SECOND, "59"), (MINUTE - 1, "1")])
def test_the_wait_is_in_whole_seconds_rounded_up(at: int, wait: str) -> None:
    """Whoever waits that long is taken on."""
    stage = Stage(parse_scenario("scenario: x\nlimits: {submits_per_minute: 1}\n"), 0)
    assert stage.refusal("api-video", REQUEST, 0) is None
    refused = Refusal(429, "The limit of submits per minute is 1.", {"Retry-After": wait}, "limit: submits_per_minute")
    assert stage.refusal("api-video", REQUEST, at) == refused
    assert stage.refusal("api-video", REQUEST, at + int(wait) * SECOND) is None


def test_limits_are_reckoned_for_each_scenario() -> None:
    """A scenario that is played anew begins with empty slots."""
    scenario = parse_scenario("scenario: x\nlimits: {concurrent_jobs: 1}\njobs: [{queue: 0s, run: 10s}]\n")
    stage = Stage(scenario, 0)
    assert [stage.draw("api-video", REQUEST)[0][0].queue // SECOND for _ in range(3)] == [0, 10, 20]
    assert Stage(scenario, 0).draw("api-video", REQUEST)[0][0].queue == 0


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ("{queue: 5}", "2:17: limits.queue: without 'concurrent_jobs' nobody waits, so 'queue' says nothing"),
        ("{concurrent_jobs: 0}", "2:27: limits.concurrent_jobs: found 0: input should be greater than or equal to 1"),
        ("{submits_per_minute: 1.5}", "2:30: limits.submits_per_minute: found 1.5; allowed: a whole number"),
        (
            "{concurent_jobs: 1}",
            (
                "2:10: limits.concurent_jobs: unknown key 'concurent_jobs'; allowed: concurrent_jobs, queue, "
                "submits_per_minute; did you mean 'concurrent_jobs'?"
            ),
        ),
    ],
)
def test_a_limit_that_means_nothing_is_refused(limits: str, expected: str) -> None:
    """At its place."""
    with pytest.raises(SourceError) as refusal:
        parse_scenario(f"scenario: x\nlimits: {limits}\n", "f.yaml")
    assert str(refusal.value) == f"f.yaml:{expected}"


def submitted(app: Any, dialect: str) -> Response:
    """The answer to the dialect's own example."""
    operation, body = DIALECTS[dialect].example()
    path, headers = f"/{dialect}{operation.path}", {"Authorization": "Bearer any"}
    return asyncio.run(call(app, "POST", path, body, headers=headers))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_limit_answers_in_the_shape_of_each_wire(dialect: str) -> None:
    """429 with Retry-After, no job, and a note in the journal; a minute later the submit is taken on."""
    clock = ManualClock()
    simulator = Simulator(parse_scenario("scenario: x\nlimits: {submits_per_minute: 1}\n"), clock=clock)
    app = create_app(simulator)
    assert submitted(app, dialect).status == 200
    answer = submitted(app, dialect)
    shape = DIALECTS[dialect].error(DIALECTS[dialect].example()[0], 429, "The limit of submits per minute is 1.")
    assert (answer.status, answer.headers["retry-after"], answer.body) == (429, "60", shape.body)
    seen = [(each.status, each.fault, each.note, each.created) for each in simulator.journal]
    assert seen[1] == (429, "limit: submits_per_minute", "The limit of submits per minute is 1.", False)
    jobs = len(simulator.jobs)
    asyncio.run(clock.advance(MINUTE))
    assert submitted(app, dialect).status == 200
    assert len(simulator.jobs) == 2 * jobs


def test_another_wire_is_refused_in_its_own_shape() -> None:
    """400, with the scenario and the dialect; nothing is created."""
    simulator = Simulator(parse_scenario("scenario: bound\ndialects: [api-video]\n"), clock=ManualClock())
    app = create_app(simulator)
    answers = {name: submitted(app, name) for name in DIALECTS}
    assert {name: answer.status for name, answer in answers.items()} == {
        name: 200 if name == "api-video" else 400 for name in DIALECTS
    }
    message = "The scenario 'bound' is for api-video, not for image-to-video."
    assert json.loads(answers["image-to-video"].body) == {"code": 400, "msg": message, "data": None}
    assert len(simulator.jobs) == 1
