"""ROBUST-03: golden histories."""

import pytest
from tests.support.golden import Golden, bad, broken, good, kept, none
from tests.support.stories import (
    a_history,
    charge_of,
    ledger,
    made,
    ns,
    poll,
    read,
    read_in_vain,
    restarted,
    submit,
    upstream,
)

from veocontracts.events import Event
from veocontracts.history import History


def restart_in_flight(*after: Event) -> History:
    """A job that runs while the gateway restarts, from second 10 to 13."""
    return a_history(submit(), upstream(ready=30), poll(at=6), restarted(at=10), *after)


BILLED = ledger(charge_of(6), at=90)
CASES = (
    good(
        "ROBUST-03",
        "it goes on and is billed once",
        restart_in_flight(read("processing", at=14), poll("success", at=31), read("completed", at=40), BILLED),
    ),
    good(
        "ROBUST-03",
        "billed once, and a part given back",
        restart_in_flight(
            read("processing", at=14),
            poll("success", at=31),
            read("completed", at=40),
            ledger(charge_of(6), charge_of(-2), at=90),
        ),
    ),
    good(
        "ROBUST-03",
        "it fails, unbilled",
        restart_in_flight(read("failed", at=14), ledger(at=90)),
    ),
    good(
        "ROBUST-03",
        "it was over before",
        a_history(*made(), restarted(at=50), BILLED),
    ),
    good(
        "ROBUST-03",
        "a job before the restart and one after it",
        a_history(*made(), restarted(at=50), *made("job#2", at=100), BILLED),
    ),
    bad(
        "ROBUST-03",
        "forgotten",
        restart_in_flight(read_in_vain(404, at=14)),
        broken("the job, as before the restart", "HTTP 404", ns(14)),
    ),
    bad(
        "ROBUST-03",
        "billed again",
        a_history(*made(), ledger(charge_of(6), at=45), restarted(at=50), ledger(charge_of(6), charge_of(6), at=90)),
        broken("at most one charge, restart or not", "2 charges of 6, 6", ns(90)),
    ),
    bad(
        "ROBUST-03",
        "stuck for good",
        restart_in_flight(read("processing", at=14), read("processing", at=700)),
        broken("ended by its deadline, restart or not", "still running after 700 s", ns(700)),
    ),
    bad(
        "ROBUST-03",
        "one of two forgotten",
        a_history(*made(), *made("job#2", at=2)[:2], restarted(at=50), read_in_vain(404, "job#2", at=60), BILLED),
        kept(),
        broken("the job, as before the restart", "HTTP 404", ns(60), subject="job#2"),
    ),
    none("ROBUST-03", "no restart", a_history(*made(), BILLED)),
    none("ROBUST-03", "submitted after it", a_history(restarted(at=0), *made(at=10))),
    none("ROBUST-03", "refused before it", a_history(submit(status=400), restarted(at=10))),
    none("ROBUST-03", "not looked at again", restart_in_flight()),
    none("ROBUST-03", "not looked at to its end", restart_in_flight(read("processing", at=14))),
    none("ROBUST-03", "while it was down", restart_in_flight(read_in_vain(404, at=11))),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_history_is_judged(case: Golden) -> None:
    """Each history by hand makes exactly the observations that its case lists."""
    case.check()
