"""Rules over gateways whose API is not CN8's: golden histories under the terms of such an API."""

from dataclasses import replace
from typing import Any

import pytest
from tests.support.golden import Golden, bad, broken, good, kept, none
from tests.support.stories import (
    TERMS,
    VIDEO,
    a_history,
    called_back,
    job_id,
    ns,
    poll,
    read,
    read_in_vain,
    submit,
    upstream,
)

from veocontracts.events import Event
from veocontracts.faces import face
from veocontracts.history import History
from veocontracts.rules import RULES, Observation
from veocontracts.rules.facts import as_asked, asked_seconds, seconds_in
from veocontracts.terms import Terms

RESOLD = face("generations-metadata")
ASKED = {"prompt": "a paper boat", "image": "iVBORw0KGgo=", "duration": 8}
OWN = "https://reseller.example/v1/videos/task/content"
OURS = {"video_url": OWN}
UPSTREAM = {"prompt": "a paper boat", "image_url": "data:image/png;base64,iVBORw0KGgo=", "duration": 8}


def terms(**changes: Any) -> Terms:
    """Those of a gateway that sells generations-metadata over image-to-video."""
    found = replace(
        TERMS,
        enums=RESOLD.enums,
        defaults=RESOLD.defaults,
        lacks=RESOLD.lacks,
        accepted=RESOLD.accepted,
        unknown=RESOLD.unknown,
        speaks=RESOLD.speaks,
        dialect="image-to-video",
    )
    return replace(found, **changes)


def story(*events: Event, **changes: Any) -> History:
    """A history under those terms."""
    return a_history(*events, terms=terms(**changes))


def accepted(**more: Any) -> Any:
    """A submit that is answered with 200 and an id."""
    usual: dict[str, Any] = {"status": 200, "data": {"task_id": job_id("job#1")}, "request": ASKED}
    return submit(**usual | more)


def finished(result: Any, **shown: Any) -> History:
    """A job whose upstream's success a poll told of, and which then showed this result."""
    return story(
        accepted(),
        upstream(ready=30, request=UPSTREAM),
        poll(
            "success",
            at=31,
            data={"data": {"status": "SUCCEEDED", "video_url": VIDEO["video_url"]}},
            dialect="image-to-video",
        ),
        read("completed", at=40, result=result, created_at=None, service=None, **shown),
    )


ITS_OWN = "200 with a job id, as the API's document has it"
_CASES = (
    good("ACC-01", "the document's status and an id", story(accepted())),
    bad("ACC-01", "another status", story(accepted(status=202)), broken(ITS_OWN, "HTTP status 202", 0)),
    bad("ACC-01", "no id", story(accepted(id=None)), broken(ITS_OWN, "no job id", 0)),
    bad(
        "ACC-01",
        "an answer that its document does not allow",
        story(replace(accepted(), problems=("/task_id is 7, expected string", "/x is 1, expected y (inferred)"))),
        broken(ITS_OWN, "/task_id is 7, expected string", 0),
    ),
    good("LIFE-01", "a video at an address of its own", finished(OURS)),
    good("LIFE-01", "the upstream's address", finished({"video_url": VIDEO["video_url"]})),
    bad("LIFE-01", "no video", finished(None), broken("a video", "video_url None")),
    bad(
        "LIFE-01",
        "words for a video",
        finished({"video_url": "It is done."}),
        broken("a video", "video_url 'It is done.'"),
    ),
    bad(
        "LIFE-01",
        "not completed",
        story(
            accepted(),
            upstream(ready=30),
            poll(
                "success",
                at=31,
                data={"data": {"status": "SUCCEEDED", "video_url": "https://v.example/a.mp4"}},
                dialect="image-to-video",
            ),
            read("failed", at=40),
        ),
        broken("completed, since the upstream reported success", "failed, unbilled", ns(31)),
    ),
    *(
        good(
            "LIFE-05",
            str(status),
            story(read_in_vain(status, "nobody", at=1, intent="unknown-id")),
            Observation("nobody", True, "", "404 or 400", f"{status} None", ns(1)),
        )
        for status in (404, 400)
    ),
    bad(
        "LIFE-05",
        "200",
        story(read_in_vain(200, "nobody", at=1, intent="unknown-id")),
        broken("404 or 400", "200 None", ns(1), subject="nobody"),
    ),
    good(
        "LIFE-06",
        "400 for another key",
        story(accepted(), read("processing", at=1), read_in_vain(400, at=2, key="other", intent="foreign")),
    ),
    bad(
        "LIFE-06",
        "410 for another key",
        story(accepted(), read("processing", at=1), read_in_vain(410, at=2, key="other", intent="foreign")),
        broken("403 or 404 or 400", "HTTP 410", ns(2)),
    ),
    good(
        "LIFE-02",
        "reads that tell nothing of when",
        story(accepted(), *(read("completed", at=at, result=OURS, created_at=None) for at in (40, 50))),
    ),
    bad(
        "LIFE-02",
        "another id",
        story(accepted(), read("completed", at=40, id="other"), read("completed", at=50, id="other")),
        broken(f"id {job_id('job#1')!r}", "'other'", ns(40)),
    ),
    good(
        "LIFE-02",
        "no id where no read shows one",
        story(
            accepted(),
            *(read("completed", at=at, id=None, created_at=None) for at in (40, 50)),
            lacks={**RESOLD.lacks, "id": "no read shows it"},
        ),
    ),
    good("UP-03", "base64 as a data URI", story(accepted(), upstream(request=UPSTREAM))),
    bad(
        "UP-03",
        "another picture",
        story(accepted(), upstream(request={**UPSTREAM, "image_url": "data:image/png;base64,AAAA"})),
        broken("image 'iVBORw0KGgo='", "image 'data:image/png;base64,AAAA'", ns(1)),
    ),
    none("UP-04", "no defaults", story(accepted(), upstream(request=UPSTREAM))),
    good(
        "UP-04",
        "a default in words that nobody can compare",
        story(
            accepted(request={"prompt": "p"}),
            upstream(request={"aspect_ratio": "16:9", "duration": 4}),
            defaults={"aspect_ratio": "wide", "duration": 4},
        ),
    ),
    bad(
        "UP-04",
        "other seconds",
        story(
            accepted(request={"prompt": "p"}),
            upstream(request={"duration": 8}),
            defaults={"aspect_ratio": "wide", "duration": 4},
        ),
        broken("duration left out or 4", "duration 8", ns(1)),
    ),
    good(
        "HOOK-02",
        "callbacks out of order, videos at addresses of the gateway's own",
        story(
            accepted(),
            submit("job#2", at=1, status=200, request=ASKED),
            upstream(ready=30),
            upstream("job#2", at=1, ready=30),
            called_back("SUCCEEDED", at=40),
            called_back("SUCCEEDED", "job#2", at=35, video_url="https://v.example/2.mp4"),
            read("completed", at=50, result={"video_url": "https://own.example/1"}),
            read("completed", "job#2", at=50, result={"video_url": "https://own.example/2"}),
        ),
        kept(grain="order"),
        kept("job#2", grain="order"),
    ),
)
CASES = tuple(replace(case, name=f"{case.name}, over another API") for case in _CASES)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_history_is_judged(case: Golden) -> None:
    """Each history by hand makes exactly the observations that its case lists."""
    case.check()


@pytest.mark.parametrize(
    ("rule", "grain", "reason"),
    [
        ("ACC-03", "", "this API's answers to a submit are its own"),
        ("ACC-04", "", "this API's answers have no created_at"),
        ("AUTH-02", "", "this API knows no services that a key may lack"),
        ("ENUM-02", "resolution", "this API's document does not say that any value of the resolution is refused"),
        ("ENUM-02", "duration", ""),
        ("ENUM-03", "model", "this API's document does not say that any type of the model is refused"),
        ("ENUM-04", "duration", "this API's document names no default of the duration"),
        ("ENUM-05", "optional", "this API's document requires a prompt for every job"),
        ("ENUM-05", "required", ""),
        ("LIFE-03", "", "this API's answers have no completed_at"),
        ("LIFE-07", "", "this API's answers name no service"),
        ("UP-04", "", "this API's document names no defaults"),
        ("LIFE-01", "", ""),
    ],
)
def test_a_rule_says_what_this_api_lacks(rule: str, grain: str, reason: str) -> None:
    """And finds all that it asks for in the API of documents 000 and 001."""
    assert RULES[rule].lacking(grain, terms()) == reason
    assert RULES[rule].lacking(grain, TERMS) == ""


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        *((value, 4) for value in (4, "4", "4s", "4 s", "PT4S", "4 seconds", "4sec")),
        *((value, None) for value in (None, True, "short", "1m", "", [4], 4.0, "4s8s")),
    ],
)
def test_seconds_are_read_out_of_a_duration(value: Any, seconds: int | None) -> None:
    """However an API writes them; never out of a number that is no exact one."""
    assert seconds_in(value) == seconds


@pytest.mark.parametrize(
    ("request_", "told", "seconds", "same"),
    [
        ({"duration": 8}, None, 8, True),
        ({"duration": 8}, 6, 8, False),
        ({}, 6, 6, True),
        ({}, None, 0, False),
        ({"duration": "long"}, 6, 6, True),
    ],
)
def test_where_no_field_says_the_delivered_seconds_count(
    request_: dict[str, Any], told: int | None, seconds: int, same: bool
) -> None:
    """Paid for is what was made; where nobody says, nothing can be told."""
    data = {"data": {"status": "SUCCEEDED", "video_url": "u"} | ({} if told is None else {"duration": told})}
    history = story(accepted(request=request_), upstream(), poll("success", at=31, data=data, dialect="image-to-video"))
    [found] = history.stories
    assert asked_seconds(found, history.terms) == seconds
    assert as_asked(found, history.terms) is same
