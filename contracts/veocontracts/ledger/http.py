"""Charges at an endpoint of the gateway."""

from __future__ import annotations

from typing import Any

from veocontracts.events import Entry
from veocontracts.faces import at, parse
from veocontracts.ledger.base import Reader, UnreadableError
from veocontracts.ledger.rows import entries
from veocontracts.profile import HttpLedger
from veosim.errors import shown


class HttpCharges:
    """An endpoint that lists a key's charges, asked with that key."""

    def __init__(self, spec: HttpLedger) -> None:
        self._spec = spec

    async def read(self, reader: Reader, key: str) -> tuple[Entry, ...]:
        """Ask, and keep the entries that count."""
        rows = await asked(reader, key, self._spec.get, self._spec.entries)
        if not isinstance(rows, list):
            raise UnreadableError(f"GET {self._spec.get} shows no list at {self._spec.entries!r}: {shown(rows, 60)}")
        return entries(rows, self._spec)


async def asked(reader: Reader, key: str, path: str, pointer: str) -> Any:
    """What an endpoint, asked with a key, shows at a JSON pointer.

    Raises:
        UnreadableError: no answer, or none with 200.
    """
    answer = await reader.caller.send("GET", path, reader.caller.headers(key))
    if answer is None or answer.status != 200:
        raise UnreadableError(f"GET {path}: {answer.status if answer else 'no answer'}")
    return at(parse(answer.body), pointer)
