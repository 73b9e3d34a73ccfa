"""`break: hang`: the request is read, nothing is ever answered, the connection stays open."""

from veosim.faults.wire import Wire


async def hang(wire: Wire) -> None:
    """Hold the exchange until the client gives up."""
    await wire.gone()
