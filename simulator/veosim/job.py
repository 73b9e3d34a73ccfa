"""A job's whole life as a pure function of its plan and the time.

Everything that decides what state a job is in lives here. This file knows no dialect, no HTTP and no clock: `now`
is handed in, and asking twice gives the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """The states of a job inside the engine; each dialect has its own words for them."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.RUNNING, State.SUCCEEDED, State.FAILED}),
    State.RUNNING: frozenset({State.SUCCEEDED, State.FAILED}),
    State.SUCCEEDED: frozenset(),
    State.FAILED: frozenset(),
}
"""The legal moves. A stage of no length is skipped, hence queued straight to an end."""

TERMINAL = frozenset(state for state, following in TRANSITIONS.items() if not following)


class Outcome(StrEnum):
    """How a job is meant to end; `outcome:` in a scenario."""

    SUCCEED = "succeed"
    FAIL = "fail"
    STUCK = "stuck"


ENDS: Mapping[Outcome, State | None] = {
    Outcome.SUCCEED: State.SUCCEEDED,
    Outcome.FAIL: State.FAILED,
    Outcome.STUCK: None,
}
"""The state in which each outcome ends; None never ends."""


@dataclass(frozen=True, slots=True)
class JobError:
    """Why a job failed, in words that every dialect can put into its own shape."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Plan:
    """One job's fate, drawn once at submit.

    Attributes:
        queue: nanoseconds spent queued.
        run: nanoseconds spent running; without meaning for a stuck job.
    """

    outcome: Outcome
    queue: int = 0
    run: int = 0
    error: JobError | None = None


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What a client asked for, in the engine's terms.

    Attributes:
        operation: the dialect's operation, such as `from-text`.
        canonical: the request in one exact spelling; equal requests have equal texts. Only the draw of a plan
            needs it, so a job that is kept has "" here.
        fields: the dialect's own fields after defaults, to be echoed in its answers.
        images: the images as the client gave them (URL, data URI or base64).
    """

    operation: str
    canonical: str
    prompt: str
    model: str
    duration_s: float
    resolution: str
    aspect_ratio: str
    fields: Mapping[str, object]
    images: tuple[str, ...] = ()


@dataclass(slots=True)
class Job:
    """A job that the upstream took on."""

    id: str
    dialect: str
    request: JobRequest
    submitted_at: int
    plan: Plan
    marker: str | None = None
    polls: int = 0

    @property
    def ends_at(self) -> int | None:
        """When the plan reaches its end, or None for never."""
        if ENDS[self.plan.outcome] is None:
            return None
        return self.submitted_at + self.plan.queue + self.plan.run


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as it stands at one instant. `progress` is 0 to 100 and 100 only at success."""

    state: State
    progress: int
    error: JobError | None = None


DEFAULT_ERROR = JobError("generation_failed", "The generation failed.")


def view(job: Job, now: int) -> JobView:
    """The job's state at `now`."""
    plan = job.plan
    end = ENDS[plan.outcome]
    age = now - job.submitted_at
    if end is not None and age >= plan.queue + plan.run:
        if end is State.FAILED:
            return JobView(end, _progress(plan, plan.queue + plan.run), plan.error or DEFAULT_ERROR)
        return JobView(end, 100)
    if age < plan.queue:
        return JobView(State.QUEUED, 0)
    return JobView(State.RUNNING, _progress(plan, age))


def _progress(plan: Plan, age: int) -> int:
    span = plan.queue + plan.run
    return min(99, age * 100 // span) if span else 0
