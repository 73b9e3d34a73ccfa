"""What a scenario's fault puts in place of an answer."""

from collections.abc import Mapping

import pytest

from veosim.call import Call, Reaction, faulty
from veosim.dialects.api_video import FROM_TEXT, ApiVideo
from veosim.dialects.base import Answer
from veosim.journal import Exchange
from veosim.scenario.exchanges import ExchangeEntry
from veosim.units import SECOND

DIALECT = ApiVideo()
CALL = Call(DIALECT, FROM_TEXT, FROM_TEXT.path)


def reaction(entry: Mapping[str, object]) -> Reaction:
    """The reaction to one exchange that meets this fault."""
    exchange = Exchange(1, 0, DIALECT.name, FROM_TEXT.name, FROM_TEXT.kind, FROM_TEXT.method, FROM_TEXT.path)
    return faulty(exchange, ExchangeEntry.model_validate(entry), CALL)


def test_a_call_needs_little() -> None:
    """Whatever did not come is empty."""
    assert Call(DIALECT, FROM_TEXT, "/", b"", "", "", None, bearer=False, base="", file="", headers={}) == Call(
        DIALECT, FROM_TEXT, "/"
    )


@pytest.mark.parametrize("word", ["hang", "reset"])
@pytest.mark.parametrize("delay", [0, 2])
def test_a_break_has_no_answer(word: str, delay: int) -> None:
    """Only the way in which the connection ends, and when."""
    entry = {"break": word} | ({"delay": f"{delay}s"} if delay else {})
    found = reaction(entry)
    assert found == Reaction(found.exchange, None, delay * SECOND, word)
    assert found.exchange.fault == f"break: {word}"


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
        ({"status": 304, "body": "lost", "content_type": "text/plain"}, Answer(304, b"", "text/plain")),
    ],
    ids=["the dialect's error", "with headers", "all its own", "empty", "204", "304"],
)
@pytest.mark.parametrize("delay", [0, 2])
def test_an_answer_of_the_scenario(respond: dict[str, object], answer: Answer, delay: int) -> None:
    """Without a body of its own it is the dialect's error of that status; 204 and 304 have none."""
    found = reaction({"respond": respond} | ({"delay": f"{delay}s"} if delay else {}))
    assert found == Reaction(found.exchange, answer, delay * SECOND)
    assert found.exchange.fault == f"respond: {answer.status}"
