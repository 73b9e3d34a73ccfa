"""Which ledger a profile names, beside the fields of the job itself."""

from __future__ import annotations

from veocontracts.ledger.base import Ledger
from veocontracts.ledger.http import HttpCharges
from veocontracts.profile import Profile


def ledger_of(profile: Profile) -> Ledger | None:
    """The ledger that is read beside jobs, or None where there is none."""
    http = profile.ledger.http
    return HttpCharges(http) if http is not None else None
