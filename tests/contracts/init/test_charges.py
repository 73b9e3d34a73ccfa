"""Tests of `veocontracts.init.charges`."""

from decimal import Decimal
from typing import Any

import pytest

from veocontracts.init.charges import in_a_list, on_the_job

COST = Decimal("12.00")


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        ({"units_consumed": 8, "token_cost": Decimal("12.00")}, {"units": "/units_consumed", "cost": "/token_cost"}),
        ({"usage": {"credits": "8", "price": "12"}}, {"units": "/usage/credits", "cost": "/usage/price"}),
        ({"duration_seconds": 8, "amount": 12}, {"cost": "/amount"}),
        ({"units_consumed": 4, "cost": 6, "flag": True, "note": "12"}, {}),
        ({"a/b": {"cost~": 12}}, {"cost": "/a~1b/cost~0"}),
        ([], {}),
        (None, {}),
    ],
)
def test_units_and_cost_are_found_by_name_and_amount(job: Any, expected: dict[str, str]) -> None:
    """A field counts if it is called like a charge and holds what this job must have cost."""
    assert on_the_job(job, Decimal(8), COST) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            {"charges": [{"job_id": "j-0", "amount": 6}, {"job_id": "j-1", "amount": Decimal("12.0")}]},
            {"entries": "/charges", "job": "/job_id", "amount": "/amount"},
        ),
        (
            [{"ref": {"job": "j-1"}, "money": {"value": "-12.00"}}],
            {"entries": "", "job": "/ref/job", "amount": "/money/value"},
        ),
        ({"charges": [{"job_id": "j-2", "amount": 12}]}, {}),
        ({"charges": [{"job_id": "j-1", "amount": 6}]}, {}),
        ({"charges": {}}, {}),
    ],
)
def test_a_list_of_charges_is_known_by_the_job_and_its_amount(data: Any, expected: dict[str, str]) -> None:
    """Some entry must hold both."""
    assert in_a_list(data, "j-1", COST) == expected
