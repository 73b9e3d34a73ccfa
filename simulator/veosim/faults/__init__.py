"""Ways to break a connection, one file each; a scenario names them after `break:`."""

from collections.abc import Awaitable, Callable, Mapping

from veosim.faults.hang import hang
from veosim.faults.reset import reset
from veosim.faults.wire import Wire

BREAKS: Mapping[str, Callable[[Wire], Awaitable[None]]] = {"hang": hang, "reset": reset}

__all__ = ["BREAKS", "Wire"]
