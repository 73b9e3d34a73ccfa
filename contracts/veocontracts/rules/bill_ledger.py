"""BILL: what the ledger must show, and when."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from veocontracts.events import Entry, LedgerRead
from veocontracts.history import History, Story
from veocontracts.rules.base import Observation, Source, broken, held, judged, rule
from veocontracts.rules.bill import TIMEOUT, completed
from veocontracts.rules.facts import (
    amount,
    amounts_of,
    as_asked,
    asked_seconds,
    charge,
    charges,
    charges_due,
    charges_something,
    deadline,
    number,
    outcome,
    reports,
    said,
    slack,
    standing,
    total,
)
from veocontracts.terms import BY_KEY, CHARGES, Terms

ONCE = Source(("000", "001"), "Pricing: billed once, when the gateway job completes")
SUM = Source(("000", "001"), "Pricing: each completed job is billed once, and no other", "follows")
REFUSED = Source(("000", "001"), "Pricing: billed when the gateway job completes", "follows")


@rule(
    "BILL-08",
    "Nothing is billed before the job completes.",
    ONCE,
    witness="a reading of the ledger while an accepted job was not yet done",
    needs=CHARGES,
)
def not_before_completion(history: History) -> Iterator[Observation]:
    """No entry while the job runs."""
    for story in history.stories:
        if not story.accepted or story.submit.answered_at is None:
            continue
        ends = [report.at for report in reports(story)]
        ends += [story.ended[0].at] if story.ended else []
        done = min(ends) if ends else None
        early = [
            read for read in story.ledger if read.at >= story.submit.answered_at and (done is None or read.at < done)
        ]
        charged = next((read for read in early if charges(story, read.at)), None)
        if charged is not None:
            found = amounts_of(charges(story, charged.at))
            yield broken(story, "no charge before the job completes", f"charged {found}", charged.at)
        elif early:
            yield held(story)


@rule(
    "BILL-09",
    "A completed job is billed exactly once, whatever is repeated.",
    ONCE,
    witness="a completed job that was read again, and the ledger after that",
    needs=CHARGES,
)
def exactly_once(history: History) -> Iterator[Observation]:
    """One charge, of the job's cost; a hold that is released, and what is charged and given back, are none."""
    for story in completed(history):
        again = [view for view in story.views if view[1].state == "completed"]
        if not story.ledger or len(again) < 2 or story.ledger[-1].at < again[-1][0].at:
            continue
        entries, terms, cost = charges(story), history.terms, amount(again[-1][1].cost)
        is_told = cost is not None or terms.lists_charges
        if (not entries and not charges_due(story, terms)) or not (is_told or as_asked(story, terms)):
            continue
        billed = _billed_once(entries)
        expected = terms.due(asked_seconds(story, terms)) if cost is None else cost
        if billed is not None and (billed == expected or (cost is None and terms.lists_charges)):
            yield held(story)
        else:
            listed = story.entries()
            nothing = f"no charge, entries of {amounts_of(listed)}" if listed else "no charge"
            actual = charge(story) if entries else nothing
            yield broken(story, f"one charge of {expected}", actual, story.ledger[-1].at)


def _billed_once(entries: list[Entry]) -> Decimal | None:
    """What one charge comes to, less what was given back of it; None for no charge, for several, and for no number."""
    amounts = [found for entry in entries if (found := number(entry.amount)) is not None]
    once = len(amounts) == len(entries) and sum(found > 0 for found in amounts) == 1
    return total(amounts) if once else None


@rule(
    "BILL-10",
    "A success that comes after the job failed or timed out is not billed.",
    TIMEOUT,
    witness="a job whose upstream plan reached success after the deadline, read with the ledger after that",
    needs=CHARGES,
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
    needs=BY_KEY,
)
def refusals_are_free(history: History) -> Iterator[Observation]:
    """No entry that belongs to no accepted job. Where cases share a key, other cases' charges look the same."""
    if not history.terms.own_keys:
        return
    last = {reading.key: reading for reading in history.ledger}
    for story in history.stories:
        reading = last.get(story.submit.key)
        if not 400 <= (story.submit.status or 0) < 500 or reading is None or reading.at < story.submit.at:
            continue
        strays = _strays(reading, history)
        if strays is not None:
            yield judged(story, not strays, "no charge", strays, reading.at)


def _strays(reading: LedgerRead, history: History) -> str | None:
    """What the key was charged for no accepted job, in words; None where a total may hold jobs' charges too."""
    if "entries" in history.terms.ledger:
        accepted = [story.submit.job_id for story in history.stories if story.accepted]
        others = [entry for entry in reading.entries or () if entry.job_id not in accepted]
        strays = filter(charges_something, standing(others))
        return ", ".join(f"{said(entry.amount)} for {entry.job_id!r}" for entry in strays)
    if reading.total is None or history.spends(reading.key):
        return None
    return f"{reading.total} in all" if reading.total else ""


@rule(
    "BILL-12",
    "Over any mix of jobs, what a key is charged adds up to the cost of its completed jobs.",
    SUM,
    witness="a completed job and another request of one key, all read again after their ends, and then its ledger",
    needs=BY_KEY,
)
def adds_up(history: History) -> Iterator[Observation]:
    """Sum of charges = sum of costs, for each key. Where cases share a key, its ledger holds other cases' charges."""
    last = {reading.key: reading for reading in history.ledger} if history.terms.own_keys else {}
    for key, reading in last.items():
        stories = [story for story in history.stories if story.submit.key == key]
        costs = [_cost(story, reading, history.terms) for story in stories]
        known = [cost for cost in costs if cost is not None]
        if len(stories) < 2 or len(known) < len(stories) or not any(known):
            continue
        expected, subject = total(known), f"<key:{key}>"
        wrong = ", and ".join(text for charged, text in _charged(reading) if charged != expected)
        if wrong:
            yield Observation(subject, False, "", f"charges of {expected}", wrong, reading.at)
        else:
            yield Observation(subject, held=True)


def _cost(story: Story, reading: LedgerRead, terms: Terms) -> Decimal | None:
    """What a settled job or a refused request must have added to the ledger; None where that is not known."""
    if not story.accepted:
        refused = 400 <= (story.submit.status or 0) < 500 and story.submit.at < reading.at
        return Decimal(0) if refused else None
    views = [view for view in story.views if view[1].terminal and view[0].at <= reading.at]
    if len(views) < 2 or story.last is None or reading.at < views[0][0].at + terms.settle:
        return None
    if story.last.state != "completed":
        return Decimal(0)
    cost = number(story.last.cost)
    if cost is None and story.submit.intent == "valid":
        return terms.due(asked_seconds(story, terms))
    return cost


def _charged(reading: LedgerRead) -> Iterator[tuple[Decimal | None, str]]:
    """All that the ledger charges, in each way that it tells, and in words; None where an amount is no number."""
    if reading.entries is not None:
        amounts = [number(entry.amount) for entry in reading.entries]
        known = [found for found in amounts if found is not None]
        adds_to = total(known) if len(known) == len(amounts) else None
        told = amounts_of(reading.entries) or "nothing"
        yield adds_to, f"{'no sum' if adds_to is None else adds_to}: {told}"
    if reading.total is not None:
        yield reading.total, f"{reading.total} off the balance"
