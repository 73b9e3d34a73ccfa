"""What several rules need to know about a story: what was asked, when the deadline was, whether it was charged."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import reduce
from typing import Any

from veocontracts.events import Entry, Read, UpstreamCallback, UpstreamPoll
from veocontracts.history import Story
from veocontracts.terms import COSTS, EXACT, SECOND, Terms

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]00:00)")


def asked(story: Story, field: str, terms: Terms) -> Any:
    """The value that a request has for an enum field, or its documented default."""
    request = story.submit.request
    return request[field] if isinstance(request, dict) and field in request else terms.defaults.get(field)


_SECONDS = re.compile(r"(?:PT)?(\d{1,9}(?:\.\d{1,9})?) ?(?:s|sec|seconds?)?", re.IGNORECASE)


def seconds_in(value: object) -> Decimal | None:
    """The seconds that a duration means, such as 4, '4', '4s' or 'PT4S'; None for what tells none."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    found = _SECONDS.fullmatch(str(value))
    return Decimal(found[1]) if found else None


def asked_seconds(story: Story, terms: Terms) -> Decimal:
    """The seconds that were asked for; where no field says, those that the upstream delivered, or 0 for none."""
    found = seconds_in(asked(story, "duration", terms))
    return found if found is not None else number(delivered(story)) or Decimal(0)


def slack(story: Story, terms: Terms) -> int:
    """T1 - T0 plus the mode's tolerance: how uncertain the deadline is."""
    return (story.submit.answered_at or story.submit.at) - story.submit.at + terms.tolerance


def deadline(story: Story, terms: Terms) -> int:
    """The instant at which the job's time is up, counted from the 202."""
    return (story.submit.answered_at or story.submit.at) + terms.timeout


def lower(story: Story, terms: Terms) -> int:
    """No earlier may a job time out."""
    return deadline(story, terms) - slack(story, terms)


def upper(story: Story, terms: Terms) -> int:
    """No later may a job still run."""
    return deadline(story, terms) + slack(story, terms) + terms.grace


DIGITS = 30


def in_seconds(nanoseconds: int) -> str:
    """`600.000000001 s`: exact, without idle zeros."""
    text = f"{Decimal(nanoseconds) / SECOND:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + " s"


def amount(value: Any) -> Decimal | None:
    """A number from JSON as an exact decimal, or None for anything else."""
    return None if isinstance(value, str) else number(value)


def number(value: Any) -> Decimal | None:
    """A number, also one that is written as text, or None for anything else, also for what nobody could pay."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        found = Decimal(value)
    except ArithmeticError:
        return None
    if not found.is_finite() or not -DIGITS <= int(found.as_tuple().exponent) <= found.adjusted() <= DIGITS:
        return None
    return found


def standing(entries: Iterable[Entry]) -> list[Entry]:
    """The entries that no other one undoes: a hold and its release, of one job, are none."""
    left: list[Entry] = []
    for entry in entries:
        found = number(entry.amount)
        alike = [each for each in left if each.job_id == entry.job_id]
        undone = None if found is None else next((e for e in alike if number(e.amount) == found.copy_negate()), None)
        if undone is not None:
            left.remove(undone)
        elif found != 0:
            left.append(entry)
    return left


def charges(story: Story, at: int | None = None) -> list[Entry]:
    """What stands of this job's entries, up to `at`; nothing where they come to 0, or to a credit."""
    left = standing(story.entries(at))
    amounts = [number(entry.amount) for entry in left]
    known = [found for found in amounts if found is not None]
    return [] if len(known) == len(amounts) and total(known) <= 0 else left


def charges_something(entry: Entry) -> bool:
    """Whether an entry is a charge: one below 0 gives one back, and what is no number is nobody's credit."""
    found = number(entry.amount)
    return found is None or found > 0


def times_charged(story: Story) -> int:
    """How many charges stand; what is given back of one is none."""
    return sum(map(charges_something, charges(story)))


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum."""
    return reduce(EXACT.add, amounts, Decimal(0))


def said(value: Any) -> str:
    """An amount as it came; what is none is quoted, for it may hold characters that nobody can print."""
    return str(value) if number(value) is not None else repr(value)


def amounts_of(entries: Iterable[Entry]) -> str:
    """All amounts of some entries, in words."""
    return ", ".join(said(entry.amount) for entry in entries)


def charge(story: Story) -> str:
    """What shows that this job was billed, in words; "" where nothing does."""
    entries = charges(story)
    if entries:
        times = times_charged(story)
        return f"{times} charge{'s' * (times > 1)} of {amounts_of(entries)}"
    last = story.last
    for name in ("cost", "units"):
        found = number(getattr(last, name)) if last else None
        if found is not None:  # units of a job that costs nothing are no charge
            return f"the job shows {name} {found}" if found != 0 else ""
    return ""


def state(story: Story) -> str:
    """The job as last shown, in words."""
    last = story.last
    if last is None:
        return "never shown"
    return last.state or f"in the unknown state {last.word!r}"


def outcome(story: Story) -> str:
    """State and charge in one phrase."""
    return f"{state(story)}, {charge(story) or 'unbilled'}"


def accounted(story: Story, terms: Terms) -> bool:
    """Whether it can be told what this job was charged: it shows its cost, or charges were read once they were due."""
    if not terms.ledger.isdisjoint(COSTS) and story.last is not None and story.last.terminal:
        return True
    return charges_due(story, terms)


def charges_due(story: Story, terms: Terms) -> bool:
    """Whether the ledger was read so late after the job's end that it must show its charge."""
    ended = story.ended
    return ended is not None and bool(story.ledger) and story.ledger[-1].at >= ended[0].at + terms.settle


def failed_unbilled(story: Story) -> bool:
    """Ended failed, and nothing shows a charge."""
    return state(story) == "failed" and not charge(story)


def instant(value: Any) -> datetime | None:
    """An RFC 3339 instant in UTC, or None."""
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


ROUNDING = timedelta(seconds=1)
"""Instants on the wire are often cut or rounded to whole seconds."""


def faultless(story: Story) -> bool:
    """Whether the upstream did nothing wrong in this story."""
    return not any(event.fault for event in story.asked)


def succeeds_in_time(story: Story, terms: Terms) -> bool:
    """The upstream made the video, told so whenever it was asked, and early enough for any gateway."""
    planned = story.planned
    return (
        planned is not None
        and planned.outcome == "succeed"
        and planned.ready_at is not None
        and faultless(story)
        and planned.ready_at <= deadline(story, terms) - terms.poll_gap - slack(story, terms)
    )


def refused(story: Story, terms: Terms) -> bool:
    """Turned away, in a way that the profile allows: a 400 or 422, or a job that soon fails, unmade and unbilled."""
    if story.submit.status in {400, 422}:
        return terms.refuses in {"submit", "either"}
    soon = (story.submit.answered_at or story.submit.at) + slack(story, terms) + terms.grace
    lingers = any(read.at > soon and not shown.terminal for read, shown in story.views)
    made = any(event.job is not None for event in story.upstream)
    allowed = story.accepted and terms.refuses in {"job", "either"}
    return allowed and failed_unbilled(story) and not made and not lingers


def own_reads(story: Story) -> list[Read]:
    """The reads with the key that submitted."""
    return [read for read in story.reads if read.intent == "valid" and read.key == story.submit.key]


def reports(story: Story) -> list[UpstreamPoll | UpstreamCallback]:
    """What the upstream told of the job's end, in polls and in callbacks of its own, in order of time."""
    told: list[UpstreamPoll | UpstreamCallback] = [*story.polls, *(event for event in story.callbacks if event.signed)]
    return sorted((event for event in told if event.told.state in {"success", "error"}), key=lambda event: event.at)


def knows_upstream_job(story: Story) -> bool:
    """Whether the gateway was told its upstream job's id, without which it cannot know whose callback comes."""
    planned = story.planned
    return planned is not None and (planned.status or 0) // 100 == 2 and not planned.fault


def is_video(value: Any) -> bool:
    """Whether this can be where a video is, or the video itself; words for people have spaces, and are neither."""
    return isinstance(value, str) and value != "" and not any(character.isspace() for character in value)


def with_error(report: UpstreamPoll | UpstreamCallback) -> bool:
    """Whether the upstream names an error beside whatever else it says."""
    data = report.data if isinstance(report, UpstreamPoll) else None
    return isinstance(data, dict) and bool(data.get("error"))


def makes_sense(report: UpstreamPoll | UpstreamCallback) -> bool:
    """Whether this is a success with a video, and with nothing against it."""
    return report.told.state == "success" and is_video(report.told.video_url) and not with_error(report)


def delivered(story: Story) -> Any:
    """The seconds that the upstream said it delivered, None where it did not say."""
    return next((report.told.duration for report in reports(story) if report.told.state == "success"), None)


def as_asked(story: Story, terms: Terms) -> bool:
    """Whether the upstream delivered the seconds that were asked for, as far as it said."""
    told = delivered(story)
    if told is None:
        return seconds_in(asked(story, "duration", terms)) is not None
    return number(told) == asked_seconds(story, terms)
