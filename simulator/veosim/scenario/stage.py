"""A scenario being played: it draws each job's plan at submit and decides each exchange's fault.

The plan follows from blake2b(seed, scenario, canonical request, how many equal requests came before), never from
the order of arrival. Only `nth` and `nth_of_job` depend on order.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from veosim.job import REASONS, Job, JobError, JobRequest, Outcome, Plan, fated
from veosim.scenario.exchanges import ExchangeEntry, ExchangeWhen
from veosim.scenario.jobs import DEFAULT_QUEUE, DEFAULT_RUN, ErrorWords, JobEntry, JobWhen, ResultEntry
from veosim.scenario.model import Scenario
from veosim.scenario.times import Uniform, drawn
from veosim.seeded import digest

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

    def draw(self, dialect: str, request: JobRequest) -> list[tuple[Plan, bytes]]:
        """For each job that the request makes, its plan and the bytes that its id is laid out from."""
        name = digest(request.canonical)[:16]
        repeats = self.equal[name]
        self.equal[name] += 1
        first = digest(self.seed, self.scenario.scenario, request.canonical, repeats)
        identities = [first, *(digest(first, number) for number in range(2, request.jobs + 1))]
        return [(fated(self._plan(dialect, request, identity), request), identity) for identity in identities]

    def _plan(self, dialect: str, request: JobRequest, identity: bytes) -> Plan:
        self.jobs += 1
        for entry in self.scenario.jobs:
            if entry.when is None or _job_matches(entry.when, dialect, request, self.jobs):
                return plan_of(entry, identity)
        return _DEFAULT_PLAN


def plan_of(entry: JobEntry, identity: bytes) -> Plan:
    """A job entry with its times drawn."""
    outcome = Outcome(entry.outcome)
    error = _reason(outcome, entry.error) if entry.error else None
    result = entry.result or ResultEntry()
    if entry.after is not None:
        queue, run = 0, entry.after
    else:
        queue = _time(entry.queue, DEFAULT_QUEUE, identity, "queue")
        run = 0 if outcome is Outcome.STUCK else _time(entry.run, DEFAULT_RUN, identity, "run")
    return Plan(outcome, queue, run, error, result.duration_s, result.expires)


def _reason(outcome: Outcome, words: ErrorWords) -> JobError:
    usual = REASONS[outcome]
    return JobError(words.code or usual.code, words.message or usual.message)


def _time(given: int | Uniform | None, default: int, identity: bytes, name: str) -> int:
    return drawn(default if given is None else given, identity, name)


def _job_matches(when: JobWhen, dialect: str, request: JobRequest, nth: int) -> bool:
    return (
        (when.prompt is None or fnmatchcase(request.prompt, when.prompt))
        and (when.nth is None or nth in when.nth)
        and when.dialect in (None, dialect)
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
