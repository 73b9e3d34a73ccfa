"""From rows that a ledger lists to the entries of a history."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from veocontracts.events import Entry
from veocontracts.faces import at, id_text
from veocontracts.ledger.amounts import amount_of
from veocontracts.ledger.base import Reader
from veocontracts.profile import CommandLedger, Entries, FileLedger


def entries(rows: Iterable[Any], spec: Entries) -> tuple[Entry, ...]:
    """The rows that count, by the profile's pointers."""
    return tuple(
        Entry(
            job_id=id_text(at(row, spec.job)),
            amount=amount_of(at(row, spec.amount), spec, negative=spec.charges_are == "negative"),
            units=at(row, spec.units) if spec.units else None,
        )
        for row in rows
        if spec.kind is None or at(row, spec.kind) in spec.charges
    )


def of_key(rows: Iterable[Any], spec: FileLedger | CommandLedger, reader: Reader, key: str) -> Iterable[Any]:
    """The rows of that key: by the key that they name, else those of its jobs, where the rows are everybody's."""
    if spec.key is not None:
        secret, pointer = reader.caller.secret(key), spec.key
        return [row for row in rows if at(row, pointer) == secret]
    return rows if spec.keyed else [row for row in rows if id_text(at(row, spec.job)) in reader.jobs]
