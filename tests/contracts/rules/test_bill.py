"""BILL-01 to BILL-07: golden histories. What the ledger proves is in test_bill_ledger.py."""

from decimal import Decimal
from typing import Any

import pytest
from tests.support.golden import Golden, bad, broken, good, kept, none
from tests.support.stories import (
    ERROR,
    VIDEO,
    a_history,
    asked,
    called_back,
    made,
    ns,
    poll,
    read,
    refused,
    submit,
    upstream,
)

from veocontracts.history import History

EIGHT = {**VIDEO, "duration_seconds": 8}
FREE = "failed, unbilled"
MADE_OR_NOT = "failed and unbilled, or completed if it was made"


def completed(**shown: Any) -> History:
    """A 4 s job that completed, and what its reads showed."""
    return a_history(*made(**shown))


def two(first: object, second: object, **fields: Any) -> History:
    """Two completed jobs with these costs; the second one asked for other fields."""
    return a_history(*made(cost=first), *made("job#2", at=1, cost=second, request=asked(**fields)))


def refusal(status: int, *events: Any, word: str = "failed", **shown: Any) -> History:
    """A job that the upstream refused at submit."""
    return a_history(submit(), upstream(status=status, made=False), *events, read(word, at=30, **shown))


def refused_at_poll(word: str, *events: Any, **shown: Any) -> History:
    """A job whose first poll was answered with 404."""
    return a_history(submit(), upstream(), poll(at=31, status=404), *events, read(word, at=60, **shown))


def errors(word: str, *, at: float = 60, **shown: Any) -> History:
    """A job whose first poll said error."""
    return a_history(submit(), upstream(), poll("error", at=31), read(word, at=at, **shown))


def timed_out(**shown: Any) -> History:
    """A job that failed at its deadline."""
    return a_history(submit(), upstream(), poll(at=500), read("failed", at=600, **shown))


CASES = (
    good("BILL-01", "4.0 units", completed()),
    good("BILL-01", "integer units", completed(units=4)),
    good("BILL-01", "no duration in the result", completed(result={"status": "success"})),
    good(
        "BILL-01",
        "8 s",
        a_history(
            submit(request=asked(duration="8s")),
            upstream(ready=30),
            poll("success", at=31, data=EIGHT),
            read("completed", at=40, units=8, cost=12, result=EIGHT),
        ),
    ),
    *(
        bad("BILL-01", f"units {units!r}", completed(units=units), broken("4 units", f"{said} units, result of 4.0 s"))
        for units, said in (
            (8, "8"),
            (Decimal("4.000000000000001"), "4.000000000000001"),
            (-4, "-4"),
            (0, "0"),
            (True, "True"),
            ("4", "'4'"),
            (None, "None"),
            (Decimal("1E+999999999"), "Decimal('1E+999999999')"),
        )
    ),
    bad(
        "BILL-01",
        "the result disagrees",
        completed(result=EIGHT),
        broken("4 units", "4.0 units, result of 8 s"),
    ),
    none(
        "BILL-01",
        "the upstream delivered something else",
        a_history(submit(), upstream(ready=30), poll("success", at=31, data=EIGHT), read("completed", at=40)),
    ),
    none("BILL-01", "a failed job", errors("failed")),
    good("BILL-02", "6.0", completed()),
    good("BILL-02", "an integer", completed(units=4, cost=6)),
    *(
        bad("BILL-02", f"cost {cost!r}", completed(cost=cost), broken("4.0 * 1.50 = 6.000", said))
        for cost, said in (
            (Decimal("6.000000000000001"), "6.000000000000001"),
            (Decimal("5.9999999999999999999999999999"), "5.9999999999999999999999999999"),
            (-6, "-6"),
            (0, "0"),
            (True, "True"),
            ("6.0", "'6.0'"),
            (None, "None"),
        )
    ),
    bad(
        "BILL-02",
        "units beyond any money",
        completed(units=Decimal("1E+999999999")),
        broken("units * 1.50", "Decimal('1E+999999999') units"),
    ),
    bad("BILL-02", "no units", completed(units=None), broken("units * 1.50", "None units")),
    bad(
        "BILL-02",
        "more digits than a default context holds",
        completed(units=Decimal("4.00000000000000000000000000004"), cost=Decimal("6.00000000000000000000000000000")),
        broken(
            "4.00000000000000000000000000004 * 1.50 = 6.0000000000000000000000000000600",
            "6.00000000000000000000000000000",
        ),
    ),
    none("BILL-02", "a failed job", errors("failed")),
    good("BILL-03", "the same for another model", two(6, Decimal("6.0"), model="veo fast (Audio)"), kept("job#2")),
    good(
        "BILL-03", "the same for a small upright one", two(6, 6, resolution="512P", aspect_ratio="9:16"), kept("job#2")
    ),
    bad(
        "BILL-03",
        "a discount",
        two(6, 3, model="veo fast (Audio)"),
        broken(
            "6 for 4 s, as job#1",
            "3 for model 'veo fast (Audio)', resolution '1080P', aspect_ratio '16:9'",
            subject="job#2",
        ),
    ),
    none("BILL-03", "the second cost is no number", two(6, None)),
    none("BILL-03", "the first cost is no number", two("6.0", 6)),
    good(
        "BILL-03",
        "compared with the first that has a cost",
        a_history(*made(cost=None), *made("job#2", at=1), *made("job#3", at=2)),
        kept("job#3"),
    ),
    none("BILL-03", "two durations", two(6, 12, duration="8s")),
    none(
        "BILL-03",
        "the upstream delivered something else",
        a_history(
            *made(),
            submit("job#2"),
            poll("success", "job#2", at=31, data=EIGHT),
            read("completed", "job#2", at=40, cost=9),
        ),
    ),
    good("BILL-04", "failed and free", refusal(400)),
    good("BILL-04", "no cost shown", refusal(422, cost=None, units=None)),
    good("BILL-04", "a cost of nothing as text", refusal(422, cost="0.00", units="4")),
    bad("BILL-04", "billed", refusal(400, cost=6), broken(FREE, "failed, the job shows cost 6", ns(1))),
    bad("BILL-04", "billed in text", refusal(404, cost="6.00"), broken(FREE, "failed, the job shows cost 6.00", ns(1))),
    bad(
        "BILL-04",
        "billed below nothing",
        refusal(409, cost=Decimal("-6.0")),
        broken(FREE, "failed, the job shows cost -6.0", ns(1)),
    ),
    bad(
        "BILL-04",
        "units alone",
        refusal(409, cost=None, units=4),
        broken(FREE, "failed, the job shows units 4", ns(1)),
    ),
    bad(
        "BILL-04",
        "completed",
        refusal(400, word="completed"),
        broken(FREE, "completed, the job shows cost 6.0", ns(1)),
    ),
    good("BILL-04", "404 at a poll, failed and free", refused_at_poll("failed")),
    good("BILL-04", "404 at one poll, made all the same", refused_at_poll("completed", poll("success", at=35))),
    bad(
        "BILL-04",
        "404 at a poll, failed and billed",
        refused_at_poll("failed", cost=6),
        broken("failed and unbilled, or completed", "failed, the job shows cost 6", ns(31)),
    ),
    none("BILL-04", "404 at a poll, not ended yet", refused_at_poll("processing")),
    none("BILL-04", "taken on at the second try", refusal(429, upstream(at=5, ready=25), word="completed")),
    none("BILL-04", "still waiting to try again", refusal(429, word="queued")),
    none("BILL-04", "502", refusal(502)),
    good("BILL-05", "502 at submit", refusal(502)),
    good(
        "BILL-05",
        "503 at one poll, made all the same",
        a_history(
            submit(), upstream(ready=30), poll(at=10, status=503), poll("success", at=31), read("completed", at=40)
        ),
    ),
    bad("BILL-05", "billed", refusal(500, cost=6), broken(MADE_OR_NOT, "failed, the job shows cost 6", ns(1))),
    bad(
        "BILL-05",
        "completed without a video",
        a_history(submit(), upstream(), poll(at=10, status=503), read("completed", at=40)),
        broken(MADE_OR_NOT, "completed, the job shows cost 6.0", ns(10)),
    ),
    none("BILL-05", "not ended yet", refusal(502, word="queued")),
    none("BILL-05", "no 5xx", errors("failed")),
    good("BILL-06", "error at a poll", errors("failed")),
    good("BILL-06", "error at submit", a_history(submit(), upstream(made=False, data=ERROR), read("failed", at=9))),
    bad("BILL-06", "billed", errors("failed", cost=6), broken(FREE, "failed, the job shows cost 6", ns(31))),
    bad("BILL-06", "completed", errors("completed"), broken(FREE, "completed, the job shows cost 6.0", ns(31))),
    bad("BILL-06", "never noticed", errors("processing"), broken(FREE, "running, unbilled", ns(31))),
    none("BILL-06", "read a moment later", errors("processing", at=32)),
    none("BILL-06", "read before", errors("processing", at=31)),
    none(
        "BILL-06",
        "told when the time was up",
        a_history(submit(), upstream(), poll("error", at="600.000000001"), read("failed", at=610, cost=6)),
    ),
    none("BILL-06", "500 with the same words", a_history(submit(), upstream(), poll(at=9, status=500, data=ERROR))),
    good("BILL-07", "unbilled", timed_out()),
    bad("BILL-07", "billed", timed_out(cost=6), broken("unbilled", "failed, the job shows cost 6")),
    none(
        "BILL-07",
        "failed a nanosecond before its time",
        a_history(submit(), upstream(), read("failed", at="599.999999999"), read("failed", at=700)),
    ),
    none(
        "BILL-07", "refused upstream, and first read later", refusal(400, read("failed", at=600, cost=6), word="queued")
    ),
    none(
        "BILL-07",
        "told by a callback",
        a_history(submit(), called_back("FAILED", at=9), read("failed", at=601, cost=6)),
    ),
    none("BILL-07", "ended upstream", a_history(submit(), upstream(), poll("error", at=400), read("failed", at=700))),
    none("BILL-07", "completed", a_history(submit(), upstream(), read("completed", at=600))),
    none("BILL-07", "refused", a_history(refused())),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_history_is_judged(case: Golden) -> None:
    """Each history by hand makes exactly the observations that its case lists."""
    case.check()
