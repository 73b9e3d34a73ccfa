"""ROBUST-02: what the gateway answers, whatever client and upstream send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from veocontracts.events import INFERRED, Call, Read, Submit
from veocontracts.history import History
from veocontracts.rules.base import Observation, Source, rule
from veocontracts.terms import Terms

Answered = Submit | Read | Call
SHAPE = frozenset({"body", "content type"})
"""What a gateway must see at once; a wrong field may also fail the job, where the profile allows that."""


@rule(
    "ROBUST-02",
    "Nothing that client or upstream sends makes the gateway answer 5xx, and what it answers conforms to its document.",
    Source(("000", "001"), "Quickstart: the answers; that a 5xx is the server's own fault is practice", "practice"),
    witness="an answer to a wrong request or about a job whose upstream misbehaved, and one that shows a job",
    grains=("status", "body"),
)
def no_server_errors(history: History) -> Iterator[Observation]:
    """Submits, reads and calls alike; the first break of each is told."""
    troubled = {
        story.label: min(event.at for event in story.asked if event.fault)
        for story in history.stories
        if any(event.fault for event in story.asked)
    }
    seen: dict[tuple[str, str], Observation] = {}
    for event in history.events:
        if isinstance(event, Answered) and event.status is not None:
            for found in (_status(event, event.status, troubled, history.terms), _body(event, event.status)):
                if found is not None:
                    known = seen.get((found.subject, found.grain))
                    if known is None or (known.held and not found.held):
                        seen[found.subject, found.grain] = found
    yield from seen.values()


def _status(event: Answered, status: int, troubled: Mapping[str, int], terms: Terms) -> Observation | None:
    """5xx never; of what was made up from the document, 4xx for what it refuses, and not for what it allows."""
    expected, kept = "no 5xx", status < 500
    if isinstance(event, Call) and event.intent == "negative":
        if status // 100 == 2 and event.about not in SHAPE and terms.refuses != "submit":
            return None
        expected, kept = "4xx for what the document refuses", 400 <= status < 500
    elif isinstance(event, Call) and event.intent == "positive":
        expected, kept = "no refusal of what the document allows", status < 400 or status == 429
    if not kept:
        return Observation(event.label, False, "status", expected, f"HTTP {status}", event.answered_at)
    arose = event.intent != "valid" or event.at >= troubled.get(event.label, event.at + 1)
    return Observation(event.label, True, "status") if arose else None


def _body(event: Answered, status: int) -> Observation | None:
    """What the documents say of an answer; what was filled in where they are silent does not count."""
    wrong = [problem for problem in event.problems if not problem.endswith(INFERRED)]
    if wrong:
        expected = "an answer that the gateway's document allows"
        return Observation(event.label, False, "body", expected, "; ".join(wrong), event.answered_at)
    return Observation(event.label, True, "body") if status // 100 == 2 and event.data is not None else None
