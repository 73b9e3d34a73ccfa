"""RATE: 60 requests a minute per key. The limit is documented; 429 is practice. Windows may be fixed or sliding."""

from __future__ import annotations

from collections.abc import Iterator

from veocontracts.history import History, Story
from veocontracts.rules.base import Observation, Source, broken, held, judged, rule

SPECS = Source(("000", "001"), "Specs: Rate Limit")
CODE = Source(("000", "001"), "Specs: Rate Limit; the status code is practice", "practice")


def _burst(history: History, intent: str) -> list[Story]:
    return [story for story in history.stories if story.submit.intent == intent]


@rule(
    "RATE-01",
    "A minute's worth of submits in quick succession is accepted; of three times as many, at most twice the limit is, "
    "and the rest is answered with 429.",
    CODE,
    witness="three times the limit of submits by one key within a minute, after a pause",
    knobs=("rate_window",),
)
def limited(history: History) -> Iterator[Observation]:
    """The first 60, the bound of 120, and the code."""
    burst, limit = _burst(history, "burst"), history.terms.submits_per_minute
    if len(burst) < 3 * limit or burst[-1].submit.at - burst[0].submit.at > history.terms.rate_window:
        return
    for place, story in enumerate(burst[:limit], 1):
        if not story.accepted:
            actual = f"submit {place} of the minute was answered with {story.submit.status}"
            yield broken(story, f"the first {limit} accepted", actual, story.submit.answered_at)
            return
    accepted = sum(story.accepted for story in burst)
    if accepted > 2 * limit:
        actual = f"{accepted} of {len(burst)} were accepted"
        yield broken(burst[-1], f"at most {2 * limit} accepted", actual, burst[-1].submit.answered_at)
        return
    for story in burst[limit:]:
        if not story.accepted and story.submit.status != 429:
            yield broken(story, "429", story.submit.status, story.submit.answered_at)
            return
    yield held(burst[0])


@rule(
    "RATE-02",
    "The limit is per key: another key is served while one is limited.",
    SPECS,
    witness="a submit by a second key right after the first key got 429",
)
def per_key(history: History) -> Iterator[Observation]:
    """The other key is accepted."""
    limits = [story.submit for story in _burst(history, "burst") if story.submit.status == 429]
    for story in _burst(history, "burst-other"):
        if not any(0 <= story.submit.at - limit.at < history.terms.rate_window for limit in limits):
            continue
        yield judged(story, story.accepted, "accepted", story.submit.status, story.submit.answered_at)


@rule(
    "RATE-03",
    "Once the window has passed, the key is served again.",
    SPECS,
    witness="a submit by a limited key after a whole window of silence",
    knobs=("rate_window",),
)
def reopens(history: History) -> Iterator[Observation]:
    """The key is accepted again."""
    burst = _burst(history, "burst")
    if not any(story.submit.status == 429 for story in burst):
        return
    for story in _burst(history, "burst-after"):
        if story.submit.at - burst[-1].submit.at < history.terms.rate_window:
            continue
        yield judged(story, story.accepted, "accepted", story.submit.status, story.submit.answered_at)
