"""Charges at an endpoint: what is asked, what counts, and what cannot be read."""

import pytest
from tests.support.benches import FunctionGateway, on_a_bench
from tests.support.ledgers import Reading, found, unread

from veocontracts.bench import Bench
from veocontracts.events import Entry
from veocontracts.profile import HttpLedger, Ledger
from veosim.inprocess import Response

KINDS = (
    b'{"charges": [{"job_id": "j", "amount": 6, "kind": "hold"}, {"job_id": "j", "amount": -6, "kind": "release"}, '
    b'{"job_id": "j", "amount": 6, "kind": "capture"}, {"job_id": "j", "amount": -6, "kind": "refund"}, '
    b'{"job_id": "k", "amount": 7, "kind": ["capture"]}, {"job_id": "k", "amount": 8}]}'
)


def read(status: int, body: bytes, spec: HttpLedger) -> Reading:
    """What a reading of this answer finds."""

    async def answer(*_: object) -> Response:
        return Response(status, {}, body)

    async def work(bench: Bench, _: FunctionGateway) -> Reading:
        return await bench.ledger(), bench.history().notes

    return on_a_bench(answer, work, ledger=Ledger(http=spec))


def test_entries_of_other_kinds_are_no_charges() -> None:
    """Where the profile says which kinds count, holds and their releases are left out."""
    spec = HttpLedger(get="/charges", kind="/kind", charges=("capture", "refund"))
    assert read(200, KINDS, spec) == found(Entry(job_id="j", amount=6), Entry(job_id="j", amount=-6))


def test_a_list_may_be_the_whole_answer() -> None:
    """An empty pointer names the document itself."""
    spec = HttpLedger(get="/charges", entries="", job="/for", amount="/sum")
    assert read(200, b'[{"for": "j", "sum": "6.00"}]', spec) == found(Entry(job_id="j", amount="6.00"))


@pytest.mark.parametrize(
    ("status", "body", "note"),
    [
        (500, b'{"charges": []}', "GET /charges: 500"),
        (200, b"{}", "GET /charges shows no list at '/charges': None"),
        (200, b"no", "GET /charges shows no list at '/charges': None"),
        (200, b'{"charges": {}}', "GET /charges shows no list at '/charges': {}"),
    ],
)
def test_what_cannot_be_read_is_a_note(status: int, body: bytes, note: str) -> None:
    """No event pretends that the ledger was empty."""
    assert read(status, body, HttpLedger(get="/charges")) == unread(note)
