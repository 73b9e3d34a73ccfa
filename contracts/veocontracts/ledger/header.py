"""A job's cost, told in a header of its own answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from veocontracts.ledger.amounts import amount_of
from veocontracts.profile import HeaderLedger
from veocontracts.rules.facts import number


def told_cost(headers: Mapping[str, str], spec: HeaderLedger) -> Any:
    """The cost, None where the header is absent; what is no number stays as it came."""
    text = next((text.strip() for name, text in headers.items() if name.lower() == spec.name.lower()), None)
    found = number(text)
    return text if found is None else amount_of(found, spec)
