"""Charges at an endpoint of the gateway."""

from __future__ import annotations

from veocontracts.events import Entry
from veocontracts.faces import at, parse
from veocontracts.ledger.base import Reader
from veocontracts.profile import HttpLedger


class HttpCharges:
    """An endpoint that lists a key's charges, asked with that key."""

    def __init__(self, spec: HttpLedger) -> None:
        self._spec = spec

    async def read(self, reader: Reader, key: str) -> tuple[Entry, ...] | None:
        """Ask, and keep the entries that count."""
        spec = self._spec
        answer = await reader.caller.send("GET", spec.get, reader.caller.headers(key))
        rows = at(parse(answer.body), spec.entries) if answer and answer.status == 200 else None
        if not isinstance(rows, list):
            reader.notes.append(f"the ledger could not be read: {answer.status if answer else 'no answer'}")
            return None
        units = spec.units
        return tuple(
            Entry(job_id=at(row, spec.job), amount=at(row, spec.amount), units=at(row, units) if units else None)
            for row in rows
            if spec.kind is None or at(row, spec.kind) in spec.charges
        )
