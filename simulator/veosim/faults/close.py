"""`break: close`: the connection ends in good order (a TCP FIN), and nothing was answered."""

from veosim.faults.wire import Wire


async def close(wire: Wire) -> None:
    """Close, then wait until the server has noticed, so that it does not answer by itself."""
    wire.close()
    await wire.gone()
