"""What was agreed before a history began: price, deadline, tolerance, what the ledger can show, the enum tables.

Every history opens with its terms, so that a rule needs nothing else, and a stored history can be judged again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

SECOND = 1_000_000_000

LedgerPower = Literal["job", "entries"]
"""`job`: units and cost on the job itself. `entries`: every charge with its job."""

Capability = Literal["upload", "webhooks", "restart", "callbacks"]
"""What a gateway may have beyond the documents' core; `callbacks`: its upstream calls it back."""

Refusal = Literal["submit", "job", "either"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Times are nanoseconds of the history's clock.

    Attributes:
        mode: the time mode, such as `virtual` or `scaled`.
        tolerance: what the mode cannot tell apart.
        clock_proved: whether the probe saw the gateway's clock move; `clock_note` says why not.
        poll_gap: how late the gateway may notice an end upstream: from the profile, else measured by the probe.
        missing: time knobs that the profile does not declare, so that rules on them cannot be judged.
        own_keys: whether each case had keys of its own, so that a key's ledger holds its charges alone.
        enums: each enum field's documented values.
        defaults: what a field left out means.
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
    enums: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
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

    def state_of(self, word: object) -> str:
        """`queued`, `running`, `completed`, `failed`, or "" for a word that the profile does not know."""
        return next((state for state, words in self.words.items() if word in words), "")
