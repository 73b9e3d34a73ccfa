"""The workloads. Importing this package fills `base.WORKLOADS`."""

from veocontracts.workloads import regressions  # isort: skip  what broke before comes first
from veocontracts.workloads import (
    accounting,
    accounts,
    apart,
    deadline,
    enums,
    failures,
    hostile,
    lifecycle,
    limits,
    polling,
    sequences,
    undelivered,
    upstream,
)
from veocontracts.workloads.base import WORKLOADS, Case, all_cases, selected

__all__ = [
    "WORKLOADS",
    "Case",
    "accounting",
    "accounts",
    "all_cases",
    "apart",
    "deadline",
    "enums",
    "failures",
    "hostile",
    "lifecycle",
    "limits",
    "polling",
    "regressions",
    "selected",
    "sequences",
    "undelivered",
    "upstream",
]
