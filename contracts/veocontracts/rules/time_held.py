"""TIME-04 to TIME-07: what may hold a job up, and must not hold it past the 600 s."""

from __future__ import annotations

from collections.abc import Iterator

from veocontracts.events import UpstreamSubmit
from veocontracts.history import History, Story
from veocontracts.rules.base import Observation, rule
from veocontracts.rules.time import FOLLOWS, failed_in_time
from veocontracts.terms import Terms


def _endless(story: Story) -> bool:
    return story.planned is not None and story.planned.ready_at is None


@rule(
    "TIME-04",
    "An upstream submit that is never answered ends in failure by 600 s.",
    FOLLOWS,
    witness="an upstream submit that hangs, and the job read after the deadline",
    knobs=("job_timeout",),
)
def hanging_submit(history: History) -> Iterator[Observation]:
    """Hang at submit."""
    for story in history.stories:
        if story.accepted and any(event.fault == "break: hang" for event in story.upstream):
            yield from failed_in_time(story, history.terms)


@rule(
    "TIME-05",
    "A poll that is never answered does not hold the job past 600 s.",
    FOLLOWS,
    witness="an upstream poll that hangs on a job that never ends, and the job read after the deadline",
    knobs=("job_timeout",),
)
def hanging_poll(history: History) -> Iterator[Observation]:
    """Hang at poll."""
    for story in history.stories:
        if story.accepted and _endless(story) and any(poll.fault == "break: hang" for poll in story.polls):
            yield from failed_in_time(story, history.terms)


@rule(
    "TIME-06",
    "A poll answer that comes byte by byte does not hold the job past 600 s.",
    FOLLOWS,
    witness="a poll answer that is dripped, on a job that never ends, and the job read after the deadline",
    knobs=("job_timeout",),
)
def dripping_poll(history: History) -> Iterator[Observation]:
    """Drip at poll."""
    for story in history.stories:
        if story.accepted and _endless(story) and any(poll.fault.startswith("break: drip") for poll in story.polls):
            yield from failed_in_time(story, history.terms)


@rule(
    "TIME-07",
    "The 600 s are the whole job's, submit and polls together.",
    FOLLOWS,
    witness="a job that never ends, whose upstream submit took an eighth of the time, or longer than the gateway waits",
    knobs=("job_timeout",),
)
def whole_job(history: History) -> Iterator[Observation]:
    """A slow submit does not buy more time."""
    for story in history.stories:
        planned, terms = story.planned, history.terms
        if planned is None or planned.ready_at is not None or not story.accepted:
            continue
        if _slow(planned, terms):
            yield from failed_in_time(story, terms)


def _slow(submit: UpstreamSubmit, terms: Terms) -> bool:
    """Answered after an eighth of the time, or delayed for longer than the gateway's client waits for an answer."""
    if submit.answered_at is None:
        return submit.fault.startswith("delay: ")
    return submit.answered_at - submit.at >= terms.timeout // 8
