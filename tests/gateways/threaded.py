"""A gateway that does part of its work in a thread of its own: not for text jobs, so that a probe does not show it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from veocontracts.reference.app import create as reference
from veosim.inprocess import App


def create(**kwargs: Any) -> App:
    """The reference gateway, with a thread that wakes the loop at every image job."""
    app = reference(**kwargs)

    async def threaded(
        scope: MutableMapping[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        if scope["type"] == "http" and scope["path"].endswith("from-image"):
            loop, woken = asyncio.get_running_loop(), asyncio.Event()
            thread = threading.Thread(target=loop.call_soon_threadsafe, args=(woken.set,))
            thread.start()
            thread.join()
            await woken.wait()
        await app(scope, receive, send)

    return threaded
