"""Addresses that a gateway hands out for files: which of them the suite calls, and how."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from veocontracts.bench import Bench
from veocontracts.faces import at

NAMES = ("upload_url", "public_url")


def handed_out(data: object) -> Iterator[tuple[str, str]]:
    """The addresses in an answer to upload-media, by their names (document 000, Quickstart)."""
    for name in NAMES:
        found = at(data, f"/data/{name}")
        if isinstance(found, str) and found:
            yield name, found


def is_near(url: str) -> bool:
    """Whether a request to it stays on this machine, as every gateway does that the suite starts.

    A path alone does; a store elsewhere, such as the one in document 000's sample, is left in peace.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if not parts.scheme and not parts.netloc:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def path_of(url: str) -> str:
    """The path with its query."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def reached(bench: Bench, url: str) -> str:
    """The whole address over sockets; a gateway in this process has no host, and serves the path."""
    return url if bench.setting.profile.target.asgi is None else path_of(url)
