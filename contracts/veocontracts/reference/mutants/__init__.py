"""Mutants: the reference gateway with one small defect each, most of which shipped somewhere.

Every family module registers its own; `MUTANTS` has them all once this package is imported.
"""

from veocontracts.reference.mutants import (
    accepting,
    apart,
    billing,
    callbacks,
    enums,
    hooks,
    hostile,
    lifecycle,
    limits,
    polling,
    restarts,
    surface,
    timing,
    undelivered,
    uploads,
    upstream,
)
from veocontracts.reference.mutants.registry import MUTANTS, Mutant, gateway_class

__all__ = [
    "MUTANTS",
    "Mutant",
    "accepting",
    "apart",
    "billing",
    "callbacks",
    "enums",
    "gateway_class",
    "hooks",
    "hostile",
    "lifecycle",
    "limits",
    "polling",
    "restarts",
    "surface",
    "timing",
    "undelivered",
    "uploads",
    "upstream",
]
