"""BILL: money. Amounts are exact decimals; there is no tolerance."""

from __future__ import annotations

from collections.abc import Iterator

from veocontracts.history import History, Story
from veocontracts.rules.base import Observation, Source, broken, held, judged, rule
from veocontracts.rules.facts import (
    EXACT,
    amount,
    asked_seconds,
    charge,
    charges,
    deadline,
    failed_unbilled,
    lower,
    number,
    outcome,
    slack,
    state,
    upper,
)
from veocontracts.terms import SECOND

PRICING = Source(("000", "001"), "Pricing: per second of generated video")
REFUSED = Source(("000", "001"), "Pricing: billed when the gateway job completes", "follows")
REALLY_MADE = Source(
    ("000", "001"),
    "Pricing: no billing on 4xx/5xx; that a 5xx may be ridden out is our reading",
    "follows",
)
FAILURE = Source(("000", "001"), "Pricing: no billing when the upstream fails (2026-04-27)")
ONCE = Source(("000", "001"), "Pricing: billed once, when the gateway job completes")
TIMEOUT = Source(("000", "001"), "FAQ: the job fails when the upstream is not done in 600 s", "follows")


def _completed(history: History) -> Iterator[Story]:
    for story in history.stories:
        if story.submit.intent == "valid" and story.last is not None and story.last.state == "completed":
            yield story


@rule(
    "BILL-01",
    "A completed job consumes as many units as seconds were asked for, and its result agrees.",
    PRICING,
    witness="a completed job whose upstream delivered what was asked for",
    needs=("job",),
)
def units_are_seconds(history: History) -> Iterator[Observation]:
    """units_consumed = seconds = result_data.duration_seconds."""
    for story in _completed(history):
        last = story.last
        asked = asked_seconds(story, history.terms)
        told = next((poll.told for poll in story.polls if poll.told.state == "success"), None)
        if last is None or (told is not None and told.duration is not None and amount(told.duration) != asked):
            continue
        result = last.result if isinstance(last.result, dict) else {}
        delivered = result.get("duration_seconds")
        kept = amount(last.units) == asked and (delivered is None or amount(delivered) == asked)
        yield judged(story, kept, f"{asked} units", f"{_told(last.units)} units, result of {_told(delivered)} s")


def _told(value: object) -> str:
    return str(value) if amount(value) is not None else repr(value)


@rule(
    "BILL-02",
    "A completed job costs its units times the price, to the last digit.",
    PRICING,
    witness="a completed job",
    needs=("job",),
)
def cost_is_units_times_price(history: History) -> Iterator[Observation]:
    """token_cost = units * price, compared as decimals."""
    for story in _completed(history):
        last, price = story.last, history.terms.price
        units, cost = (amount(last.units), amount(last.cost)) if last else (None, None)
        if units is None:
            yield broken(story, f"units * {price}", f"{last.units!r} units" if last else "")
            continue
        expected = EXACT.multiply(units, price)
        actual = cost if cost is not None or last is None else repr(last.cost)
        yield judged(story, cost == expected, f"{units} * {price} = {expected}", actual)


@rule(
    "BILL-03",
    "The price depends on the duration alone: not on model, resolution, aspect ratio, or how long the job took.",
    Source(("000", "001"), "Pricing: the same for both models, per second alone", "follows"),
    witness="two completed jobs of one duration that differ in something else",
    needs=("job",),
)
def one_price(history: History) -> Iterator[Observation]:
    """Equal durations, equal costs."""
    first: dict[object, Story] = {}
    for story in _completed(history):
        seconds = asked_seconds(story, history.terms)
        other = first.setdefault(seconds, story)
        if other is story or story.last is None or other.last is None:
            continue
        cost, reference = amount(story.last.cost), amount(other.last.cost)
        expected = f"{reference} for {seconds} s, as {other.label}"
        yield judged(story, cost is not None and cost == reference, expected, f"{cost} for {_what(story)}")


def _what(story: Story) -> str:
    request = story.submit.request
    return ", ".join(f"{name} {request[name]!r}" for name in ("model", "resolution", "aspect_ratio") if name in request)


@rule(
    "BILL-04",
    "A job that the upstream refused with a 4xx is failed, and not billed.",
    FAILURE,
    witness="an upstream submit that was answered with 4xx",
    needs=("job", "entries"),
)
def refused_upstream_is_free(history: History) -> Iterator[Observation]:
    """4xx at submit."""
    for story in history.stories:
        if not story.accepted or not story.upstream or story.planned is not None:
            continue
        status = story.upstream[-1].status or 0
        if 400 <= status < 500 and _settled(story, history):
            yield judged(story, failed_unbilled(story), "failed, unbilled", outcome(story), story.upstream[-1].at)


def _settled(story: Story, history: History) -> bool:
    """The job was seen to end, or after it had to."""
    last = story.last
    return last is not None and (last.terminal or story.views[-1][0].at > upper(story, history.terms))


@rule(
    "BILL-05",
    "A job that met a 5xx upstream is failed, or completes if the video was really made; only then is it billed.",
    REALLY_MADE,
    witness="an upstream submit or poll that was answered with 5xx",
    needs=("job", "entries"),
)
def server_errors_are_free(history: History) -> Iterator[Observation]:
    """5xx at submit or at poll."""
    for story in history.stories:
        met = [event for event in story.asked if (event.status or 0) >= 500]
        if not met or not story.accepted or story.last is None or not story.last.terminal:
            continue
        made = any(poll.told.state == "success" for poll in story.polls)
        kept = failed_unbilled(story) or (state(story) == "completed" and made)
        yield judged(story, kept, "failed and unbilled, or completed if it was made", outcome(story), met[0].at)


@rule(
    "BILL-06",
    "HTTP 200 with {status: 'error'}, at submit or at a poll, fails the job, unbilled.",
    FAILURE,
    witness="an upstream answer of 200 with an error envelope, before the deadline",
    needs=("job", "entries"),
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
            yield judged(story, failed_unbilled(story), "failed, unbilled", outcome(story), told.at)


@rule(
    "BILL-07",
    "A job that timed out is not billed.",
    TIMEOUT,
    witness="a failed job that the upstream had not ended by the deadline, read after charges settled",
    needs=("job", "entries"),
)
def timeouts_are_free(history: History) -> Iterator[Observation]:
    """Failed at the deadline, unbilled."""
    for story in history.stories:
        ended = story.ended
        if not story.accepted or state(story) != "failed" or any(poll.final for poll in story.polls):
            continue
        if ended is not None and ended[0].at >= lower(story, history.terms):
            yield judged(story, not charge(story), "unbilled", outcome(story))


@rule(
    "BILL-08",
    "Nothing is billed before the job completes.",
    ONCE,
    witness="a reading of the ledger while an accepted job was not yet done",
    needs=("entries",),
)
def not_before_completion(history: History) -> Iterator[Observation]:
    """No entry while the job runs."""
    for story in history.stories:
        if not story.accepted or story.submit.answered_at is None:
            continue
        ends = [poll.at for poll in story.polls if poll.final]
        ends += [story.ended[0].at] if story.ended else []
        done = min(ends) if ends else None
        early = [
            read for read in story.ledger if read.at >= story.submit.answered_at and (done is None or read.at < done)
        ]
        charged = next((read for read in early if charges(story, read.at)), None)
        if charged is not None:
            entries = ", ".join(str(entry.amount) for entry in charges(story, charged.at))
            yield broken(story, "no charge before the job completes", f"charged {entries}", charged.at)
        elif early:
            yield held(story)


@rule(
    "BILL-09",
    "A completed job is billed exactly once, whatever is repeated.",
    ONCE,
    witness="a completed job that was read again, and the ledger after that",
    needs=("entries",),
)
def exactly_once(history: History) -> Iterator[Observation]:
    """One entry, of the job's cost."""
    for story in _completed(history):
        again = [view for view in story.views if view[1].state == "completed"]
        if not story.ledger or len(again) < 2 or story.ledger[-1].at < again[-1][0].at:
            continue
        entries, cost = charges(story), amount(again[-1][1].cost)
        billed = number(entries[0].amount) if len(entries) == 1 else None
        expected = asked_seconds(story, history.terms) * history.terms.price if cost is None else cost
        if len(entries) == 1 and (cost is None or billed is None or abs(billed) == cost):
            yield held(story)
        else:
            yield broken(
                story, f"one charge of {expected}", charge(story) if entries else "no charge", story.ledger[-1].at
            )


@rule(
    "BILL-10",
    "A success that comes after the job failed or timed out is not billed.",
    TIMEOUT,
    witness="a job whose upstream plan reached success after the deadline, read with the ledger after that",
    needs=("entries",),
)
def late_success_is_free(history: History) -> Iterator[Observation]:
    """Ready too late, unbilled."""
    for story in history.stories:
        planned = story.planned
        if planned is None or planned.outcome != "succeed" or planned.ready_at is None or not story.accepted:
            continue
        late = planned.ready_at > deadline(story, history.terms) + slack(story, history.terms)
        if not late or not story.ledger or story.ledger[-1].at <= planned.ready_at:
            continue
        if charge(story):
            yield broken(story, "unbilled", outcome(story), planned.ready_at)
        elif story.ledger[-1].at > planned.ready_at + history.terms.poll_gap + history.terms.grace:
            yield held(story)


@rule(
    "BILL-11",
    "A refused, unauthorised or rate-limited request is not billed.",
    REFUSED,
    witness="a request answered with 4xx, and the ledger of its key after that",
    needs=("entries",),
)
def refusals_are_free(history: History) -> Iterator[Observation]:
    """No entry that belongs to no accepted job. Where cases share a key, other cases' charges look the same."""
    if not history.terms.own_keys:
        return
    accepted = [story.submit.job_id for story in history.stories if story.accepted]
    for story in history.stories:
        status, readings = story.submit.status or 0, story.ledger
        if not 400 <= status < 500 or not readings or readings[-1].at < story.submit.at:
            continue
        entries = readings[-1].entries
        strays = [entry for entry in entries if entry.job_id not in accepted and number(entry.amount) != 0]
        actual = ", ".join(f"{entry.amount} for {entry.job_id!r}" for entry in strays)
        yield judged(story, not strays, "no charge", actual, readings[-1].at)
