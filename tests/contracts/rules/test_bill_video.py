"""BILL-13 and BILL-14: golden histories of videos that did not come, or came shorter or longer than was asked for."""

from decimal import Decimal
from typing import Any

import pytest
from tests.support.golden import Golden, bad, broken, good, none
from tests.support.stories import (
    VIDEO,
    a_history,
    called_back,
    charge_of,
    ledger,
    ns,
    poll,
    read,
    refused,
    submit,
    upstream,
)

from veocontracts.events import Event
from veocontracts.history import History

FREE = "failed, unbilled"
EMPTY = {"status": "success"}


def without_video(*events: Event, word: str = "failed", data: Any = None, **shown: Any) -> History:
    """A job whose upstream reported a success without a video."""
    told = poll("success", at=31, data=EMPTY if data is None else data)
    return a_history(submit(), upstream(ready=30, outcome="empty"), told, read(word, at=40, **shown), *events)


def filtered(word: str = "failed", **shown: Any) -> History:
    """A job whose video the upstream's filter held back."""
    return a_history(submit(), upstream(ready=30, outcome="filtered"), poll("error", at=31), read(word, at=40, **shown))


def lasting(seconds: Any, *events: Event, **shown: Any) -> History:
    """A 4 s job of which the upstream said that its video lasts so long."""
    result = {**VIDEO, "duration_seconds": seconds}
    told = poll("success", at=31, data=result)
    return a_history(submit(), upstream(ready=30), told, read("completed", at=40, result=result, **shown), *events)


def paid(units: Any, cost: Any) -> dict[str, Any]:
    """What a job shows that it cost."""
    return {"units": units, "cost": cost}


CASES = (
    good("BILL-13", "no video_url", without_video()),
    good("BILL-13", "a video_url of null", without_video(data={**VIDEO, "video_url": None})),
    good("BILL-13", "an empty video_url", without_video(data={**VIDEO, "video_url": ""})),
    good("BILL-13", "all filtered", filtered()),
    good(
        "BILL-13",
        "waited for until the deadline",
        a_history(
            submit(),
            upstream(ready=30, outcome="empty"),
            poll("success", at=31, data=EMPTY),
            read("processing", at=500),
            read("failed", at=601),
        ),
    ),
    good(
        "BILL-13",
        "told by a callback",
        a_history(submit(), upstream(), called_back("SUCCEEDED", at=31, video_url=None), read("failed", at=40)),
    ),
    bad(
        "BILL-13",
        "completed and billed",
        without_video(word="completed"),
        broken(FREE, "completed, the job shows cost 6.0", ns(31)),
    ),
    bad(
        "BILL-13",
        "completed for nothing",
        without_video(word="completed", units=0, cost=0),
        broken(FREE, "completed, unbilled", ns(31)),
    ),
    bad(
        "BILL-13",
        "failed and billed",
        without_video(ledger(charge_of(6), at=50)),
        broken(FREE, "failed, 1 charge of 6", ns(31)),
    ),
    bad(
        "BILL-13",
        "filtered and billed",
        filtered("completed"),
        broken(FREE, "completed, the job shows cost 6.0", ns(31)),
    ),
    bad(
        "BILL-13",
        "never ended",
        without_video(read("processing", at=700), word="processing"),
        broken(FREE, "running, unbilled", ns(31)),
    ),
    none("BILL-13", "still waiting for the video", without_video(word="processing")),
    none(
        "BILL-13",
        "the video came later",
        a_history(
            submit(),
            upstream(ready=30),
            poll("success", at=31, data=EMPTY),
            poll("success", at=36),
            read("completed", at=40),
        ),
    ),
    none(
        "BILL-13",
        "told when the time was up",
        a_history(submit(), upstream(), poll("success", at=600, data=EMPTY), read("completed", at=602)),
    ),
    none(
        "BILL-13",
        "told by a callback that anybody could have sent",
        a_history(
            submit(),
            upstream(),
            called_back("SUCCEEDED", at=31, video_url=None, signed=False),
            read("completed", at=40),
        ),
    ),
    none("BILL-13", "with a video", a_history(submit(), upstream(), poll("success", at=31), read("completed", at=40))),
    none("BILL-13", "refused", a_history(refused())),
    good("BILL-14", "fewer seconds, fewer units", lasting(2, **paid(2, 3))),
    good("BILL-14", "fewer seconds for nothing", lasting(2, **paid(0, 0))),
    good("BILL-14", "nothing shown", lasting(2, **paid(None, None))),
    good("BILL-14", "more seconds for the price of those asked for", lasting(10)),
    good("BILL-14", "more seconds at their price", lasting(10, **paid(10, 15))),
    good("BILL-14", "in the ledger too", lasting(Decimal("2.5"), ledger(charge_of("3.75"), at=50), **paid(2, 3))),
    bad(
        "BILL-14",
        "those asked for",
        lasting(2),
        broken("at most 2 units and 3.00", "4.0 units, the job shows cost 6.0"),
    ),
    bad(
        "BILL-14",
        "the units of those delivered, the cost of those asked for",
        lasting(2, **paid(2, 6)),
        broken("at most 2 units and 3.00", "2 units, the job shows cost 6"),
    ),
    bad(
        "BILL-14",
        "less shown than charged",
        lasting(2, ledger(charge_of("3.01"), at=50), **paid(2, 3)),
        broken("at most 2 units and 3.00", "2 units, 1 charge of 3.01"),
    ),
    good("BILL-14", "a credit", lasting("2", ledger(charge_of("-6"), at=50), **paid(None, None))),
    none("BILL-14", "as asked", lasting(4)),
    none("BILL-14", "no seconds at all", lasting(0)),
    none("BILL-14", "no number", lasting("long")),
    none("BILL-14", "not said", lasting(None)),
    none("BILL-14", "failed", filtered()),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_history_is_judged(case: Golden) -> None:
    """Each history by hand makes exactly the observations that its case lists."""
    case.check()
