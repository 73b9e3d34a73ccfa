"""Times in a scenario: fixed, or drawn once for each job and purpose.

`90s`, `{uniform: [60s, 120s]}`, `{median: 90s, sigma: 0.5}` or `{p50: 95s, p99: 280s}`; inside, integer nanoseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, log
from statistics import NormalDist
from typing import Annotated, Self

from pydantic import Discriminator, Field, Tag, model_validator

from veosim.seeded import generator
from veosim.units import LONGEST, MILLISECOND, Duration
from veosim.yamlfile import Strict, contradiction

_STANDARD = NormalDist()
_LEAST = 2.0**-54
"""Below every positive number that a generator draws; the quantile of 0 itself is not finite."""


class Uniform(Strict):
    """A time drawn evenly between two bounds, both included.

    Attributes:
        uniform: the two bounds.
    """

    uniform: tuple[Duration, Duration] = Field(strict=False)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        low, high = self.uniform
        if low > high:
            raise contradiction("the lower bound is above the upper one")
        return self


class _Lognormal(Strict):
    """What both ways to write a lognormal distribution share.

    Attributes:
        max: no draw is longer.
    """

    max: Duration = LONGEST

    def _middle(self) -> int:
        raise NotImplementedError

    def _spread(self) -> float:
        raise NotImplementedError

    def at(self, chance: float) -> int:
        """The nanoseconds below which this share of all draws lies, in whole milliseconds.

        The last bits of exp and log differ between platforms; milliseconds hide them.
        """
        exponent = log(self._middle()) + self._spread() * _STANDARD.inv_cdf(max(chance, _LEAST))
        longest = min(self.max, LONGEST)
        if exponent >= log(longest):
            return longest
        return min(longest, round(exp(exponent) / MILLISECOND) * MILLISECOND)

    def _require_room(self, key: str) -> None:
        if not self._middle():
            raise contradiction("a time whose middle is 0 cannot spread", key)
        if self.max < self._middle():
            raise contradiction(f"'max' is below {key!r}", "max")


class Lognormal(_Lognormal):
    """A time drawn from a lognormal distribution.

    Attributes:
        median: half of all draws are shorter.
        sigma: the standard deviation of the logarithm; 0.5 is lively, 1 is wild.
    """

    median: Duration
    sigma: float = Field(gt=0, le=5)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        self._require_room("median")
        return self

    def _middle(self) -> int:
        return self.median

    def _spread(self) -> float:
        return self.sigma


_TAILS: Mapping[str, float] = {"p90": 0.90, "p95": 0.95, "p99": 0.99}


class Percentiles(_Lognormal):
    """A time drawn from the lognormal distribution that has two measured percentiles: p50 and one of the others.

    Attributes:
        p50: half of all draws are shorter.
        p90: nine of ten are.
        p95: 95 of a hundred are.
        p99: 99 of a hundred are.
    """

    p50: Duration
    p90: Duration | None = None
    p95: Duration | None = None
    p99: Duration | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        given = [name for name in _TAILS if getattr(self, name) is not None]
        if len(given) != 1:
            found = f"found {' and '.join(given) or 'none'}"
            problem = f"beside 'p50' exactly one of {', '.join(_TAILS)} fixes the spread, {found}"
            raise contradiction(problem, *given[1:2])
        self._require_room("p50")
        if self._tail[1] <= self.p50:
            raise contradiction(f"{given[0]!r} must be above 'p50'", given[0])
        return self

    @property
    def _tail(self) -> tuple[float, int]:
        """The second percentile and its time."""
        return next((share, time) for name, share in _TAILS.items() if (time := getattr(self, name)) is not None)

    def _middle(self) -> int:
        return self.p50

    def _spread(self) -> float:
        share, time = self._tail
        return log(time / self.p50) / _STANDARD.inv_cdf(share)


Drawn = Uniform | Lognormal | Percentiles

FORMS: Mapping[str, str] = {"uniform": "even", "median": "lognormal", "sigma": "lognormal"} | dict.fromkeys(
    ("p50", *_TAILS), "percentiles"
)
"""The keys by which the form of a drawn time is told. The forms are named like no key: errors tell the two apart."""

_TAGS: Mapping[type[Strict], str] = {Uniform: "even", Lognormal: "lognormal", Percentiles: "percentiles"}


def _form(value: object) -> str | None:
    if isinstance(value, Mapping):
        return next((form for key, form in FORMS.items() if key in value), None)
    return next((tag for kind, tag in _TAGS.items() if isinstance(value, kind)), "fixed")


Time = Annotated[
    Annotated[Duration, Tag("fixed")]
    | Annotated[Uniform, Tag("even")]
    | Annotated[Lognormal, Tag("lognormal")]
    | Annotated[Percentiles, Tag("percentiles")],
    Discriminator(
        _form,
        custom_error_type="time_form",
        custom_error_message="a time is 90s, {uniform: [1s, 2s]}, {median: 90s, sigma: 0.5} or {p50: 95s, p99: 280s}",
    ),
]
"""Fixed or drawn."""


def drawn(given: int | Drawn, identity: bytes, name: str) -> int:
    """The nanoseconds of one purpose, `name`, for whoever has this identity."""
    if isinstance(given, int):
        return given
    chance = generator(identity, name)
    return chance.randint(*given.uniform) if isinstance(given, Uniform) else given.at(chance.random())
