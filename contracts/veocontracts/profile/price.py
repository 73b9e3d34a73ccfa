"""Money, and what a second costs."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from veosim.errors import shown
from veosim.yamlfile import Strict


def _money(value: object) -> object:
    try:
        found = Decimal(value) if isinstance(value, str | Decimal) else Decimal("NaN")
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or found <= 0:
        problem = f"{shown(value)} is not an amount"
        allowed = 'a quoted decimal above 0, such as "1.50"'
        raise PydanticCustomError("money", "{problem}", {"problem": problem, "allowed": allowed})
    return found


Money = Annotated[Decimal, BeforeValidator(_money)]


class Price(Strict):
    """What one second costs. `round`: what is due is exact, or rounded to the cent, half a cent up."""

    per_second: Money = Decimal("1.50")
    currency: str = "USD"
    round: Literal["exact", "cent"] = "exact"
