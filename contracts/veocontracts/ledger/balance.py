"""What a key was charged in all, by a balance that falls or a counter that rises."""

from __future__ import annotations

from decimal import Decimal

from veocontracts.ledger.amounts import amount_of
from veocontracts.ledger.base import Reader, UnreadableError
from veocontracts.ledger.http import asked
from veocontracts.profile import BalanceLedger
from veocontracts.rules.facts import number
from veocontracts.terms import EXACT
from veosim.errors import shown


class Balance:
    """An endpoint asked with a key; what counts is how far it has moved since the first look."""

    def __init__(self, spec: BalanceLedger) -> None:
        self._spec = spec

    async def look(self, reader: Reader, key: str) -> Decimal:
        """The balance now, such that charges make it larger.

        Raises:
            UnreadableError: it could not be read.
        """
        spec = self._spec
        told = await asked(reader, key, spec.get, spec.amount)
        found = number(amount_of(told, spec, negative=spec.falls))
        if found is None:
            raise UnreadableError(f"GET {spec.get} shows no amount at {spec.amount!r}: {shown(told, 60)}")
        return found

    @staticmethod
    def charged(before: Decimal, now: Decimal) -> Decimal:
        """What was charged between two looks."""
        return EXACT.subtract(now, before)
