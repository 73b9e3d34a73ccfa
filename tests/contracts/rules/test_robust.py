"""ROBUST: golden histories."""

import pytest
from tests.support.golden import Golden, bad, broken, good, none
from tests.support.stories import HANG, a_history, called_back, made, ns, poll, read, read_in_vain, submit, upstream

from veocontracts.events import Event
from veocontracts.history import History

HTML = "spoil: html"
AFTER = f"a plain job completes, after job#1 met {HTML}"


def met(*reads: Event, fault: str = HTML, then: tuple[Event, ...] = made("job#2", at=20)) -> History:
    """A job whose first poll is answered with nonsense, and what came after that."""
    return a_history(submit(), upstream(ready=30), poll("?", at=6, fault=fault), *reads, *then)


WORD = "hibernating"
ODD = "spoil: unknown-status"
UNDECIDED = f"undecided after {WORD!r}"


def strange(*events: Event, ready: float | None = 30) -> History:
    """A job whose first poll tells of a state that nobody knows."""
    return a_history(submit(), upstream(ready=ready), poll(WORD, at=6, fault=ODD), *events)


def odd_submit(*events: Event) -> History:
    """The same at the submit."""
    answer = {"status": WORD, "job_id": "up of job#1"}
    return a_history(submit(), upstream(ready=30, data=answer, fault=ODD), poll(at=6), *events)


CASES = (
    good("ROBUST-01", "failed, and on it goes", met(read("failed", at=7))),
    good("ROBUST-01", "completed all the same", met(read("processing", at=7), read("completed", at=40))),
    good("ROBUST-01", "failed at the bound", met(read("processing", at=601), read("failed", at=602))),
    good(
        "ROBUST-01",
        "nonsense at the submit",
        a_history(submit(), upstream(made=False, fault="spoil: no-id"), read("failed", at=2), *made("job#2", at=1)),
    ),
    good(
        "ROBUST-01",
        "a second job that met the same, and a third that did not",
        met(
            read("failed", at=7),
            then=(submit("job#2", at=8), upstream("job#2", fault=HTML, at=9), *made("job#3", at=10)),
        ),
    ),
    good(
        "ROBUST-01",
        "a second job that nobody looked at for long enough",
        met(
            read("failed", at=7),
            then=(
                submit("job#2", at=8),
                upstream("job#2", at=9, ready=40),
                read("processing", "job#2", at=41),
                *made("job#3", at=50),
            ),
        ),
    ),
    none(
        "ROBUST-01",
        "a second job whose success came too late",
        met(
            read("failed", at=7),
            then=(submit("job#2", at=8), upstream("job#2", at=9, ready=609), read("failed", "job#2", at=700)),
        ),
    ),
    bad(
        "ROBUST-01",
        "in flight for ever",
        met(read("processing", at="601.000000001"), read("processing", at=700)),
        broken(f"ended, although it met {HTML}", "running after 601.000000001 s", ns("601.000000001")),
    ),
    bad(
        "ROBUST-01",
        "cut off late, and ended late",
        met(read("queued", at=620), read("failed", at=700), fault="delay: 5s, break: truncate 50%"),
        broken("ended, although it met delay: 5s, break: truncate 50%", "queued after 620 s", ns(620)),
    ),
    bad(
        "ROBUST-01",
        "the next one is refused",
        met(read("failed", at=7), then=(submit("job#2", at=20, status=503),)),
        broken(AFTER, "answered with 503", ns(20), subject="job#2"),
    ),
    bad(
        "ROBUST-01",
        "the next one fails",
        met(
            read("failed", at=7),
            then=(submit("job#2", at=20), upstream("job#2", at=21, ready=30), read("failed", "job#2", at=31.1)),
        ),
        broken(AFTER, "failed", subject="job#2"),
    ),
    bad(
        "ROBUST-01",
        "the next one never gets upstream",
        met(read("failed", at=7), then=(submit("job#2", at=20), read("queued", "job#2", at=622))),
        broken(AFTER, "queued", subject="job#2"),
    ),
    good("ROBUST-01", "hung up, and on it goes", met(read("queued", at=620), read("failed", at=700), fault=HANG)),
    none("ROBUST-01", "hung up for ever", met(read("queued", at=620), fault=HANG)),
    none("ROBUST-01", "an error in good order", met(read("failed", at=700), fault="respond: 503")),
    none("ROBUST-01", "no nonsense", a_history(*made(), *made("job#2", at=20))),
    none("ROBUST-01", "not accepted", a_history(submit(status=400), upstream(fault=HTML), *made("job#2", at=20))),
    none("ROBUST-01", "not seen to its end", met(read("processing", at=601))),
    none("ROBUST-01", "never shown", met(read_in_vain(500, at=700))),
    none("ROBUST-01", "nothing after it", met(read("failed", at=7), then=made("job#2", at=5))),
    none(
        "ROBUST-01",
        "a next one that was to fail",
        met(
            read("failed", at=7),
            then=(
                submit("job#2", at=20),
                upstream("job#2", at=21, ready=30, outcome="fail"),
                read("failed", "job#2", at=700),
            ),
        ),
    ),
    none(
        "ROBUST-01",
        "a next one that was wrong",
        met(read("failed", at=7), then=(submit("job#2", at=20, status=400, intent="enum"),)),
    ),
    none(
        "ROBUST-01",
        "a next one that nobody looked at in time",
        met(read("failed", at=7), then=(submit("job#2", at=20), read("queued", "job#2", at=621))),
    ),
    good("ROBUST-04", "completed after the success", strange(poll("success", at=31), read("completed", at=32))),
    good("ROBUST-04", "at the submit", odd_submit(poll("success", at=31), read("completed", at=32))),
    good(
        "ROBUST-04",
        "completed after a callback",
        strange(called_back("SUCCEEDED", at=31), read("completed", at=32)),
    ),
    bad(
        "ROBUST-04",
        "taken for success",
        strange(read("completed", at=7), poll("success", at=31)),
        broken(UNDECIDED, "completed before the upstream told of a success", ns(7)),
    ),
    bad("ROBUST-04", "taken for failure", strange(read("failed", at=7)), broken(UNDECIDED, "failed", ns(7))),
    bad(
        "ROBUST-04",
        "taken for failure at the submit",
        odd_submit(read("failed", at=7)),
        broken(UNDECIDED, "failed", ns(7)),
    ),
    bad(
        "ROBUST-04",
        "failed, though the success was told",
        strange(poll(WORD, at=11, fault=ODD), poll("success", at=16), read("failed", at=17)),
        broken(UNDECIDED, "failed", ns(17)),
    ),
    none(
        "ROBUST-04", "seen again and again, then given up", strange(poll(WORD, at=11, fault=ODD), read("failed", at=12))
    ),
    none("ROBUST-04", "not ended", strange(read("processing", at=7))),
    none(
        "ROBUST-04", "another fault too", strange(poll(at=11, status=502, fault="respond: 502"), read("failed", at=12))
    ),
    none("ROBUST-04", "a job that never succeeds", strange(read("failed", at=7), ready=None)),
    none("ROBUST-04", "words that are known", a_history(*made())),
    none(
        "ROBUST-04",
        "a number",
        a_history(submit(), upstream(ready=30), poll("?", at=6, data={"status": 1}), read("failed", at=7)),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_history_is_judged(case: Golden) -> None:
    """Each history by hand makes exactly the observations that its case lists."""
    case.check()
