"""ROBUST: hostile upstreams and clients."""

from __future__ import annotations

from collections.abc import Iterator

from veocontracts.events import UpstreamPoll, UpstreamSubmit
from veocontracts.history import History, Story
from veocontracts.rules.base import Observation, Source, broken, held, judged, rule
from veocontracts.rules.facts import faultless, in_seconds, reports, slack, state, succeeds_in_time, upper
from veocontracts.terms import SECOND, Terms

ENDS = Source(("000", "001"), "Overview: 600 s timeout; Guides: Async lifecycle (double polling)", "follows")

LASTING = ("break: hang", "break: drip")
"""How long a job may take that meets one of these is for the rules about time."""
HOSTILE = ("spoil: ", "break: reset", "break: close", "break: truncate", "respond: 2", "respond: 3", *LASTING)
"""What no document allows an upstream to do; errors in good order are for the rules about failures."""


@rule(
    "ROBUST-01",
    "Whatever the upstream answers, the job fails or later succeeds, by its deadline, and the gateway goes on serving.",
    ENDS,
    witness="an answer that the upstream spoiled or broke, the job at its end, and a plain job submitted after that "
    "answer, which completes",
    knobs=("job_timeout",),
)
def survives(history: History) -> Iterator[Observation]:
    """The job that met the answer, and the next one."""
    terms = history.terms
    for story in history.stories:
        met = min((event for event in story.asked if _hostile(event)), key=lambda event: event.at, default=None)
        if met is None or not story.accepted or story.last is None:
            continue
        bound = upper(story, terms)
        running = next((view for view in story.views if view[0].at > bound and not view[1].terminal), None)
        if running is not None and not any(word in met.fault for word in LASTING):
            read, shown = running
            actual = f"{shown.state or repr(shown.word)} after {in_seconds(read.at - (story.submit.answered_at or 0))}"
            yield broken(story, f"ended, although it met {met.fault}", actual, read.at)
        elif story.last.terminal:
            yield from _goes_on(history, story, met.fault, met.at)


def _hostile(event: UpstreamSubmit | UpstreamPoll) -> bool:
    return any(word in event.fault for word in HOSTILE)


def _goes_on(history: History, story: Story, fault: str, since: int) -> Iterator[Observation]:
    """The first plain job after the fault is accepted, and completes."""
    for other in history.stories:
        if other is story or other.submit.at < since or other.submit.intent != "valid" or not faultless(other):
            continue
        expected = f"a plain job completes, after {story.label} met {fault}"
        if not other.accepted:
            yield broken(other, expected, f"answered with {other.submit.status}", other.submit.answered_at)
            return
        if state(other) == "completed":
            yield held(story)
            return
        if _due(other, history.terms):
            yield broken(other, expected, state(other))
            return


def _due(story: Story, terms: Terms) -> bool:
    """Whether a plain job that is not completed should be by now."""
    planned = story.planned
    if planned is not None and not succeeds_in_time(story, terms):
        return False
    ready = planned.ready_at if planned is not None else None
    bound = upper(story, terms) if ready is None else ready + terms.poll_gap + slack(story, terms) + SECOND
    return bool(story.views) and story.views[-1][0].at > bound


@rule(
    "ROBUST-04",
    "A status word of the upstream that the gateway does not know is not taken for success or failure at first sight.",
    Source((), "the upstream's documents list words, and do not say that there will be no others", "practice"),
    witness="an upstream answer with an unknown status word, of a job that succeeds upstream soon after",
    level="SHOULD",
)
def waits_for_a_word(history: History) -> Iterator[Observation]:
    """Neither completed before the upstream's success, nor failed after a single sight of the word."""
    for story in history.stories:
        strange = [event for event in story.asked if _strange(event)]
        others = [event for event in story.asked if event.fault and event not in strange]
        planned = story.planned
        if not strange or others or planned is None or planned.outcome != "succeed" or planned.ready_at is None:
            continue
        if not story.accepted or story.ended is None:
            continue
        read, shown = story.ended
        seen = read.answered_at or read.at
        told = any(report.told.state == "success" and report.at <= seen for report in reports(story))
        expected = f"undecided after {strange[0].told.word!r}"
        if shown.state == "completed":
            yield judged(story, told, expected, "completed before the upstream told of a success", read.at)
        elif told or len(strange) == 1:
            yield broken(story, expected, shown.state, read.at)


def _strange(event: UpstreamSubmit | UpstreamPoll) -> bool:
    word = event.told.word
    return event.status == 200 and not event.told.state and isinstance(word, str) and word != ""
