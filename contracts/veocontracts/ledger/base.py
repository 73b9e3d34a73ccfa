"""What the suite asks of a way to see charges: those of one key, now."""

from __future__ import annotations

from typing import Protocol

from veocontracts.caller import Caller
from veocontracts.events import Entry


class Ledger(Protocol):
    """A way to see a key's charges."""

    async def read(self, reader: Reader, key: str) -> tuple[Entry, ...] | None:
        """All charges of the key in that role; None where they could not be read, and a note of the reader says why."""
        ...


class Reader:
    """Who reads: a case's client.

    Attributes:
        caller: sends requests, and knows the keys.
        notes: what went wrong.
    """

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.notes: list[str] = []
