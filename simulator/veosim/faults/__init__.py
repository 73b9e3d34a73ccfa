"""Ways to break a connection, one file each; a scenario names them after `break:`."""

from collections.abc import Awaitable, Callable, Mapping

from veosim.faults.close import close
from veosim.faults.drip import drip
from veosim.faults.hang import hang
from veosim.faults.reset import reset
from veosim.faults.truncate import truncate
from veosim.faults.wire import Outgoing, Wire
from veosim.scenario.exchanges import Breakage, BreakWord

INSTEAD: Mapping[BreakWord, Callable[[Wire], Awaitable[None]]] = {"hang": hang, "reset": reset, "close": close}
"""Breaks that leave no answer."""

WITHIN: Mapping[BreakWord, Callable[[Wire, Outgoing, Breakage], Awaitable[None]]] = {"truncate": truncate, "drip": drip}
"""Breaks of an answer that is being sent."""

__all__ = ["INSTEAD", "WITHIN", "Outgoing", "Wire"]
