"""Work on a fresh virtual loop."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from veocontracts.timing.loop import VirtualLoop
from veocontracts.timing.virtual import VirtualRunner

T = TypeVar("T")


async def nap(seconds: float) -> None:
    """A real timer of the loop that is tested."""
    await asyncio.sleep(seconds)  # why: the loop is virtual, so this is a jump


def run(work: Callable[[VirtualLoop], Awaitable[T]]) -> T:
    """The result of `work` on a fresh loop."""
    with VirtualRunner() as runner:
        return runner.run(work)
