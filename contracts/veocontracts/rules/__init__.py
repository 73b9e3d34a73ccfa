"""The rule catalogue: one module per family. Importing this package fills `base.RULES`."""

from veocontracts.rules import acc, auth, bill, enum, life, rate, time, up
from veocontracts.rules.base import RULES, Observation, Rule, Source

__all__ = ["RULES", "Observation", "Rule", "Source", "acc", "auth", "bill", "enum", "life", "rate", "time", "up"]
