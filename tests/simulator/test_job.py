"""A job's life as a function of plan and time."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veosim.job import (
    ENDS,
    REASONS,
    TERMINAL,
    TRANSITIONS,
    Job,
    JobError,
    JobRequest,
    JobView,
    Outcome,
    Plan,
    State,
    cut,
    lacking,
    light,
    view,
)
from veosim.units import SECOND

REQUEST = JobRequest("from-text", "{}", "a kite", "veo (Audio)", 4.0, "1080P", "16:9", {})
ERROR = JobError("content_filtered", "The prompt was refused.")
START = 7 * SECOND

LENGTHS = st.integers(0, 5) | st.integers(0, 1000 * SECOND)
PLANS = st.builds(Plan, st.sampled_from(Outcome), LENGTHS, LENGTHS, st.none() | st.just(ERROR))


def job_with(plan: Plan) -> Job:
    """A job submitted at `START`."""
    return Job("1", "api-video", REQUEST, START, plan)


def reachable(state: State) -> set[State]:
    """The states that follow on `state`, at once or later."""
    return {later for following in TRANSITIONS[state] for later in {following, *reachable(following)}}


def ages(plan: Plan) -> st.SearchStrategy[list[int]]:
    """Increasing ages at which a job may be asked, among them those around its boundaries."""
    edges = [edge + shift for edge in (0, plan.queue, plan.queue + plan.run) for shift in (-1, 0, 1)]
    near = st.sampled_from([max(0, edge) for edge in edges])
    return st.lists(near | st.integers(0, 3000 * SECOND), min_size=1).map(sorted)


@given(st.data(), PLANS)
def test_a_job_moves_only_along_the_table(data: st.DataObject, plan: Plan) -> None:
    """Whenever a job is asked, its state is the former one or follows on it; progress never goes back."""
    job = job_with(plan)
    views = [view(job, START + age) for age in data.draw(ages(plan))]
    for former, later in pairwise(views):
        assert later.state == former.state or later.state in reachable(former.state)
        assert later.progress >= former.progress
        assert former.state not in TERMINAL or later == former


@given(PLANS, st.integers(0, 3000 * SECOND))
def test_asking_twice_gives_the_same_answer(plan: Plan, age: int) -> None:
    """Looking at a job changes nothing about it."""
    job = job_with(plan)
    before = job_with(plan)
    assert view(job, START + age) == view(job, START + age)
    assert job == before


@given(PLANS, st.integers(0, 3000 * SECOND))
def test_a_view_is_consistent(plan: Plan, age: int) -> None:
    """100 % means success and nothing else, every other end has its reason, and stuck never ends."""
    seen = view(job_with(plan), START + age)
    assert (seen.progress == 100) == (seen.state is State.SUCCEEDED)
    assert (seen.error is not None) == (seen.state in {State.FAILED, State.CANCELLED})
    assert seen.empty == (seen.state is State.SUCCEEDED and plan.outcome is Outcome.EMPTY)
    assert 0 <= seen.progress <= 100
    assert seen.state not in TERMINAL or seen.state == ENDS[plan.outcome]


@pytest.mark.parametrize(
    ("plan", "age", "expected"),
    [
        (Plan(Outcome.SUCCEED, 2 * SECOND, 8 * SECOND), 0, JobView(State.QUEUED, 0)),
        (Plan(Outcome.SUCCEED, 2 * SECOND, 8 * SECOND), 2 * SECOND - 1, JobView(State.QUEUED, 0)),
        (Plan(Outcome.SUCCEED, 2 * SECOND, 8 * SECOND), 2 * SECOND, JobView(State.RUNNING, 20)),
        (Plan(Outcome.SUCCEED, 2 * SECOND, 8 * SECOND), 10 * SECOND - 1, JobView(State.RUNNING, 99)),
        (Plan(Outcome.SUCCEED, 2 * SECOND, 8 * SECOND), 10 * SECOND, JobView(State.SUCCEEDED, 100)),
        (Plan(Outcome.FAIL, 2 * SECOND, 8 * SECOND, ERROR), 10 * SECOND - 1, JobView(State.RUNNING, 99)),
        (Plan(Outcome.FAIL, 2 * SECOND, 8 * SECOND, ERROR), 10 * SECOND, JobView(State.FAILED, 99, ERROR)),
        (Plan(Outcome.FAIL, 2 * SECOND, 8 * SECOND), 900 * SECOND, JobView(State.FAILED, 99, REASONS[Outcome.FAIL])),
        (Plan(Outcome.SUCCEED), 0, JobView(State.SUCCEEDED, 100)),
        (Plan(Outcome.FAIL), 0, JobView(State.FAILED, 0, REASONS[Outcome.FAIL])),
        (Plan(Outcome.FILTERED, run=SECOND), SECOND - 1, JobView(State.RUNNING, 99)),
        (Plan(Outcome.FILTERED, run=SECOND), SECOND, JobView(State.FAILED, 99, REASONS[Outcome.FILTERED])),
        (Plan(Outcome.FILTERED, run=SECOND, error=ERROR), SECOND, JobView(State.FAILED, 99, ERROR)),
        (Plan(Outcome.EMPTY, run=SECOND), SECOND - 1, JobView(State.RUNNING, 99)),
        (Plan(Outcome.EMPTY, run=SECOND), SECOND, JobView(State.SUCCEEDED, 100, empty=True)),
        (Plan(Outcome.CANCEL, SECOND, SECOND), 2 * SECOND - 1, JobView(State.RUNNING, 99)),
        (Plan(Outcome.CANCEL, SECOND, SECOND), 2 * SECOND, JobView(State.CANCELLED, 99, REASONS[Outcome.CANCEL])),
        (Plan(Outcome.SUCCEED, run=1), 0, JobView(State.RUNNING, 0)),
        (Plan(Outcome.SUCCEED, queue=1), 0, JobView(State.QUEUED, 0)),
        (Plan(Outcome.SUCCEED, queue=1), 1, JobView(State.SUCCEEDED, 100)),
        (Plan(Outcome.STUCK), 0, JobView(State.RUNNING, 99)),
        (Plan(Outcome.STUCK, SECOND), SECOND - 1, JobView(State.QUEUED, 0)),
        (Plan(Outcome.STUCK, SECOND), SECOND, JobView(State.RUNNING, 99)),
        (Plan(Outcome.STUCK, SECOND), 10**9 * SECOND, JobView(State.RUNNING, 99)),
    ],
)
def test_a_state_begins_at_its_exact_nanosecond(plan: Plan, age: int, expected: JobView) -> None:
    """One nanosecond before a boundary the old state holds, at the boundary the new one."""
    assert view(job_with(plan), START + age) == expected


@pytest.mark.parametrize("outcome", Outcome)
def test_a_job_knows_when_it_ends(outcome: Outcome) -> None:
    """Its end is its submit plus queue and run; a stuck job has none."""
    job = job_with(Plan(outcome, 4 * SECOND, 6 * SECOND))
    assert job.ends_at == (None if outcome is Outcome.STUCK else 17 * SECOND)


def test_the_table_of_transitions() -> None:
    """A job is queued, runs and ends once; nothing follows on an end."""
    ends = {State.SUCCEEDED, State.FAILED, State.CANCELLED}
    assert dict(TRANSITIONS) == {
        State.QUEUED: {State.RUNNING, *ends},
        State.RUNNING: ends,
        State.SUCCEEDED: set(),
        State.FAILED: set(),
        State.CANCELLED: set(),
    }
    assert ends == TERMINAL


def test_the_table_of_ends() -> None:
    """Every outcome has a row, and every end that is no success a reason, each with a code of its own."""
    assert dict(ENDS) == {
        Outcome.SUCCEED: State.SUCCEEDED,
        Outcome.FAIL: State.FAILED,
        Outcome.STUCK: None,
        Outcome.FILTERED: State.FAILED,
        Outcome.EMPTY: State.SUCCEEDED,
        Outcome.CANCEL: State.CANCELLED,
    }
    assert {outcome: error.code for outcome, error in REASONS.items()} == {
        Outcome.FAIL: "generation_failed",
        Outcome.FILTERED: "content_filtered",
        Outcome.CANCEL: "cancelled",
    }


@pytest.mark.parametrize(("delivered", "expected"), [(None, 4.0), (7.5, 7.5)])
def test_what_is_delivered_is_what_was_asked_for_unless_the_plan_differs(
    delivered: float | None, expected: float
) -> None:
    """The plan's seconds come before the request's."""
    assert job_with(Plan(Outcome.SUCCEED, duration_s=delivered)).duration_s == expected


@pytest.mark.parametrize(
    ("plan", "age", "expired"),
    [
        (Plan(Outcome.SUCCEED, SECOND, SECOND, expires=3 * SECOND), 5 * SECOND - 1, False),
        (Plan(Outcome.SUCCEED, SECOND, SECOND, expires=3 * SECOND), 5 * SECOND, True),
        (Plan(Outcome.SUCCEED, SECOND, SECOND, expires=0), 2 * SECOND - 1, False),
        (Plan(Outcome.SUCCEED, SECOND, SECOND, expires=0), 2 * SECOND, True),
        (Plan(Outcome.SUCCEED, SECOND, SECOND), 10**9 * SECOND, False),
        (Plan(Outcome.STUCK, SECOND, expires=0), 10**9 * SECOND, False),
    ],
)
def test_a_result_expires_so_long_after_its_end(plan: Plan, age: int, *, expired: bool) -> None:
    """From that nanosecond on; never where the plan names no time, or has no end."""
    assert job_with(plan).expired(START + age) is expired


LACK = JobError("unsupported_feature", "This model takes no last frame.")
SLOW = Plan(Outcome.SUCCEED, 2 * SECOND, 8 * SECOND, None, 5.0, SECOND)


@pytest.mark.parametrize(
    ("plan", "lacks", "deadline", "expected"),
    [
        (SLOW, None, None, SLOW),
        (SLOW, None, 10 * SECOND, SLOW),
        (SLOW, None, 10 * SECOND - 1, Plan(Outcome.CANCEL, 2 * SECOND, 8 * SECOND - 1, progress=99)),
        (SLOW, None, SECOND, Plan(Outcome.CANCEL, SECOND, 0, progress=0)),
        (SLOW, None, 0, Plan(Outcome.CANCEL, 0, 0, progress=0)),
        (Plan(Outcome.STUCK, SECOND), None, None, Plan(Outcome.STUCK, SECOND)),
        (Plan(Outcome.STUCK, SECOND), None, 9 * SECOND, Plan(Outcome.CANCEL, SECOND, 8 * SECOND, progress=99)),
        (Plan(Outcome.FAIL, 0, SECOND, ERROR), None, SECOND, Plan(Outcome.FAIL, 0, SECOND, ERROR)),
        (SLOW, LACK, None, Plan(Outcome.FAIL, 2 * SECOND, 8 * SECOND, LACK)),
        (Plan(Outcome.FAIL, 0, SECOND, ERROR), LACK, None, Plan(Outcome.FAIL, 0, SECOND, LACK)),
        (Plan(Outcome.STUCK, SECOND), LACK, None, Plan(Outcome.FAIL, SECOND, 0, LACK)),
        (SLOW, LACK, 10 * SECOND, Plan(Outcome.FAIL, 2 * SECOND, 8 * SECOND, LACK)),
        (SLOW, LACK, 5 * SECOND, Plan(Outcome.CANCEL, 2 * SECOND, 3 * SECOND, progress=50)),
    ],
)
def test_a_request_bends_its_plan(plan: Plan, lacks: JobError | None, deadline: int | None, expected: Plan) -> None:
    """What its model lacks fails at the planned time; what would end behind its deadline is cancelled there."""
    assert cut(lacking(plan, replace(REQUEST, lacks=lacks)), deadline) == expected


@given(PLANS, st.none() | st.just(LACK), st.integers(0, 2000 * SECOND))
def test_nothing_outlives_its_deadline(plan: Plan, lacks: JobError | None, deadline: int) -> None:
    """Whatever was planned, at the deadline the job has ended."""
    bent = cut(lacking(plan, replace(REQUEST, lacks=lacks)), deadline)
    assert view(job_with(bent), START + deadline).state in TERMINAL


def test_a_kept_request_is_light() -> None:
    """Long texts are kept by their length and the canonical text not at all; everything else is as it was."""
    long, image = "x" * 1_001, "y" * 2_000
    error = JobError("code", "message")
    fields = {"prompt": long, "image": image, "metadata": {"lastFrame": image, "seed": 7}, "images": (image, "short")}
    request = JobRequest(
        "from-image", "canonical", long, "m", 4.0, "720p", "9:16", fields, (image, "short"), "http://h", 2, 3, error, 9
    )
    shown = "<2000 characters>"
    assert light(request) == replace(
        request,
        canonical="",
        fields={
            "prompt": long,
            "image": shown,
            "metadata": {"lastFrame": shown, "seed": 7},
            "images": [shown, "short"],
        },
        images=(shown, "short"),
    )
