"""ENUM: golden histories."""

from typing import Any

import pytest
from tests.support.golden import Golden, bad, broken, good, kept, none
from tests.support.stories import (
    TERMS,
    VIDEO,
    a_history,
    asked,
    charge_of,
    ledger,
    made,
    ns,
    poll,
    read,
    refused,
    submit,
    upstream,
    without,
)

from veocontracts.events import Event, Submit
from veocontracts.history import History

EITHER = "400 or 422, or a failed, unbilled job that was never made"
WRONG = f"duration '4S' refused: {EITHER}"
FIELDS = ("model", "resolution", "duration", "aspect_ratio")


def taken(*events: Event, intent: str = "enum", **changes: Any) -> History:
    """A wrong request that was answered with 202."""
    return a_history(taken_on(intent), *events, **changes)


def taken_on(intent: str = "enum", about: str = "duration", value: object = "4S") -> Submit:
    """The submit of such a request."""
    return submit(intent=intent, about=about, request=asked(**{about: value}))


def bare(result: object, *names: str, **more: Any) -> History:
    """A completed job whose request left fields out."""
    return a_history(*made(request=without(*names), result=result, **more))


def video(**fields: object) -> dict[str, object]:
    """The upstream's video with other fields."""
    return {**VIDEO, **fields}


def body(status: int | None, about: str) -> History:
    """A submit whose body is wrong, and its answer."""
    return a_history(submit(status=status, intent="body", about=about, request="b'?'"))


BODIES = ("empty", "malformed", "no-object", "content-type")
NO_JSON = "4xx for a body that is no JSON"
REFUSED_UPSTREAM = (upstream(status=400, made=False), read("failed", at=9))
MADE_ALL_THE_SAME = (upstream(ready=30), poll("success", at=31), read("completed", at=40))

CASES = (
    good("ENUM-01", "made", a_history(*made())),
    bad("ENUM-01", "turned away", a_history(submit(status=400)), broken("accepted", "HTTP 400", 0)),
    bad("ENUM-01", "never answered", a_history(submit(status=None)), broken("accepted", "HTTP None")),
    bad(
        "ENUM-01",
        "202 without an id",
        a_history(submit(id=None)),
        broken("accepted", "HTTP 202", 0),
    ),
    bad(
        "ENUM-01",
        "never sent",
        a_history(submit(), read("failed", at=9)),
        broken("sent upstream", "never sent, failed, unbilled"),
    ),
    bad(
        "ENUM-01",
        "failed although it was made",
        a_history(submit(), upstream(ready=30), read("failed", at=40)),
        broken("completed", "failed, unbilled"),
    ),
    none("ENUM-01", "refused upstream", a_history(submit(), *REFUSED_UPSTREAM)),
    none("ENUM-01", "made too late", a_history(submit(), upstream(ready="600.000000001"), read("failed", at=700))),
    none(
        "ENUM-01",
        "made too late for a slow gateway",
        a_history(submit(), upstream(ready="570.000000001"), read("failed", at=700), poll_gap=ns(30)),
    ),
    none(
        "ENUM-01",
        "sent with another marker",
        a_history(submit(), upstream("nobody", ready=30), read("completed", at=40)),
    ),
    none("ENUM-01", "a wrong request", a_history(refused())),
    *(
        good(rule, f"{status} for {field}", a_history(refused(status, intent, field, value)), kept(grain=field))
        for rule, intent, value in (("ENUM-02", "enum", "x"), ("ENUM-03", "type", None))
        for status, field in zip((400, 422, 400, 422), FIELDS, strict=True)
    ),
    good("ENUM-02", "a job that fails", taken(*REFUSED_UPSTREAM), kept(grain="duration")),
    bad(
        "ENUM-02",
        "a job that fails where only 400 will do",
        taken(*REFUSED_UPSTREAM, refuses="submit"),
        broken("duration '4S' refused: 400 or 422", "HTTP 202, then failed, unbilled", 0, grain="duration"),
    ),
    bad(
        "ENUM-02",
        "400 where only a job will do",
        a_history(refused(), refuses="job"),
        broken("duration '4S' refused: a failed, unbilled job", "HTTP 400", 0, grain="duration"),
    ),
    *(
        bad("ENUM-02", f"{status}", a_history(refused(status)), broken(WRONG, f"HTTP {status}", said, grain="duration"))
        for status, said in ((401, 0), (404, 0), (500, 0), (None, None))
    ),
    bad(
        "ENUM-02",
        "made and billed",
        taken(*MADE_ALL_THE_SAME),
        broken(WRONG, "HTTP 202, then completed, the job shows cost 6.0", 0, grain="duration"),
    ),
    bad(
        "ENUM-02",
        "a job that fails, but was made",
        taken(upstream(ready=30), read("failed", at=40)),
        broken(WRONG, "HTTP 202, then failed, unbilled", 0, grain="duration"),
    ),
    bad(
        "ENUM-02",
        "a job that fails, billed",
        taken(read("failed", at=9, cost=6)),
        broken(WRONG, "HTTP 202, then failed, the job shows cost 6", 0, grain="duration"),
    ),
    bad(
        "ENUM-02",
        "a job that waits for ever",
        taken(read("queued", at=900)),
        broken(WRONG, "HTTP 202, then queued, unbilled", 0, grain="duration"),
    ),
    none("ENUM-02", "a valid request", a_history(submit())),
    bad(
        "ENUM-03",
        "a number mended",
        a_history(taken_on("type", "duration", 4), *MADE_ALL_THE_SAME),
        broken(
            f"duration 4 refused: {EITHER}", "HTTP 202, then completed, the job shows cost 6.0", 0, grain="duration"
        ),
    ),
    none("ENUM-03", "a wrong string", a_history(refused())),
    good("ENUM-04", "all left out", bare(VIDEO, *FIELDS), *(kept(grain=field) for field in FIELDS)),
    good("ENUM-04", "one left out", bare(video(resolution="512P"), "duration"), kept(grain="duration")),
    good("ENUM-04", "whole seconds", bare(video(duration_seconds=4), "duration"), kept(grain="duration")),
    bad(
        "ENUM-04",
        "another length",
        bare(video(duration_seconds=8), "duration"),
        broken("duration '4s' in the result", "8", grain="duration"),
    ),
    bad(
        "ENUM-04",
        "another size and no model",
        bare({**video(resolution="512P"), "model": None}, "resolution", "model"),
        broken("model 'veo (Audio)' in the result", "None", grain="model"),
        broken("resolution '1080P' in the result", "'512P'", grain="resolution"),
    ),
    bad(
        "ENUM-04",
        "a result that is no object",
        bare("done", "aspect_ratio"),
        broken("aspect_ratio '16:9' in the result", "None", grain="aspect_ratio"),
    ),
    none("ENUM-04", "nothing left out", a_history(*made())),
    none("ENUM-04", "not completed", a_history(submit(request=without("model")), read("failed", at=9))),
    good(
        "ENUM-05",
        "no prompt for text",
        a_history(submit(status=422, intent="required", about="prompt", request=without("prompt"))),
        kept(grain="required"),
    ),
    good("ENUM-05", "no prompt for an image", bare(VIDEO, "prompt"), kept(grain="optional")),
    good("ENUM-05", "an unknown field", a_history(*made(request=asked(note=1))), kept(grain="extra")),
    good(
        "ENUM-05",
        "an unknown field, and the upstream failed",
        a_history(submit(request=asked(note=1)), *REFUSED_UPSTREAM),
        kept(grain="extra"),
    ),
    bad(
        "ENUM-05",
        "a missing prompt made up",
        a_history(submit(intent="required", about="prompt", request=without("prompt")), *MADE_ALL_THE_SAME),
        broken("refused for its prompt", "HTTP 202, then completed, the job shows cost 6.0", 0, grain="required"),
    ),
    bad(
        "ENUM-05",
        "the optional prompt demanded",
        a_history(submit(status=400, request=without("prompt"))),
        broken("accepted and made", "HTTP 400", 0, grain="optional"),
    ),
    bad(
        "ENUM-05",
        "the optional prompt demanded later",
        a_history(submit(request=without("prompt")), read("failed", at=3)),
        broken("accepted and made", "HTTP 202, then failed, unbilled", 0, grain="optional"),
    ),
    bad(
        "ENUM-05",
        "an unknown field refused",
        a_history(submit(status=422, request=asked(note=1))),
        broken("accepted and made", "HTTP 422", 0, grain="extra"),
    ),
    none("ENUM-05", "an ordinary request", a_history(submit())),
    good("ENUM-07", "refused", a_history(refused())),
    good("ENUM-07", "refused upstream", taken(*REFUSED_UPSTREAM)),
    bad(
        "ENUM-07",
        "mended, made and billed",
        taken(upstream(ready=30), poll("success", at=31), read("completed", at=40)),
        broken(
            "neither made nor billed",
            "sent upstream as duration '4s'; completed, the job shows cost 6.0",
            ns(1),
        ),
    ),
    bad(
        "ENUM-07",
        "mended, made and billed behind a 400",
        a_history(refused(), upstream(ready=30), ledger(charge_of(6, None), at=60)),
        broken("neither made nor billed", "sent upstream as duration '4s'; never shown, 1 charge of 6", ns(1)),
    ),
    none("ENUM-07", "not ended yet", taken(upstream(ready=30), read("processing", at=9))),
    none("ENUM-07", "a valid request", a_history(*made(), terms=TERMS)),
    *(good("ENUM-06", f"{kind} refused", body(400, kind), kept(grain=kind)) for kind in BODIES),
    good("ENUM-06", "415", body(415, "content-type"), kept(grain="content-type")),
    *(
        bad("ENUM-06", f"{status}", body(status, "malformed"), broken(NO_JSON, said, at, grain="malformed"))
        for status, said, at in (
            (500, "HTTP 500", 0),
            (200, "HTTP 200, then never shown, unbilled", 0),
            (302, "HTTP 302", 0),
            (None, "no answer", None),
        )
    ),
    bad(
        "ENUM-06",
        "taken on, made and billed",
        a_history(submit(intent="body", about="no-object"), *MADE_ALL_THE_SAME),
        broken(
            "4xx for JSON that is no object", "HTTP 202, then completed, the job shows cost 6.0", 0, grain="no-object"
        ),
    ),
    *(none("ENUM-06", f"{status}", body(status, "empty")) for status in (401, 403, 429)),
    none("ENUM-06", "a body of another kind", body(500, "huge")),
    none("ENUM-06", "a wrong field", a_history(refused(500, about="empty"))),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_history_is_judged(case: Golden) -> None:
    """Each history by hand makes exactly the observations that its case lists."""
    case.check()
