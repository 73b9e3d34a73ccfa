"""Processes as tests look at them."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from threading import Event

from veosim.clock import monotonic
from veosim.units import SECOND

WITHIN = 20 * SECOND
LOOK_EVERY = 0.01


def is_running(pid: int) -> bool:
    """Whether a process is still there; a dead one that nobody has reaped is not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def eventually(holds: Callable[[], bool]) -> None:
    """Return once something holds that another process brings about; fail where it never does."""
    end, pause = monotonic() + WITHIN, Event()
    while not holds():
        assert monotonic() < end, "it never came about"
        pause.wait(LOOK_EVERY)


async def in_time(holds: Callable[[], bool]) -> None:
    """The same beside a running loop."""
    end = monotonic() + WITHIN
    while not holds():
        assert monotonic() < end, "it never came about"
        await asyncio.sleep(LOOK_EVERY)  # why: another process does the work, on its own time
