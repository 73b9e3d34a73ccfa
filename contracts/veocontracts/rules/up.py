"""UP: what the upstream sees."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from veocontracts.events import UpstreamPoll, UpstreamSubmit
from veocontracts.history import History, Story
from veocontracts.rules.base import Observation, Source, broken, held, judged, rule
from veocontracts.rules.facts import refused, seconds_in
from veocontracts.terms import Terms
from veocontracts.wires import WIRES

LIFECYCLE = Source(("000", "001"), "Guides: Async lifecycle (double polling)", "follows")
INPUT = Source(("000", "001"), "Input / Output", "follows")
_RATIO = re.compile(r"\d+:\d+")
INLINE = ";base64,"
RETRYABLE = frozenset({408, 425, 429})


def may_be_sent_again(event: UpstreamSubmit) -> bool:
    """Whether the upstream said that it took nothing on, and to come again."""
    return event.status in RETRYABLE or (event.status == 503 and event.retry_after is not None)


@rule(
    "UP-01",
    "One accepted job makes one upstream generation: a submit that may have been taken on is never sent again.",
    Source(("000", "001"), "Guides: Async lifecycle (double polling), one upstream call for each job", "follows"),
    witness="an upstream submit that created a job and whose answer was lost",
)
def one_generation(history: History) -> Iterator[Observation]:
    """502, hang and reset after accept; and no further job with other words, once each accepted one has its own."""
    for story in history.stories:
        events = story.upstream
        for place, event in enumerate(events[:-1]):
            if not may_be_sent_again(event):
                what = event.fault or f"HTTP {event.status}"
                actual = f"{len(events)} submits; the second one came after {what}"
                yield broken(story, "one upstream submit", actual, events[place + 1].at)
                break
        else:
            if any(event.job is not None and (event.status is None or event.status >= 400) for event in events):
                yield held(story)
    if not any(_turned_away(story, history.terms) for story in history.stories):  # else it is UP-06's
        for stray in ownerless(history):
            sent = _said(stray.request, history.terms).get("prompt")
            actual = f"one more, with a prompt that no client sent: {_short(sent)}"
            yield Observation(stray.label, False, "", "one upstream job for each accepted job", actual, stray.at)


@rule(
    "UP-03",
    "Prompt and image reach the upstream unchanged; an image job without a prompt is sent without one.",
    INPUT,
    witness="an upstream submit of a valid job",
)
def unchanged(history: History) -> Iterator[Observation]:
    """Byte for byte, or refused as a whole."""
    for story in history.stories:
        asked = story.submit.request
        if not isinstance(asked, dict) or story.submit.intent != "valid":
            continue
        if story.accepted and not story.upstream and history.strays:
            stray = history.strays[0]
            yield broken(story, _both(asked), _both(_said(stray.request, history.terms)), stray.at)
        for event in story.upstream:
            sent, own = _said(event.request, history.terms), _own_values(history.terms)
            wrong = [name for name in ("prompt", "image") if not _same(asked.get(name), sent.get(name), own=own)]
            expected = ", ".join(f"{name} {_short(asked.get(name))}" for name in wrong)
            actual = ", ".join(f"{name} {_short(sent.get(name))}" for name in wrong)
            yield judged(story, not wrong, expected, actual, event.at)


def _said(request: object, terms: Terms) -> dict[str, object]:
    """A request to the upstream by roles."""
    return WIRES[terms.dialect].said(request)


def _own_values(terms: Terms) -> bool:
    """Whether the upstream writes values in its own way, and not in the client's."""
    return terms.speaks != terms.dialect


def _same(asked: object, sent: object, *, own: bool) -> bool:
    """Equal; where the upstream has its own ways, also one picture as base64 and as a URI, and a prompt where none is.

    Some want a prompt always (002 Body), and some take images in one form alone.
    """
    return asked == sent or (own and (not asked or _payload(asked) == _payload(sent)))


def _payload(image: object) -> object:
    """The base64 text of a data URI."""
    return image.partition(INLINE)[2] if isinstance(image, str) and image[:5].lower() == "data:" else image


def _both(found: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {_short(found.get(name))}" for name in ("prompt", "image"))


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:100]}… ({len(text)} characters)"


@rule(
    "UP-04",
    "What the client left out is left out upstream too, or sent as its documented default.",
    Source(("000", "001"), "Input / Output; Changelog 1.1: the defaults"),
    witness="an upstream submit of a valid job whose request left a field out that has a default",
    shows=("defaults",),
)
def left_out(history: History) -> Iterator[Observation]:
    """Field by field."""
    terms = history.terms
    own = _own_values(terms)
    for story in history.stories:
        asked = story.submit.request
        if not isinstance(asked, dict) or story.submit.intent != "valid":
            continue
        free = [name for name in terms.defaults if name not in asked and _is_alike(name, terms.defaults[name], own=own)]
        for event in story.upstream if free else ():
            sent = _said(event.request, terms)
            said = [name for name in free if name in sent and _is_alike(name, sent[name], own=own)]
            wrong = [name for name in said if not _means(name, sent[name], terms.defaults[name], own=own)]
            expected = ", ".join(f"{name} left out or {terms.defaults[name]!r}" for name in wrong)
            actual = ", ".join(f"{name} {_short(sent[name])}" for name in wrong)
            yield judged(story, not wrong, expected, actual, event.at)


def _is_alike(name: str, value: object, *, own: bool) -> bool:
    """Whether a value can be compared, whatever words two APIs have: seconds and ratios can, a model's name cannot."""
    if not own:
        return True
    ratio = name == "aspect_ratio" and isinstance(value, str) and _RATIO.fullmatch(value)
    return bool(ratio) or (name == "duration" and seconds_in(value) is not None)


def _means(name: str, sent: object, default: object, *, own: bool) -> bool:
    """Whether a value is the default, or in an upstream's own way as many seconds."""
    return sent == default or (own and name == "duration" and seconds_in(sent) == seconds_in(default))


@rule(
    "UP-05",
    "The gateway polls only ids that the upstream gave it, and stops at a terminal answer.",
    LIFECYCLE,
    witness="a job that the upstream ended, watched for a while longer",
)
def polls_its_own(history: History) -> Iterator[Observation]:
    """No foreign ids, nothing after the end."""
    for poll in history.of(UpstreamPoll):
        if not poll.known:
            yield Observation(poll.label, False, "", "an id that the upstream gave out", repr(poll.job), poll.at)
    for story in history.stories:
        final = next((place for place, poll in enumerate(story.polls) if poll.final), None)
        if final is None:
            continue
        more = len(story.polls) - final - 1
        if 0 < more <= (LOST if history.terms.tolerance else 0):
            continue
        if more:
            actual = f"{more} more poll{'s' * (more > 1)} after {story.polls[final].told.word!r}"
            yield broken(story, "no poll after a terminal answer", actual, story.polls[final + 1].at)
        elif history.events[-1].at > story.polls[final].at + history.terms.poll_gap:
            yield held(story)


LOST = 1
"""Where time is pressed, a gateway may give up on an answer that is on its way: so many polls more tell nothing."""

TURNED_AWAY = {400: "rejected", 422: "rejected", 401: "unauthorised", 403: "unauthorised", 429: "rate-limited"}
"""What each of the statuses means to a client; which one comes when is for other rules."""


@rule(
    "UP-06",
    "A request that is rejected, unauthorised or rate-limited causes no upstream generation.",
    Source(("000", "001"), "Quickstart: Prerequisites; Specs: Rate Limit; Input / Output", "follows"),
    witness="a submit that was turned away for that reason",
    grains=("rejected", "unauthorised", "rate-limited"),
)
def nothing_for_the_refused(history: History) -> Iterator[Observation]:
    """Neither under the request's own marker nor under none."""
    strays = ownerless(history)
    for story in history.stories:
        grain = _turned_away(story, history.terms)
        if not grain:
            continue
        made = [event for event in story.upstream if event.job is not None] or strays
        what = f"a job, although the submit was answered with {story.submit.status}"
        yield judged(story, not made, "no job upstream", what, made[0].at if made else None, grain)


def ownerless(history: History) -> list[UpstreamSubmit]:
    """Upstream jobs that can be tied to no submit, beyond as many as accepted jobs lack one of their own."""
    strays = [event for event in history.strays if event.job is not None]
    return strays[lacking(history) :]


def lacking(history: History) -> int:
    """How many accepted jobs lack one upstream that they should have: not those of requests that had to be refused."""
    waiting = [story for story in history.stories if story.accepted and not story.upstream]
    return sum(story.submit.intent == "valid" or not refused(story, history.terms) for story in waiting)


def _turned_away(story: Story, terms: Terms) -> str:
    """The reason, as a grain; "" where it was not."""
    return TURNED_AWAY.get(story.submit.status or 0, "rejected" if refused(story, terms) else "")


@rule(
    "UP-09",
    "The client's API key does not reach the upstream.",
    Source((), "a key is for the one who issued it", "practice"),
    witness="a submit or a poll of the gateway's for a job of a known key",
    level="SHOULD",
)
def keys_stay(history: History) -> Iterator[Observation]:
    """No upstream request is authorised with the key of a client."""
    for story in history.stories:
        asked = sorted(story.asked, key=lambda event: event.at)
        forwarded = next((event for event in asked if event.key), None)
        if forwarded is not None:
            actual = f"the key {forwarded.key!r} came with a {_kind(forwarded)}"
            yield broken(story, "another key, or none", actual, forwarded.at)
        elif asked:
            yield held(story)


def _kind(event: UpstreamSubmit | UpstreamPoll) -> str:
    return "submit" if isinstance(event, UpstreamSubmit) else "poll"
