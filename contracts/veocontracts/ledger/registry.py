"""Every kind of ledger: how it is read, and what it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from veocontracts.ledger.base import Ledger
from veocontracts.ledger.command import CommandCharges
from veocontracts.ledger.file import FileCharges
from veocontracts.ledger.http import HttpCharges
from veocontracts.ledger.sql import SqlCharges
from veocontracts.profile import Profile
from veocontracts.terms import LedgerPower

READERS: Mapping[str, Callable[[Any], Ledger]] = {
    "http": HttpCharges,
    "file": FileCharges,
    "command": CommandCharges,
    "sql": SqlCharges,
}
"""What reads the list of charges, by its key in a profile's `ledger`."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of ledger, as the docs tell of it.

    Attributes:
        name: as it is written there.
        about: what it is.
        power: what it shows.
    """

    name: str
    about: str
    power: LedgerPower


KINDS = (
    Kind("`job`", "fields of the job: its units and its cost", "job"),
    Kind("`header`, or `job` without units", "a job's cost alone", "cost"),
    Kind("`http`; `file`, `command`, `sql` that know the key", "a list of a key's charges", "entries"),
    Kind("`file`, `command`, `sql` that do not", "a list of everybody's charges", "unkeyed"),
    Kind("`balance`, with keys of its own for each case", "what a key has left, or has used", "total"),
)


def ledger_of(profile: Profile) -> Ledger | None:
    """What lists the profile's charges, or None where nothing does.

    Raises:
        VeosimError: it needs what is not installed.
    """
    spec = profile.ledger
    return next((make(getattr(spec, name)) for name, make in READERS.items() if getattr(spec, name) is not None), None)


def powers_of(profile: Profile) -> frozenset[LedgerPower]:
    """What the profile's ledgers show."""
    spec = profile.ledger
    powers: set[LedgerPower] = set()
    if spec.job is not None and spec.job.units is not None:
        powers.add("job")
    elif spec.job is not None or spec.header is not None:
        powers.add("cost")
    if spec.listed is not None:
        powers.add("entries" if spec.listed.keyed else "unkeyed")
    if spec.balance is not None:
        powers.add("total")
    return frozenset(powers)
