"""Ledgers that are read on a bench, in front of a gateway that is a function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.support.benches import FunctionGateway, minted, on_a_bench

from veocontracts.bench import Bench
from veocontracts.events import Entry, LedgerRead
from veocontracts.profile import Ledger
from veosim.inprocess import Response

MAIN = minted()


def accepting(number: int = 1) -> Response:
    """A 202 for `job-N`."""
    return Response(202, {}, b'{"status": "accepted", "job": {"id": "job-%d", "status": "queued"}}' % number)


def read_once(spec: Mapping[str, Any], places: Mapping[str, str] | None = None, *, submits: int = 0) -> Reading:
    """What one reading of `main` finds after so many submits, which get `job-1` and so on; and the notes."""
    count = iter(range(1, submits + 1))

    async def answer(*_: object) -> Response:
        return accepting(next(count))

    async def work(bench: Bench, _: FunctionGateway) -> Reading:
        for _number in range(submits):
            await bench.submit(bench.order())
        found = await bench.ledger()
        return found, bench.history().notes

    return on_a_bench(answer, work, ledger=Ledger(**spec), places=places)


Reading = tuple[LedgerRead | None, tuple[str, ...]]


def found(*entries: Entry) -> Reading:
    """A reading of these entries at 0 s, without a note."""
    return LedgerRead(at=0, key="main", entries=entries), ()


def unread(note: str) -> Reading:
    """No reading, and why."""
    return None, (f"the ledger could not be read: {note}",)
