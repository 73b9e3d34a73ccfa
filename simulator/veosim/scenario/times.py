"""Times in a scenario: fixed, or drawn once from a seed.

`90s`, or `{uniform: [60s, 120s]}`; inside, integer nanoseconds.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Discriminator, Field, Tag, model_validator

from veosim.seeded import generator
from veosim.units import Duration
from veosim.yamlfile import Strict, contradiction


class Uniform(Strict):
    """A time drawn evenly between two bounds, once per job."""

    uniform: tuple[Duration, Duration] = Field(strict=False)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        low, high = self.uniform
        if low > high:
            raise contradiction("the lower bound is above the upper one")
        return self


def _form(value: object) -> str:
    return "spread" if isinstance(value, dict | Uniform) else "fixed"


Time = Annotated[
    Annotated[Duration, Tag("fixed")] | Annotated[Uniform, Tag("spread")],
    Discriminator(_form),
]
"""`90s`, or `{uniform: [60s, 120s]}`."""


def drawn(given: int | Uniform, identity: bytes, name: str) -> int:
    """The nanoseconds of one purpose, `name`, for whoever has this identity."""
    return generator(identity, name).randint(*given.uniform) if isinstance(given, Uniform) else given
