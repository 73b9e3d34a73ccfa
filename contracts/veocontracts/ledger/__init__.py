"""How charges are seen: one file for each way, all read into the same events."""

from veocontracts.ledger.base import Ledger, Reader
from veocontracts.ledger.registry import ledger_of

__all__ = ["Ledger", "Reader", "ledger_of"]
