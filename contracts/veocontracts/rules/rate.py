"""RATE: 60 requests a minute per key. The limit is documented; 429 is practice. Windows may be fixed or sliding."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from veocontracts.events import Submit
from veocontracts.history import History, Story
from veocontracts.rules.base import Observation, Source, broken, held, judged, rule
from veocontracts.rules.facts import in_seconds
from veocontracts.terms import SECOND, Terms

SPECS = Source(("000", "001"), "Specs: Rate Limit")
CODE = Source(("000", "001"), "Specs: Rate Limit; the status code is practice", "practice")

WAIT = Source((), "RFC 9110, 10.2.3; RFC 6585, 4", "practice")
LONGEST = 4
"""Digits: a longer wait is no promise."""


def _burst(history: History, intent: str) -> list[Story]:
    return [story for story in history.stories if story.submit.intent == intent]


@rule(
    "RATE-01",
    "A minute's worth of submits in quick succession is accepted; of three times as many, at most twice the limit is, "
    "in one of two bursts half a window apart no more than the limit, and the rest is answered with 429.",
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
    yield _too_many_twice(burst, _burst(history, "burst-again"), history.terms) or held(burst[0])


def _too_many_twice(burst: list[Story], again: list[Story], terms: Terms) -> Observation | None:
    """Of two bursts half a window apart only one can lie in two fixed windows; a limit that slides allows for neither.

    A bucket that refills in the meantime is granted what it gains.
    """
    limit, window = terms.submits_per_minute, terms.rate_window
    if len(again) < 2 * limit:
        return None
    first, second = (each[-1].submit.at - each[0].submit.at for each in (burst, again))
    if not first <= (again[0].submit.at - burst[0].submit.at) % window <= window - second:
        return None
    most = limit + limit * max(first, second) // window
    accepted = [sum(story.accepted for story in each) for each in (burst, again)]
    if min(accepted) <= most:
        return None
    expected = f"at most {most} accepted in one of two bursts half a window apart"
    last = again[-1]
    return broken(last, expected, f"{accepted[0]} and {accepted[1]} were accepted", last.submit.answered_at)


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


@rule(
    "RATE-04",
    "429 carries Retry-After, and a client that waits that long is served.",
    WAIT,
    witness="a submit answered with 429, and one by the same key after the time that it named",
    level="SHOULD",
    knobs=("rate_window",),
)
def says_when(history: History) -> Iterator[Observation]:
    """The header, and that it is true."""
    limited = [story for story in _burst(history, "burst") if story.submit.status == 429]
    for story in limited:
        said = _said(story.submit)
        if asked_to_wait(story.submit) is None and not _is_date(said):
            yield broken(story, "Retry-After", repr(said) if said else "none", story.submit.answered_at)
            return
    if not limited:
        return
    last = limited[-1].submit
    wait, since = asked_to_wait(last) or 0, last.answered_at or last.at
    for story in _burst(history, "burst-retry"):
        submit = story.submit
        if submit.key == last.key and submit.at >= since + wait:
            expected = f"accepted after the {in_seconds(wait)} that the 429 named"
            yield judged(story, story.accepted, expected, submit.status, submit.answered_at)


def asked_to_wait(submit: Submit) -> int | None:
    """Nanoseconds that an answer asks to wait; None where it names a date, which no virtual clock knows, or nothing."""
    said = _said(submit)
    return int(said) * SECOND if said.isascii() and said.isdecimal() and len(said) <= LONGEST else None


def _said(submit: Submit) -> str:
    return next((text for name, text in submit.headers.items() if name.lower() == "retry-after"), "").strip()


def _is_date(text: str) -> bool:
    try:
        parsedate_to_datetime(text)
    except ValueError:
        return False
    return True
