"""What the suite did in a case, step by step, so that it can be done again: in a replay, or with steps left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Operation = Literal["submit", "read", "read-id", "force", "ledger", "restart", "answer-events", "call"]
OPERATIONS: tuple[Operation, ...] = get_args(Operation)


@dataclass(frozen=True, slots=True)
class Origin:
    """What all that a case draws follows from: its run's seed and its own name."""

    seed: int = 0
    case: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a case did.

    Attributes:
        number: 1 for the first.
        at: when it began, in nanoseconds since the case did.
        operation: what was done; its arguments are those of the bench's method of that name.
        label: the order that it is about, "" for none.
        beside: the numbers of earlier steps that had not ended when this one began.
        arguments: plain data; those of a submit hold its order's wishes.
    """

    number: int
    at: int
    operation: Operation
    label: str = ""
    beside: tuple[int, ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)
