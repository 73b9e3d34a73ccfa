"""What the simulator asks of whatever sends its requests, and the client that does so, made when first needed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Protocol

from veosim.errors import VeosimError
from veosim.outbound.host import host_of

if TYPE_CHECKING:
    from veosim.outbound.client import Client

FETCH_LIMIT = 64 * 1024 * 1024
"""Bytes of one fetched file; above the 50 MB that document 003 allows for an image."""

Kind = Literal["answered", "timeout", "refused", "forbidden"]
"""How an attempt ended. `timeout`: no status in time, or no free connection. `refused`: no connection, or it ended
before the status. `forbidden`: never sent."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one attempt.

    Attributes:
        status: the receiver's HTTP status, a redirect's too, whatever became of the answer's body; None without one.
        problem: why there is none, in words; "" where there is one.
    """

    status: int | None
    problem: str
    kind: Kind

    @property
    def delivered(self) -> bool:
        """Whether the receiver took it: any 2xx."""
        return self.status is not None and 200 <= self.status <= 299


class OutboundError(VeosimError):
    """A request to another server that brought nothing."""


class Outbound(Protocol):
    """Sends requests."""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Receipt:
        """Send `body`; whatever goes wrong is in the receipt."""
        ...

    async def get(self, url: str, limit: int = FETCH_LIMIT) -> bytes:
        """The file behind a URL.

        Raises:
            OutboundError: it cannot be had, with the reason; it is larger than `limit` bytes.
        """
        ...


class Guarded:
    """To loopback and to `hosts`, through a client whose libraries are loaded with the first request.

    Raises:
        VeosimError: one of `hosts` is none.
    """

    def __init__(self, hosts: Collection[str] = ()) -> None:
        self._hosts = tuple(host_of(host) for host in hosts)

    @cached_property
    def _client(self) -> Client:
        from veosim.outbound.client import Client  # noqa: PLC0415  a server without callbacks starts faster
        from veosim.outbound.guard import Guard  # noqa: PLC0415  the same

        return Client(Guard(self._hosts))

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Receipt:
        """Send `body`; whatever goes wrong is in the receipt."""
        return await self._client.post(url, headers, body)

    async def get(self, url: str, limit: int = FETCH_LIMIT) -> bytes:
        """The file behind a URL, or an OutboundError."""
        return await self._client.get(url, limit)
