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
from ipaddress import IPv6Address, ip_address

import httpx2

from veosim.errors import printable, shown
from veosim.outbound.base import OutboundError
from veosim.outbound.host import host_of, is_address, plain

SCHEMES = ("http", "https")
PORTS = {"http": 80, "https": 443}

# What resolvers take for an IPv4 address although it is not written as one: 127.1, 2130706433, 0x7f.1, 127.0.0.1.
NUMERIC = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$", re.ASCII)

USER = re.compile(r"[^/?#]*//[^/?#]*@")
"""A URL with a place for a user's name, be it empty."""


class OutboundRefusedError(OutboundError):
    """A request that is not sent, because of where it would go."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL whose host has been checked, and the IP addresses that the check is about, in the resolver's order."""

    url: httpx2.URL
    addresses: tuple[str, ...]


def port_of(url: httpx2.URL) -> int:
    """The port that a URL leads to."""
    return PORTS[url.scheme] if url.port is None else url.port


class Guard:
    """Says where a request may go.

    Args:
        allowed_hosts: names or IP addresses that may be talked to wherever they are; matched whole, in any case.

    Raises:
        VeosimError: an allowed host is a URL, or has a port.
    """

    def __init__(self, allowed_hosts: Collection[str] = ()) -> None:
        self._allowed = frozenset(host_of(host) for host in allowed_hosts)

    def parse(self, text: str) -> httpx2.URL:
        """A URL that may be asked for, as far as can be told without resolving its host.

        Raises:
            OutboundRefusedError: not http or https, without a host, with a user's name in it, or no URL at all.
        """
        try:
            url = httpx2.URL(text)
        except httpx2.InvalidURL as error:
            raise OutboundRefusedError(f"no URL: {printable(str(error))}") from None
        if url.scheme not in SCHEMES:
            raise OutboundRefusedError(f"a URL with the scheme {shown(url.scheme)}; allowed: http and https")
        if url.userinfo or USER.match(text):
            raise OutboundRefusedError(f"a URL for {shown(url.host)} holds a user's name or password; leave them out")
        if not url.raw_host or "%" in url.host:
            raise OutboundRefusedError(f"{shown(url.host)} is no host name; allowed: a name or an IP address")
        if not 0 < port_of(url) < 65_536:
            raise OutboundRefusedError(f"{url.port} is no port of {shown(url.host)}; allowed: 1 to 65535")
        return url

    async def check(self, url: httpx2.URL) -> Target:
        """Resolve the URL's host and check every address it has.

        Raises:
            OutboundRefusedError: an address is not loopback, and the host is not allowed.
            OSError: the host has no address.
        """
        host = plain(url.raw_host.decode("ascii"))
        is_allowed = host in self._allowed
        numeric = is_address(host)
        if not numeric and not is_allowed and NUMERIC.search(host):
            raise _refusal(host, "is an IP address in an unusual spelling")
        addresses = (host,) if numeric else await _resolved(host, port_of(url))
        for address in addresses:
            if not is_allowed and not is_loopback(address):
                what = "is" if numeric else f"resolves to {address},"
                raise _refusal(host, f"{what} not an address of this machine's own (loopback)")
        return Target(url, addresses)


def is_loopback(address: str) -> bool:
    """Whether an IP address is this machine's own; an IPv4 address mapped into IPv6 never counts."""
    parsed = ip_address(address)
    return parsed.is_loopback and not (isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None)


def _refusal(host: str, problem: str) -> OutboundRefusedError:
    return OutboundRefusedError(f"{shown(host)} {problem}; to let it be reached: --allow-callback-host {host}")


async def _resolved(host: str, port: int) -> tuple[str, ...]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:  # a label that is empty or too long
        raise OutboundRefusedError(f"{shown(host)} is no host name; allowed: a name or an IP address") from None
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))
