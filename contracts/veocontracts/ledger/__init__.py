"""How charges are seen: one file for each way, all read into the same events."""

from veocontracts.ledger.amounts import amount_of
from veocontracts.ledger.books import Books
from veocontracts.ledger.header import told_cost
from veocontracts.ledger.registry import KINDS, ledger_of, powers_of

__all__ = ["KINDS", "Books", "amount_of", "ledger_of", "powers_of", "told_cost"]
