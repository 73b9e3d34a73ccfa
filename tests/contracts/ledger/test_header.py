"""A job's cost, told in a header of its own answers."""

from decimal import Decimal
from typing import Any

import pytest
from tests.support.benches import FunctionGateway, on_a_bench

from veocontracts.bench import Bench
from veocontracts.events import Read
from veocontracts.profile import Ledger
from veosim.inprocess import Response

COMPLETED = b'{"id": "j", "status": "completed", "units_consumed": 4, "token_cost": 7}'


def shown(headers: dict[str, str], **spec: Any) -> tuple[Any, Any]:
    """Units and cost of a job as it is shown with these headers."""

    async def answer(*_: object) -> Response:
        return Response(200, headers, COMPLETED)

    async def work(bench: Bench, _: FunctionGateway) -> Read:
        return await bench.read_id("j", intent="valid")

    read = on_a_bench(answer, work, ledger=Ledger(**spec))
    assert read.shown is not None
    return read.shown.units, read.shown.cost


@pytest.mark.parametrize(
    ("headers", "cost"),
    [
        ({"x-charged": "6.00"}, Decimal("6.00")),
        ({"X-CHARGED": " 6 "}, Decimal(6)),
        ({"x-charged": "about 6"}, "about 6"),
        ({"x-charge": "6"}, None),
    ],
)
def test_the_header_tells_the_cost(headers: dict[str, str], cost: object) -> None:
    """As an exact decimal, whatever the case of its name; what is no number stays for the rules to tell of."""
    assert shown(headers, header={"name": "X-Charged"}) == (None, cost)


def test_units_may_be_on_the_job() -> None:
    """Its own cost is not read then."""
    header = {"name": "X-Charged", "amounts_in": "cents"}
    assert shown({"X-Charged": "650"}, header=header, job={"cost": None}) == (4, Decimal("6.5"))


@pytest.mark.parametrize(
    ("job", "found"),
    [
        ({}, (4, 7)),
        ({"units": None}, (None, 7)),
        ({"amounts_in": "cents", "units": "/token_cost"}, (7, Decimal("0.07"))),
        ({"cost": "/none"}, (4, None)),
    ],
)
def test_a_job_s_own_fields_are_read_by_their_pointers(job: dict[str, Any], found: tuple[object, object]) -> None:
    """The cost in the unit that the profile names."""
    assert shown({"X-Charged": "6"}, job=job) == found
