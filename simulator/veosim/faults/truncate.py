"""`break: truncate`: the headers promise the whole body, a part of it comes, and the connection ends in good order."""

from veosim.faults.wire import Outgoing, Wire
from veosim.scenario.exchanges import Breakage


async def truncate(wire: Wire, answer: Outgoing, how: Breakage) -> None:
    """Send that share of the body, rounded down, so that of any body at least one byte is missing."""
    await wire.start(answer)
    await wire.write(answer.body[: int(len(answer.body) * how.share)])
    wire.close()
    await wire.gone()
