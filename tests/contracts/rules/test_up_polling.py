"""UP-07, UP-08 and UP-10: golden histories."""

from typing import Any

import pytest
from tests.support.golden import Golden, bad, broken, good, kept, none
from tests.support.stories import HANG, a_history, made, ns, poll, read, submit, upstream

from veocontracts.events import Event
from veocontracts.history import History

RESET: dict[str, Any] = {"status": None, "fault": "break: reset"}
BUSY: dict[str, Any] = {"status": 429, "fault": "respond: 429"}
DOWN: dict[str, Any] = {"status": 503, "fault": "respond: 503"}
PACE = "at most one poll a second"
GROW = "growing intervals"
FAST = "6 polls within 4.998 s"
COARSE: dict[str, Any] = {"tolerance": ns(10)}


def missed(*events: Event, ready: float | None = 30, **error: Any) -> History:
    """A job whose first poll goes wrong, and that is ready at 30 s."""
    return a_history(submit(), upstream(ready=ready), poll(at=6, **(error or RESET)), *events)


def ended(word: str = "completed") -> tuple[Event, ...]:
    """The upstream tells of the success, and the client sees an end."""
    return (poll("success", at=31), read(word, at=32))


def told(after: float, wait: float, *, status: int = 429) -> History:
    """A poll that is told to wait, and the next one."""
    answer = poll(at=6, status=status, retry_after=wait, fault=f"respond: {status}")
    return a_history(submit(), upstream(), answer, poll(at=6 + after))


def polled(*times: float, error: dict[str, Any] | None = None, **changes: Any) -> History:
    """A job that is polled at these times."""
    return a_history(submit(), upstream(), *(poll(at=at, **(error or {})) for at in times), **changes)


def every(interval: float, count: int, **changes: Any) -> History:
    """A job that is polled evenly."""
    return polled(*(2 + interval * place for place in range(count)), **changes)


CASES = (
    good("UP-07", "reset", missed(*ended())),
    good("UP-07", "429", missed(*ended(), **BUSY)),
    good("UP-07", "a page", missed(*ended(), data=None, fault="spoil: html")),
    good("UP-07", "cut off", missed(*ended(), fault="break: truncate 50%")),
    good("UP-07", "502 from nobody's fault", missed(*ended(), status=502)),
    good("UP-07", "a run of errors", missed(poll(at=11, **DOWN), poll(at=21, **DOWN), *ended())),
    bad(
        "UP-07",
        "failed at once",
        missed(read("failed", at=7)),
        broken("completed", "failed after break: reset at a poll", ns(7)),
    ),
    bad(
        "UP-07",
        "failed after a status",
        missed(read("failed", at=7), status=504),
        broken("completed", "failed after HTTP 504 at a poll", ns(7)),
    ),
    bad(
        "UP-07",
        "a later one",
        a_history(submit(), upstream(ready=30), poll(at=6), poll(at=11, **DOWN), read("failed", at=12)),
        broken("completed", "failed after respond: 503 at a poll", ns(12)),
    ),
    bad(
        "UP-07",
        "failed although the success was told later",
        missed(poll(at=11, **DOWN), *ended("failed")),
        broken("completed", "failed after respond: 503 at a poll", ns(32)),
    ),
    none("UP-07", "two in a row, then given up", missed(poll(at=11, **DOWN), read("failed", at=12))),
    none("UP-07", "not ended", missed(read("processing", at=40))),
    none("UP-07", "another fault too", missed(poll(at=11, status=None, fault=HANG), read("failed", at=12))),
    none("UP-07", "an error that speaks of the job", missed(read("failed", at=7), status=404, fault="respond: 404")),
    none("UP-07", "a word that nobody knows", missed(read("failed", at=7), fault="spoil: unknown-status")),
    none("UP-07", "a job that never succeeds", missed(read("failed", at=7), ready=None)),
    none("UP-07", "ready too late for a patient gateway", missed(read("failed", at=7), ready=300.1)),
    none("UP-07", "nothing went wrong", a_history(*made())),
    good("UP-08", "waited at a poll", told(20, 20)),
    good("UP-08", "a timer that rounds", told(19.999, 20)),
    good(
        "UP-08",
        "waited at the submit, from the answer on",
        a_history(submit(), upstream(status=429, made=False, retry_after=9, answered=3), upstream(at=12)),
    ),
    good(
        "UP-08",
        "twice",
        a_history(submit(), upstream(), *(poll(at=at, retry_after=5, **BUSY) for at in (6, 11)), poll(at=30)),
        kept(),
        kept(),
    ),
    bad(
        "UP-08",
        "too soon",
        told(19.9, 20),
        broken("the next request no sooner than after 20 s", "after 19.9 s", ns(25.9)),
    ),
    bad(
        "UP-08",
        "submitted again at once",
        a_history(submit(), upstream(status=429, made=False, retry_after=9), upstream(at=1)),
        broken("the next request no sooner than after 9 s", "after 0 s", ns(1)),
    ),
    none("UP-08", "no time named", a_history(submit(), upstream(), poll(at=6, **BUSY), poll(at=7))),
    none("UP-08", "no time to wait", told(1, 0)),
    none("UP-08", "another status", told(1, 20, status=503)),
    none("UP-08", "never asked again", a_history(submit(), upstream(), poll(at=6, retry_after=20, **BUSY))),
    good("UP-10", "one a second", every(1, 6), kept(grain="pace")),
    good("UP-10", "one at the deadline", polled(2, 3, 4, 5, 6.8, 7), kept(grain="pace")),
    good("UP-10", "one a second on a coarse clock", every(0.7, 26, **COARSE), kept(grain="pace")),
    good("UP-10", "doubled", polled(5, 10, 20, 40, error=DOWN), kept(grain="backoff")),
    good("UP-10", "by half", polled(5, 7, 10, 13, error=RESET), kept(grain="backoff")),
    bad("UP-10", "faster", every(0.9996, 6), broken(PACE, FAST, ns(6.998), grain="pace")),
    bad(
        "UP-10",
        "faster for a while",
        polled(2, 7, 12, 17, 17.5, 18, 18.5, 19, 19.5, 24.5),
        broken(PACE, "6 polls within 2.5 s", ns(19.5), grain="pace"),
    ),
    bad(
        "UP-10",
        "much faster on a coarse clock",
        every(0.5, 26, **COARSE),
        broken(PACE, "26 polls within 12.5 s", ns(14.5), grain="pace"),
    ),
    bad(
        "UP-10",
        "at one pace while all goes wrong",
        polled(5, 10, 15, 20, 25, error=DOWN),
        broken(GROW, "polls after 5 s, 5 s, 5 s", ns(20), grain="backoff"),
    ),
    bad(
        "UP-10",
        "growing too little",
        polled(5, 7, 9, 11.9, error=DOWN),
        broken(GROW, "polls after 2 s, 2 s, 2.9 s", ns(11.9), grain="backoff"),
    ),
    none("UP-10", "too few polls", every(0.1, 5)),
    none("UP-10", "too few on a coarse clock", every(0.1, 25, **COARSE)),
    none("UP-10", "too few errors", polled(5, 10, 15, error=DOWN)),
    none("UP-10", "errors that say when to come again", polled(5, 10, 15, 20, error={**BUSY, "retry_after": 5})),
    none("UP-10", "polls that hang", polled(5, 40, 75, 110, error={"status": None, "fault": HANG})),
    none(
        "UP-10",
        "not in a row",
        a_history(submit(), upstream(), *(poll(at=5 * at, **(DOWN if at != 3 else {})) for at in range(1, 6))),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_history_is_judged(case: Golden) -> None:
    """Each history by hand makes exactly the observations that its case lists."""
    case.check()
