"""Which exchange meets which entry under `exchanges:`.

`nth`, `nth_of_job`, `share` and `sooner_than` depend on the order in which exchanges arrive; all else on the exchange
alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from veosim.job import Job
from veosim.scenario.conditions import drawn_in, key_matches
from veosim.scenario.exchanges import ExchangeEntry, ExchangeWhen
from veosim.scenario.model import Scenario


@dataclass(frozen=True, slots=True)
class Seen:
    """What conditions can ask of an exchange.

    Attributes:
        operations: the exchange's own, and the submit's that made its job.
        key: fingerprint of the credentials, "" where none came.
        nth_of_job: which of its job's exchanges of this kind it is, counted from 1; 0 where there is no job yet.
        since_last: nanoseconds since the job's previous poll, for a poll that is not the first.
    """

    dialect: str
    operations: tuple[str, ...]
    prompt: str
    key: str = ""
    nth_of_job: int = 0
    since_last: int | None = None


def counted(job: Job, kind: str, now: int) -> tuple[int, int | None]:
    """Count an exchange as its job's: which of its kind it is, and nanoseconds since the last, for a further poll."""
    nth, since_last = 0, None
    if kind == "poll":
        since_last = None if job.polled_at is None else now - job.polled_at
        job.polled_at = now
        job.polls = nth = job.polls + 1
    elif kind == "content":
        job.downloads = nth = job.downloads + 1
    else:
        job.cancels = nth = job.cancels + 1
    return nth, since_last


def seen_of(job: Job, kind: str, operation: str, key: str, now: int) -> Seen:
    """An exchange about a job that exists; counts it as the job's."""
    request = job.request
    return Seen(job.dialect, (operation, request.operation), request.prompt, key, *counted(job, kind, now))


def matching(scenario: Scenario, seed: int, kind: str, number: int, seen: Seen) -> ExchangeEntry | None:
    """The first entry that an exchange meets.

    Args:
        scenario: what is played.
        seed: what draws follow from.
        kind: `submit`, `poll`, `content` or `cancel`.
        number: which of this scenario's exchanges of that kind it is, counted from 1.
        seen: what is known of it.
    """
    entries: tuple[ExchangeEntry, ...] = getattr(scenario.exchanges, kind)
    for index, entry in enumerate(entries):
        when = entry.when
        if when is None or (_fits(when, number, seen) and _is_drawn(when, seed, scenario, kind, index, number)):
            return entry
    return None


def _fits(when: ExchangeWhen, number: int, seen: Seen) -> bool:
    return (
        (when.prompt is None or fnmatchcase(seen.prompt, when.prompt))
        and when.dialect in (None, seen.dialect)
        and (when.operation is None or when.operation in seen.operations)
        and (when.key is None or key_matches(when.key, seen.key))
        and (when.nth is None or number in when.nth)
        and (when.nth_of_job is None or seen.nth_of_job in when.nth_of_job)
        and (when.sooner_than is None or (seen.since_last is not None and seen.since_last < when.sooner_than))
    )


def _is_drawn(when: ExchangeWhen, seed: int, scenario: Scenario, kind: str, index: int, number: int) -> bool:
    return when.share is None or drawn_in(when.share, seed, scenario.scenario, kind, index, number)
