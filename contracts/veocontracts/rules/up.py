"""UP: what the upstream sees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from veocontracts.events import UpstreamPoll, UpstreamSubmit
from veocontracts.history import History
from veocontracts.rules.base import Observation, Source, broken, held, judged, rule
from veocontracts.rules.facts import refused

LIFECYCLE = Source(("000", "001"), "Guides: Async lifecycle (double polling)", "follows")
INPUT = Source(("000", "001"), "Input / Output", "follows")
RENAMED: Mapping[str, Mapping[str, str]] = {"api-video": {}, "image-to-video": {"image": "image_url"}}
"""What an upstream calls the client's fields where it has names of its own; that of documents 000 and 001 has none."""
OWN_VALUES: Mapping[str, frozenset[str]] = {"image-to-video": frozenset({"model", "resolution", "duration"})}
"""Fields whose values an upstream writes in its own way (002 Body)."""
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
    """502, hang and reset after accept."""
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


@rule(
    "UP-03",
    "Prompt and image reach the upstream unchanged; an image job without a prompt is sent without one.",
    INPUT,
    witness="an upstream submit of a valid job",
)
def unchanged(history: History) -> Iterator[Observation]:
    """Byte for byte, or refused as a whole."""
    dialect = history.terms.dialect
    for story in history.stories if dialect in RENAMED else ():
        asked = story.submit.request
        if not isinstance(asked, dict) or story.submit.intent != "valid":
            continue
        if story.accepted and not story.upstream and history.strays:
            stray = history.strays[0]
            yield broken(story, _both(asked), _both(stray.request), stray.at)
        for event in story.upstream:
            sent = _in_the_clients_names(event.request, dialect)
            wrong = [name for name in ("prompt", "image") if not _same(asked.get(name), sent.get(name), dialect)]
            expected = ", ".join(f"{name} {_short(asked.get(name))}" for name in wrong)
            actual = ", ".join(f"{name} {_short(sent.get(name))}" for name in wrong)
            yield judged(story, not wrong, expected, actual, event.at)


def _in_the_clients_names(request: object, dialect: str) -> dict[str, object]:
    found = request if isinstance(request, dict) else {}
    return found | {name: found.get(theirs) for name, theirs in RENAMED[dialect].items()}


def _same(asked: object, sent: object, dialect: str) -> bool:
    """Equal; where the upstream takes images as URIs, and always a prompt (002 Body), what that calls for as well."""
    if asked == sent or dialect not in OWN_VALUES:
        return asked == sent
    return not asked or (isinstance(sent, str) and sent.startswith("data:") and sent.endswith(f";base64,{asked}"))


def _both(request: object) -> str:
    found = request if isinstance(request, dict) else {}
    return ", ".join(f"{name} {_short(found.get(name))}" for name in ("prompt", "image"))


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:100]}… ({len(text)} characters)"


@rule(
    "UP-04",
    "What the client left out is left out upstream too, or sent as its documented default.",
    Source(("000", "001"), "Input / Output; Changelog 1.1: the defaults"),
    witness="an upstream submit of a valid job whose request left a field out that has a default",
)
def left_out(history: History) -> Iterator[Observation]:
    """Field by field."""
    defaults = history.terms.defaults
    dialect = history.terms.dialect
    for story in history.stories if dialect in RENAMED else ():
        asked = story.submit.request
        if not isinstance(asked, dict) or story.submit.intent != "valid":
            continue
        free = [name for name in defaults if name not in asked and name not in OWN_VALUES.get(dialect, ())]
        for event in story.upstream if free else ():
            sent = event.request if isinstance(event.request, dict) else {}
            wrong = [name for name in free if name in sent and sent[name] != defaults[name]]
            expected = ", ".join(f"{name} left out or {defaults[name]!r}" for name in wrong)
            actual = ", ".join(f"{name} {_short(sent[name])}" for name in wrong)
            yield judged(story, not wrong, expected, actual, event.at)


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
        if more:
            actual = f"{more} more poll{'s' * (more > 1)} after {story.polls[final].told.word!r}"
            yield broken(story, "no poll after a terminal answer", actual, story.polls[final + 1].at)
        elif history.events[-1].at > story.polls[final].at + history.terms.poll_gap:
            yield held(story)


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
    ownerless = _ownerless(history)
    for story in history.stories:
        grain = TURNED_AWAY.get(story.submit.status or 0, "rejected" if refused(story, history.terms) else "")
        if not grain:
            continue
        made = [event for event in story.upstream if event.job is not None] or ownerless
        what = f"a job, although the submit was answered with {story.submit.status}"
        yield judged(story, not made, "no job upstream", what, made[0].at if made else None, grain)


def _ownerless(history: History) -> list[UpstreamSubmit]:
    """Upstream jobs without a marker, where there are more of them than accepted jobs that they may belong to."""
    strays = [event for event in history.strays if event.job is not None]
    waiting = sum(story.accepted and not story.upstream for story in history.stories)
    return strays[waiting:]


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
