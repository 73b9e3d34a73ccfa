"""UP-02 and ROBUST-02: golden histories."""

from dataclasses import replace

import pytest
from tests.support.golden import Golden, bad, broken, good, kept, none
from tests.support.stories import a_history, made, ns, poll, read, read_in_vain, refused, submit, upstream

from veocontracts.events import INFERRED, Call, Read, Submit, UpstreamSubmit

WRONG = "/duration is 4, expected string"
OTHER = "/model is 'veo', expected 'veo (Audio)'"
OURS = f"/prompt is '', expected minLength 1 {INFERRED}"
ALLOWED = "a request that the upstream's document allows"
ANSWER = "an answer that the gateway's document allows"
TYPE = "the content type is 'text/html', expected application/json"
NO_5XX = "no 5xx"
REFUSES = "4xx for what the document refuses"
ALLOWS = "no refusal of what the document allows"


def sent(*problems: str, at: float = 1) -> UpstreamSubmit:
    """The gateway submits upstream with something wrong."""
    return replace(upstream(at=at, ready=30), problems=problems)


def accepted(*problems: str) -> Submit:
    """A 202 with something wrong."""
    return replace(submit(), problems=problems)


def shown(word: str, *problems: str, at: float = 40) -> Read:
    """A job that is shown with something wrong."""
    return replace(read(word, at=at), problems=problems)


def asked(intent: str, status: int | None, *problems: str, at: float = 3, about: str = "", data: object = None) -> Call:
    """Any other request of the client's."""
    answered = None if status is None else ns(at)
    return Call(
        at=ns(at),
        label="request#1",
        key="main",
        operation="POST /v1/proxy/media-video-from-text",
        intent=intent,
        about=about,
        answered_at=answered,
        status=status,
        data=data,
        problems=problems,
    )


UP = (
    good("UP-02", "nothing is wrong", a_history(submit(), sent())),
    good("UP-02", "wrong only where the documents are silent", a_history(submit(), sent(OURS))),
    good("UP-02", "sent twice", a_history(submit(), sent(), sent(at=5)), kept(), kept()),
    bad("UP-02", "a number for text", a_history(submit(), sent(WRONG, OURS)), broken(ALLOWED, WRONG, ns(1))),
    bad("UP-02", "two at once", a_history(submit(), sent(WRONG, OTHER)), broken(ALLOWED, f"{WRONG}; {OTHER}", ns(1))),
    bad(
        "UP-02",
        "wrong the second time",
        a_history(submit(), sent(), sent(WRONG, at=5)),
        kept(),
        broken(ALLOWED, WRONG, ns(5)),
    ),
    none("UP-02", "an invalid value is forwarded", a_history(refused(202), sent(WRONG))),
    none("UP-02", "nothing sent", a_history(submit())),
)
MESSED = (submit(), upstream(ready=30), poll("?", at=6, fault="spoil: bad-json"))
ROBUST = (
    good("ROBUST-02", "a plain job", a_history(*made()), kept(grain="body")),
    good(
        "ROBUST-02",
        "the upstream answered nonsense",
        a_history(*MESSED, read("processing", at=7)),
        kept(grain="body"),
        kept(grain="status"),
    ),
    good("ROBUST-02", "a wrong field", a_history(refused()), kept(grain="status")),
    good("ROBUST-02", "wrong only where the documents are silent", a_history(accepted(OURS)), kept(grain="body")),
    good(
        "ROBUST-02",
        "an unknown id",
        a_history(read_in_vain(404, "?", at=2, intent="unknown-id")),
        kept("?", "status"),
    ),
    good("ROBUST-02", "refused as the document says", a_history(asked("negative", 422)), kept("request#1", "status")),
    good("ROBUST-02", "allowed", a_history(asked("positive", 200)), kept("request#1", "status")),
    good("ROBUST-02", "allowed, but too often", a_history(asked("positive", 429)), kept("request#1", "status")),
    bad(
        "ROBUST-02",
        "a read fails",
        a_history(*MESSED, read("processing", at=6), read_in_vain(500, at=7), read_in_vain(502, at=8)),
        kept(grain="body"),
        broken(NO_5XX, "HTTP 500", ns(7), grain="status"),
    ),
    bad(
        "ROBUST-02",
        "a submit fails",
        a_history(refused(500)),
        broken(NO_5XX, "HTTP 500", 0, grain="status"),
    ),
    bad("ROBUST-02", "out of order", a_history(submit(status=599)), broken(NO_5XX, "HTTP 599", 0, grain="status")),
    bad("ROBUST-02", "no JSON", a_history(accepted(TYPE, OURS)), broken(ANSWER, TYPE, 0, grain="body")),
    bad(
        "ROBUST-02",
        "the job as it ended",
        a_history(submit(), shown("processing"), shown("completed", WRONG, OTHER, at=50)),
        broken(ANSWER, f"{WRONG}; {OTHER}", ns(50), grain="body"),
    ),
    bad(
        "ROBUST-02",
        "nonsense taken",
        a_history(asked("negative", 202, about="body")),
        broken(REFUSES, "HTTP 202", ns(3), subject="request#1", grain="status"),
    ),
    bad(
        "ROBUST-02",
        "a wrong field taken where that is not allowed",
        a_history(asked("negative", 202, about="prompt"), refuses="submit"),
        broken(REFUSES, "HTTP 202", ns(3), subject="request#1", grain="status"),
    ),
    bad(
        "ROBUST-02",
        "what is allowed is refused",
        a_history(asked("positive", 400)),
        broken(ALLOWS, "HTTP 400", ns(3), subject="request#1", grain="status"),
    ),
    bad(
        "ROBUST-02",
        "what is allowed fails",
        a_history(asked("positive", 500, TYPE)),
        broken(ALLOWS, "HTTP 500", ns(3), subject="request#1", grain="status"),
        broken(ANSWER, TYPE, ns(3), subject="request#1", grain="body"),
    ),
    none("ROBUST-02", "no answer", a_history(submit(status=None), asked("negative", None))),
    none("ROBUST-02", "a wrong field may fail the job", a_history(asked("negative", 202, about="prompt"))),
)
CASES: tuple[Golden, ...] = (*UP, *ROBUST)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_golden(case: Golden) -> None:
    """The rule says what was written down for it."""
    case.check()
