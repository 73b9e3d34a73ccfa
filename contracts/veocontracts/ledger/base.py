"""What the suite asks of a way to see charges: those of one key, now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Protocol, TypeVar

from veocontracts.caller import Caller
from veocontracts.events import Entry
from veocontracts.places import filled

T = TypeVar("T")


class UnreadableError(Exception):
    """The ledger could not be read; the message says why, and may hold keys."""


class Reader:
    """Who reads: a case's client.

    Args:
        caller: sends requests, and knows the keys.
        places: what is filled in where a profile has a place, such as `{data}`.
        jobs: the ids of the jobs that the key was given in this case.
    """

    def __init__(self, caller: Caller, places: Mapping[str, str], jobs: Collection[str] = ()) -> None:
        self.caller = caller
        self.places = places
        self.jobs = jobs

    def filled(self, text: str) -> str:
        """A text of the profile with its places filled in."""
        return filled(text, self.places)

    async def aside(self, work: Callable[[], T]) -> T:
        """Do what takes real time in the loop's executor: a virtual clock stands still meanwhile."""
        return await asyncio.get_running_loop().run_in_executor(None, work)


class Ledger(Protocol):
    """A way to see a key's charges."""

    async def read(self, reader: Reader, key: str) -> tuple[Entry, ...]:
        """All charges of the key in that role.

        Raises:
            UnreadableError: they could not be read.
        """
        ...
