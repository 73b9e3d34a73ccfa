"""HOOK: golden histories of a gateway's events, and of the callbacks that it gets."""

from typing import Any

import pytest
from tests.support.golden import Golden, bad, broken, good, kept, none
from tests.support.stories import (
    VIDEO,
    a_history,
    announced,
    called_back,
    charge_of,
    ledger,
    made,
    ns,
    poll,
    read,
    submit,
    upstream,
)

from veocontracts.events import Event
from veocontracts.history import History

OTHER = "https://videos.example/kite.mp4"
LATER = ledger(charge_of(6), at=90)
AGREES = "an event that agrees: completed, 1 charge of 6"


def events(*more: Event) -> History:
    """A job that is completed at second 40, and what was announced of it."""
    return a_history(*made(), LATER, *more)


def signed(*more: Event) -> History:
    """A job whose upstream signs its callbacks, ready at second 30."""
    return a_history(submit(), upstream(ready=30), *more, signed_callbacks=True)


def heard(*more: Event, **shown: Any) -> History:
    """The same, shown completed twice."""
    return signed(*more, read("completed", at=40), read("completed", at=80, **shown))


def early(*more: Event, **changes: Any) -> History:
    """A callback that comes while the gateway still waits for the answer to its submit."""
    return a_history(submit(), upstream(ready=1, answered=3), called_back("SUCCEEDED", at=2), *more, **changes)


def two(first: str, second: str, at: float = 50) -> History:
    """Two jobs, the second one's callback first; and the videos that they show."""
    return a_history(
        submit(),
        upstream(ready=20),
        submit("job#2", at=2),
        upstream("job#2", at=3, ready=20),
        called_back("SUCCEEDED", "job#2", at=21, video_url=OTHER),
        called_back("SUCCEEDED", at=31),
        read("completed", at=at, result=VIDEO | {"video_url": first}),
        read("completed", "job#2", at=at, result=VIDEO | {"video_url": second}),
    )


BOAT = str(VIDEO["video_url"])
CASES = (
    good("HOOK-01", "one event", events(announced("completed", at=32))),
    good(
        "HOOK-01",
        "sent again with its id",
        events(announced("completed", at=32, status=503), announced("completed", at=34)),
    ),
    good(
        "HOOK-01",
        "of a failure",
        a_history(submit(), upstream(), poll("error", at=6), announced("failed", at=6), read("failed", at=9)),
    ),
    good("HOOK-01", "without a charge", events(announced("completed", at=32, units=None, cost=None))),
    good(
        "HOOK-01",
        "beside one that is not of the end",
        events(announced("processing", at=5, id="evt_0"), announced("completed", at=32)),
    ),
    bad("HOOK-01", "none", events(), broken("an event at the job's end", "none")),
    bad(
        "HOOK-01",
        "two events",
        events(announced("completed", at=32), announced("completed", at=33, id="evt_2")),
        broken("one event id in every delivery", "'evt_1', 'evt_2'", ns(33)),
    ),
    bad(
        "HOOK-01",
        "no id",
        events(announced("completed", at=32, id=None)),
        broken("one event id in every delivery", "None", ns(32)),
    ),
    bad(
        "HOOK-01",
        "another state",
        events(announced("failed", at=32)),
        broken(AGREES, "the event says failed", ns(32)),
    ),
    bad(
        "HOOK-01",
        "another cost",
        events(announced("completed", at=32, cost=0)),
        broken(AGREES, "the event says cost 0, the job Decimal('6.0')", ns(32)),
    ),
    bad(
        "HOOK-01",
        "before the job shows its end",
        events(announced("completed", at=10)),
        broken(AGREES, "the event came before the job showed its end", ns(10)),
    ),
    none("HOOK-01", "the job still runs", a_history(submit(), upstream(), read("processing", at=30))),
    none("HOOK-01", "nobody waited for the event", a_history(*made()[:3], read("completed", at=40))),
    good(
        "HOOK-02",
        "twice",
        heard(called_back("SUCCEEDED", at=30), called_back("SUCCEEDED", at=30), LATER),
        kept(grain="twice"),
    ),
    good(
        "HOOK-02",
        "twice, billed once, and a part given back",
        heard(
            called_back("SUCCEEDED", at=30), called_back("SUCCEEDED", at=31), ledger(charge_of(6), charge_of(-2), at=90)
        ),
        kept(grain="twice"),
    ),
    bad(
        "HOOK-02",
        "billed twice",
        heard(
            called_back("SUCCEEDED", at=30), called_back("SUCCEEDED", at=31), ledger(charge_of(6), charge_of(6), at=90)
        ),
        broken("one charge", "2 charges of 6, 6", ns(31), grain="twice"),
    ),
    bad(
        "HOOK-02",
        "the second one is an error",
        heard(called_back("SUCCEEDED", at=30), called_back("SUCCEEDED", at=31, status=500), LATER),
        broken("a repeated callback is taken", "HTTP 500", ns(31), grain="twice"),
    ),
    good(
        "HOOK-02",
        "after a poll told of the end",
        heard(poll("success", at=31), called_back("SUCCEEDED", at=60), LATER),
        kept(grain="late"),
    ),
    good(
        "HOOK-02",
        "after the deadline",
        signed(called_back("SUCCEEDED", at=620), read("failed", at=630), ledger(at=640)),
        kept(grain="late"),
    ),
    bad(
        "HOOK-02",
        "a late one flips the job",
        signed(read("failed", at=601), called_back("SUCCEEDED", at=620), read("completed", at=630)),
        broken("failed for good, as it was first shown", "completed, the job shows cost 6.0", ns(620), grain="late"),
    ),
    bad(
        "HOOK-02",
        "a late one is billed",
        signed(
            read("failed", at=601),
            called_back("SUCCEEDED", at=620),
            read("failed", at=630),
            ledger(charge_of(6), at=640),
        ),
        broken("no charge", "1 charge of 6", ns(620), grain="late"),
    ),
    bad(
        "HOOK-02",
        "a late one changes the result",
        heard(called_back("SUCCEEDED", at=50), LATER, result=VIDEO | {"video_url": OTHER}),
        broken("completed for good, as it was first shown", "completed, 1 charge of 6", ns(50), grain="late"),
    ),
    good("HOOK-02", "before the submit's answer", early(read("completed", at=9)), kept(grain="early")),
    good(
        "HOOK-02",
        "of a failure, before the submit's answer",
        a_history(submit(), upstream(answered=3), called_back("FAILED", at=2), read("failed", at=9)),
        kept(grain="early"),
    ),
    bad(
        "HOOK-02",
        "an early one is lost",
        early(read("processing", at=9)),
        broken("completed, as the early callback says", "running, unbilled", ns(2), grain="early"),
    ),
    good("HOOK-02", "out of order", two(BOAT, OTHER), kept(grain="order"), kept("job#2", grain="order")),
    bad(
        "HOOK-02",
        "each has the other's video",
        two(OTHER, BOAT),
        broken(f"completed with {BOAT!r}", f"completed with {OTHER!r}", ns(31), grain="order"),
        broken(f"completed with {OTHER!r}", f"completed with {BOAT!r}", ns(21), subject="job#2", grain="order"),
    ),
    good(
        "HOOK-02",
        "unsigned, and not believed",
        signed(called_back("SUCCEEDED", at=30, signed=False, status=401), read("processing", at=40)),
        kept(grain="unsigned"),
    ),
    good(
        "HOOK-02",
        "unsigned, then proved by a poll",
        heard(called_back("SUCCEEDED", at=30, signed=False), read("processing", at=33), poll("success", at=35)),
        kept(grain="unsigned"),
    ),
    bad(
        "HOOK-02",
        "unsigned, and believed",
        heard(called_back("SUCCEEDED", at=30, signed=False)),
        broken(
            "still running, since nothing else tells of an end",
            "completed, the job shows cost 6.0",
            ns(40),
            grain="unsigned",
        ),
    ),
    bad(
        "HOOK-02",
        "unsigned, and believed to have failed",
        signed(called_back("FAILED", at=30, signed=False), read("processing", at=20), read("failed", at=40)),
        broken("still running, since nothing else tells of an end", "failed, unbilled", ns(40), grain="unsigned"),
    ),
    none("HOOK-02", "no callback", heard(poll("success", at=31))),
    none("HOOK-02", "once, in time", heard(called_back("SUCCEEDED", at=30))),
    none(
        "HOOK-02",
        "twice while the job runs",
        signed(*[called_back("PROCESSING", at=20)] * 2, read("processing", at=25)),
    ),
    none(
        "HOOK-02",
        "twice, not read to its end",
        signed(*[called_back("SUCCEEDED", at=30)] * 2, read("processing", at=29)),
    ),
    none(
        "HOOK-02",
        "unsigned where no signature is due",
        a_history(
            submit(), upstream(ready=30), called_back("SUCCEEDED", at=30, signed=False), read("completed", at=40)
        ),
    ),
    none(
        "HOOK-02",
        "unsigned, and not looked at",
        signed(called_back("FAILED", at=30, signed=False), read("queued", at=3)),
    ),
    none("HOOK-02", "out of order, read too early", two(BOAT, OTHER, at=21.5)),
    none("HOOK-02", "it did not come", signed(called_back("SUCCEEDED", at=0.5, status=None), read("processing", at=9))),
    none("HOOK-02", "an early one read at once", early(read("processing", at=2.5))),
    none(
        "HOOK-02",
        "an early one for a submit that was never answered",
        a_history(submit(), upstream(ready=1, status=None), called_back("SUCCEEDED", at=2), read("failed", at=9)),
    ),
    none("HOOK-02", "a gateway that refuses the job", a_history(submit(status=400), called_back("SUCCEEDED", at=2))),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_history_is_judged(case: Golden) -> None:
    """Each history by hand makes exactly the observations that its case lists."""
    case.check()
