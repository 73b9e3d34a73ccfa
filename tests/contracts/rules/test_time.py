"""TIME: golden histories. The bounds are exact to the nanosecond, on both sides."""

from typing import Any

import pytest
from tests.support.golden import Golden, bad, broken, good, kept, none
from tests.support.stories import HANG, a_history, charge_of, ledger, lost, ns, poll, read, submit, upstream

from veocontracts.events import Event
from veocontracts.history import History

FREE = "failed, unbilled"
BY = "failed by 601 s"
SLOW: dict[str, Any] = {"poll_gap": ns(30), "grace": ns(30)}
COARSE: dict[str, Any] = {"tolerance": ns(30)}


def at_the_deadline(running: float | str, end: float | str, word: str = "failed", **changes: Any) -> History:
    """A job that never ends upstream, last seen running and first seen ended at these times."""
    return lost(read("processing", at=running), read(word, at=end), **changes)


def between(first: str, last: str) -> str:
    """What TIME-01 expects."""
    return f"failed between {first} s and {last} s"


def ready(at: float | str, *events: Event, **changes: Any) -> History:
    """A job that is ready upstream at a time."""
    return a_history(submit(), upstream(ready=at), *events, **changes)


def inside(at: str) -> str:
    """What TIME-02 expects."""
    return f"completed and billed, ready at {at} s"


def past(at: str) -> str:
    """What TIME-03 expects."""
    return f"failed and unbilled, ready only at {at} s"


def hanging(*reads: Event, **changes: Any) -> History:
    """An upstream submit that is never answered."""
    return a_history(submit(), upstream(status=None, fault=HANG), *reads, **changes)


def hung_poll(*reads: Event, end: float | None = None, **changes: Any) -> History:
    """A poll that is never answered."""
    return a_history(submit(), upstream(ready=end), poll(at=9, status=None, fault=HANG), *reads, **changes)


def dripped(*reads: Event, end: float | None = None, **changes: Any) -> History:
    """A poll whose answer comes byte by byte."""
    return a_history(submit(), upstream(ready=end), poll(at=9, fault="break: drip 0.4s"), *reads, **changes)


def timed_out(*polls: Event, ready: float | str | None = None, until: float = 640, **shown: Any) -> History:
    """A job that failed at the deadline, polled for as long as a gateway may, and watched."""
    ended = read("failed", at=600, **shown)
    return a_history(submit(), upstream(ready=ready), poll(at=590), ended, *polls, ledger(at=until))


def said(error: Any, **more: Any) -> History:
    """A job that failed at the deadline, and says why."""
    return timed_out(error=error, **more)


def slow_submit(answered: float, *reads: Event) -> History:
    """An upstream submit that is answered late."""
    return a_history(submit(), upstream(at=0, answered=answered), *reads)


def given_up(*reads: Event, fault: str = "delay: 300s") -> History:
    """An upstream submit that the gateway stopped waiting for."""
    return a_history(submit(), upstream(at=0, status=None, fault=fault), *reads)


def beside(word: str, *, at: float = 610, ready: float | str = 30, other: str = "failed", **changes: Any) -> History:
    """A job beside one that timed out."""
    doomed = (submit(), upstream(), read(other, at=605))
    return a_history(
        *doomed, submit("job#2", at=5), upstream("job#2", at=6, ready=ready), read(word, "job#2", at=at), **changes
    )


CASES = (
    good("TIME-01", "at the lower bound", at_the_deadline(599, 600)),
    good("TIME-01", "at the upper bound", at_the_deadline(601, "601.000000001")),
    good("TIME-01", "at the lower bound of a slow answer", at_the_deadline("597.9", 598, tolerance=ns(2))),
    good("TIME-01", "queued until it failed", lost(read("queued", at=599), read("failed", at=601))),
    good("TIME-01", "a slow gateway", at_the_deadline(620, 631, **SLOW)),
    good("TIME-01", "a coarse clock", at_the_deadline(560, 640, **COARSE)),
    bad(
        "TIME-01",
        "a nanosecond too early",
        at_the_deadline(599, "599.999999999"),
        broken(between("600", "601"), "failed at 599.999999999 s", ns("599.999999999")),
    ),
    bad(
        "TIME-01",
        "at 300 s, seen at the end only",
        lost(read("failed", at=300)),
        broken(between("600", "601"), "failed at 300 s", ns(300)),
    ),
    bad(
        "TIME-01",
        "a nanosecond too late",
        at_the_deadline("601.000000001", 602),
        broken(between("600", "601"), "still running at 601.000000001 s", ns("601.000000001")),
    ),
    bad(
        "TIME-01",
        "too late for a slow gateway",
        at_the_deadline("630.000000001", 640, **SLOW),
        broken(between("600", "630"), "still running at 630.000000001 s", ns("630.000000001")),
    ),
    bad(
        "TIME-01",
        "an unknown word for ever",
        lost(read("stuck", at=700)),
        broken(between("600", "601"), "still 'stuck' at 700 s", ns(700)),
    ),
    bad(
        "TIME-01",
        "completed",
        at_the_deadline(599, 600, "completed"),
        broken(between("600", "601"), "completed at 600 s", ns(600)),
    ),
    good(
        "TIME-01",
        "counted from the submit, where the 202 took 3 s",
        a_history(submit(took=3), upstream(), read("processing", at=599), read("failed", at=600)),
    ),
    bad(
        "TIME-01",
        "before it can be counted from the submit",
        a_history(submit(took=3), upstream(), read("failed", at="599.999999999")),
        broken(between("597", "604"), "failed at 596.999999999 s", ns("599.999999999")),
    ),
    none("TIME-01", "not read closely before", at_the_deadline("594.999999999", 600)),
    none("TIME-01", "not read closely after", at_the_deadline(600, "606.000000001")),
    none("TIME-01", "still running when nobody looked any more", lost(read("processing", at=601))),
    none("TIME-01", "never seen running", lost(read("failed", at=600))),
    none("TIME-01", "ended upstream", a_history(submit(), upstream(), poll("error", at=9), read("failed", at=10))),
    none("TIME-01", "a poll that failed", a_history(submit(), upstream(), poll(at=9, status=502, fault="respond"))),
    none("TIME-01", "a plan that ends", ready(30, read("failed", at=300))),
    good("TIME-02", "ready at the last moment", ready(600, read("completed", at=601))),
    good("TIME-02", "a minute before", ready(540, read("completed", at=601))),
    good("TIME-02", "at the last moment of a slow gateway", ready(570, read("completed", at=601), **SLOW)),
    good(
        "TIME-02",
        "billed in the ledger alone",
        ready(590, read("completed", at=601, cost=None, units=None), ledger(charge_of(6), at=602)),
    ),
    bad("TIME-02", "timed out", ready(600, read("failed", at=601)), broken(inside("600"), FREE)),
    bad(
        "TIME-02",
        "timed out by a slow gateway",
        ready(570, read("failed", at=601), **SLOW),
        broken(inside("570"), FREE),
    ),
    bad(
        "TIME-02",
        "completed, and free",
        ready(600, read("completed", at=601, cost=0)),
        broken(inside("600"), "completed, unbilled"),
    ),
    bad("TIME-02", "still running", ready(599, read("processing", at=601)), broken(inside("599"), "running, unbilled")),
    none("TIME-02", "a nanosecond later", ready("600.000000001", read("failed", at=601))),
    none("TIME-02", "a nanosecond too late to be seen", ready("570.000000001", read("failed", at=601), **SLOW)),
    none("TIME-02", "within the tolerance", ready("570.000000001", read("failed", at=700), **COARSE)),
    none("TIME-02", "long before", ready("539.999999999", read("failed", at=601))),
    none("TIME-02", "not read after the deadline", ready(599, read("completed", at=600))),
    none("TIME-02", "a poll that failed", ready(599, poll(at=595, fault="respond"), read("failed", at=601))),
    none(
        "TIME-02", "a plan that fails", a_history(submit(), upstream(ready=599, outcome="fail"), read("failed", at=601))
    ),
    good("TIME-03", "a nanosecond late", ready("600.000000001", read("failed", at=602))),
    good("TIME-03", "a minute late", ready(660, read("failed", at=661))),
    good("TIME-03", "late on a coarse clock", ready("630.000000001", read("failed", at=640), **COARSE)),
    bad(
        "TIME-03",
        "completed",
        ready("600.000000001", read("completed", at=602)),
        broken(past("600.000000001"), "completed, the job shows cost 6.0"),
    ),
    bad(
        "TIME-03",
        "failed and billed",
        ready(601, read("failed", at=602), ledger(charge_of(6), at=640)),
        broken(past("601"), "failed, 1 charge of 6"),
    ),
    bad("TIME-03", "still running", ready(601, read("queued", at=602)), broken(past("601"), "queued, unbilled")),
    none("TIME-03", "ready at the last moment", ready(600, read("completed", at=602))),
    none("TIME-03", "within the tolerance", ready(630, read("completed", at=700), **COARSE)),
    none("TIME-03", "long after", ready("660.000000001", read("completed", at=700))),
    none("TIME-03", "read within the grace", ready("600.1", read("processing", at=630), **SLOW)),
    none("TIME-03", "read before it was ready", ready(630, read("completed", at=630))),
    none(
        "TIME-03", "a plan that fails", a_history(submit(), upstream(ready=601, outcome="fail"), read("failed", at=602))
    ),
    good("TIME-04", "failed", hanging(read("failed", at="601.000000001"))),
    good("TIME-04", "failed long before", hanging(read("failed", at=31), read("failed", at=700))),
    bad(
        "TIME-04",
        "still queued",
        hanging(read("queued", at="601.000000001"), read("failed", at=700)),
        broken(BY, "still queued at 601.000000001 s", ns("601.000000001")),
    ),
    bad(
        "TIME-04",
        "billed",
        hanging(read("failed", at=700, cost=6)),
        broken("failed, unbilled", "failed, the job shows cost 6"),
    ),
    bad("TIME-04", "completed", hanging(read("completed", at=700)), broken(FREE, "completed, the job shows cost 6.0")),
    none("TIME-04", "not read after the bound", hanging(read("queued", at=601))),
    none("TIME-04", "a submit that was answered", lost(read("queued", at=700))),
    good("TIME-05", "failed", hung_poll(read("failed", at="601.000000001"))),
    bad(
        "TIME-05",
        "still running",
        hung_poll(read("processing", at="601.000000001")),
        broken(BY, "still running at 601.000000001 s", ns("601.000000001")),
    ),
    bad("TIME-05", "billed", hung_poll(read("failed", at=700, cost=6)), broken(FREE, "failed, the job shows cost 6")),
    none("TIME-05", "not read after the bound", hung_poll(read("processing", at=601))),
    none("TIME-05", "made all the same", hung_poll(poll("success", at=31), read("completed", at=700), end=30)),
    none("TIME-05", "a poll that was answered", lost(read("processing", at=700))),
    good("TIME-06", "failed", dripped(read("failed", at="601.000000001"))),
    bad(
        "TIME-06",
        "still running",
        dripped(read("processing", at="601.000000001")),
        broken(BY, "still running at 601.000000001 s", ns("601.000000001")),
    ),
    bad("TIME-06", "billed", dripped(read("failed", at=700, cost=6)), broken(FREE, "failed, the job shows cost 6")),
    bad("TIME-06", "completed", dripped(read("completed", at=700)), broken(FREE, "completed, the job shows cost 6.0")),
    none("TIME-06", "not read after the bound", dripped(read("processing", at=601))),
    none("TIME-06", "made all the same", dripped(poll("success", at=31), read("completed", at=700), end=30)),
    none("TIME-06", "a poll that hung", hung_poll(read("processing", at=700))),
    none("TIME-06", "not accepted", a_history(submit(status=400), upstream(), poll(at=9, fault="break: drip 0.4s"))),
    good("TIME-07", "failed", slow_submit(150, read("failed", at=700))),
    bad(
        "TIME-07",
        "time given back",
        slow_submit(150, read("processing", at=700)),
        broken(BY, "still running at 700 s", ns(700)),
    ),
    bad(
        "TIME-07",
        "billed",
        slow_submit(300, read("failed", at=700, cost=6)),
        broken(FREE, "failed, the job shows cost 6"),
    ),
    good(
        "TIME-07",
        "a gateway that does not wait so long for the submit",
        given_up(read("failed", at=31), read("failed", at=700)),
    ),
    bad(
        "TIME-07",
        "submitted in vain, and never failed",
        given_up(read("processing", at=700)),
        broken(BY, "still running at 700 s", ns(700)),
    ),
    bad(
        "TIME-07",
        "submitted in vain, and billed",
        given_up(read("failed", at=700, cost=6)),
        broken(FREE, "failed, the job shows cost 6"),
    ),
    none("TIME-07", "a submit that hangs", given_up(read("failed", at=700), fault=HANG)),
    none("TIME-07", "not read after the bound of a submit in vain", given_up(read("failed", at=31))),
    none("TIME-07", "a quick submit", slow_submit(74.999999999, read("processing", at=700))),
    none("TIME-07", "not read after the bound", slow_submit(75, read("processing", at=601))),
    none("TIME-07", "a plan that ends", ready(30, read("failed", at=700))),
    good("TIME-08", "completed", beside("completed"), kept("job#2")),
    bad(
        "TIME-08",
        "failed with the other",
        beside("failed"),
        broken("completed, although job#1 timed out", FREE, subject="job#2"),
    ),
    bad(
        "TIME-08",
        "failed before it could be ready",
        beside("failed", ready=604),
        broken("completed, although job#1 timed out", FREE, subject="job#2"),
    ),
    bad(
        "TIME-08",
        "held up",
        beside("processing"),
        broken("completed, although job#1 timed out", "running, unbilled", subject="job#2"),
    ),
    none("TIME-08", "not due yet", beside("processing", ready=604, at=605)),
    none("TIME-08", "a slow gateway", beside("processing", ready=575, at=606, **SLOW)),
    none("TIME-08", "ready too late itself", beside("failed", ready="605.000000001")),
    none("TIME-08", "not read after the timeout", beside("failed", at=600)),
    none("TIME-08", "nobody timed out", beside("failed", other="processing")),
    none("TIME-08", "alone", lost(read("failed", at=601))),
    good("TIME-09", "no poll after it", timed_out()),
    good("TIME-09", "a last poll within the grace", timed_out(poll(at=601))),
    good("TIME-09", "ready too late", timed_out(ready="600.1")),
    bad(
        "TIME-09",
        "one poll more",
        timed_out(poll(at="601.000000001")),
        broken("no poll after 601 s", "a poll at 601.000000001 s", ns("601.000000001")),
    ),
    bad(
        "TIME-09",
        "polled until the success",
        timed_out(poll(at=605), poll("success", at=610), ready=609),
        broken("no poll after 601 s", "a poll at 605 s", ns(605)),
    ),
    none("TIME-09", "not watched for ten seconds", timed_out(until=611)),
    none("TIME-09", "still running", a_history(submit(), upstream(), poll(at=590), read("processing", at=700))),
    none("TIME-09", "never polled", a_history(submit(), upstream(), read("failed", at=600), ledger(at=640))),
    none(
        "TIME-09", "never taken on", a_history(submit(), upstream(made=False), read("failed", at=600), ledger(at=640))
    ),
    none("TIME-09", "ready in time", timed_out(poll(at=605), ready=600)),
    none("TIME-09", "ended upstream", timed_out(poll("error", at=599))),
    none(
        "TIME-09",
        "given up too early",
        a_history(submit(), upstream(), poll(at=9), read("failed", at=599), poll(at=700)),
    ),
    good("TIME-10", "a code", said({"code": "timeout", "message": "It failed."})),
    good("TIME-10", "in words", said("The job timed out after 600 s.")),
    good("TIME-10", "a gRPC word", said([{"status": "DEADLINE_EXCEEDED"}])),
    good("TIME-10", "too long", said({"reason": {"text": "Generation took too long"}}, ready=601)),
    bad(
        "TIME-10",
        "another reason",
        said({"code": "upstream_error", "message": "No time was lost."}),
        broken(
            "words such as 'timeout' or 'timed out'",
            "error {'code': 'upstream_error', 'message': 'No time was lost.'}",
            ns(600),
        ),
    ),
    bad("TIME-10", "nothing", said(None), broken("words such as 'timeout' or 'timed out'", "error None", ns(600))),
    bad("TIME-10", "a number", said(504), broken("words such as 'timeout' or 'timed out'", "error 504", ns(600))),
    none("TIME-10", "given up too early", lost(read("failed", at=300))),
    none("TIME-10", "a poll that failed", timed_out(poll(at=595, status=502, fault="respond: 502"))),
    none("TIME-10", "completed", ready(30, read("completed", at=600))),
    none("TIME-10", "never ended", lost(read("processing", at=700))),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_history_is_judged(case: Golden) -> None:
    """Each history by hand makes exactly the observations that its case lists."""
    case.check()
