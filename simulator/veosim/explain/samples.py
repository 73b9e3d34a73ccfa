"""What a rehearsal asks for: the dialect's example, and more than that where it shows nothing of a scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from veosim.dialects.base import Dialect, Operation
from veosim.scenario.model import Scenario


@dataclass(frozen=True, slots=True)
class Sample:
    """One submit.

    Attributes:
        body: the request, as JSON.
        note: what it asks for beyond the dialect's example, and why; "" where it is the example.
    """

    operation: Operation
    body: Mapping[str, object]
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Richer:
    """What the example lacks.

    Attributes:
        dialect: its name.
        needed: whether the scenario shows nothing without it.
        below: the object of the body that it goes into; "" is the body itself.
    """

    dialect: str
    needed: Callable[[Scenario], bool]
    below: str
    field: str
    value: object
    why: str


def _holds_back(scenario: Scenario) -> bool:
    return any(entry.outcome == "partly-filtered" for entry in scenario.jobs)


def _reverses(scenario: Scenario) -> bool:
    return scenario.callbacks.order == "reversed"


def _never_ends_here(scenario: Scenario) -> bool:
    """Stuck jobs are told best without a deadline, but where a scenario is for this wire alone, the deadline is it."""
    return scenario.dialects == ("generations-seconds",) and any(each.outcome == "stuck" for each in scenario.jobs)


_RICHER = (
    _Richer(
        "generations-metadata", _holds_back, "metadata", "sampleCount", 4, "of an only video nothing can be held back"
    ),
    _Richer("image-to-video", _reverses, "", "generate_count", 4, "an only callback has no order"),
    _Richer("generations-seconds", _never_ends_here, "", "off_peak", True, "only such jobs have a deadline"),
)


def sample(scenario: Scenario, dialect: Dialect) -> Sample:
    """The submit on which the scenario shows what it does."""
    operation, example = dialect.example()
    for row in _RICHER:
        if row.dialect == dialect.name and row.needed(scenario):
            path = f"{row.below}.{row.field}" if row.below else row.field
            note = f"each submit asks for {path}: {str(row.value).lower()}, since {row.why}"
            return Sample(operation, _with(example, row), note)
    return Sample(operation, example)


def _with(body: Mapping[str, object], row: _Richer) -> Mapping[str, object]:
    if not row.below:
        return {**body, row.field: row.value}
    inner = body.get(row.below)
    return {**body, row.below: {**(inner if isinstance(inner, Mapping) else {}), row.field: row.value}}
