"""The one thing that the suite asks of a gateway: an answer to a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from veosim.inprocess import Response


class GatewayPort(Protocol):
    """A gateway that can be called."""

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        """One request, one answer.

        Raises:
            ConnectionError: no answer came.
        """
        ...
