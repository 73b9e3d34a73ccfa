"""LIFE-09 to LIFE-11: golden histories of how jobs end."""

from typing import Any

import pytest
from tests.support.golden import Golden, bad, broken, good, none
from tests.support.stories import (
    ERROR,
    VIDEO,
    a_history,
    asked,
    called_back,
    charge_of,
    ledger,
    lost,
    made,
    ns,
    poll,
    read,
    read_in_vain,
    refused,
    submit,
    upstream,
)

from veocontracts.events import Event
from veocontracts.history import History

REASON = ERROR["message"]
WHY = {"code": "failed", "message": REASON}
LOST = "error {'code': 'failed', 'message': 'It failed.'}"
SAYS = repr(REASON)
FREE = "failed, unbilled, without a video"
SENTENCE = "The video could not be made."
URL = VIDEO["video_url"]


def failed(*told: Event, word: str = "failed", at: float = 40, **shown: Any) -> History:
    """A job of which the upstream told its end, and what its last read showed."""
    return a_history(submit(), upstream(), *told, read(word, at=at, **shown))


def succeeded(*events: Event) -> History:
    """A job that the upstream made in time."""
    return a_history(submit(), upstream(ready=30), poll("success", at=31), *events)


def answered(**data: Any) -> Event:
    """The upstream's answer to a poll."""
    return poll("success", at=31, data=data)


CASES = (
    good("LIFE-09", "the message", failed(poll("error", at=31), error=WHY)),
    good("LIFE-09", "within a sentence", failed(poll("error", at=31), error=f"upstream: {REASON} (500)")),
    good("LIFE-09", "in the result", failed(poll("error", at=31), result={"notes": ["", {"reason": REASON}, 7]})),
    good(
        "LIFE-09",
        "refused at submit",
        a_history(submit(), upstream(status=400, made=False, data=ERROR), read("failed", at=9, error=REASON)),
    ),
    good("LIFE-09", "told by a callback", failed(called_back("FAILED", at=31))),
    bad("LIFE-09", "another message", failed(poll("error", at=31)), broken(SAYS, LOST, ns(31))),
    bad("LIFE-09", "none at all", failed(poll("error", at=31), error=None), broken(SAYS, "error None", ns(31))),
    bad(
        "LIFE-09",
        "lost at submit",
        a_history(submit(), upstream(status=422, made=False, data=ERROR), read("failed", at=9)),
        broken(SAYS, LOST, ns(1)),
    ),
    none("LIFE-09", "the upstream gave no reason", failed(answered(status="error"))),
    none("LIFE-09", "a reason that is no text", failed(answered(status="error", message=["?"]))),
    none("LIFE-09", "completed", a_history(*made())),
    none(
        "LIFE-09",
        "called back about a job whose id the gateway never got",
        a_history(
            submit(), upstream(fault="break: reset", status=None), called_back("FAILED", at=31), read("failed", at=40)
        ),
    ),
    none("LIFE-09", "told when the time was up", failed(poll("error", at=600), at=602)),
    none("LIFE-09", "timed out", lost(read("failed", at=601))),
    good("LIFE-10", "failed at its time", lost(read("failed", at="601.000000001"))),
    bad(
        "LIFE-10",
        "still running",
        lost(read("processing", at="601.000000001")),
        broken("ended", "running after 601.000000001 s", ns("601.000000001")),
    ),
    bad("LIFE-10", "an unknown word", lost(read("stuck", at=700)), broken("ended", "'stuck' after 700 s", ns(700))),
    bad(
        "LIFE-10", "no longer shown", lost(read_in_vain(500, at=700)), broken("ended", "HTTP 500 after 700 s", ns(700))
    ),
    bad(
        "LIFE-10",
        "still running, although it was made",
        succeeded(read("processing", at=700)),
        broken("ended", "running after 700 s", ns(700)),
    ),
    none("LIFE-10", "read for the last time at its upper bound", lost(read("processing", at=601))),
    none("LIFE-10", "reads that were limited or lost", lost(read_in_vain(429, at=700), read_in_vain(None, at=701))),
    none("LIFE-10", "made in time", succeeded(read("completed", at=700))),
    none("LIFE-10", "on a coarse clock", lost(read("processing", at=631), tolerance=ns(30))),
    good("LIFE-11", "an error", failed(poll("error", at=31))),
    good("LIFE-11", "an error, and the upstream's answer as the result", failed(poll("error", at=31), result=ERROR)),
    good("LIFE-11", "FAILED", failed(called_back("FAILED", at=31))),
    good(
        "LIFE-11",
        "failed",
        failed(poll(at=31, data={"status": "failed", "error": {"message": "No."}}, dialect="generations-seconds")),
    ),
    good("LIFE-11", "cancelled", failed(poll(at=31, data={"status": "cancelled"}, dialect="generations-seconds"))),
    good(
        "LIFE-11",
        "error text in url",
        failed(poll(at=31, data={"data": {"status": "failed", "url": SENTENCE}}, dialect="generations-metadata")),
    ),
    good("LIFE-11", "a sentence for a video", failed(answered(status="success", video_url=SENTENCE))),
    good("LIFE-11", "done with an error", failed(answered(status="success", error={"code": 13}))),
    good(
        "LIFE-11",
        "waited for until the deadline",
        a_history(submit(), upstream(), answered(**VIDEO, error=7), read("processing", at=40), read("failed", at=601)),
    ),
    bad(
        "LIFE-11",
        "completed",
        failed(called_back("FAILED", at=31), word="completed", cost=0, result={}),
        broken(FREE, "completed, unbilled", ns(31)),
    ),
    bad(
        "LIFE-11",
        "a sentence for a video, completed and billed",
        failed(answered(status="success", video_url=SENTENCE), word="completed", result={"video_url": SENTENCE}),
        broken(FREE, "completed, the job shows cost 6.0", ns(31)),
    ),
    bad(
        "LIFE-11",
        "done with an error, and billed",
        failed(answered(**VIDEO, error="No frames."), ledger(charge_of(6), at=90)),
        broken(FREE, "failed, 1 charge of 6", ns(31)),
    ),
    bad(
        "LIFE-11",
        "failed, with a video",
        failed(poll("error", at=31), result={"data": {"videos": [URL]}}),
        broken(FREE, f"failed, unbilled, with {URL!r}", ns(31)),
    ),
    good(
        "LIFE-11",
        "failed, with the image that the client sent",
        a_history(
            submit(request=asked(image=URL)),
            upstream(),
            poll("error", at=31),
            read("failed", at=40, result={"request": {"image": URL}}),
        ),
    ),
    bad(
        "LIFE-11",
        "failed, with the client's image and a video",
        a_history(
            submit(request=asked(image="https://images.example/boat.png")),
            upstream(),
            poll("error", at=31),
            read("failed", at=40, result=["https://images.example/boat.png", URL]),
        ),
        broken(FREE, f"failed, unbilled, with {URL!r}", ns(31)),
    ),
    bad(
        "LIFE-11",
        "never ended",
        failed(poll("error", at=31), word="processing", at=700),
        broken(FREE, "running, unbilled", ns(31)),
    ),
    none("LIFE-11", "not ended yet", failed(poll("error", at=31), word="processing")),
    none("LIFE-11", "a success", a_history(*made())),
    none("LIFE-11", "a success without a video", failed(answered(status="success"))),
    none("LIFE-11", "a success after all", failed(poll("error", at=31), poll("success", at=36), word="completed")),
    none("LIFE-11", "an error under HTTP 500", failed(poll(at=31, status=500, data=ERROR), word="completed")),
    none("LIFE-11", "told when the time was up", failed(poll("error", at=600), word="completed", at=602)),
    none("LIFE-11", "told by nobody", failed(called_back("FAILED", at=31, signed=False), word="completed")),
    none("LIFE-11", "refused", a_history(refused(), poll("error", at=31))),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_history_is_judged(case: Golden) -> None:
    """Each history by hand makes exactly the observations that its case lists."""
    case.check()
