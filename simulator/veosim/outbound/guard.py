"""Which addresses the simulator may talk to: this machine's own, and hosts that its owner allowed by name.

A callback URL comes from whoever submits a job, so it must not become a way into a network. A host is resolved once,
here, and the connection goes to the very addresses that were checked; a name that resolves to something else a
moment later changes nothing.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Collection
from dataclasses import dataclass

from veosim.errors import shown
from veosim.outbound.base import OutboundError
from veosim.outbound.host import host_of, is_address, is_loopback, plain
from veosim.outbound.url import Url, UrlError, parse_url

# What resolvers take for an IPv4 address although it is not written as one: 127.1, 2130706433, 0x7f.1, 127.0.0.1.
NUMERIC = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$", re.ASCII)


class OutboundRefusedError(OutboundError):
    """A request that is not sent, because of where it would go."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL whose host has been checked, and the IP addresses that the check is about, in the resolver's order."""

    url: Url
    addresses: tuple[str, ...]


class Guard:
    """Says where a request may go.

    Args:
        allowed_hosts: names or IP addresses that may be talked to wherever they are; matched whole, in any spelling.

    Raises:
        VeosimError: an allowed host is a URL, or has a port.
    """

    def __init__(self, allowed_hosts: Collection[str] = ()) -> None:
        self._allowed = frozenset(host_of(host) for host in allowed_hosts)

    @staticmethod
    def parse(text: str) -> Url:
        """A URL that may be asked for, as far as can be told without resolving its host.

        Raises:
            OutboundRefusedError: it is none.
        """
        try:
            return parse_url(text)
        except UrlError as error:
            raise OutboundRefusedError(f"no URL to send to; {error}") from None

    async def check(self, url: Url) -> Target:
        """Resolve the URL's host and check every address it has.

        Raises:
            OutboundRefusedError: an address is not loopback, and the host is not allowed.
            OSError: the host has no address.
        """
        host = url.host
        is_allowed = plain(host) in self._allowed
        numeric = is_address(host)
        if not numeric and not is_allowed and NUMERIC.search(host):
            raise _refusal(host, "is an IP address in an unusual spelling")
        addresses = (host,) if numeric else await _resolved(host, url.port)
        for address in addresses:
            if not is_allowed and not is_loopback(address):
                what = "is" if numeric else f"resolves to {address},"
                raise _refusal(host, f"{what} not an address of this machine's own (loopback)")
        return Target(url, addresses)


def _refusal(host: str, problem: str) -> OutboundRefusedError:
    return OutboundRefusedError(f"{shown(host)} {problem}; to let it be reached: --allow-callback-host {host}")


async def _resolved(host: str, port: int) -> tuple[str, ...]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))
