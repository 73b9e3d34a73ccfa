"""BILL-08 to BILL-12: golden histories of what the ledger proves."""

from decimal import Decimal
from typing import Any

import pytest
from tests.support.golden import Golden, bad, broken, good, kept, none
from tests.support.stories import (
    SAME,
    a_history,
    called_back,
    charge_of,
    job_id,
    ledger,
    made,
    ns,
    poll,
    read,
    refused,
    submit,
    upstream,
)

from veocontracts.events import Entry, Event
from veocontracts.history import History

FREE = "no charge before the job completes"


def running(*events: Event) -> History:
    """A job that completes at 31 s."""
    return a_history(submit(), upstream(ready=30), poll("success", at=31), read("completed", at=40), *events)


def billed(*entries: Entry, at: float = 90, **shown: Any) -> History:
    """A completed job, read twice, and the ledger after that."""
    return a_history(*made(**shown), ledger(*entries, at=at))


def late(ready: str, *events: Event, word: str = "failed", **changes: Any) -> History:
    """A job that succeeds upstream only at `ready`."""
    return a_history(submit(), upstream(ready=ready), read(word, at=605), *events, **changes)


def after(*entries: Entry, status: int = 400, at: float = 30, key: str = "main") -> History:
    """A request that was turned away, and the ledger after that."""
    return a_history(refused(status, at=1), ledger(*entries, at=at, key=key))


def two_jobs(*entries: Entry, second: str = "failed", at: float = 90, **changes: Any) -> History:
    """A completed job of 6.0 and another one of its key, each read twice at its end, and the ledger after that."""
    other = submit("job#2", at=2), read(second, "job#2", at=41), read(second, "job#2", at=81)
    return a_history(*made(), *other, ledger(*entries, at=at), **changes)


def beside_a_refusal(*entries: Entry, status: int | None = 400) -> History:
    """A completed job of 6.0 beside a request that was not accepted, and the ledger after that."""
    return a_history(*made(), refused(status, label="job#2", at=1), ledger(*entries, at=90))


MAIN = "<key:main>"
ADD_UP = "charges of 6.0"

CASES = (
    good("BILL-08", "no entry while it runs", running(ledger(at=20), ledger(charge_of(6), at=50))),
    good("BILL-08", "an entry of nothing", running(ledger(charge_of(0), at=20))),
    good("BILL-08", "an entry of another job", running(ledger(charge_of(6, "job#9"), at=20))),
    good(
        "BILL-08",
        "billed as soon as the upstream told",
        running(ledger(at=30), ledger(charge_of(6), at=31)),
    ),
    good(
        "BILL-08",
        "billed when a callback told",
        a_history(submit(), called_back("SUCCEEDED", at=31), ledger(at=30), ledger(charge_of(6), at=31)),
    ),
    bad(
        "BILL-08",
        "billed when a callback of somebody else's told",
        a_history(submit(), called_back("SUCCEEDED", at=31, signed=False), ledger(charge_of(6), at=31)),
        broken(FREE, "charged 6", ns(31)),
    ),
    good("BILL-08", "a credit", running(ledger(charge_of(-6), at=20))),
    good("BILL-08", "held and released", running(ledger(charge_of(6), charge_of("-6.0"), at=20))),
    bad(
        "BILL-08",
        "held",
        running(ledger(charge_of(6), charge_of(-6), charge_of(6), at=20)),
        broken(FREE, "charged 6", ns(20)),
    ),
    bad("BILL-08", "at submit", running(ledger(charge_of(6), at=0)), broken(FREE, "charged 6", 0)),
    bad(
        "BILL-08",
        "a nanosecond before the upstream told",
        a_history(submit(), poll("success", at="31.000000001"), ledger(charge_of("6.00"), at=31)),
        broken(FREE, "charged 6.00", ns(31)),
    ),
    bad(
        "BILL-08",
        "an entry without an amount",
        running(ledger(charge_of(None), at=20)),
        broken(FREE, "charged None", ns(20)),
    ),
    none("BILL-08", "the ledger was read after the end", running(ledger(charge_of(6), at=50))),
    none("BILL-08", "the ledger of another key", running(ledger(charge_of(6), at=20, key="other"))),
    none("BILL-08", "refused", a_history(refused(), ledger(charge_of(6), at=20))),
    good("BILL-09", "once", billed(charge_of("6.00"))),
    good("BILL-09", "once, in text", billed(Entry(job_id=job_id("job#1"), amount="6.00"))),
    good("BILL-09", "held, released, charged", billed(charge_of("6.0"), charge_of("-6.00"), charge_of(6))),
    good("BILL-09", "charged twice, and once given back", billed(charge_of(6), charge_of(6), charge_of(-6))),
    good("BILL-09", "a larger hold, of which a part was given back", billed(charge_of(12), charge_of(-6))),
    good("BILL-09", "released before the hold is listed", billed(charge_of(-6), charge_of(6), charge_of(6))),
    bad(
        "BILL-09",
        "a credit",
        billed(charge_of("-6.00")),
        broken("one charge of 6.0", "no charge, entries of -6.00", ns(90)),
    ),
    bad(
        "BILL-09",
        "a credit, and no cost on the job",
        billed(charge_of(-6), cost=None),
        broken("one charge of 6.00", "no charge, entries of -6", ns(90)),
    ),
    bad(
        "BILL-09",
        "held, released twice",
        billed(charge_of(6), charge_of(-6), charge_of(-6)),
        broken("one charge of 6.0", "no charge, entries of 6, -6, -6", ns(90)),
    ),
    bad(
        "BILL-09",
        "charged and given back",
        billed(charge_of(6), charge_of(-6)),
        broken("one charge of 6.0", "no charge, entries of 6, -6", ns(90)),
    ),
    bad(
        "BILL-09",
        "in two halves",
        billed(charge_of(3), charge_of(3)),
        broken("one charge of 6.0", "2 charges of 3, 3", ns(90)),
    ),
    bad(
        "BILL-09",
        "beside an entry without an amount",
        billed(charge_of(6), charge_of(None)),
        broken("one charge of 6.0", "2 charges of 6, None", ns(90)),
    ),
    good("BILL-09", "beside an entry of nothing", billed(charge_of(0), charge_of(6))),
    good("BILL-09", "no cost on the job", billed(charge_of(6), cost=None)),
    bad(
        "BILL-09",
        "twice",
        billed(charge_of(6), charge_of(6)),
        broken("one charge of 6.0", "2 charges of 6, 6", ns(90)),
    ),
    bad("BILL-09", "never", billed(), broken("one charge of 6.0", "no charge", ns(90))),
    bad(
        "BILL-09",
        "a digit too little",
        billed(charge_of("5.99999999999999999999999999999")),
        broken("one charge of 6.0", "1 charge of 5.99999999999999999999999999999", ns(90)),
    ),
    bad(
        "BILL-09",
        "for nothing",
        billed(charge_of("0.00")),
        broken("one charge of 6.0", "no charge, entries of 0.00", ns(90)),
    ),
    bad(
        "BILL-09",
        "to another job",
        billed(charge_of(6, "job#9")),
        broken("one charge of 6.0", "no charge", ns(90)),
    ),
    bad(
        "BILL-09",
        "double in one entry",
        billed(charge_of(12)),
        broken("one charge of 6.0", "1 charge of 12", ns(90)),
    ),
    bad(
        "BILL-09",
        "never, and no cost on the job",
        billed(cost=None),
        broken("one charge of 6.00", "no charge", ns(90)),
    ),
    none("BILL-09", "no ledger", a_history(*made())),
    none("BILL-09", "the ledger was read before the job was read again", billed(at=79)),
    none(
        "BILL-09",
        "read once",
        a_history(submit(), poll("success", at=31), read("completed", at=40), ledger(charge_of(6), at=50)),
    ),
    good("BILL-10", "unbilled", late("600.000000001", ledger(at=602))),
    good("BILL-10", "unbilled after a slow poll", late("600.1", ledger(at=640), poll_gap=ns(30), grace=ns(9))),
    bad(
        "BILL-10",
        "billed",
        late("600.000000001", ledger(charge_of(6), at=602)),
        broken("unbilled", "failed, 1 charge of 6", ns("600.000000001")),
    ),
    bad(
        "BILL-10",
        "billed at once",
        late("601", ledger(charge_of(6), at="601.000000001")),
        broken("unbilled", "failed, 1 charge of 6", ns(601)),
    ),
    bad(
        "BILL-10",
        "completed",
        late("601", ledger(at=640), word="completed"),
        broken("unbilled", "completed, the job shows cost 6.0", ns(601)),
    ),
    none("BILL-10", "ready at the last moment", late("600", ledger(charge_of(6), at=640))),
    none("BILL-10", "within the tolerance", late("630", ledger(charge_of(6), at=640), tolerance=ns(30))),
    none("BILL-10", "no ledger", late("601")),
    none("BILL-10", "the ledger read before the success", late("601", ledger(at=601))),
    none("BILL-10", "the ledger read before a slow poll", late("601", ledger(at=631), poll_gap=ns(30))),
    none("BILL-10", "failed upstream", a_history(submit(), upstream(ready=601, outcome="fail"), ledger(at=640))),
    good("BILL-11", "refused", after()),
    good("BILL-11", "unauthorised", after(status=403)),
    good("BILL-11", "rate-limited", after(status=429)),
    good("BILL-11", "an entry of nothing", after(charge_of(0, None))),
    good("BILL-11", "a credit", after(charge_of(-6, None))),
    good("BILL-11", "held and released", after(charge_of(6, None), charge_of(-6, None))),
    good(
        "BILL-11",
        "the charge of a job that was accepted",
        a_history(*made(), refused(label="job#2", at=1), ledger(charge_of(6), at=90)),
        kept("job#2"),
    ),
    bad("BILL-11", "billed to no job", after(charge_of(6, None)), broken("no charge", "6 for None", ns(30))),
    bad(
        "BILL-11",
        "a charge, and a credit for another job",
        after(charge_of(6), charge_of(-6, None)),
        broken("no charge", f"6 for {job_id('job#1')!r}", ns(30)),
    ),
    bad(
        "BILL-11",
        "billed to a job that nobody knows",
        after(charge_of("6.0"), charge_of("6.0", None)),
        broken("no charge", f"6.0 for {job_id('job#1')!r}, 6.0 for None", ns(30)),
    ),
    bad(
        "BILL-11",
        "an entry whose job is an object",
        after(Entry(job_id={"id": 7}, amount=Decimal(6))),
        broken("no charge", "6 for {'id': 7}", ns(30)),
    ),
    bad(
        "BILL-11",
        "an amount that no text can show",
        after(Entry(job_id=None, amount="\ud800")),
        broken("no charge", r"'\ud800' for None", ns(30)),
    ),
    none("BILL-11", "no ledger", a_history(refused())),
    none(
        "BILL-11", "a key that all cases share", a_history(refused(), ledger(charge_of(6, None), at=30), own_keys=False)
    ),
    none("BILL-11", "the ledger read before", after(charge_of(6, None), at=0)),
    none("BILL-11", "the ledger of another key", after(charge_of(6, None), key="other")),
    none("BILL-11", "accepted", a_history(submit(id=SAME), ledger(charge_of(6), at=30))),
    good("BILL-12", "one of two completed", two_jobs(charge_of("6.00")), kept(MAIN)),
    good("BILL-12", "both completed", two_jobs(charge_of(6), charge_of(6, "job#2"), second="completed"), kept(MAIN)),
    bad("BILL-12", "credits", two_jobs(charge_of("-6.0")), broken(ADD_UP, "-6.0: -6.0", ns(90), subject=MAIN)),
    good(
        "BILL-12",
        "held, given back, charged",
        two_jobs(charge_of(12), charge_of(-12), charge_of(6), charge_of(6, "job#2"), charge_of(-6, "job#2")),
        kept(MAIN),
    ),
    good("BILL-12", "beside a refused request", beside_a_refusal(charge_of(6)), kept(MAIN)),
    good(
        "BILL-12",
        "of two keys",
        a_history(
            *two_jobs(charge_of(6)).events,
            submit("job#3", key="other"),
            *(read("completed", "job#3", at=at, key="other", cost=12) for at in (41, 81)),
            refused(label="job#4", key="other"),
            ledger(charge_of(12, "job#3"), at=91, key="other"),
        ),
        kept(MAIN),
        kept("<key:other>"),
    ),
    good(
        "BILL-12",
        "no cost on the jobs",
        a_history(*made(cost=None), *made("job#2", cost=None), ledger(charge_of(6), charge_of(6, "job#2"), at=90)),
        kept(MAIN),
    ),
    bad("BILL-12", "nothing", two_jobs(), broken(ADD_UP, "0: nothing", ns(90), subject=MAIN)),
    bad(
        "BILL-12",
        "the failed one too",
        two_jobs(charge_of(6), charge_of(6, "job#2")),
        broken(ADD_UP, "12: 6, 6", ns(90), subject=MAIN),
    ),
    bad(
        "BILL-12",
        "a digit too little",
        two_jobs(charge_of("5.99999999999999999999999999999")),
        broken(ADD_UP, "5.99999999999999999999999999999: 5.99999999999999999999999999999", ns(90), subject=MAIN),
    ),
    bad(
        "BILL-12",
        "given back twice",
        two_jobs(charge_of(6), charge_of(6, "job#2"), charge_of(-6, "job#2"), charge_of(-6, "job#2")),
        broken(ADD_UP, "0: 6, 6, -6, -6", ns(90), subject=MAIN),
    ),
    bad(
        "BILL-12",
        "another key's job",
        two_jobs(charge_of(6), charge_of(12, "job#9")),
        broken(ADD_UP, "18: 6, 12", ns(90), subject=MAIN),
    ),
    bad(
        "BILL-12",
        "an entry without an amount",
        two_jobs(charge_of(6), charge_of(None)),
        broken(ADD_UP, "no sum: 6, None", ns(90), subject=MAIN),
    ),
    bad(
        "BILL-12",
        "a refused request",
        beside_a_refusal(charge_of(6), charge_of(6, None)),
        broken(ADD_UP, "12: 6, 6", ns(90), subject=MAIN),
    ),
    none("BILL-12", "the other one still runs", two_jobs(charge_of(12), second="processing")),
    none("BILL-12", "the ledger was read before the last read of both", two_jobs(charge_of(12), at=80)),
    none("BILL-12", "nobody knows whether the other request was accepted", beside_a_refusal(status=None)),
    none("BILL-12", "the other request met an error of the gateway's", beside_a_refusal(status=500)),
    none("BILL-12", "one job", billed(charge_of(12))),
    none(
        "BILL-12",
        "none of them completed",
        a_history(*(refused(label=label) for label in ("job#1", "job#2")), ledger(charge_of(6, None), at=90)),
    ),
    none("BILL-12", "the ledger of a key that all cases share", two_jobs(charge_of(12), own_keys=False)),
    none("BILL-12", "no ledger", a_history(*made(), *made("job#2"))),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_history_is_judged(case: Golden) -> None:
    """Each history by hand makes exactly the observations that its case lists."""
    case.check()
