"""What the conditions of a scenario are made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field


def _one_or_many(value: object) -> object:
    return (
        (value,)
        if isinstance(value, int) and not isinstance(value, bool)
        else (tuple(value) if isinstance(value, list) else value)
    )


Ordinals = Annotated[tuple[Annotated[int, Field(ge=1)], ...], BeforeValidator(_one_or_many)]
"""`2` or `[2, 3]`: which of the matching exchanges, counted from 1."""

UNREACHED = "it has no 'when', so the entries after it are never reached"
