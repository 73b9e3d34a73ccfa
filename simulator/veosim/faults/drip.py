"""`break: drip`: the answer is right and whole, and its body comes one byte at a time."""

from veosim.faults.wire import Outgoing, Wire
from veosim.scenario.exchanges import Breakage


async def drip(wire: Wire, answer: Outgoing, how: Breakage) -> None:
    """Send the headers at once, and each byte after a pause on the simulator's clock."""
    await wire.start(answer)
    for byte in answer.body:
        await wire.pause(how.pause)
        if wire.left:
            await wire.gone()  # else the server might take this for an app that forgot to answer
            return
        await wire.write(bytes((byte,)))
    await wire.end()
