"""What the control API of one server is told when it starts."""

from __future__ import annotations

import secrets  # noqa: TID251  a token must be one that nobody can work out from a seed: this is its only use
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

PRICE = Decimal("1.50")
"""US dollars for a second of video: the price in the documents' catalogue (000, 001)."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the control API is served.

    Attributes:
        token: what every request for an operation must bring as its bearer key; None asks for none, which only
            holds for connections over loopback.
        hosts: names and addresses, beyond loopback and the one listened on, that requests may be addressed to.
        price_per_second: what a second of video costs, for the cost meter.
    """

    token: str | None = None
    hosts: Collection[str] = ()
    price_per_second: Decimal = PRICE


DEFAULTS = Settings()
"""On loopback: no token, no further names."""


def new_token() -> str:
    """A token that cannot be guessed: 192 bits from the operating system."""
    return secrets.token_urlsafe(24)
