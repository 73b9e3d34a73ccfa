"""UP-02: what the upstream is sent keeps to its OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator

from veocontracts.events import INFERRED
from veocontracts.history import History
from veocontracts.rules.base import Observation, Source, broken, held, rule


@rule(
    "UP-02",
    "Every upstream submit that is made for a valid request conforms to the upstream's OpenAPI document.",
    Source(("000", "001"), "Changelog 1.1: exact enum values, which the upstream checks too", "follows"),
    witness="an upstream submit of a valid job",
)
def conforms_upstream(history: History) -> Iterator[Observation]:
    """Types, exact values, required fields; what was filled in where the documents are silent does not count."""
    for story in history.stories:
        if story.submit.intent != "valid":
            continue
        for event in story.upstream:
            wrong = [problem for problem in event.problems if not problem.endswith(INFERRED)]
            if wrong:
                yield broken(story, "a request that the upstream's document allows", "; ".join(wrong), event.at)
            else:
                yield held(story)
