"""Places that attempts take, so that no more of them run at once than the process can open connections for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class CrowdedError(Exception):
    """No place became free while somebody waited, and nobody who had one was answered."""


class Places:
    """A number of places, and when one of those who had them last came to an end that was no timeout.

    While somebody is answered, the others may wait; where nobody is, waiting is as hopeless as asking.

    Attributes:
        visitors: those who have a place or wait for one.
    """

    def __init__(self, count: int) -> None:
        self.visitors = 0
        self._free = asyncio.Semaphore(count)
        self._moved = 0.0

    @asynccontextmanager
    async def one(self, since: float, limit: float) -> AsyncIterator[float]:
        """Take a place for the block.

        Args:
            since: the loop's time from which this attempt's time runs.
            limit: seconds that an attempt has.

        Yields:
            From when its time runs now: `since`, or later where it waited while others were answered.

        Raises:
            CrowdedError: nobody was answered for `limit` seconds.
        """
        self.visitors += 1
        try:
            since = await self._taken(since, limit)
            has_moved = True
            try:
                yield since
            except (TimeoutError, CrowdedError):
                has_moved = False
                raise
            finally:
                if has_moved:
                    self._moved = asyncio.get_running_loop().time()
                self._free.release()
        finally:
            self.visitors -= 1

    async def _taken(self, since: float, limit: float) -> float:
        while self._free.locked():
            try:
                async with asyncio.timeout_at(since + limit):
                    await self._free.acquire()
            except TimeoutError:
                if self._moved <= since:
                    raise CrowdedError from None
                since = self._moved
            else:
                return max(since, self._moved)
        await self._free.acquire()
        return since
