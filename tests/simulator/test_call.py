"""What a scenario's fault puts in place of an answer."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest

from veosim.call import Call, Own, Reaction, faulty
from veosim.dialects.api_video import FROM_TEXT, ApiVideo
from veosim.dialects.base import Answer
from veosim.journal import Exchange
from veosim.scenario.exchanges import Breakage, BreakWord, ExchangeEntry
from veosim.units import SECOND

DIALECT = ApiVideo()
CALL = Call(DIALECT, FROM_TEXT, FROM_TEXT.path)


EXCHANGE = Exchange(1, 0, DIALECT.name, FROM_TEXT.name, FROM_TEXT.kind, FROM_TEXT.method, FROM_TEXT.path)


def reaction(entry: Mapping[str, object]) -> Reaction:
    """The reaction to one exchange that meets this fault."""
    return faulty(replace(EXCHANGE), ExchangeEntry.model_validate(entry), CALL)


def test_a_call_needs_little() -> None:
    """Whatever did not come is empty."""
    assert Call(DIALECT, FROM_TEXT, "/", b"", "", "", None, bearer=False, base="", file="", headers={}) == Call(
        DIALECT, FROM_TEXT, "/"
    )


@pytest.mark.parametrize("word", ["hang", "reset", "close"])
@pytest.mark.parametrize("delay", [0, 2])
def test_a_break_has_no_answer(word: BreakWord, delay: int) -> None:
    """Only the way in which the connection ends, and when."""
    entry = {"break": word} | ({"delay": f"{delay}s"} if delay else {})
    found = reaction(entry)
    assert found == Reaction(found.exchange, None, delay * SECOND, Breakage(word))
    assert found.exchange.fault == ("delay: 2s, " if delay else "") + f"break: {word}"


@pytest.mark.parametrize(
    ("respond", "answer"),
    [
        ({"status": 503}, Answer(503, DIALECT.error(None, 503, "The scenario answers 503.").body)),
        (
            {"status": 429, "headers": {"Retry-After": "2"}},
            Answer(429, DIALECT.error(None, 429, "The scenario answers 429.").body, headers={"Retry-After": "2"}),
        ),
        (
            {"status": 502, "body": "<p>ß</p>", "content_type": "text/html", "headers": {"Via": "x"}},
            Answer(502, "<p>ß</p>".encode(), "text/html", {"Via": "x"}),
        ),
        ({"status": 200, "body": ""}, Answer(200, b"")),
        ({"status": 204, "headers": {"Via": "x"}}, Answer(204, b"", headers={"Via": "x"})),
        ({"status": 205}, Answer(205, b"")),
        ({"status": 304, "content_type": "text/plain"}, Answer(304, b"", "text/plain")),
    ],
    ids=["the dialect's error", "with headers", "all its own", "empty", "204", "205", "304"],
)
@pytest.mark.parametrize("delay", [0, 2])
def test_an_answer_of_the_scenario(respond: dict[str, object], answer: Answer, delay: int) -> None:
    """Without a body of its own it is the dialect's error of that status; 204, 205 and 304 have none."""
    found = reaction({"respond": respond} | ({"delay": f"{delay}s"} if delay else {}))
    assert found == Reaction(found.exchange, answer, delay * SECOND)
    assert found.exchange.fault == ("delay: 2s, " if delay else "") + f"respond: {answer.status}"


OWN = Own(
    Answer(200, b'{"status":"success","job_id":"a"}'), succeeded=True, earlier=Answer(200, b'{"status":"queued"}')
)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"delay": "2s"}, Reaction(EXCHANGE, OWN.answer, 2 * SECOND)),
        ({"keep_alive": "5s"}, Reaction(EXCHANGE, OWN.answer, keep_alive=5 * SECOND)),
        ({"spoil": "empty-body"}, Reaction(EXCHANGE, Answer(200, b""))),
        ({"spoil": "no-id"}, Reaction(EXCHANGE, Answer(200, b'{"status":"success"}'))),
        ({"spoil": "goes-back"}, Reaction(EXCHANGE, OWN.earlier)),
        (
            {"spoil": "no-id", "break": {"truncate": "10%"}},
            Reaction(EXCHANGE, Answer(200, b'{"status":"success"}'), 0, Breakage("truncate", share=Fraction(1, 10))),
        ),
        ({"break": "drip"}, Reaction(EXCHANGE, OWN.answer, 0, Breakage("drip"))),
        (
            {"respond": {"status": 200, "body": "x"}, "break": "drip"},
            Reaction(EXCHANGE, Answer(200, b"x"), 0, Breakage("drip")),
        ),
        ({"break": "reset", "accept": True}, Reaction(EXCHANGE, None, 0, Breakage("reset"))),
    ],
)
def test_the_dialects_own_answer(entry: Mapping[str, object], expected: Reaction) -> None:
    """It is delayed, spoiled or sent otherwise; a fault that replaces it does not look at it."""
    found = faulty(replace(EXCHANGE), ExchangeEntry.model_validate(entry), CALL, OWN)
    assert replace(found, exchange=EXCHANGE) == expected
    assert found.exchange.fault == ExchangeEntry.model_validate(entry).words


@pytest.mark.parametrize("status", [204, 205, 304])
def test_an_answer_without_a_body_is_not_spoiled(status: int) -> None:
    """There is no room for an HTML page, and nothing to say of its type."""
    own = Own(Answer(status, b""))
    found = faulty(replace(EXCHANGE), ExchangeEntry.model_validate({"spoil": "html"}), CALL, own)
    assert found.answer == own.answer
