"""Hosts as people write them: names and IP addresses."""

from __future__ import annotations

import re
from ipaddress import ip_address

from veosim.errors import VeosimError, shown


def plain(host: str) -> str:
    """One spelling for each IP address; names in lower case."""
    host = host.lower()
    return ip_address(host).compressed if is_address(host) else host


def is_address(host: str) -> bool:
    """Whether it is an IP address, without brackets."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def host_of(host: str) -> str:
    """A host that somebody allowed, in one spelling.

    Raises:
        VeosimError: it is no host.
    """
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not bare or (not is_address(bare) and re.search(r"[^\w.-]", bare)):
        problem = f"{shown(host)} is no host; allowed: a name or an IP address, without a scheme, port or path"
        raise VeosimError(problem)
    return plain(bare)
