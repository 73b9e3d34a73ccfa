"""UP: how the gateway polls, above all when polls go wrong. Good practice, which no document asks for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from veocontracts.events import UpstreamPoll
from veocontracts.history import History, Story
from veocontracts.rules.base import Observation, Source, broken, held, judged, rule
from veocontracts.rules.facts import in_seconds, state
from veocontracts.terms import SECOND, Terms

PRACTICE = Source((), "what shipped gateways lost by not doing so", "practice")
RETRY = Source((), "RFC 9110, 10.2.3; RFC 6585, 4", "practice")

PASSING = frozenset({429, 502, 503, 504})
"""Statuses that speak of the way to the upstream, or of its load, not of the job."""
GARBLED = ("break: reset", "break: close", "break: truncate", "spoil: html", "spoil: bad-json", "spoil: empty-body")
ROUNDING = SECOND // 1000
"""Timers round."""
BRISK = 5
"""Polls are counted over so many intervals, so that one at the deadline may follow another closely."""
RUN = 4
"""So many polls that went wrong in a row must show that their intervals grow."""


def passing(poll: UpstreamPoll) -> bool:
    """Whether a poll went wrong in a way that says nothing of the job."""
    return poll.status in PASSING or any(fault in poll.fault for fault in GARBLED)


@rule(
    "UP-07",
    "A poll that a passing error spoils (reset, 429, 502, 503, 504, an HTML page, bad JSON) is a missed poll, not the "
    "end of the job.",
    PRACTICE,
    witness="a poll that went wrong in such a way, of a job that succeeds upstream in time",
    level="SHOULD",
)
def missed_poll(history: History) -> Iterator[Observation]:
    """One error does not end the job; how many in a row may is left open."""
    for story in history.stories:
        errors = [poll for poll in story.polls if passing(poll)]
        others = any(event.fault for event in story.asked if event not in errors)
        if not errors or others or not _succeeds_soon(story, history.terms) or story.ended is None:
            continue
        told = any(poll.told.state == "success" for poll in story.polls)
        kept = state(story) == "completed"
        if kept or told or _trailing(story.polls) == 1:
            what = errors[-1].fault or f"HTTP {errors[-1].status}"
            yield judged(story, kept, "completed", f"{state(story)} after {what} at a poll", story.ended[0].at)


def _succeeds_soon(story: Story, terms: Terms) -> bool:
    """In half the time, so that a gateway may wait for long after a missed poll."""
    planned = story.planned
    if planned is None or planned.outcome != "succeed" or planned.ready_at is None:
        return False
    return story.accepted and planned.ready_at <= story.submit.at + terms.timeout // 2


def _trailing(polls: list[UpstreamPoll]) -> int:
    """How many of the last polls went wrong."""
    return next((count for count, poll in enumerate(reversed(polls)) if not passing(poll)), len(polls))


@rule(
    "UP-08",
    "A 429 of the upstream that says when to come again is honoured.",
    RETRY,
    witness="an upstream answer of 429 with Retry-After, and the gateway's next request for that job",
    level="SHOULD",
)
def comes_when_told(history: History) -> Iterator[Observation]:
    """At the submit and at polls."""
    for story in history.stories:
        for event, following in pairwise(sorted(story.asked, key=lambda event: event.at)):
            if event.status != 429 or not event.retry_after:
                continue
            came = following.at - (event.answered_at or event.at)
            expected = f"the next request no sooner than after {in_seconds(event.retry_after)}"
            yield judged(
                story, came >= event.retry_after - ROUNDING, expected, f"after {in_seconds(came)}", following.at
            )


@rule(
    "UP-10",
    "A job is polled no faster than once a second, and ever more seldom while polls go wrong.",
    PRACTICE,
    witness="a job with six polls (pace); one with four polls in a row that went wrong at once (backoff)",
    level="SHOULD",
    knobs=("poll_interval",),
    grains=("pace", "backoff"),
)
def polls_gently(history: History) -> Iterator[Observation]:
    """On the history's clock."""
    for story in history.stories:
        yield from _pace(story, history.terms)
        yield from _backoff(story)


def _pace(story: Story, terms: Terms) -> Iterator[Observation]:
    intervals = BRISK + 2 * terms.tolerance // SECOND
    spans = list(zip(story.polls, story.polls[intervals:], strict=False))
    fast = next((s for s in spans if s[1].at - s[0].at + terms.tolerance < intervals * SECOND - ROUNDING), None)
    if fast is not None:
        actual = f"{intervals + 1} polls within {in_seconds(fast[1].at - fast[0].at)}"
        yield broken(story, "at most one poll a second", actual, fast[1].at, "pace")
    elif spans:
        yield held(story, "pace")


def _backoff(story: Story) -> Iterator[Observation]:
    """Of the first long run of errors; where the upstream said when to come again, that is what counts."""
    run: list[UpstreamPoll] = []
    for poll in story.polls:
        run = [*run, poll] if passing(poll) and poll.retry_after is None else []
        if len(run) == RUN:
            gaps = [later.at - earlier.at for earlier, later in pairwise(run)]
            actual = f"polls after {', '.join(map(in_seconds, gaps))}"
            yield judged(story, 2 * max(gaps) >= 3 * min(gaps), "growing intervals", actual, poll.at, "backoff")
            return
