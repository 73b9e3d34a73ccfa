"""LIFE: the life of a job as its client sees it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from veocontracts.events import Read, Shown, UpstreamCallback, UpstreamPoll
from veocontracts.history import History, Story
from veocontracts.rules.base import Observation, Source, broken, held, judged, rule
from veocontracts.rules.facts import (
    ROUNDING,
    instant,
    is_video,
    knows_upstream_job,
    lower,
    makes_sense,
    outcome,
    own_reads,
    reports,
)
from veocontracts.terms import SECOND, Terms

LIFECYCLE = Source(("000", "001"), "Guides: Async lifecycle (double polling)")
POLLING = Source(("000", "001"), "Quickstart: Poll for the video")
ORDER = Source(("000", "001"), "Guides: Async lifecycle (double polling)", "follows")
SAMPLE = Source(("000", "001"), "Quickstart: Poll for the video, its sample", "follows")
RANK = {"queued": 0, "running": 1, "completed": 2, "failed": 2}
NO_RESULT: tuple[object, ...] = (None, {}, [], "")
GONE = frozenset({404, 410})
COME_AGAIN = frozenset({408, 425, 429})
"""Statuses that say nothing of the job (RFC 9110, RFC 8470, RFC 6585)."""
RESULT_FIELDS = ("status", "video_url", "duration_seconds", "model", "resolution", "aspect_ratio")


@rule(
    "LIFE-01",
    "When the upstream reports success, the job becomes completed, and its result carries the upstream's fields.",
    POLLING,
    witness="a poll, or a callback that it took, told the gateway of a success in time",
)
def completed_with_result(history: History) -> Iterator[Observation]:
    """completed, and result_data equal to the upstream's answer in the documented fields."""
    for story in history.stories:
        told, last = _heard(story), story.last
        if told is None or last is None or not makes_sense(told):
            continue
        if _known_by(told) >= lower(story, history.terms):
            continue  # the answer may have crossed the timeout
        if last.state == "failed" and _turned_away(story, told.at):
            continue  # it may have ended before a callback came
        if not last.terminal and story.views[-1][0].at - _known_by(told) < SECOND + history.terms.tolerance:
            continue  # the read may have crossed the poll
        if last.state != "completed":
            yield broken(story, "completed, since the upstream reported success", outcome(story), told.at)
            continue
        result = last.result if isinstance(last.result, dict) else {}
        if "as-upstream" in history.terms.lacks:
            kept = "result.video_url" in history.terms.lacks or is_video(result.get("video_url"))
            yield judged(story, kept, "a video", f"video_url {result.get('video_url')!r}")
            continue
        said = _result_of(told, history.terms)
        wrong = [f"{name} {result.get(name)!r}" for name in said if result.get(name) != said[name]]
        expected = ", ".join(f"{name} {value!r}" for name, value in said.items())
        yield judged(story, not wrong, f"the upstream's result: {expected}", ", ".join(wrong))


def _result_of(told: UpstreamPoll | UpstreamCallback, terms: Terms) -> dict[str, object]:
    """What the result has to carry: all of the documented fields only of the upstream that the documents describe."""
    answer = told.data if isinstance(told, UpstreamPoll) and isinstance(told.data, dict) else {}
    described = RESULT_FIELDS if terms.dialect == "api-video" else ()
    return {name: answer[name] for name in described if name in answer} | {"video_url": told.told.video_url}


def _heard(story: Story) -> UpstreamPoll | UpstreamCallback | None:
    """What first told the gateway of the end: an answer to a poll, or a callback that it took, and could place."""
    known = knows_upstream_job(story)
    taken = [
        each for each in reports(story) if isinstance(each, UpstreamPoll) or (known and (each.status or 0) // 100 == 2)
    ]
    return min(taken, key=_known_by, default=None)


def _known_by(report: UpstreamPoll | UpstreamCallback) -> int:
    """When the gateway surely knew: a callback that is still on its way may be overtaken by a poll."""
    return report.at if isinstance(report, UpstreamPoll) else report.answered_at or report.at


def _turned_away(story: Story, before: int) -> bool:
    """Whether the upstream refused a poll, which a gateway may take for the end of the job."""
    statuses = (poll.status or 0 for poll in story.polls if poll.at < before)
    return any(status // 100 == 4 and status not in COME_AGAIN for status in statuses)


@rule(
    "LIFE-02",
    "States only move forward, nothing changes after the end, id and created_at never change, "
    "and a job that runs shows no result.",
    ORDER,
    witness="a job that was read again after it had ended",
)
def only_forward(history: History) -> Iterator[Observation]:
    """Every read against the one before it."""
    for story in history.stories:
        views = story.views
        problem = next((found for found in map(_unfit, views) if found), None) or next(
            (found for earlier, later in pairwise(views) if (found := _change(earlier[1], later))),
            None,
        )
        if problem is None and views and story.accepted:
            problem = _moved(story, views[0], history.terms) or _gone(story)
        if problem is not None:
            expected, actual, at = problem
            yield broken(story, expected, actual, at)
        elif story.ended is not None and views[-1][0] is not story.ended[0]:
            yield held(story)


Problem = tuple[str, str, int | None]


def _unfit(view: tuple[Read, Shown]) -> Problem | None:
    read, shown = view
    if not shown.state:
        return "a state word of the profile", repr(shown.word), read.answered_at
    if not shown.terminal and shown.result not in NO_RESULT:
        return f"no result while {shown.state}", repr(shown.result), read.answered_at
    return None


def _change(before: Shown, view: tuple[Read, Shown]) -> Problem | None:
    read, after = view
    frozen: tuple[str, ...] = ("id", "created_at", "service")
    if before.terminal:
        frozen = ("state", "completed_at", "result", "units", "cost", "error", "id", "created_at", "service")
    elif RANK[after.state] < RANK[before.state]:
        return f"not back from {before.state}", after.state, read.answered_at
    for name in frozen:
        if getattr(before, name) != getattr(after, name):
            kept = f"{name} {getattr(before, name)!r} for good" + (f" once {before.state}" if before.terminal else "")
            return kept, repr(getattr(after, name)), read.answered_at
    return None


def _moved(story: Story, view: tuple[Read, Shown], terms: Terms) -> Problem | None:
    read, shown = view
    first = story.promised.get("created_at")
    if shown.id != story.submit.job_id and "id" not in terms.lacks:
        return f"id {story.submit.job_id!r}", repr(shown.id), read.answered_at
    if "envelope" in terms.lacks:
        return None
    same = instant(first) is not None and instant(shown.created_at) == instant(first)
    if shown.created_at != first and not same:
        return f"created_at {first!r} as in the 202", repr(shown.created_at), read.answered_at
    return None


def _gone(story: Story) -> Problem | None:
    first = story.views[0][0].at
    gone = next((read for read in own_reads(story) if read.at > first and read.status in GONE), None)
    return None if gone is None else ("the job, as before", f"HTTP {gone.status}", gone.answered_at)


@rule(
    "LIFE-03",
    "completed_at appears when the job is completed, not before, is not before created_at, "
    "and not in the future of the read that shows it.",
    SAMPLE,
    witness="a completed job",
    shows=("completed_at",),
)
def completed_at(history: History) -> Iterator[Observation]:
    """Present exactly with completed."""
    for story in history.stories:
        for read, shown in story.views:
            if shown.state in {"queued", "running"} and shown.completed_at is not None:
                yield broken(story, f"no completed_at while {shown.state}", repr(shown.completed_at), read.answered_at)
                break
            if shown.state == "completed":
                created, done = instant(shown.created_at), instant(shown.completed_at)
                kept = done is not None and (created is None or done >= created - ROUNDING)
                actual = f"{shown.completed_at!r} (created_at {shown.created_at!r})"
                if kept and done is not None and read.wall is not None and done > read.wall + ROUNDING:
                    yield broken(story, f"not after {read.wall.isoformat()}", actual, read.answered_at)
                    break
                yield judged(
                    story, kept, "completed_at, an RFC 3339 instant not before created_at", actual, read.answered_at
                )
                break


@rule(
    "LIFE-04",
    "A job is not completed before the upstream has reported success.",
    LIFECYCLE,
    witness="a job read while the upstream was still at work, and completed later; or one completed too early",
)
def not_before_the_upstream(history: History) -> Iterator[Observation]:
    """A job needs a poll that said success, or a callback of the upstream's own."""
    for story in history.stories:
        if not story.upstream and history.strays:
            continue  # its upstream job is there, but cannot be told from others
        told = next((report.at for report in reports(story) if report.told.state == "success"), None)
        early = [
            read
            for read, shown in story.views
            if shown.state == "completed" and (told is None or (read.answered_at or read.at) < told)
        ]
        waited = any(not shown.terminal for _, shown in story.views)
        if early:
            said = "the upstream had reported no success" if told is None else "the upstream's success came later"
            yield broken(
                story, "running until the upstream reports success", f"completed; {said}", early[0].answered_at
            )
        elif told is not None and waited:
            yield held(story)


@rule(
    "LIFE-05",
    "A job id that nobody was given is 404.",
    Source((), "common HTTP", "practice"),
    witness="a read of an id that the gateway never gave out",
)
def unknown_is_404(history: History) -> Iterator[Observation]:
    """404."""
    for read in history.of(Read):
        if read.intent == "unknown-id":
            actual = f"{read.status} {read.data!r}"[:160]
            unknown = history.terms.unknown
            expected = " or ".join(map(str, unknown))
            yield Observation(read.label, read.status in unknown, "", expected, actual, read.answered_at)
