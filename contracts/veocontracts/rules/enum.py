"""ENUM: what is accepted and what is not."""

from __future__ import annotations

from collections.abc import Iterator

from veocontracts.history import History, Story
from veocontracts.rules.base import Observation, Source, broken, held, judged, rule
from veocontracts.rules.facts import (
    accounted,
    amount,
    asked,
    asked_seconds,
    charge,
    outcome,
    refused,
    state,
    succeeds_in_time,
)
from veocontracts.terms import MONEY, Terms
from veocontracts.wires import WIRES

FIELDS = ("model", "resolution", "duration", "aspect_ratio")
CHANGELOG = Source(("000", "001"), "Changelog 1.1: exact enum values")
EXACTLY = Source(("000", "001"), "Changelog 1.1: exact enum values", "follows")
BODIES = {
    "empty": "a body of nothing",
    "malformed": "a body that is no JSON",
    "no-object": "JSON that is no object",
    "content-type": "a body that is said to be no JSON",
}
KNOWN_FIELDS = frozenset({*FIELDS, "prompt", "image"})


def _verdict(story: Story) -> str:
    submit = story.submit
    return f"HTTP {submit.status}" + (f", then {outcome(story)}" if story.accepted else "")


@rule(
    "ENUM-01",
    "Each documented value works, in every combination, for every service and form of image.",
    CHANGELOG,
    witness="a valid request whose video the upstream made in time",
)
def documented_values_work(history: History) -> Iterator[Observation]:
    """Accepted, and completed where the upstream did its part."""
    for story in history.stories:
        if story.submit.intent != "valid":
            continue
        if not story.accepted:
            yield broken(story, "accepted", f"HTTP {story.submit.status}", story.submit.answered_at)
        elif not story.upstream and not history.strays and story.ended is not None:
            yield broken(story, "sent upstream", f"never sent, {outcome(story)}")
        elif succeeds_in_time(story, history.terms) and story.last is not None and story.last.terminal:
            yield judged(story, story.last.state == "completed", "completed", outcome(story))


@rule(
    "ENUM-02",
    "Any other string in an enum field is refused.",
    EXACTLY,
    witness="a request with one string that is not documented",
    grains=FIELDS,
    shows=("values.{grain}",),
)
def other_strings_refused(history: History) -> Iterator[Observation]:
    """Near misses first, then foreign strings."""
    yield from _refused(history, "enum")


@rule(
    "ENUM-03",
    "A value of another type in an enum field is refused, such as a duration of 4 instead of '4s'.",
    Source(("000", "001"), "FAQ: an integer duration is a 400; for other fields and types it follows", "follows"),
    witness="a request with one value of a wrong type",
    grains=FIELDS,
    shows=("types.{grain}",),
)
def other_types_refused(history: History) -> Iterator[Observation]:
    """Numbers, null, booleans, lists, objects."""
    yield from _refused(history, "type")


def _refused(history: History, intent: str) -> Iterator[Observation]:
    allowed = {"submit": "400 or 422", "job": "a failed, unbilled job"}
    expected = allowed.get(history.terms.refuses, "400 or 422, or a failed, unbilled job that was never made")
    for story in history.stories:
        submit = story.submit
        if submit.intent == intent:
            value = submit.request.get(submit.about) if isinstance(submit.request, dict) else None
            kept = refused(story, history.terms)
            yield judged(
                story,
                kept,
                f"{submit.about} {value!r} refused: {expected}",
                _verdict(story),
                submit.answered_at,
                submit.about,
            )


@rule(
    "ENUM-04",
    "A field that is left out takes its documented default, and the result shows it.",
    CHANGELOG,
    witness="a completed job whose request left the field out",
    grains=FIELDS,
    shows=("default.{grain}", "result.{grain}"),
)
def defaults_apply(history: History) -> Iterator[Observation]:
    """result_data holds the default."""
    for story in history.stories:
        last, request = story.last, story.submit.request
        if story.submit.intent != "valid" or last is None or last.state != "completed" or not isinstance(request, dict):
            continue
        result = last.result if isinstance(last.result, dict) else {}
        for field in FIELDS:
            if field in request or field not in history.terms.defaults:
                continue
            default = asked(story, field, history.terms)
            if field == "duration":
                kept = amount(result.get("duration_seconds")) == asked_seconds(story, history.terms)
                found = result.get("duration_seconds")
            else:
                found, kept = result.get(field), result.get(field) == default
            yield judged(story, kept, f"{field} {default!r} in the result", repr(found), grain=field)


@rule(
    "ENUM-05",
    "A prompt is required for text, an image for image jobs, whose prompt is optional; unknown fields do no harm.",
    Source(("000", "001"), "Input / Output; Quickstart; unknown fields are practice"),
    witness="a request without its required field, one without the optional prompt, or one with an unknown field",
    grains=("required", "optional", "extra"),
    shows=("{grain}",),
)
def required_fields(history: History) -> Iterator[Observation]:
    """Required, optional, unknown."""
    for story in history.stories:
        submit = story.submit
        if submit.intent == "required":
            kept = refused(story, history.terms)
            yield judged(
                story, kept, f"refused for its {submit.about}", _verdict(story), submit.answered_at, "required"
            )
        elif submit.intent == "valid" and isinstance(submit.request, dict):
            kept = story.accepted and not _failed_without_cause(story, history.terms)
            if "prompt" not in submit.request:
                yield judged(story, kept, "accepted and made", _verdict(story), submit.answered_at, "optional")
            if submit.request.keys() - KNOWN_FIELDS:
                yield judged(story, kept, "accepted and made", _verdict(story), submit.answered_at, "extra")


def _failed_without_cause(story: Story, terms: Terms) -> bool:
    return state(story) == "failed" and (not story.upstream or succeeds_in_time(story, terms))


@rule(
    "ENUM-06",
    "A body that is empty, no JSON, no object, or said to be something other than JSON is refused with a 4xx.",
    Source((), "common HTTP; the documents name a JSON body", "practice"),
    witness="a request of a known key with such a body",
    grains=tuple(BODIES),
)
def bodies_refused(history: History) -> Iterator[Observation]:
    """4xx, and no job. An answer about the key or the limit says nothing of the body."""
    for story in history.stories:
        submit = story.submit
        if submit.intent == "body" and submit.about in BODIES and submit.status not in {401, 403, 429}:
            kept = submit.status is not None and 400 <= submit.status < 500
            found = _verdict(story) if submit.status is not None else "no answer"
            yield judged(story, kept, f"4xx for {BODIES[submit.about]}", found, submit.answered_at, submit.about)


@rule(
    "ENUM-07",
    "A request that must be refused is never mended in silence, made and billed.",
    Source(("000", "001"), "FAQ: an integer duration is a 400", "follows"),
    witness="a request that must be refused, followed until charges settled",
    needs=MONEY,
)
def never_mended(history: History) -> Iterator[Observation]:
    """No video and no charge from a wrong request."""
    for story in history.stories:
        if story.submit.intent not in {"enum", "type", "required"}:
            continue
        made = [event for event in story.upstream if event.job is not None]
        if made and charge(story):
            sent = WIRES[history.terms.dialect].said(made[0].request).get(story.submit.about)
            actual = f"sent upstream as {story.submit.about} {sent!r}; {outcome(story)}"
            yield broken(story, "neither made nor billed", actual, made[0].at)
        elif made and not accounted(story, history.terms):
            continue
        elif not story.accepted or (story.last is not None and story.last.terminal):
            yield held(story)
