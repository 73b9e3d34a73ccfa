"""The tasks of one gateway: they end with it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine


class Tasks:
    """Work that nobody waits for."""

    def __init__(self) -> None:
        self.tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Run it beside everything else."""
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def halt(self) -> None:
        """Cancel what still runs, in the midst of what it does."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
