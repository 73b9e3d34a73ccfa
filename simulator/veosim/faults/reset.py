"""`break: reset`: the connection ends with a TCP RST instead of an answer."""

from veosim.faults.wire import Wire


async def reset(wire: Wire) -> None:
    """Reset, then wait until the server has noticed, so that it does not answer by itself."""
    wire.reset()
    await wire.gone()
