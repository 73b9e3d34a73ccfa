"""BILL: what must be there to be paid for: a video, and no more seconds of it than came."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from veocontracts.history import History, Story
from veocontracts.rules.base import Observation, Source, judged, rule
from veocontracts.rules.bill import completed, settled
from veocontracts.rules.facts import (
    accounted,
    as_asked,
    charge,
    charges,
    delivered,
    failed_unbilled,
    lower,
    makes_sense,
    number,
    outcome,
    reports,
    total,
)
from veocontracts.terms import MONEY

NOTHING_MADE = Source(
    ("000", "001"), "Pricing: per second of generated video; without a video there is none", "follows"
)
PER_SECOND = Source(
    ("000", "001"), "Pricing: per second of generated video; that fewer may come is not said", "practice"
)


@rule(
    "BILL-13",
    "A success without a usable video is a failure: it fails the job, and is not billed.",
    NOTHING_MADE,
    witness="an upstream that reported a success without a video, or filtered the video out, before the deadline",
    needs=MONEY,
)
def no_video_no_charge(history: History) -> Iterator[Observation]:
    """No video_url, an empty result, all samples filtered."""
    for story in history.stories:
        found = reports(story)
        if not story.accepted or not found or found[0].at >= lower(story, history.terms):
            continue
        empty = found[0].told.state == "success" and found[0].told.video_url is None
        filtered = story.planned is not None and story.planned.outcome == "filtered"
        if not (empty or filtered) or any(map(makes_sense, found)):
            continue
        kept = failed_unbilled(story)
        if settled(story, history) and (not kept or accounted(story, history.terms)):
            yield judged(story, kept, "failed, unbilled", outcome(story), found[0].at)


@rule(
    "BILL-14",
    "Where the upstream delivers another duration than was asked for, no more is charged than was delivered.",
    PER_SECOND,
    witness="a completed job of which the upstream reported fewer or more seconds than were asked for",
    level="SHOULD",
    needs=MONEY,
)
def no_more_than_delivered(history: History) -> Iterator[Observation]:
    """Units, cost and charges within the delivered seconds."""
    for story in completed(history):
        seconds = number(delivered(story))
        if seconds is None or seconds <= 0 or as_asked(story, history.terms):
            continue
        most = history.terms.due(seconds)
        last = story.last
        units = ((number(last.units) if last else None) or Decimal(0)).copy_abs()
        within = units <= seconds and all(found.copy_abs() <= most for found in _amounts(story))
        actual = f"{units} units, {charge(story) or 'unbilled'}"
        if within and not accounted(story, history.terms):
            continue
        yield judged(story, within, f"at most {seconds} units and {most}", actual)


def _amounts(story: Story) -> Iterator[Decimal]:
    """The cost that the job shows, and the sum of its charges."""
    cost = number(story.last.cost) if story.last else None
    if cost is not None:
        yield cost
    yield total(number(entry.amount) or Decimal(0) for entry in charges(story))
