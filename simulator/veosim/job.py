"""A job's whole life as a pure function of its plan and the time.

Everything that decides what state a job is in lives here. This file knows no dialect, no HTTP and no clock: `now`
is handed in, and asking twice gives the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from veosim.media.clip import Audio
from veosim.media.damage import Damage
from veosim.media.sizes import Size


class State(StrEnum):
    """The states of a job inside the engine; each dialect has its own words for them."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


_ENDED = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED})

TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.RUNNING, *_ENDED}),
    State.RUNNING: _ENDED,
    State.SUCCEEDED: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
}
"""The legal moves. A stage of no length is skipped, hence queued straight to an end."""

TERMINAL = frozenset(state for state, following in TRANSITIONS.items() if not following)


class Outcome(StrEnum):
    """How a job is meant to end; `outcome:` in a scenario.

    `filtered`: refused by the safety filter. `empty`: a success that brings no video. `stuck`: no end at all.
    """

    SUCCEED = "succeed"
    FAIL = "fail"
    STUCK = "stuck"
    FILTERED = "filtered"
    EMPTY = "empty"
    CANCEL = "cancel"


ENDS: Mapping[Outcome, State | None] = {
    Outcome.SUCCEED: State.SUCCEEDED,
    Outcome.FAIL: State.FAILED,
    Outcome.STUCK: None,
    Outcome.FILTERED: State.FAILED,
    Outcome.EMPTY: State.SUCCEEDED,
    Outcome.CANCEL: State.CANCELLED,
}
"""The state in which each outcome ends; None never ends."""


@dataclass(frozen=True, slots=True)
class JobError:
    """Why a job brought no video, in words that every dialect can put into its own shape."""

    code: str
    message: str


REASONS: Mapping[Outcome, JobError] = {
    Outcome.FAIL: JobError("generation_failed", "The generation failed."),
    Outcome.FILTERED: JobError("content_filtered", "The safety filter refused the request."),
    Outcome.CANCEL: JobError("cancelled", "The job was cancelled."),
}
"""The reason of each outcome that has one, where the plan names no other."""


FOREVER = 1_000_000 * 3_600 * 10**9
"""Nanoseconds that no job lives to see: the queue of one that is never started."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the delivered videos differ from what was asked for, their length apart; nothing is for: not at all.

    Attributes:
        size: pixels.
        audio: their sound.
        weight: bytes of the file, where it would be smaller.
        damage: what is wrong with the file.
        tells_asked: whether answers describe what was asked for, where the file differs.
    """

    size: Size | None = None
    audio: Audio | None = None
    weight: int = 0
    damage: Damage | None = None
    tells_asked: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """One job's fate, drawn once at submit.

    Attributes:
        queue: nanoseconds spent queued; `FOREVER` where no slot will ever be free.
        run: nanoseconds spent running; without meaning for a stuck job.
        duration_s: seconds that are delivered, where they differ from those asked for.
        expires: nanoseconds after the end from which on the result's URLs no longer work; None for never.
        videos: how many videos are delivered, where the filter lets fewer pass than were asked for.
        progress: the percentage shown at the end of a job that fails, and of a stuck one; 99 where it is None.
        delivery: what else differs from what was asked for.
    """

    outcome: Outcome
    queue: int = 0
    run: int = 0
    error: JobError | None = None
    duration_s: float | None = None
    expires: int | None = None
    videos: int | None = None
    progress: int | None = None
    delivery: Delivery = Delivery()


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What a client asked for, in the engine's terms.

    Attributes:
        operation: the dialect's operation, such as `from-text`.
        canonical: the request in one exact spelling; equal requests have equal texts. Only the draw of a plan
            needs it, so a job that is kept has "" here.
        fields: the dialect's own fields after defaults, to be echoed in its answers.
        images: the images as the client gave them (URL, data URI or base64).
        callback_url: where the end of the job is to be told.
        jobs: how many jobs this one request makes, each with an id of its own.
        videos: how many videos each of them delivers.
        lacks: why the job will fail although it is accepted: it asks for what its model does not have.
        deadline: nanoseconds after submit at which an unfinished job is cancelled.
        audio: whether the video has sound.
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
    callback_url: str | None = None
    jobs: int = 1
    videos: int = 1
    lacks: JobError | None = None
    deadline: int | None = None
    audio: bool = True


LONGEST_KEPT = 1_000


def light(request: JobRequest) -> JobRequest:
    """A request as a job keeps it: without its canonical text, and long texts, such as inline images, by their length.

    The prompt stays whole.
    """
    fields = {name: value if name == "prompt" else _short(value) for name, value in request.fields.items()}
    return JobRequest(  # spelled out, since `dataclasses.replace` takes several times as long
        request.operation,
        "",
        request.prompt,
        request.model,
        request.duration_s,
        request.resolution,
        request.aspect_ratio,
        fields,
        tuple(map(_short, request.images)),
        request.callback_url,
        request.jobs,
        request.videos,
        request.lacks,
        request.deadline,
        request.audio,
    )


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= LONGEST_KEPT else f"<{len(value)} characters>"
    if isinstance(value, Mapping):
        return {name: _short(each) for name, each in value.items()}
    return [_short(each) for each in value] if isinstance(value, list | tuple) else value


@dataclass(slots=True)
class Job:
    """A job that the upstream took on.

    Attributes:
        base: the URL, without a slash at its end, below which its client reaches the dialect.
        created_at: Unix time of the submit, in seconds.
        polls: how many polls have named it, as `downloads` and `cancels` count the others' exchanges.
        polled_at: when the last poll came.
        pinned: the scenario that its tag or key asked for, by name; "" where it asked for none.
        variant: how its dialect behaves where the documents leave a choice, as the scenario said at submit.
    """

    id: str
    dialect: str
    request: JobRequest
    submitted_at: int
    plan: Plan
    marker: str | None = None
    polls: int = 0
    base: str = ""
    created_at: int = 0
    variant: object = None
    pinned: str = ""
    polled_at: int | None = None
    downloads: int = 0
    cancels: int = 0

    @property
    def ends_at(self) -> int | None:
        """When the plan reaches its end, or None for never."""
        if ENDS[self.plan.outcome] is None:
            return None
        return self.submitted_at + self.plan.queue + self.plan.run

    @property
    def duration_s(self) -> float:
        """The seconds of video that are delivered."""
        return self.request.duration_s if self.plan.duration_s is None else self.plan.duration_s

    @property
    def videos(self) -> int:
        """How many videos are delivered."""
        return self.request.videos if self.plan.videos is None else self.plan.videos

    def expired(self, now: int) -> bool:
        """Whether the result's URLs no longer work."""
        end, expires = self.ends_at, self.plan.expires
        return end is not None and expires is not None and now >= end + expires


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as it stands at one instant. `progress` is 0 to 100 and 100 only at success.

    `error` is set in every end but success; `empty` marks a success that brings no video.
    """

    state: State
    progress: int
    error: JobError | None = None
    empty: bool = False


def view(job: Job, now: int) -> JobView:
    """The job's state at `now`."""
    plan = job.plan
    end = ENDS[plan.outcome]
    age = now - job.submitted_at
    if end is not None and age >= plan.queue + plan.run:
        if end is State.SUCCEEDED:
            return JobView(end, 100, empty=plan.outcome is Outcome.EMPTY)
        return JobView(end, _progress(plan, plan.queue + plan.run), plan.error or REASONS[plan.outcome])
    if age < plan.queue:
        return JobView(State.QUEUED, 0)
    return JobView(State.RUNNING, _running(plan, age))


def lacking(plan: Plan, request: JobRequest) -> Plan:
    """The plan, failing at its time where the request asks for what its model lacks."""
    return plan if request.lacks is None else Plan(Outcome.FAIL, plan.queue, plan.run, request.lacks)


def ended(job: Job, outcome: Outcome, now: int, error: JobError | None = None) -> Plan:
    """The job's plan as it is amended to end now: in this outcome, and with the progress that it has."""
    progress = view(job, now).progress
    return replace(job.plan, outcome=outcome, queue=0, run=now - job.submitted_at, error=error, progress=progress)


def cut(plan: Plan, deadline: int | None) -> Plan:
    """The plan with a cancel at its deadline, in nanoseconds after submit, where it has not ended by then."""
    if deadline is not None and (ENDS[plan.outcome] is None or plan.queue + plan.run > deadline):
        queue = min(plan.queue, deadline)
        progress = 0 if queue == deadline else _running(plan, deadline)
        plan = Plan(Outcome.CANCEL, queue, deadline - queue, progress=progress)
    return plan


def _running(plan: Plan, age: int) -> int:
    """The progress of a running job: one that is stuck is so at the end of its way."""
    if ENDS[plan.outcome] is None:
        return 99 if plan.progress is None else plan.progress
    return _progress(plan, age)


def _progress(plan: Plan, age: int) -> int:
    span = plan.queue + plan.run
    if plan.progress is not None:
        return min(plan.progress, age * plan.progress // span) if span else plan.progress
    return min(99, age * 100 // span) if span else 0
