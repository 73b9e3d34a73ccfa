"""What was charged where the ledger tells less than each charge: totals, a cost alone, late charges, unread ones."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.support.golden import Golden, bad, broken, good, kept, none
from tests.support.stories import (
    a_history,
    asked,
    called_back,
    charge_of,
    charged,
    ledger,
    made,
    ns,
    poll,
    read,
    refused,
    restarted,
    submit,
    upstream,
)

from veocontracts.events import Call, Event, UpstreamPoll
from veocontracts.history import History
from veocontracts.terms import LedgerPower

TOTAL: frozenset[LedgerPower] = frozenset({"total"})
LISTS: frozenset[LedgerPower] = frozenset({"entries"})
COST: frozenset[LedgerPower] = frozenset({"cost"})
MAIN, ONCE, SIX, TWELVE = "<key:main>", "one charge of 6.00", "charges of 6.00", "1 charge of 12"
UNSEEN: dict[str, Any] = {"units": None, "cost": None}
SEVEN = asked(duration="7s")
FINE, HALF = Decimal("0.0333"), Decimal("0.025")


SEEN_COMPLETED = read("completed", at=40, **UNSEEN)
SEEN_FAILED = read("failed", at=40, **UNSEEN)


def moved(*events: Event, **changes: Any) -> History:
    """A history whose ledger tells totals alone, unless `changes` say otherwise."""
    return a_history(*events, **{"ledger": TOTAL, **changes})


def billed(*amounts: Any, early: Event | None = None, told: Event | None = None, **changes: Any) -> History:
    """A completed job, and its key's total at 0 s, 90 s, 91 s and so on."""
    shown = {**UNSEEN, **changes.pop("shown", {})}
    totals = [charged(amount, at=90 + number) for number, amount in enumerate(amounts)]
    more = [event for event in (early, told) if event is not None]
    return moved(*made(**shown), charged(0, at=0), *totals, *more, **changes)


def failed(*events: Event, **changes: Any) -> History:
    """A job that the upstream refused, read once at its end."""
    return moved(submit(), upstream(status=400, made=False), read("failed", at=40, **UNSEEN), *events, **changes)


def late(amount: Any) -> History:
    """A job that succeeds upstream only after its deadline, and its key's total after that."""
    shown = read("failed", at=605, **UNSEEN)
    return moved(submit(), upstream(ready=601), shown, charged(0, at=0), charged(amount, at=640))


def two_jobs(amount: Any, listed: Any = None, **changes: Any) -> History:
    """A completed job of 6 and a failed one of its key, both read twice, then its total, or a list and that total."""
    other: list[Event] = [submit("job#2", at=2), *(read("failed", "job#2", at=at, **UNSEEN) for at in (41, 81))]
    last = charged(amount, at=90)
    if listed is not None:
        last = replace(charged(listed, at=91), entries=(charge_of(amount),))
    return moved(*made(**UNSEEN), *other, charged(0, at=0), last, **changes)


def unread(*events: Event) -> History:
    """A job whose key's charges nobody read, though they are listed."""
    return a_history(*events, ledger=LISTS)


def upload(key: str = "main", status: int = 200) -> Call:
    """A request of another kind."""
    return Call(at=ns(3), label="upload#1", key=key, operation="POST /media", intent="upload", status=status)


def fewer() -> UpstreamPoll:
    """The upstream tells that it made two seconds."""
    return poll(
        "success", at="30.5", data={"status": "success", "video_url": "https://x.example", "duration_seconds": 2}
    )


def completed(request: Any, cost: Any, told: Event | None = None, **changes: Any) -> History:
    """A completed job and its cost, where nothing tells its units."""
    shown = read("completed", at=40, units=None, cost=Decimal(str(cost)))
    more = [] if told is None else [told]
    return a_history(submit(request=request), upstream(ready=30), shown, *more, **{"ledger": COST, **changes})


CASES = (
    good("BILL-04", "failed, and the total did not move", failed(charged(0, at=0), charged(0, at=90))),
    bad(
        "BILL-04",
        "failed, and the total moved",
        failed(charged(0, at=0), charged(6, at=90)),
        broken("failed, unbilled", "failed, 1 charge of 6", ns(1)),
    ),
    none("BILL-04", "failed, and no total was read", failed()),
    none("BILL-04", "failed, and the total was read before", failed(charged(0, at=0))),
    none("BILL-04", "failed, and the total was another key's", failed(charged(6, at=90, key="other"))),
    none(
        "BILL-04",
        "failed, and the list was read before charges settle",
        failed(ledger(at=50), ledger=LISTS, settle=ns(11)),
    ),
    good("BILL-04", "failed, and credited", failed(ledger(charge_of(-6), at=50), ledger=LISTS)),
    good("BILL-04", "failed, and charges settled", failed(ledger(at=51), ledger=LISTS, settle=ns(11))),
    bad(
        "BILL-04",
        "completed, whoever read the ledger",
        moved(submit(), upstream(status=400, made=False), read("completed", at=40, **UNSEEN)),
        broken("failed, unbilled", "completed, unbilled", ns(1)),
    ),
    good("BILL-08", "the total did not move until the end", billed(6)),
    bad(
        "BILL-08",
        "the total moved while it ran",
        billed(6, early=charged(6, at=20)),
        broken("no charge before the job completes", "charged 6", ns(20)),
    ),
    good("BILL-09", "the total moved by its price", billed(6)),
    good("BILL-09", "the total moved, moved back and moved", billed(6, 0, 6)),
    bad("BILL-09", "the total moved twice", billed(6, 12), broken(ONCE, "2 charges of 6, 6", ns(91))),
    bad("BILL-09", "the total moved by twice its price", billed(12), broken(ONCE, "1 charge of 12", ns(90))),
    bad("BILL-09", "the total did not move", billed(0), broken(ONCE, "no charge", ns(90))),
    bad(
        "BILL-09",
        "the total moved by another amount than the job's cost",
        billed(6, ledger=frozenset({"job", "total"}), shown={"cost": charge_of(7).amount}),
        broken("one charge of 7", "1 charge of 6", ns(90)),
    ),
    none("BILL-09", "the total did not move yet", billed(0, settle=ns(51))),
    bad("BILL-09", "the total moved too early by too much", billed(12, settle=ns(51)), broken(ONCE, TWELVE, ns(90))),
    none("BILL-09", "a total of two jobs", two_jobs(6)),
    none("BILL-09", "a total of a job and an upload", billed(6, early=upload())),
    good("BILL-09", "beside an upload that was refused", billed(6, early=upload(status=400))),
    good("BILL-09", "beside an upload of another key", billed(6, early=upload("other"))),
    none("BILL-09", "nobody knows what fewer seconds cost", billed(3, told=fewer())),
    good("BILL-10", "the total did not move", late(0)),
    bad("BILL-10", "the total moved", late(6), broken("unbilled", "failed, 1 charge of 6", ns(601))),
    good("BILL-11", "the total did not move", moved(refused(at=1), charged(0, at=0), charged(0, at=30))),
    bad(
        "BILL-11",
        "the total moved",
        moved(refused(at=1), refused(429, label="job#2", at=2), charged(0, at=0), charged("6.00", at=30)),
        *(broken("no charge", "6.00 in all", ns(30), subject=label) for label in ("job#1", "job#2")),
    ),
    none("BILL-11", "a job was accepted too", moved(submit(), refused(label="job#2", at=1), charged(6, at=30))),
    none("BILL-11", "an upload was taken too", moved(refused(at=1), upload(), charged(6, at=30))),
    none("BILL-11", "a total of a key that all cases share", moved(refused(at=1), charged(6, at=30), own_keys=False)),
    none(
        "BILL-11",
        "a list of everybody's charges",
        moved(refused(at=1), ledger(at=30), ledger=frozenset({"unkeyed"})),
    ),
    good("BILL-12", "the total moved by the one that completed", two_jobs(6), kept(MAIN)),
    bad("BILL-12", "by both", two_jobs(12), broken(SIX, "12 off the balance", ns(90), subject=MAIN)),
    bad(
        "BILL-12",
        "the list adds up, and the balance does not",
        two_jobs(6, listed=9),
        broken(SIX, "9 off the balance", ns(91), subject=MAIN),
    ),
    none("BILL-12", "charges may yet come", two_jobs(0, settle=ns(51))),
    good("BILL-02", "the cost of the seconds", completed(SEVEN, "10.5")),
    bad("BILL-02", "another cost", completed(SEVEN, 6), broken("7 * 1.50 = 10.50", "6")),
    good("BILL-02", "to the cent", completed(SEVEN, "0.23", price=FINE, rounded=True)),
    good("BILL-02", "half a cent up", completed(asked(duration="5s"), "0.13", price=HALF, rounded=True)),
    bad("BILL-02", "not to the cent", completed(SEVEN, "0.23", price=FINE), broken("7 * 0.0333 = 0.2331", "0.23")),
    bad(
        "BILL-02",
        "exact where it is due to the cent",
        completed(SEVEN, "0.2331", price=FINE, rounded=True),
        broken("7 * 0.0333 = 0.23", "0.2331"),
    ),
    none("BILL-02", "nobody knows what fewer seconds cost", completed(SEVEN, 6, told=fewer())),
    none(
        "BILL-13",
        "charges that nobody read",
        unread(submit(), upstream(), poll("success", at=31, data={"status": "success"}), SEEN_FAILED),
    ),
    none("BILL-14", "charges that nobody read", unread(submit(), upstream(ready=30), fewer(), SEEN_COMPLETED)),
    none("ENUM-07", "charges that nobody read", unread(refused(202), upstream(ready=30), SEEN_COMPLETED)),
    none(
        "HOOK-02",
        "charges that nobody read",
        unread(submit(), upstream(), *(called_back("SUCCEEDED", at=at) for at in (30, 31)), SEEN_COMPLETED),
    ),
    none("LIFE-11", "charges that nobody read", unread(submit(), upstream(), poll("error", at=31), SEEN_FAILED)),
    none("ROBUST-03", "charges that nobody read", unread(submit(), restarted(at=20), SEEN_FAILED)),
    none(
        "TIME-02",
        "charges that nobody read",
        unread(submit(), upstream(ready=590), poll("success", at=595), read("completed", at=601, **UNSEEN)),
    ),
    none(
        "TIME-03", "charges that nobody read", unread(submit(), upstream(ready=601), read("failed", at=605, **UNSEEN))
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_history_is_judged(case: Golden) -> None:
    """Each history by hand makes exactly the observations that its case lists."""
    case.check()
