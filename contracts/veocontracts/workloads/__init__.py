"""The workloads. Importing this package fills `base.WORKLOADS`."""

from veocontracts.workloads import accounts, deadline, enums, failures, lifecycle, limits
from veocontracts.workloads.base import WORKLOADS, Case, all_cases, selected

__all__ = [
    "WORKLOADS",
    "Case",
    "accounts",
    "all_cases",
    "deadline",
    "enums",
    "failures",
    "lifecycle",
    "limits",
    "selected",
]
