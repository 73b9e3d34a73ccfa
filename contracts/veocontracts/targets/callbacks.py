"""Callbacks of the simulator to a gateway in this process, which has no socket that they could come in by."""

from __future__ import annotations

from collections.abc import Mapping

from veocontracts.targets.base import GatewayPort
from veosim.outbound.base import Guarded, Receipt

IN_PROCESS_GATEWAY = "http://gateway.invalid"
"""The gateway's address: a name that no resolver knows."""


class ToGateway(Guarded):
    """Callbacks to the gateway's address go to the gateway; all others go out as usual.

    Attributes:
        gateway: set once there is one.
    """

    def __init__(self) -> None:
        super().__init__()
        self.gateway: GatewayPort | None = None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Receipt:
        """Call the gateway, or send."""
        if self.gateway is None or not url.startswith(IN_PROCESS_GATEWAY):
            return await super().post(url, headers, body)
        try:
            answer = await self.gateway.send("POST", url.removeprefix(IN_PROCESS_GATEWAY), headers, body)
        except ConnectionError as error:
            return Receipt(None, str(error), "refused")
        return Receipt(answer.status, "", "answered")
