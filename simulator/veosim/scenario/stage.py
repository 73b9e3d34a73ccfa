"""A scenario being played: it draws each job's plan at submit and decides each exchange's fault.

The plan follows from blake2b(seed, scenario, canonical request, how many equal requests came before), never from
the order of arrival. Only `nth` and `nth_of_job` depend on order.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from veosim.job import Job, JobError, JobRequest, Outcome, Plan
from veosim.scenario.model import (
    DEFAULT_QUEUE,
    DEFAULT_RUN,
    ExchangeEntry,
    ExchangeWhen,
    JobEntry,
    JobWhen,
    Scenario,
    Uniform,
)
from veosim.seeded import digest, generator

_DEFAULT_PLAN = Plan(Outcome.SUCCEED, DEFAULT_QUEUE, DEFAULT_RUN)
"""Of a job that no entry is for."""


@dataclass(slots=True)
class Stage:
    """A scenario and the counters that it has run up. `equal` counts by digest: a request may hold megabytes."""

    scenario: Scenario
    seed: int
    jobs: int = 0
    submits: int = 0
    polls: int = 0
    equal: Counter[bytes] = field(default_factory=Counter)

    def submit_fault(self, request: JobRequest) -> ExchangeEntry | None:
        """The fault of the next submit; counts it."""
        self.submits += 1
        entries = self.scenario.exchanges.submit
        if not entries:
            return None
        return _first(entries, request.prompt, request.operation, self.submits, 0)

    def poll_fault(self, job: Job) -> ExchangeEntry | None:
        """The fault of the next poll of `job`; counts it."""
        self.polls += 1
        job.polls += 1
        entries = self.scenario.exchanges.poll
        if not entries:
            return None
        return _first(entries, job.request.prompt, job.request.operation, self.polls, job.polls)

    def draw(self, request: JobRequest) -> tuple[Plan, bytes]:
        """The next job's plan, and the bytes that its ids are laid out from."""
        self.jobs += 1
        name = digest(request.canonical)[:16]
        repeats = self.equal[name]
        self.equal[name] += 1
        identity = digest(self.seed, self.scenario.scenario, request.canonical, repeats)
        for entry in self.scenario.jobs:
            if entry.when is None or _job_matches(entry.when, request, self.jobs):
                return plan_of(entry, identity), identity
        return _DEFAULT_PLAN, identity


def plan_of(entry: JobEntry, identity: bytes) -> Plan:
    """A job entry with its times drawn."""
    outcome = Outcome(entry.outcome)
    error = JobError(entry.error.code, entry.error.message) if entry.error else None
    if entry.after is not None:
        return Plan(outcome, 0, entry.after, error)
    queue = _time(entry.queue, DEFAULT_QUEUE, identity, "queue")
    run = 0 if outcome is Outcome.STUCK else _time(entry.run, DEFAULT_RUN, identity, "run")
    return Plan(outcome, queue, run, error)


def _time(given: int | Uniform | None, default: int, identity: bytes, name: str) -> int:
    if isinstance(given, Uniform):
        return generator(identity, name).randint(*given.uniform)
    return default if given is None else given


def _job_matches(when: JobWhen, request: JobRequest, nth: int) -> bool:
    return (
        (when.prompt is None or fnmatchcase(request.prompt, when.prompt))
        and (when.nth is None or nth in when.nth)
        and when.model in (None, request.model)
        and when.operation in (None, request.operation)
        and when.resolution in (None, request.resolution)
        and when.duration_s in (None, request.duration_s)
    )


def _first(
    entries: tuple[ExchangeEntry, ...], prompt: str, operation: str, nth: int, nth_of_job: int
) -> ExchangeEntry | None:
    for entry in entries:
        if entry.when is None or _exchange_matches(entry.when, prompt, operation, nth, nth_of_job):
            return entry
    return None


def _exchange_matches(when: ExchangeWhen, prompt: str, operation: str, nth: int, nth_of_job: int) -> bool:
    return (
        (when.prompt is None or fnmatchcase(prompt, when.prompt))
        and when.operation in (None, operation)
        and (when.nth is None or nth in when.nth)
        and (when.nth_of_job is None or nth_of_job in when.nth_of_job)
    )
