"""TIME: the 600 s rule. What is exact and what is tolerance: `facts.lower`, `facts.upper`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from veocontracts.events import Read, Shown
from veocontracts.history import History, Story
from veocontracts.rules.base import Observation, Source, broken, held, judged, rule
from veocontracts.rules.facts import (
    accounted,
    charge,
    deadline,
    failed_unbilled,
    faultless,
    in_seconds,
    lower,
    outcome,
    reports,
    slack,
    state,
    succeeds_in_time,
    upper,
)
from veocontracts.terms import MONEY, SECOND, Terms

TIMEOUT = Source(
    ("001",),
    "Overview: 600 s timeout; FAQ: the job fails if not done by then; counted from the 202 (inferred)",
    apart={"000": "Overview: 600 s timeout; FAQ: the gateway times out; counted from the 202 (inferred)"},
)
FOLLOWS = Source(("000", "001"), "Overview: 600 s timeout", "follows")
NEAR = 60 * SECOND
WATCHED = 10 * SECOND
A_TIMEOUT = re.compile(r"tim(?:e[sd]?|ing)[\s_-]*out|deadline|too long|time limit|out of time|expired", re.IGNORECASE)
"""What counts as saying so."""
CLOSE = 5 * SECOND
"""How closely a client must read around the deadline before it can tell when the job ended."""


def stuck(story: Story) -> bool:
    """Whether the upstream took the job on in good order, and never ends it."""
    return (
        story.planned is not None
        and story.planned.ready_at is None
        and not any(event.fault for event in story.upstream)
    )


def since(story: Story, at: int) -> str:
    """The time from the 202 on, in words."""
    return in_seconds(at - (story.submit.answered_at or 0))


def still(story: Story, read: Read, shown: Shown) -> str:
    """The state of a job that should have ended, in words."""
    return f"still {shown.state or repr(shown.word)} at {since(story, read.at)}"


def failed_in_time(story: Story, terms: Terms) -> Iterator[Observation]:
    """Failed by the upper bound; nothing where nobody looked after it."""
    bound = upper(story, terms)
    late = [(read, shown) for read, shown in story.views if read.at > bound]
    running = next((view for view in late if not view[1].terminal), None)
    if running is not None:
        yield broken(story, f"failed by {since(story, bound)}", still(story, *running), running[0].at)
    elif late:
        yield judged(story, failed_unbilled(story), "failed, unbilled", outcome(story))


@rule(
    "TIME-01",
    "A job that the upstream never finishes fails at 600 s: not earlier, and not later.",
    TIMEOUT,
    witness="a job that never ends upstream, read closely around the deadline",
    knobs=("job_timeout",),
)
def fails_at_the_deadline(history: History) -> Iterator[Observation]:
    """Inside the lower and the upper bound."""
    near = CLOSE + history.terms.tolerance
    for story in history.stories:
        if not story.accepted or not stuck(story) or _quick_end(story):
            continue
        ended, bounds = story.ended, (lower(story, history.terms), upper(story, history.terms))
        expected = f"failed between {since(story, bounds[0])} and {since(story, bounds[1])}"
        running = [(read, shown) for read, shown in story.views if not shown.terminal]
        if running and running[-1][0].at > bounds[1]:
            yield broken(story, expected, still(story, *running[-1]), running[-1][0].at)
        elif ended is not None:
            at = ended[0].answered_at or ended[0].at
            if at < bounds[0] or ended[1].state != "failed":
                yield broken(story, expected, f"{ended[1].state} at {since(story, at)}", at)
            elif running and running[-1][0].at >= bounds[0] - near and at <= bounds[1] + near:
                yield held(story)


def _quick_end(story: Story) -> bool:
    """The upstream itself ended the job, or hid its state, so that the gateway may have had another reason."""
    return any(poll.final or poll.fault for poll in story.polls)


@rule(
    "TIME-02",
    "A success just inside the 600 s is completed and billed.",
    TIMEOUT,
    witness="a job that succeeds upstream within the last minute in which any gateway with this poll gap must see it",
    needs=MONEY,
    knobs=("job_timeout",),
)
def just_inside(history: History) -> Iterator[Observation]:
    """Ready by 600 s - g - tol."""
    for story in history.stories:
        planned, terms = story.planned, history.terms
        if planned is None or planned.outcome != "succeed" or planned.ready_at is None or not story.accepted:
            continue
        last_chance = deadline(story, terms) - terms.poll_gap - slack(story, terms)
        faults = any(event.fault for event in story.asked)
        if faults or not last_chance - NEAR <= planned.ready_at <= last_chance or story.last is None:
            continue
        if story.views[-1][0].at > deadline(story, terms):
            kept = state(story) == "completed" and charge(story) != ""
            if state(story) == "completed" and not kept and not accounted(story, terms):
                continue
            yield judged(
                story, kept, f"completed and billed, ready at {since(story, planned.ready_at)}", outcome(story)
            )


@rule(
    "TIME-03",
    "A success after the 600 s leaves the job failed and unbilled, for good.",
    TIMEOUT,
    witness="a job that succeeds upstream within a minute after the deadline, read after that",
    needs=MONEY,
    knobs=("job_timeout",),
)
def too_late(history: History) -> Iterator[Observation]:
    """Ready after 600 s + tol."""
    for story in history.stories:
        planned, terms = story.planned, history.terms
        if planned is None or planned.outcome != "succeed" or planned.ready_at is None or not story.accepted:
            continue
        end = deadline(story, terms) + slack(story, terms)
        looked = max(planned.ready_at, upper(story, terms))
        if end < planned.ready_at <= end + NEAR and story.views and story.views[-1][0].at > looked:
            kept = failed_unbilled(story)
            expected = f"failed and unbilled, ready only at {since(story, planned.ready_at)}"
            if not kept or accounted(story, terms):
                yield judged(story, kept, expected, outcome(story))


@rule(
    "TIME-08",
    "One job's timeout leaves the others as they were.",
    FOLLOWS,
    witness="a job that timed out beside jobs that the upstream finished in time",
    knobs=("job_timeout",),
)
def others_unharmed(history: History) -> Iterator[Observation]:
    """The neighbours complete."""
    terms = history.terms
    doomed = [s for s in history.stories if s.accepted and stuck(s) and state(s) == "failed"]
    over = [deadline(story, terms) for story in doomed if not _quick_end(story)]
    if not over:
        return
    for story in history.stories:
        planned = story.planned
        if not story.accepted or not succeeds_in_time(story, terms) or planned is None or story.last is None:
            continue
        seen = story.views[-1][0].at
        due = (planned.ready_at or 0) + terms.poll_gap + slack(story, terms) + SECOND
        if seen > over[0] and (story.last.terminal or seen > due):
            expected = f"completed, although {doomed[0].label} timed out"
            yield judged(story, state(story) == "completed", expected, outcome(story))


@rule(
    "TIME-09",
    "After the timeout the upstream is no longer polled.",
    Source((), "polls for what nobody waits for cost money and hide leaks", "practice"),
    witness="a job that timed out, watched for ten seconds or a poll gap longer",
    level="SHOULD",
    knobs=("job_timeout", "poll_interval"),
)
def left_alone(history: History) -> Iterator[Observation]:
    """No poll past the upper bound."""
    for story in history.stories:
        bound = upper(story, history.terms)
        if not _timed_out(story, history.terms) or not story.polls:
            continue
        late = next((poll for poll in story.polls if poll.at > bound), None)
        if late is not None:
            yield broken(story, f"no poll after {since(story, bound)}", f"a poll at {since(story, late.at)}", late.at)
        elif history.events[-1].at > bound + max(history.terms.poll_gap, WATCHED):
            yield held(story)


@rule(
    "TIME-10",
    "A job that timed out says so.",
    Source((), "a client that is told why does not report a defect", "practice"),
    witness="a job that timed out, and at which nothing else went wrong",
    level="SHOULD",
    knobs=("job_timeout",),
)
def says_so(history: History) -> Iterator[Observation]:
    """In English, as a code such as `timeout`, or as a status such as `timed_out`; anywhere in the job."""
    for story in history.stories:
        if not _timed_out(story, history.terms) or story.ended is None or not faultless(story):
            continue
        read, shown = story.ended
        said = [*_texts(shown.error), *_texts(read.data)]
        kept = any(A_TIMEOUT.search(text) for text in said)
        yield judged(story, kept, "words such as 'timeout' or 'timed out'", f"error {shown.error!r}"[:120], read.at)


def _timed_out(story: Story, terms: Terms) -> bool:
    """Failed, and nothing else than the deadline can have been the reason."""
    planned, ended = story.planned, story.ended
    if planned is None or ended is None or not story.accepted or ended[1].state != "failed":
        return False
    late = planned.ready_at is None or planned.ready_at > deadline(story, terms) + slack(story, terms)
    told = any(report.at <= upper(story, terms) for report in reports(story))
    return late and not told and (ended[0].answered_at or ended[0].at) >= lower(story, terms)


def _texts(data: object) -> Iterator[str]:
    """Every text in it, however deep."""
    left = [data]
    while left:
        found = left.pop()
        if isinstance(found, str):
            yield found
        elif isinstance(found, dict):
            left += found.values()
        elif isinstance(found, list):
            left += found
