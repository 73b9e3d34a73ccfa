"""LIFE: what keeps jobs apart: their keys, their services, their results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from veocontracts.events import UpstreamPoll
from veocontracts.history import History, Story
from veocontracts.rules.base import Observation, Source, broken, held, judged, rule
from veocontracts.rules.facts import makes_sense, reports
from veocontracts.terms import Terms

SECURITY = Source((), "common HTTP; what one customer made is no other's business", "practice")
POLLING = Source(("000", "001"), "Quickstart: Poll for the video, its sample", "follows")
DOUBLE = Source(("000", "001"), "Guides: Async lifecycle (double polling): one upstream job for each job", "follows")
FIELDS = ("duration_seconds", "model", "resolution", "aspect_ratio")


@rule(
    "LIFE-06",
    "A job is invisible to another API key: 403 or 404.",
    SECURITY,
    witness="a job that was shown to its owner, and then read with another known key",
)
def invisible_to_others(history: History) -> Iterator[Observation]:
    """403 or 404 for another key. A read over the limit shows nothing, and proves nothing."""
    for story in history.stories:
        foreign = [read for read in story.reads if read.intent == "foreign" and read.status not in {None, 429}]
        shown = min((read.at for read, _ in story.views), default=None)
        for read in foreign:
            if shown is None or read.at < shown:
                continue
            actual = f"HTTP {read.status}" + (f", {read.shown.state or repr(read.shown.word)}" if read.shown else "")
            allowed = (403, *history.terms.unknown)
            yield judged(story, read.status in allowed, " or ".join(map(str, allowed)), actual, read.answered_at)


@rule(
    "LIFE-07",
    "The job names the service that it was submitted to.",
    POLLING,
    witness="a job that was shown",
    shows=("service",),
)
def names_its_service(history: History) -> Iterator[Observation]:
    """service_name in every read."""
    for story in history.stories:
        if not story.accepted or not story.views:
            continue
        expected = story.submit.service
        wrong = next(((read, shown) for read, shown in story.views if shown.service != expected), None)
        if wrong is None:
            yield held(story)
        else:
            yield broken(story, f"service_name {expected!r}", repr(wrong[1].service), wrong[0].answered_at)


@rule(
    "LIFE-08",
    "Jobs that are in flight together each get their own upstream job's result.",
    DOUBLE,
    witness="two jobs in flight together, of which the upstream made different videos, and which both completed",
)
def no_cross_talk(history: History) -> Iterator[Observation]:
    """No value of a result is another job's instead of the job's own."""
    said = {story.label: _said(story, history.terms) for story in history.stories}
    for story in history.stories:
        last, own = story.last, said[story.label]
        result = last.result if last is not None and isinstance(last.result, dict) else {}
        beside = {other.label: said[other.label] for other in history.stories if _together(story, other)}
        taken = [
            f"{name} {value!r} of {label}"
            for name, value in result.items()
            for label, theirs in beside.items()
            if name in theirs and theirs[name] == value and own.get(name, value if name in FIELDS else None) != value
        ]
        others = any("video_url" in theirs and theirs != own for theirs in beside.values())
        if taken:
            expected = ", ".join(f"{name} {value!r}" for name, value in own.items()) or "no result"
            yield broken(story, f"its own: {expected}", ", ".join(taken), story.views[-1][0].answered_at)
        elif others and own and result.get("video_url") == own.get("video_url"):
            yield held(story)


def _said(story: Story, terms: Terms) -> Mapping[str, Any]:
    """What the upstream said of the job's own video; nothing where there is none."""
    report = next(filter(makes_sense, reports(story)), None)
    if report is None:
        return {}
    data = report.data if isinstance(report, UpstreamPoll) and isinstance(report.data, dict) else {}
    described = FIELDS if terms.dialect == "api-video" else ()  # others write them in words of their own
    return {"video_url": report.told.video_url} | {name: data[name] for name in described if name in data}


def _together(story: Story, other: Story) -> bool:
    if other is story or not (story.accepted and other.accepted):
        return False
    ends = [next((report.at for report in reports(each)), None) for each in (story, other)]
    return all(end is None or end > begun for end, begun in zip(ends, (other.submit.at, story.submit.at), strict=True))
