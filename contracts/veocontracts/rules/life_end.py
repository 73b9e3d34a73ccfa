"""LIFE: how a job ends: by its deadline, and with the upstream's own word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from veocontracts.events import UpstreamCallback, UpstreamPoll, UpstreamSubmit
from veocontracts.history import History, Story
from veocontracts.rules.base import Observation, Source, broken, held, judged, rule
from veocontracts.rules.bill import settled
from veocontracts.rules.facts import (
    accounted,
    failed_unbilled,
    in_seconds,
    is_video,
    knows_upstream_job,
    lower,
    makes_sense,
    outcome,
    own_reads,
    reports,
    state,
    upper,
    with_error,
)
from veocontracts.terms import MONEY

REASON = Source((), "a customer who cannot see why a job failed asks support", "practice")
FAILED = Source(
    ("000", "001"), "Pricing: the job fails when the upstream does; how each upstream says so is its own", "follows"
)
ADDRESSES = ("http://", "https://", "data:")


@rule(
    "LIFE-09",
    "A failed job says why, with the upstream's own message.",
    REASON,
    witness="a failed job that the upstream ended with a message of its own",
    level="SHOULD",
)
def says_why(history: History) -> Iterator[Observation]:
    """The message stands somewhere in what the job shows."""
    for story in history.stories:
        told = _final_word(story)
        if told is None or told.at >= lower(story, history.terms) or state(story) != "failed":
            continue
        message = told.told.message
        read, shown = story.views[-1]
        if isinstance(message, str) and message.strip():
            found = [text for text in _texts([shown.error, shown.result, read.data]) if message.strip() in text]
            yield judged(story, bool(found), f"{message!r}", f"error {shown.error!r}", told.at)


def _final_word(story: Story) -> UpstreamSubmit | UpstreamPoll | UpstreamCallback | None:
    """The refusal of the last submit, or the first report that the job is over and that the gateway can place."""
    if story.upstream and story.planned is None and 400 <= (story.upstream[-1].status or 0) < 500:
        return story.upstream[-1]
    known = knows_upstream_job(story)
    return next((report for report in reports(story) if known or isinstance(report, UpstreamPoll)), None)


def _texts(values: list[Any]) -> Iterator[str]:
    """All strings within some JSON data."""
    while values:
        value = values.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            values += value.values()
        elif isinstance(value, list):
            values += value


@rule(
    "LIFE-10",
    "Every accepted job has ended by its deadline.",
    Source(("000", "001"), "Overview: 600 s timeout; FAQ: how long it takes; counted from the 202 (inferred)"),
    witness="a job that the upstream had not ended by the deadline, read after it",
    knobs=("job_timeout",),
)
def ends_by_the_deadline(history: History) -> Iterator[Observation]:
    """No job still runs past the upper bound."""
    for story in history.stories:
        bound = upper(story, history.terms)
        late = [read for read in own_reads(story) if read.at > bound and read.status not in {None, 429}]
        running = next((read for read in late if read.shown is None or not read.shown.terminal), None)
        if not story.accepted or not late:
            continue
        if running is not None:
            seconds = in_seconds(running.at - (story.submit.answered_at or 0))
            found = running.shown.state or repr(running.shown.word) if running.shown else f"HTTP {running.status}"
            yield broken(story, "ended", f"{found} after {seconds}", running.at)
        elif not _ended_upstream(story, bound):
            yield held(story)


def _ended_upstream(story: Story, by: int) -> bool:
    return any(poll.final and poll.at <= by for poll in story.polls)


@rule(
    "LIFE-11",
    "A job that the upstream failed, in whatever words of its own, is failed and unbilled, and shows no video.",
    FAILED,
    witness="a report of the upstream that the job failed or was cancelled, or one with an error in place of the video",
    needs=MONEY,
)
def failure_is_failure(history: History) -> Iterator[Observation]:
    """An error, a cancellation, words for a video, or a success with an error; the client's own image is no video."""
    for story in history.stories:
        found = reports(story)
        if not story.accepted or not found or not _failure(found[0]) or found[0].at >= lower(story, history.terms):
            continue
        if any(map(makes_sense, found)) or not settled(story, history):
            continue
        own = set(_texts([story.submit.request]))
        texts = [text for _, shown in story.views for text in _texts([shown.result]) if text not in own]
        videos = [text for text in texts if text.startswith(ADDRESSES)]
        actual = outcome(story) + (f", with {videos[0]!r}" if videos else "")
        kept = failed_unbilled(story) and not videos
        if not kept or accounted(story, history.terms):
            yield judged(story, kept, "failed, unbilled, without a video", actual, found[0].at)


def _failure(report: UpstreamPoll | UpstreamCallback) -> bool:
    url = report.told.video_url
    return report.told.state == "error" or with_error(report) or (url is not None and not is_video(url))
