"""LIFE-01 to LIFE-05: golden histories of what a job shows while it lives."""

from dataclasses import replace
from typing import Any

import pytest
from tests.support.golden import Golden, bad, broken, good, none
from tests.support.stories import (
    CREATED,
    DONE,
    VIDEO,
    a_history,
    called_back,
    job_id,
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
from veocontracts.rules import Observation

ID = job_id("job#1")
TOLD = "completed, since the upstream reported success"
RESULT = "the upstream's result: " + ", ".join(
    f"{name} {VIDEO[name]!r}"
    for name in ("status", "video_url", "duration_seconds", "model", "resolution", "aspect_ratio")
)
PRESENT = "completed_at, an RFC 3339 instant not before created_at"
UNTIL = "running until the upstream reports success"


def told(*events: Event, at: float | str = 31, **changes: Any) -> History:
    """A job of which the gateway was told that it succeeded."""
    return a_history(submit(), upstream(ready=30), poll("success", at=at), *events, **changes)


def called(*events: Event, signed: bool = True, status: int = 200) -> History:
    """A job of which a callback told that it succeeded."""
    callback = replace(called_back("SUCCEEDED", at=31, signed=signed), status=status)
    return a_history(submit(), upstream(ready=30), callback, *events)


def seen(*events: Event) -> History:
    """An accepted job and what its reads showed."""
    return a_history(submit(), *events)


def ended(**later: Any) -> History:
    """A job that completed, and was read once more."""
    return seen(read("completed", at=40), read("completed", at=80, **later))


def unknown(status: int) -> History:
    """A read of an id that nobody was given."""
    return a_history(submit(), read_in_vain(status, "unknown-id", at=5, intent="unknown-id", data={"detail": "?"}))


CASES = (
    good("LIFE-01", "the upstream's result", a_history(*made())),
    good("LIFE-01", "more than the upstream's result", a_history(*made(result={**VIDEO, "size": 7}))),
    bad("LIFE-01", "failed", told(read("failed", at=40)), broken(TOLD, "failed, unbilled", ns(31))),
    bad("LIFE-01", "never noticed", told(read("processing", at=32)), broken(TOLD, "running, unbilled", ns(31))),
    bad(
        "LIFE-01",
        "another video",
        told(read("completed", at=40, result={**VIDEO, "video_url": "https://videos.example/other.mp4"})),
        broken(RESULT, "video_url 'https://videos.example/other.mp4'"),
    ),
    bad(
        "LIFE-01",
        "a result that is no object",
        told(read("completed", at=40, result=["done"])),
        broken(
            RESULT,
            "status None, video_url None, duration_seconds None, model None, resolution None, aspect_ratio None",
        ),
    ),
    good("LIFE-01", "told by a callback", called(read("completed", at=40))),
    bad(
        "LIFE-01",
        "told by a callback, and failed",
        called(read("failed", at=40)),
        broken(TOLD, "failed, unbilled", ns(31)),
    ),
    none("LIFE-01", "told by a callback that it did not take", called(read("failed", at=40), status=503)),
    none("LIFE-01", "told by a callback of somebody else's", called(read("failed", at=40), signed=False)),
    none(
        "LIFE-01",
        "told by a callback after a poll that was refused",
        called(poll(at=5, status=401), read("failed", at=40)),
    ),
    good(
        "LIFE-01", "made in spite of a poll that was refused", called(poll(at=5, status=401), read("completed", at=40))
    ),
    bad(
        "LIFE-01",
        "failed after a poll that says nothing of the job",
        called(poll(at=5, status=429), read("failed", at=40)),
        broken(TOLD, "failed, unbilled", ns(31)),
    ),
    none("LIFE-01", "read a moment after", told(read("processing", at="31.999999999"))),
    none("LIFE-01", "read a moment after, on a coarse clock", told(read("processing", at=40), tolerance=ns(30))),
    none("LIFE-01", "never read", told()),
    none("LIFE-01", "told when the time was up", told(read("failed", at=700), at=600)),
    bad(
        "LIFE-01",
        "told just in time",
        told(read("failed", at=700), at="599.999999999"),
        broken(TOLD, "failed, unbilled", ns("599.999999999")),
    ),
    none(
        "LIFE-01",
        "told of a failure first",
        a_history(submit(), upstream(), poll("error", at=9), poll("success", at=14), read("failed", at=40)),
    ),
    none(
        "LIFE-01",
        "a success without a video",
        a_history(submit(), upstream(), poll(at=9, data={"status": "success"}), read("failed", at=40)),
    ),
    none(
        "LIFE-01",
        "a sentence where the video should be",
        a_history(
            submit(), poll("success", at=9, data={**VIDEO, "video_url": "It went wrong."}), read("failed", at=40)
        ),
    ),
    none(
        "LIFE-01",
        "a success with an error beside it",
        a_history(submit(), poll("success", at=9, data={**VIDEO, "error": {"code": 3}}), read("failed", at=40)),
    ),
    good("LIFE-02", "queued, running, completed, and again", a_history(*made())),
    good(
        "LIFE-02", "queued until done", seen(read("queued", at=9), read("completed", at=40), read("completed", at=80))
    ),
    good("LIFE-02", "failed, with completed_at", seen(*(read("failed", at=at, completed_at=DONE) for at in (9, 19)))),
    good("LIFE-02", "an empty result while it runs", seen(read("queued", at=1, result={}), *ended().events[1:])),
    good(
        "LIFE-02",
        "created_at in another spelling than in the 202",
        seen(*(read("failed", at=at, created_at="2026-05-04T09:00:00.000+00:00") for at in (9, 19))),
    ),
    bad(
        "LIFE-02",
        "an unknown word",
        seen(read("done", at=9)),
        broken("a state word of the profile", "'done'", ns(9)),
    ),
    bad(
        "LIFE-02",
        "a word that is no word",
        seen(read("", at=9)),
        broken("a state word of the profile", "''", ns(9)),
    ),
    bad(
        "LIFE-02",
        "a result while it runs",
        seen(read("processing", at=9, result={"progress": 40})),
        broken("no result while running", "{'progress': 40}", ns(9)),
    ),
    bad(
        "LIFE-02",
        "back to the queue",
        seen(read("processing", at=9), read("queued", at=19)),
        broken("not back from running", "queued", ns(19)),
    ),
    bad(
        "LIFE-02",
        "back from the end",
        seen(read("completed", at=40), read("processing", at=80)),
        broken("state 'completed' for good once completed", "'running'", ns(80)),
    ),
    bad(
        "LIFE-02",
        "completed after it failed",
        seen(read("failed", at=600), read("completed", at=700)),
        broken("state 'failed' for good once failed", "'completed'", ns(700)),
    ),
    *(
        bad("LIFE-02", f"{name} moves", ended(**{name: value}), broken(f"{said} for good once completed", new, ns(80)))
        for name, value, said, new in (
            ("cost", 12, "cost Decimal('6.0')", "12"),
            ("units", 8, "units Decimal('4.0')", "8"),
            ("result", None, f"result {VIDEO!r}", "None"),
            ("completed_at", CREATED, f"completed_at {DONE!r}", repr(CREATED)),
            ("error", "late", "error None", "'late'"),
            ("id", "other", f"id {ID!r}", "'other'"),
            ("created_at", DONE, f"created_at {CREATED!r}", repr(DONE)),
        )
    ),
    bad(
        "LIFE-02",
        "created_at moves while it runs",
        seen(read("queued", at=1), read("queued", at=5, created_at=DONE)),
        broken(f"created_at {CREATED!r} for good", repr(DONE), ns(5)),
    ),
    bad(
        "LIFE-02",
        "another created_at than in the 202",
        seen(read("queued", at=1, created_at=DONE)),
        broken(f"created_at {CREATED!r} as in the 202", repr(DONE), ns(1)),
    ),
    bad(
        "LIFE-02",
        "another id than in the 202",
        seen(read("queued", at=1, id=7)),
        broken(f"id {ID!r}", "7", ns(1)),
    ),
    bad(
        "LIFE-02",
        "gone after it was shown",
        seen(read("completed", at=40), read_in_vain(404, at=80)),
        broken("the job, as before", "HTTP 404", ns(80)),
    ),
    none("LIFE-02", "read once after the end", seen(read("queued", at=1), read("completed", at=40))),
    none("LIFE-02", "read by somebody else", seen(read("completed", at=40), read_in_vain(404, at=80, key="other"))),
    none("LIFE-02", "refused", a_history(refused())),
    good("LIFE-03", "with completed", a_history(*made())),
    good("LIFE-03", "in whole seconds", seen(read("completed", at=1, completed_at="2026-05-04T08:59:59Z"))),
    bad(
        "LIFE-03",
        "while it runs",
        seen(read("processing", at=9, completed_at=DONE)),
        broken("no completed_at while running", repr(DONE), ns(9)),
    ),
    bad(
        "LIFE-03",
        "missing",
        seen(read("completed", at=40, completed_at=None)),
        broken(PRESENT, f"None (created_at {CREATED!r})", ns(40)),
    ),
    bad(
        "LIFE-03",
        "no instant",
        seen(read("completed", at=40, completed_at="just now")),
        broken(PRESENT, f"'just now' (created_at {CREATED!r})", ns(40)),
    ),
    bad(
        "LIFE-03",
        "before created_at",
        seen(read("completed", at=40, completed_at="2026-05-04T08:59:58.999999Z")),
        broken(PRESENT, f"'2026-05-04T08:59:58.999999Z' (created_at {CREATED!r})", ns(40)),
    ),
    good("LIFE-03", "rounded up", seen(read("completed", at=40, completed_at="2026-05-04T09:00:41Z"))),
    good("LIFE-03", "read when nobody knows", seen(replace(read("completed", at=1), wall=None))),
    bad(
        "LIFE-03",
        "in the future of the read",
        seen(read("completed", at=40, completed_at="2026-05-04T09:00:41.000001Z")),
        broken(
            "not after 2026-05-04T09:00:40+00:00",
            f"'2026-05-04T09:00:41.000001Z' (created_at {CREATED!r})",
            ns(40),
        ),
    ),
    none("LIFE-03", "failed, without", seen(read("queued", at=1), read("failed", at=9))),
    none("LIFE-03", "failed, with", seen(read("failed", at=9, completed_at=DONE))),
    good("LIFE-04", "running, told, completed", a_history(*made())),
    good("LIFE-04", "completed when told", told(read("queued", at=9), read("completed", at=31))),
    good(
        "LIFE-04",
        "an answer that came when told",
        told(read("queued", at=9), read("completed", at=30, took=1)),
    ),
    bad(
        "LIFE-04",
        "a nanosecond too early",
        told(read("completed", at="30.999999999")),
        broken(UNTIL, "completed; the upstream's success came later", ns("30.999999999")),
    ),
    bad(
        "LIFE-04",
        "never told",
        seen(upstream(), read("completed", at=40)),
        broken(UNTIL, "completed; the upstream had reported no success", ns(40)),
    ),
    bad(
        "LIFE-04",
        "told of an error",
        seen(upstream(), poll("error", at=9), read("completed", at=40)),
        broken(UNTIL, "completed; the upstream had reported no success", ns(40)),
    ),
    good("LIFE-04", "told by a callback", called(read("queued", at=9), read("completed", at=31))),
    bad(
        "LIFE-04",
        "told by a callback of somebody else's",
        called(read("queued", at=9), read("completed", at=31), signed=False),
        broken(UNTIL, "completed; the upstream had reported no success", ns(31)),
    ),
    none("LIFE-04", "never seen at work", told(read("completed", at=40))),
    none("LIFE-04", "sent with another marker", seen(upstream("nobody", ready=30), read("completed", at=40))),
    good("LIFE-05", "404", unknown(404), Observation("unknown-id", True, "", "404", "404 {'detail': '?'}", ns(5))),
    *(
        bad(
            "LIFE-05",
            f"{status}",
            unknown(status),
            broken("404", f"{status} {{'detail': '?'}}", ns(5), subject="unknown-id"),
        )
        for status in (200, 403, 500)
    ),
    none("LIFE-05", "known ids", a_history(*made())),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_history_is_judged(case: Golden) -> None:
    """Each history by hand makes exactly the observations that its case lists."""
    case.check()
