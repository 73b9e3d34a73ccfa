"""What a case reads of its keys' charges, in every way that the profile names."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from veocontracts.caller import Caller
from veocontracts.events import Entry
from veocontracts.ledger.balance import Balance
from veocontracts.ledger.base import Reader, UnreadableError
from veocontracts.ledger.registry import ledger_of
from veocontracts.profile import Profile

T = TypeVar("T")
NOBODY = frozenset({"none", "unknown"})
"""Roles that have no account."""


class Books:
    """The ledgers of one case.

    Args:
        profile: names them.
        caller: the case's client.
        places: what is filled in, such as `{data}`.
        own_keys: whether the case has keys of its own; without them, nobody knows who moved a balance.

    Attributes:
        notes: what could not be read; without secrets.
    """

    def __init__(self, profile: Profile, caller: Caller, places: Mapping[str, str], *, own_keys: bool) -> None:
        self._caller = caller
        self._places = places
        self._list = ledger_of(profile)
        spec = profile.ledger.balance
        self._balance = Balance(spec) if spec is not None and own_keys else None
        self._opened: dict[str, Decimal | None] = {}
        self._opening = asyncio.Lock()
        self.notes: list[str] = []

    @property
    def exist(self) -> bool:
        """Whether there is anything to read."""
        return self._list is not None or self._balance is not None

    async def open(self, key: str) -> bool:
        """Look at a balance before the key is first used; whether that was now, and told something."""
        if self._balance is None or key in NOBODY or key in self._opened:
            return False
        async with self._opening:
            if key in self._opened:
                return False
            self._opened[key] = await self._tried(self._balance.look(self._reader(), key))
        return self._opened[key] is not None

    async def listed(self, key: str, jobs: Collection[str]) -> tuple[Entry, ...] | None:
        """The key's charges, where something lists them and could be read; `jobs` are those of the key."""
        return await self._tried(self._list.read(self._reader(jobs), key)) if self._list is not None else None

    async def total(self, key: str) -> Decimal | None:
        """What the key was charged since it was first used; None where nobody can tell."""
        before = self._opened.get(key)
        if self._balance is None or before is None:
            return None
        now = await self._tried(self._balance.look(self._reader(), key))
        return None if now is None else self._balance.charged(before, now)

    def _reader(self, jobs: Collection[str] = ()) -> Reader:
        return Reader(self._caller, self._places, jobs)

    async def _tried(self, reading: Coroutine[Any, Any, T]) -> T | None:
        try:
            return await reading
        except UnreadableError as error:
            self.notes.append(f"the ledger could not be read: {self._caller.plain_text(str(error))}")
            return None
