"""The rule catalogue: one module per family. Importing this package fills `base.RULES`."""

from veocontracts.rules import (
    acc,
    auth,
    bill,
    bill_ledger,
    bill_video,
    enum,
    hook,
    life,
    life_apart,
    life_end,
    rate,
    robust,
    robust_answers,
    robust_restart,
    time,
    time_held,
    up,
    up_conformance,
    up_polling,
    upload,
)
from veocontracts.rules.base import RULES, Observation, Rule, Source

for _rule in sorted(RULES):  # a family may have several modules, and is shown in the order of its ids
    RULES[_rule] = RULES.pop(_rule)

__all__ = [
    "RULES",
    "Observation",
    "Rule",
    "Source",
    "acc",
    "auth",
    "bill",
    "bill_ledger",
    "bill_video",
    "enum",
    "hook",
    "life",
    "life_apart",
    "life_end",
    "rate",
    "robust",
    "robust_answers",
    "robust_restart",
    "time",
    "time_held",
    "up",
    "up_conformance",
    "up_polling",
    "upload",
]
