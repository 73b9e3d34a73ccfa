"""Hosts as people write them: names and IP addresses."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address

from veosim.errors import VeosimError, shown


def plain(host: str) -> str:
    """One spelling for each host: IP addresses compressed; names in lower case and A-labels, without a last dot."""
    host = _a_labels(host).removesuffix(".")
    return ip_address(host).compressed if is_address(host) else host


def _a_labels(host: str) -> str:
    """A name in lower case, with letters beyond ASCII in the form that resolvers take (RFC 5890, 2.3.2.1).

    A name that has no such form comes back as it is, in lower case.
    """
    host = host.lower()
    if host.isascii():
        return host
    import idna  # noqa: PLC0415  takes longer to load than a server without callbacks should wait

    try:
        return idna.encode(host).decode("ascii")
    except idna.IDNAError:
        return host


def is_address(host: str) -> bool:
    """Whether it is an IP address, without brackets."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(address: str) -> bool:
    """Whether an IP address is this machine's own; an IPv4 address mapped into IPv6 never counts."""
    parsed = ip_address(address)
    return parsed.is_loopback and not (isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None)


def host_of(host: str) -> str:
    """A host that somebody allowed, in one spelling.

    Raises:
        VeosimError: it is no host.
    """
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not bare.strip(".") or (not is_address(bare) and re.search(r"[^A-Za-z0-9_.-]", _a_labels(bare))):
        problem = f"{shown(host)} is no host; allowed: a name or an IP address, without a scheme, port or path"
        raise VeosimError(problem)
    return plain(bare)
