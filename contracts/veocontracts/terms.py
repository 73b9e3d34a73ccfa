"""What was agreed before a history began: price, deadline, tolerance, what the ledger can show, the enum tables.

Every history opens with its terms, so that a rule needs nothing else, and a stored history can be judged again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Literal

SECOND = 1_000_000_000

EXACT = Context(prec=100, rounding=ROUND_HALF_UP)
"""Enough digits for the product of any two amounts."""
CENT = Decimal("0.01")

LedgerPower = Literal["job", "cost", "entries", "unkeyed", "total"]
POWERS: Mapping[LedgerPower, str] = {
    "job": "units and cost of a job",
    "cost": "the cost of a job",
    "entries": "every charge of a key, with its job",
    "unkeyed": "every charge with its job, but not whose it is",
    "total": "what a key was charged in all",
}
"""What ledgers show; a rule that needs a ledger names those that are enough, each by itself."""
COSTS: tuple[LedgerPower, ...] = ("job", "cost")
LISTS: tuple[LedgerPower, ...] = ("entries", "unkeyed")
BY_KEY: tuple[LedgerPower, ...] = ("entries", "total")
CHARGES: tuple[LedgerPower, ...] = (*LISTS, "total")
MONEY: tuple[LedgerPower, ...] = (*COSTS, *CHARGES)
NEEDS: Mapping[frozenset[LedgerPower], str] = {
    frozenset({"job"}): POWERS["job"],
    frozenset(COSTS): POWERS["cost"],
    frozenset(CHARGES): "the charges of a job",
    frozenset(BY_KEY): "all charges of a key",
    frozenset(MONEY): "the cost or the charges of a job",
}
"""What rules need, in words."""

Capability = Literal["upload", "webhooks", "restart", "callbacks"]
"""What a gateway may have beyond the documents' core; `callbacks`: its upstream calls it back."""

Value = str | int
"""A documented value of an enum field."""

Refusal = Literal["submit", "job", "either"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Times are nanoseconds of the history's clock.

    Attributes:
        mode: the time mode: a name of `veocontracts.timing.modes.CLAIMS`.
        tolerance: what the mode cannot tell apart.
        clock_proved: whether the probe saw the gateway's clock move; `clock_note` says why not, or why no mode that
            claims more was taken.
        poll_gap: how late the gateway may notice an end upstream: from the profile, else measured by the probe.
        missing: time knobs that the profile does not declare, so that rules on them cannot be judged.
        own_keys: whether each case had keys of its own, so that a key's ledger holds its charges alone.
        ledger: what the profile's ledgers show; `total` proves something only where each case has keys of its own.
        settle: how long after a job's end its charge may come.
        rounded: whether what is due is rounded to the cent, half a cent up.
        counts_polls: whether reads count towards the limit, so that the suite paces them too.
        enums: each enum field's documented values.
        defaults: what a field left out means.
        lacks: what rules may ask for and the gateway's API does not have, each with a reason.
        accepted: the HTTP statuses of a submit that was accepted.
        unknown: those of a job that nobody knows.
        speaks: the dialect whose values the gateway's own fields have; "" where they are its own.
        capabilities: what the gateway has, as its profile declares.
        dialect: what the upstream speaks.
        signed_callbacks: whether the upstream signs what it calls the gateway back with.
        words: the gateway's state words for `queued`, `running`, `completed`, `failed`.
    """

    price: Decimal = Decimal("1.50")
    currency: str = "USD"
    timeout: int = 600 * SECOND
    grace: int = SECOND
    mode: str = "virtual"
    tolerance: int = 0
    clock_proved: bool = True
    clock_note: str = ""
    poll_gap: int = 0
    missing: frozenset[str] = frozenset()
    refuses: Refusal = "either"
    accept_within: int = 2 * SECOND
    counts_polls: bool = False
    submits_per_minute: int = 60
    rate_window: int = 60 * SECOND
    own_keys: bool = True
    ledger: frozenset[LedgerPower] = frozenset({"job", "entries"})
    settle: int = 0
    rounded: bool = False
    enums: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    defaults: Mapping[str, Value] = field(default_factory=dict)
    lacks: Mapping[str, str] = field(default_factory=dict)
    accepted: tuple[int, ...] = (202,)
    unknown: tuple[int, ...] = (404,)
    speaks: str = "api-video"
    capabilities: frozenset[Capability] = frozenset()
    dialect: str = "api-video"
    signed_callbacks: bool = False
    words: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: {
            "queued": ("queued",),
            "running": ("processing",),
            "completed": ("completed",),
            "failed": ("failed",),
        }
    )

    @property
    def scaled(self) -> bool:
        """Whether the literal 600 s stay unproven."""
        return self.mode == "scaled"

    @property
    def waits(self) -> bool:
        """Whether time costs time, so that not everything can be tried."""
        return self.mode != "virtual"

    @property
    def lists_charges(self) -> bool:
        """Whether charges are told one by one."""
        return not self.ledger.isdisjoint(LISTS)

    def due(self, units: Decimal) -> Decimal:
        """What so many seconds cost."""
        exact = EXACT.multiply(units, self.price)
        return exact.quantize(CENT, context=EXACT) if self.rounded else exact

    def state_of(self, word: object) -> str:
        """`queued`, `running`, `completed`, `failed`, or "" for a word that the profile does not know."""
        return next((state for state, words in self.words.items() if word in words), "")
