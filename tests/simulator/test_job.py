"""A job's life as a function of plan and time."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veosim.job import (
    DEFAULT_ERROR,
    ENDS,
    TERMINAL,
    TRANSITIONS,
    Job,
    JobError,
    JobRequest,
    JobView,
    Outcome,
    Plan,
    State,
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
    """100 % means success and nothing else, an error means failure and nothing else, and stuck never ends."""
    seen = view(job_with(plan), START + age)
    assert (seen.progress == 100) == (seen.state is State.SUCCEEDED)
    assert (seen.error is not None) == (seen.state is State.FAILED)
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
        (Plan(Outcome.FAIL, 2 * SECOND, 8 * SECOND), 900 * SECOND, JobView(State.FAILED, 99, DEFAULT_ERROR)),
        (Plan(Outcome.SUCCEED), 0, JobView(State.SUCCEEDED, 100)),
        (Plan(Outcome.FAIL), 0, JobView(State.FAILED, 0, DEFAULT_ERROR)),
        (Plan(Outcome.SUCCEED, run=1), 0, JobView(State.RUNNING, 0)),
        (Plan(Outcome.SUCCEED, queue=1), 0, JobView(State.QUEUED, 0)),
        (Plan(Outcome.SUCCEED, queue=1), 1, JobView(State.SUCCEEDED, 100)),
        (Plan(Outcome.STUCK), 0, JobView(State.RUNNING, 0)),
        (Plan(Outcome.STUCK, SECOND), SECOND - 1, JobView(State.QUEUED, 0)),
        (Plan(Outcome.STUCK, SECOND), SECOND, JobView(State.RUNNING, 99)),
        (Plan(Outcome.STUCK, SECOND), 10**9 * SECOND, JobView(State.RUNNING, 99)),
    ],
)
def test_a_state_begins_at_its_exact_nanosecond(plan: Plan, age: int, expected: JobView) -> None:
    """One nanosecond before a boundary the old state holds, at the boundary the new one."""
    assert view(job_with(plan), START + age) == expected


@pytest.mark.parametrize(("outcome", "ends_at"), [("succeed", 17), ("fail", 17), ("stuck", None)])
def test_a_job_knows_when_it_ends(outcome: str, ends_at: int | None) -> None:
    """Its end is its submit plus queue and run; a stuck job has none."""
    job = job_with(Plan(Outcome(outcome), 4 * SECOND, 6 * SECOND))
    assert job.ends_at == (None if ends_at is None else ends_at * SECOND)


def test_the_table_of_transitions() -> None:
    """A job is queued, runs and ends once; nothing follows on an end."""
    assert dict(TRANSITIONS) == {
        State.QUEUED: {State.RUNNING, State.SUCCEEDED, State.FAILED},
        State.RUNNING: {State.SUCCEEDED, State.FAILED},
        State.SUCCEEDED: set(),
        State.FAILED: set(),
    }
    assert {State.SUCCEEDED, State.FAILED} == TERMINAL
    assert set(ENDS) == set(Outcome)
