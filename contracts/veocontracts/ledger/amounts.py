"""Amounts as ledgers tell them, in the currency's own units. They are exact: nothing is ever a float."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from veocontracts.profile import Amounts
from veocontracts.rules.facts import number
from veocontracts.terms import EXACT

PLACES: Mapping[str, int] = {"whole": 0, "cents": -2, "micros": -6}
"""By how many decimal places an amount is moved."""


def amount_of(value: Any, spec: Amounts, *, negative: bool = False) -> Any:
    """An amount as a decimal of the currency; what is no number stays as it came, for the rules to tell of."""
    found, places = number(value), PLACES[spec.amounts_in]
    if found is None or not (places or negative):
        return value
    moved = found.scaleb(places, EXACT)
    return moved.copy_negate() if negative else moved
