"""ACC: golden histories."""

from dataclasses import replace

import pytest
from tests.support.golden import Golden, bad, broken, good, kept, none
from tests.support.stories import CREATED, HANG, IMAGE, a_history, job_id, ns, read, refused, submit, upstream

from veocontracts.history import History

ENVELOPE = "202 with the documented envelope"
ID = job_id("job#1")


def answered(**job: object) -> History:
    """A submit whose 202 shows a job with other fields."""
    usual = {"id": ID, "status": "queued", "service": "media-video-from-text", "created_at": CREATED}
    shown = {name: value for name, value in (usual | job).items() if value is not ...}
    return a_history(submit(data={"status": "accepted", "message": "Queued.", "job": shown}))


def says(data: object) -> History:
    """A submit that is answered with 202 and any data."""
    return a_history(submit(data=data))


CASES = (
    good("ACC-01", "the documented 202", a_history(submit())),
    bad(
        "ACC-01",
        "200 instead of 202",
        a_history(submit(status=200)),
        broken(ENVELOPE, "HTTP status 200", 0),
    ),
    bad(
        "ACC-01",
        "no answer",
        a_history(submit(status=None)),
        broken(
            ENVELOPE,
            "HTTP status None, status None, job.status None, id missing, service missing, created_at missing, "
            "message missing",
        ),
    ),
    bad("ACC-01", "no id", answered(id=...), broken(ENVELOPE, "id missing", 0)),
    bad("ACC-01", "no service", answered(service=...), broken(ENVELOPE, "service missing", 0)),
    bad("ACC-01", "created_at as a number", answered(created_at=7), broken(ENVELOPE, "created_at missing", 0)),
    bad("ACC-01", "born running", answered(status="processing"), broken(ENVELOPE, "job.status 'processing'", 0)),
    bad(
        "ACC-01",
        "another word and no message",
        says({"status": "ok", "job": {"id": ID, "status": "queued", "service": "s", "created_at": CREATED}}),
        broken(ENVELOPE, "status 'ok', message missing", 0),
    ),
    bad(
        "ACC-01",
        "a list for a job",
        says({"status": "accepted", "message": "Queued.", "job": [ID]}),
        broken(ENVELOPE, "job.status None, id missing, service missing, created_at missing", 0),
    ),
    none("ACC-01", "a refused request", a_history(refused())),
    good("ACC-02", "two ids", a_history(submit(), submit("job#2", at=1)), kept("job#2")),
    bad(
        "ACC-02",
        "the same id again",
        a_history(submit(), submit("job#2", at=1, id=ID)),
        broken("a job id of its own", "the id of job#1", ns(1), subject="job#2"),
    ),
    bad(
        "ACC-02",
        "an id that comes back later",
        a_history(submit(), submit("job#2", at=1), submit("job#3", at=2, id=ID)),
        kept("job#2"),
        broken("a job id of its own", "the id of job#1", ns(2), subject="job#3"),
    ),
    none("ACC-02", "one submit", a_history(submit())),
    none("ACC-02", "one accepted, one refused", a_history(submit(), refused(label="job#2", at=1))),
    good("ACC-03", "the service that was called", a_history(submit(service=IMAGE))),
    bad(
        "ACC-03",
        "the other service",
        answered(service=IMAGE),
        broken("service 'media-video-from-text'", repr(IMAGE), 0),
    ),
    bad(
        "ACC-03",
        "a job that is no object",
        says({"job": "queued"}),
        broken("service 'media-video-from-text'", "None", 0),
    ),
    none("ACC-03", "a refused request", a_history(refused())),
    good("ACC-04", "whole seconds, shown again", a_history(submit(), read("queued", at=1))),
    good("ACC-04", "cut to the second above", answered(created_at="2026-05-04T09:00:01Z")),
    good("ACC-04", "an offset of nothing", answered(created_at="2026-05-04T09:00:00.123456+00:00")),
    bad(
        "ACC-04",
        "no zone",
        answered(created_at="2026-05-04T09:00:00"),
        broken("an RFC 3339 instant in UTC", "'2026-05-04T09:00:00'", 0),
    ),
    bad(
        "ACC-04",
        "another zone",
        answered(created_at="2026-05-04T11:00:00+02:00"),
        broken("an RFC 3339 instant in UTC", "'2026-05-04T11:00:00+02:00'", 0),
    ),
    bad(
        "ACC-04",
        "no such day",
        answered(created_at="2026-02-30T09:00:00Z"),
        broken("an RFC 3339 instant in UTC", "'2026-02-30T09:00:00Z'", 0),
    ),
    bad("ACC-04", "a number", answered(created_at=1777885200), broken("an RFC 3339 instant in UTC", "1777885200", 0)),
    bad(
        "ACC-04",
        "in the future of the answer",
        answered(created_at="2026-05-04T09:00:01.000001Z"),
        broken("not after 2026-05-04T09:00:00+00:00", "'2026-05-04T09:00:01.000001Z'", 0),
    ),
    good("ACC-04", "less than a minute behind", answered(created_at="2026-05-04T08:59:00.000001Z")),
    good("ACC-04", "an answer that took long", a_history(submit(took=90))),
    bad(
        "ACC-04",
        "a minute before it was sent",
        answered(created_at="2026-05-04T08:59:00Z"),
        broken("about 2026-05-04T09:00:00+00:00, when the submit was sent", "'2026-05-04T08:59:00Z'", 0),
    ),
    bad(
        "ACC-04",
        "of the epoch in a read",
        a_history(submit(at=5), read("queued", at=9, created_at="1970-01-01T00:00:00Z")),
        broken("about 2026-05-04T09:00:05+00:00, when the submit was sent", "'1970-01-01T00:00:00Z'", ns(9)),
    ),
    good(
        "ACC-04",
        "of any age where the real time is not known",
        a_history(replace(submit(), wall=None), read("queued", at=1, created_at="1970-01-01T00:00:00Z")),
    ),
    bad(
        "ACC-04",
        "a read without it",
        a_history(submit(), read("queued", at=5, created_at=None)),
        broken("an RFC 3339 instant in UTC", "None", ns(5)),
    ),
    none("ACC-04", "a refused request", a_history(refused())),
    good("ACC-05", "just within the limit", a_history(submit(took=2), upstream(status=None, fault=HANG))),
    bad(
        "ACC-05",
        "a nanosecond too late",
        a_history(submit(took="2.000000001"), upstream(status=None, fault=HANG)),
        broken("an answer within 2 s", "2.000000001 s", ns("2.000000001")),
    ),
    bad(
        "ACC-05",
        "never answered",
        a_history(submit(status=None), upstream(status=None, fault=HANG)),
        broken("an answer within 2 s", "no answer"),
    ),
    none("ACC-05", "an upstream that answers", a_history(submit(took=9), upstream())),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_history_is_judged(case: Golden) -> None:
    """Each history by hand makes exactly the observations that its case lists."""
    case.check()
