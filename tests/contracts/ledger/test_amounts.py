"""Amounts, whatever a ledger counts in."""

from decimal import Decimal

import pytest

from veocontracts.ledger import amount_of
from veocontracts.profile import Amounts


@pytest.mark.parametrize(
    ("value", "unit", "negative", "amount"),
    [
        (6, "whole", False, "6"),
        ("6.10", "whole", False, "6.10"),
        ("6.10", "whole", True, "-6.10"),
        (Decimal("-6.1"), "whole", True, "6.1"),
        (610, "cents", False, "6.10"),
        ("-610", "cents", True, "6.10"),
        (6_100_001, "micros", False, "6.100001"),
        (0, "cents", True, "-0.00"),
    ],
)
def test_an_amount_becomes_one_of_the_currency(value: object, unit: str, negative: bool, amount: str) -> None:
    """Exactly, with the sign of a charge."""
    assert str(amount_of(value, Amounts.model_validate({"amounts_in": unit}), negative=negative)) == amount


@pytest.mark.parametrize("value", [None, True, "six", [6], {}, "NaN", "1e99"])
def test_what_is_no_amount_stays_as_it_came(value: object) -> None:
    """The rules tell of it."""
    assert amount_of(value, Amounts(amounts_in="cents"), negative=True) == value
