"""HOOK: the event that a gateway sends at a job's end, and the callbacks that its upstream sends to it."""

from __future__ import annotations

from collections.abc import Iterator

from veocontracts.events import Shown, UpstreamCallback, Webhook
from veocontracts.history import History, Story
from veocontracts.rules.base import Observation, Source, broken, held, judged, rule
from veocontracts.rules.facts import (
    accounted,
    charge,
    is_video,
    knows_upstream_job,
    lower,
    number,
    outcome,
    reports,
    state,
    times_charged,
    upper,
)
from veocontracts.terms import MONEY, SECOND, Terms

EVENT = Source(
    ("000", "001"), "Guides: Async lifecycle (double polling); an event is optional, its form is practice", "practice"
)
CALLBACK = Source(("002",), "Callback Notification", "follows", {"003": "Notes: Callback signing"})
SOON = 20 * SECOND
"""After a job's end, its event must have come."""
FAILURE = 500


@rule(
    "HOOK-01",
    "Each job has one terminal event: a repeated delivery keeps its id, and it agrees with the job in state and cost.",
    EVENT,
    witness="a job that ended, watched for a while longer",
    level="SHOULD",
    capability="webhooks",
)
def one_event(history: History) -> Iterator[Observation]:
    """At least one delivery, one id, the job's own state, units and cost."""
    for story in history.stories:
        ended = story.ended
        if not story.accepted or ended is None:
            continue
        told = [event for event in story.webhooks if event.state in {"completed", "failed"}]
        ids = {repr(event.event_id) for event in told}
        if not told:
            if history.events[-1].at - ended[0].at >= SOON + history.terms.poll_gap + history.terms.tolerance:
                yield broken(story, "an event at the job's end", "none")
        elif len(ids) > 1 or told[0].event_id is None:
            actual = ", ".join(sorted(ids))
            yield broken(story, "one event id in every delivery", actual, told[-1].at)
        else:
            problem = next((found for event in told if (found := _disagrees(story, event))), "")
            yield judged(story, not problem, f"an event that agrees: {outcome(story)}", problem, told[0].at)


def _disagrees(story: Story, event: Webhook) -> str:
    """What the event says that the job does not; an event without units or cost says nothing of them."""
    last = story.views[-1][1]
    if any(read.at > event.at and not shown.terminal for read, shown in story.views):
        return "the event came before the job showed its end"
    if event.state != last.state:
        return f"the event says {event.state}"
    for name, said, shown in (("units", event.units, last.units), ("cost", event.cost, last.cost)):
        if said is not None and shown is not None and number(said) != number(shown):
            return f"the event says {name} {said!r}, the job {shown!r}"
    return ""


@rule(
    "HOOK-02",
    "Upstream callbacks that come twice, late, out of order, before the submit's answer, or unsigned where a signature "
    "is due, change nothing that was settled, bill nothing twice, and one that counts is not lost.",
    CALLBACK,
    witness="a callback of each kind, the job read and its charges seen after it",
    needs=MONEY,
    grains=("twice", "late", "order", "early", "unsigned"),
    capability="callbacks",
)
def callbacks_are_safe(history: History) -> Iterator[Observation]:
    """Each kind by itself."""
    for story in history.stories:
        if not story.accepted or not story.views:
            continue
        final = [
            each for each in story.callbacks if each.told.state in {"success", "error"} and each.status is not None
        ]
        counted = [each for each in final if each.signed or not history.terms.signed_callbacks]
        yield from _twice(story, counted, history.terms)
        yield from _late(story, counted, history.terms)
        yield from _early(story, counted, history.terms)
        yield from _unsigned(story, final, history.terms)
    yield from _in_order(history)


def _twice(story: Story, callbacks: list[UpstreamCallback], terms: Terms) -> Iterator[Observation]:
    """A second delivery is taken, bills nothing, and changes nothing."""
    again = callbacks[1:]
    refused = next((each for each in again if (each.status or 0) >= FAILURE), None)
    if refused is not None:
        yield broken(story, "a repeated callback is taken", f"HTTP {refused.status}", refused.at, "twice")
    elif again:
        yield from _settled(story, again[0].at, "twice", terms)


def _late(story: Story, callbacks: list[UpstreamCallback], terms: Terms) -> Iterator[Observation]:
    """One that comes after the job's end was seen, or after its deadline."""
    end = upper(story, terms)
    if story.ended is not None:
        end = min(end, story.ended[0].at)
    late = next((each for each in callbacks if each.at > end), None)
    if late is not None:
        yield from _settled(story, late.at, "late", terms)


def _settled(story: Story, since: int, grain: str, terms: Terms) -> Iterator[Observation]:
    """Whether the job shows after `since` what it showed at its end, billed at most once, and not at all if failed."""
    ends = [shown for _, shown in story.views if shown.terminal]
    if not ends or story.views[-1][0].at <= since:
        return
    first = ends[0]
    changed = next((shown for shown in ends if _essence(shown) != _essence(first)), None)
    if changed is not None:
        actual = f"{changed.state}, {charge(story) or 'unbilled'}"
        yield broken(story, f"{first.state} for good, as it was first shown", actual, since, grain)
    elif times_charged(story) > (first.state == "completed"):
        expected = "one charge" if first.state == "completed" else "no charge"
        yield broken(story, expected, charge(story), since, grain)
    elif accounted(story, terms):
        yield held(story, grain)


def _essence(shown: Shown) -> tuple[object, ...]:
    return shown.state, repr(shown.result), repr(shown.units), repr(shown.cost)


def _early(story: Story, callbacks: list[UpstreamCallback], terms: Terms) -> Iterator[Observation]:
    """One that came no later than the answer to the submit counts like any other."""
    planned = story.planned
    if planned is None or not knows_upstream_job(story):
        return
    early = next((each for each in callbacks if each.at <= (planned.answered_at or 0)), None)
    if early is None or story.views[-1][0].at < early.at + SECOND + terms.tolerance or early.at >= lower(story, terms):
        return
    expected = "completed" if early.told.state == "success" and is_video(early.told.video_url) else "failed"
    kept = state(story) == expected
    yield judged(story, kept, f"{expected}, as the early callback says", outcome(story), early.at, "early")


def _unsigned(story: Story, callbacks: list[UpstreamCallback], terms: Terms) -> Iterator[Observation]:
    """Without the upstream's signature, a callback settles nothing."""
    false = [each for each in callbacks if not each.signed] if terms.signed_callbacks else []
    if not false:
        return
    news = min([lower(story, terms), *(report.at for report in reports(story))])
    between = [view for view in story.views if false[0].at < view[0].at < news]
    if between:
        read, shown = next((view for view in between if view[1].terminal), between[-1])
        expected = "still running, since nothing else tells of an end"
        yield judged(story, not shown.terminal, expected, outcome(story), read.at, "unsigned")


def _in_order(history: History) -> Iterator[Observation]:
    """Jobs whose callbacks came in another order than their submits each get their own video."""
    stories = [story for story in history.stories if story.accepted]
    told = [(story, callback) for story in stories if (callback := _success(story)) is not None]
    for place, (story, callback) in enumerate(told):
        overtaken = any(other.at < callback.at for _, other in told[place + 1 :])
        overtaking = any(other.at > callback.at for _, other in told[:place])
        last = story.last
        if not (overtaken or overtaking) or last is None or callback.at >= lower(story, history.terms):
            continue
        if story.views[-1][0].at >= callback.at + SECOND + history.terms.tolerance:
            found = last.result.get("video_url") if isinstance(last.result, dict) else None
            others = {theirs.told.video_url for other, theirs in told if other is not story}
            own = "as-upstream" in history.terms.lacks and is_video(found) and found not in others
            kept = last.state == "completed" and (own or found == callback.told.video_url)
            expected = f"completed with {callback.told.video_url!r}"
            yield judged(story, kept, expected, f"{state(story)} with {found!r}", callback.at, "order")


def _success(story: Story) -> UpstreamCallback | None:
    """The callback that told of a video before any poll told of an end."""
    first = next(iter(reports(story)), None)
    if not isinstance(first, UpstreamCallback) or first.status is None or not knows_upstream_job(story):
        return None
    return first if is_video(first.told.video_url) else None
