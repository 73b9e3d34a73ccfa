"""From a job entry to a plan: for whom an entry is, and what is drawn for whom it is for.

Every draw follows from the job's identity and a name, so none depends on another, or on the order of submits.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from veosim.job import REASONS, Delivery, JobError, JobRequest, Outcome, Plan
from veosim.scenario.conditions import drawn_in, key_matches
from veosim.scenario.jobs import DEFAULT_QUEUE, DEFAULT_RUN, ErrorWords, JobEntry, JobWhen, ResultEntry
from veosim.scenario.times import Drawn, drawn


@dataclass(frozen=True, slots=True)
class Candidate:
    """A job for which an entry is looked for.

    Attributes:
        key: fingerprint of the submit's credentials.
        identity: the bytes that all draws follow from.
        nth: its number among the scenario's jobs.
    """

    dialect: str
    request: JobRequest
    key: str
    identity: bytes
    nth: int


def plan_for(entries: tuple[JobEntry, ...], job: Candidate) -> Plan:
    """The plan of the first entry that matches; without one the job succeeds after the default times."""
    for index, entry in enumerate(entries):
        if entry.when is None or _matches(entry.when, job, index):
            return _plan_of(entry, job)
    return Plan(Outcome.SUCCEED, DEFAULT_QUEUE, DEFAULT_RUN)


def _matches(when: JobWhen, job: Candidate, index: int) -> bool:
    request = job.request
    return (
        (when.prompt is None or fnmatchcase(request.prompt, when.prompt))
        and (when.nth is None or job.nth in when.nth)
        and when.dialect in (None, job.dialect)
        and (when.model is None or fnmatchcase(request.model, when.model))
        and when.operation in (None, request.operation)
        and (when.resolution is None or when.resolution.lower() == request.resolution.lower())
        and when.duration_s in (None, request.duration_s)
        and (when.key is None or key_matches(when.key, job.key))
        and (when.share is None or drawn_in(when.share, job.identity, "share", index))
    )


def _plan_of(entry: JobEntry, job: Candidate) -> Plan:
    is_partly = entry.outcome == "partly-filtered"
    outcome = Outcome.SUCCEED if is_partly else Outcome(entry.outcome)
    result = entry.result or ResultEntry()
    if entry.after is not None:
        queue, run = 0, drawn(entry.after, job.identity, "after")
    else:
        queue = _time(entry.queue, DEFAULT_QUEUE, job, "queue")
        run = 0 if outcome is Outcome.STUCK else _time(entry.run, DEFAULT_RUN, job, "run")
    return Plan(
        outcome,
        queue,
        run,
        error=_reason(outcome, entry.error) if entry.error else None,
        duration_s=result.duration_s,
        expires=result.expires,
        videos=_passing(result, job.request.videos) if is_partly else None,
        progress=None if entry.progress is None else int(entry.progress * 100),
        delivery=_delivery(result),
    )


def _delivery(result: ResultEntry) -> Delivery:
    return Delivery(result.size, result.audio, result.weight or 0, result.file, result.tells == "asked")


def _passing(result: ResultEntry, asked: int) -> int:
    """How many videos pass the filter: fewer than were asked for, and one at least, so an only video always does."""
    return max(1, asked - 1 if result.videos is None else min(result.videos, asked - 1))


def _reason(outcome: Outcome, words: ErrorWords) -> JobError:
    usual = REASONS[outcome]
    return JobError(words.code or usual.code, words.message or usual.message)


def _time(given: int | Drawn | None, default: int, job: Candidate, name: str) -> int:
    return default if given is None else drawn(given, job.identity, name)
