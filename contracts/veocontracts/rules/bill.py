"""BILL: money. Amounts are exact decimals; there is no tolerance."""

from __future__ import annotations

from collections.abc import Iterator

from veocontracts.history import History, Story
from veocontracts.rules.base import Observation, Source, broken, judged, rule
from veocontracts.rules.facts import (
    accounted,
    amount,
    as_asked,
    asked_seconds,
    charge,
    deadline,
    failed_unbilled,
    lower,
    outcome,
    reports,
    slack,
    state,
    upper,
)
from veocontracts.terms import COSTS, MONEY, SECOND

PRICING = Source(("000", "001"), "Pricing: per second of generated video")
REALLY_MADE = Source(
    ("000", "001"),
    "Pricing: no billing on 4xx/5xx; that a 5xx may be ridden out is our reading",
    "follows",
)
FAILURE = Source(("000", "001"), "Pricing: no billing when the upstream fails (2026-04-27)")
TIMEOUT = Source(
    ("001",),
    "FAQ: the job fails when the upstream is not done in 600 s",
    "follows",
    {"000": "FAQ: the gateway times out after up to 600 s"},
)


def completed(history: History) -> Iterator[Story]:
    """The valid jobs that were last shown as completed."""
    for story in history.stories:
        if story.submit.intent == "valid" and story.last is not None and story.last.state == "completed":
            yield story


def settled(story: Story, history: History) -> bool:
    """The job was seen to end, or after it had to."""
    last = story.last
    return last is not None and (last.terminal or story.views[-1][0].at > upper(story, history.terms))


@rule(
    "BILL-01",
    "A completed job consumes as many units as seconds were asked for, and its result agrees.",
    PRICING,
    witness="a completed job whose upstream delivered what was asked for",
    needs=("job",),
)
def units_are_seconds(history: History) -> Iterator[Observation]:
    """units_consumed = seconds = result_data.duration_seconds."""
    for story in completed(history):
        last = story.last
        asked = asked_seconds(story, history.terms)
        if last is None or not as_asked(story, history.terms):
            continue
        result = last.result if isinstance(last.result, dict) else {}
        shown = result.get("duration_seconds")
        kept = amount(last.units) == asked and (shown is None or amount(shown) == asked)
        yield judged(story, kept, f"{asked} units", f"{_told(last.units)} units, result of {_told(shown)} s")


def _told(value: object) -> str:
    return str(value) if amount(value) is not None else repr(value)


@rule(
    "BILL-02",
    "A completed job costs its units times the price, to the last digit.",
    PRICING,
    witness="a completed job",
    needs=COSTS,
)
def cost_is_units_times_price(history: History) -> Iterator[Observation]:
    """token_cost = units * price, compared as decimals; where a job shows no units, the seconds stand for them."""
    for story in completed(history):
        last, terms = story.last, history.terms
        if last is None or ("job" not in terms.ledger and not as_asked(story, terms)):
            continue
        units = amount(last.units) if "job" in terms.ledger else asked_seconds(story, terms)
        if units is None:
            yield broken(story, f"units * {terms.price}", f"{last.units!r} units")
            continue
        cost, expected = amount(last.cost), terms.due(units)
        actual = cost if cost is not None else repr(last.cost)
        yield judged(story, cost == expected, f"{units} * {terms.price} = {expected}", actual)


@rule(
    "BILL-03",
    "The price depends on the duration alone: not on model, resolution, aspect ratio, or how long the job took.",
    Source(("000", "001"), "Pricing: the same for both models, per second alone", "follows"),
    witness="two completed jobs of one duration that differ in something else",
    needs=COSTS,
)
def one_price(history: History) -> Iterator[Observation]:
    """Equal durations, equal costs."""
    first: dict[object, Story] = {}
    for story in completed(history):
        seconds = asked_seconds(story, history.terms)
        if not as_asked(story, history.terms) or story.last is None or amount(story.last.cost) is None:
            continue
        other = first.setdefault(seconds, story)
        if other is story or other.last is None:
            continue
        cost, reference = amount(story.last.cost), amount(other.last.cost)
        expected = f"{reference} for {seconds} s, as {other.label}"
        yield judged(story, cost == reference, expected, f"{cost} for {_what(story)}")


def _what(story: Story) -> str:
    request = story.submit.request
    return ", ".join(f"{name} {request[name]!r}" for name in ("model", "resolution", "aspect_ratio") if name in request)


def _weighed(story: Story, history: History, kept: bool, expected: str, at: int | None = None) -> Iterator[Observation]:
    """Held or broken; nothing where it seems kept, and nobody can tell what the job was charged."""
    if not kept or accounted(story, history.terms):
        yield judged(story, kept, expected, outcome(story), at)


@rule(
    "BILL-04",
    "A job that the upstream refused with a 4xx is failed, and not billed; after a 4xx at a poll it may complete.",
    FAILURE,
    witness="an upstream submit or poll that was answered with 4xx",
    needs=MONEY,
)
def refused_upstream_is_free(history: History) -> Iterator[Observation]:
    """4xx at submit or at poll."""
    for story in history.stories:
        at_poll = [poll for poll in story.polls if 400 <= (poll.status or 0) < 500]
        if not story.accepted or not settled(story, history):
            continue
        if at_poll:
            kept = failed_unbilled(story) or state(story) == "completed"
            yield from _weighed(story, history, kept, "failed and unbilled, or completed", at_poll[0].at)
        elif story.upstream and story.planned is None and 400 <= (story.upstream[-1].status or 0) < 500:
            kept, refused_at = failed_unbilled(story), story.upstream[-1].at
            yield from _weighed(story, history, kept, "failed, unbilled", refused_at)


@rule(
    "BILL-05",
    "A job that met a 5xx upstream is failed, or completes if the video was really made; only then is it billed.",
    REALLY_MADE,
    witness="an upstream submit or poll that was answered with 5xx",
    needs=MONEY,
)
def server_errors_are_free(history: History) -> Iterator[Observation]:
    """5xx at submit or at poll."""
    for story in history.stories:
        met = [event for event in story.asked if (event.status or 0) >= 500]
        if not met or not story.accepted or story.last is None or not story.last.terminal:
            continue
        made = any(report.told.state == "success" for report in reports(story))
        kept = failed_unbilled(story) or (state(story) == "completed" and made)
        yield from _weighed(story, history, kept, "failed and unbilled, or completed if it was made", met[0].at)


@rule(
    "BILL-06",
    "HTTP 200 with {status: 'error'}, at submit or at a poll, fails the job, unbilled.",
    FAILURE,
    witness="an upstream answer of 200 with an error envelope, before the deadline",
    needs=MONEY,
)
def error_envelope_is_failure(history: History) -> Iterator[Observation]:
    """The error envelope inside a 200."""
    for story in history.stories:
        told = next(
            (event for event in story.asked if event.told.state == "error"),
            None,
        )
        if told is None or not story.accepted or told.at > deadline(story, history.terms) - slack(story, history.terms):
            continue
        if story.last is None or story.views[-1][0].at <= told.at:
            continue
        if story.last.terminal or story.views[-1][0].at - told.at > SECOND + history.terms.tolerance:
            yield from _weighed(story, history, failed_unbilled(story), "failed, unbilled", told.at)


def _turned_down(story: Story) -> bool:
    """Whether the upstream answered, and made no job."""
    return story.planned is None and bool(story.upstream) and story.upstream[-1].status is not None


@rule(
    "BILL-07",
    "A job that timed out is not billed.",
    TIMEOUT,
    witness="a failed job that the upstream had not ended by the deadline, read after charges settled",
    needs=MONEY,
)
def timeouts_are_free(history: History) -> Iterator[Observation]:
    """Failed at the deadline, unbilled."""
    for story in history.stories:
        ended = story.ended
        if not story.accepted or state(story) != "failed" or reports(story) or _turned_down(story):
            continue
        if ended is not None and ended[0].at >= lower(story, history.terms):
            yield from _weighed(story, history, not charge(story), "unbilled")
