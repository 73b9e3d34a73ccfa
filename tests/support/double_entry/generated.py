"""Bodies that Schemathesis makes from a document: its sweep over every constraint, and random ones, both kinds of each.

It only makes them: sending them through its transport costs 2.7 ms a call, and its own checks send requests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.core import NotSet
from tests.support.double_entry import formats
from tests.support.double_entry.document import Described

SEED = 20261121
# Whatever adapts to answers, remembers runs or reads the app's source is off: the same bodies on every run.
CONFIG: dict[str, Any] = {
    "seed": SEED,
    "cache": {"enabled": False},
    "analysis": {"constants": {"enabled": False}},
    "continue-on-failure": True,
    "generation": {"database": "none", "with-security-parameters": False},
    "phases": {
        "fuzzing": {"extra-data-sources": {"responses": False}, "error-feedback": {"enabled": False}},
        "coverage": {"extra-data-sources": {"responses": False}},
        "stateful": {"inference": {"algorithms": []}},
    },
    "checks": {"ignored_auth": {"enabled": False}},
}
MODES: Mapping[str, GenerationMode] = {"positive": GenerationMode.POSITIVE, "negative": GenerationMode.NEGATIVE}


def generated(operation: Described, mode: str, examples: int) -> Iterator[tuple[str, Any]]:
    """Where each body comes from, and the body; bytes are to be sent as they stand.

    Args:
        operation: takes a body.
        mode: "positive" or "negative", which is Schemathesis' own opinion of the body.
        examples: how many random bodies to draw, besides the sweep.
    """
    formats.register()
    schema = schemathesis.openapi.from_dict(dict(operation.document.data), config=schemathesis.Config.from_dict(CONFIG))
    described = schema[operation.path][operation.method]
    sweep = schema.iter_coverage_cases(
        described,
        generation_modes=[MODES[mode]],
        generation_config=schema.config.generation_for(operation=described, phase="coverage"),
    )
    drawn: list[schemathesis.Case[Any]] = []

    @hypothesis.seed(SEED)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=described.as_strategy(generation_mode=MODES[mode]))
    def draw(case: schemathesis.Case[Any]) -> None:
        drawn.append(case)

    for case in sweep:
        # Other methods and odd headers are not about the body; the fuzz test sends those.
        if case.method == operation.method and case.media_type == "application/json":
            yield f"{mode}: sweep", _body(case)
    draw()
    yield from ((f"{mode}: drawn", _body(case)) for case in drawn)


def _body(case: schemathesis.Case[Any]) -> Any:
    return b"" if isinstance(case.body, NotSet) else case.body
