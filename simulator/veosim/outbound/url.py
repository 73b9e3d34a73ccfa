"""URLs that the simulator may be told to ask: one strict reader for whoever accepts them and for whoever sends.

What it takes can be sent, as far as that can be told without resolving a name. It needs no library of HTTP, so that a
server which never sends anything starts without one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address

from veosim.errors import shown
from veosim.outbound.host import is_address

LENGTH_LIMIT = 8192
"""Characters of a URL (inferred); servers take about as much in a request line (RFC 9110, 4.1 asks for 8,000)."""

PORTS = {"http": 80, "https": 443}

# RFC 3986, 3: scheme, authority, and the rest, of which a fragment is not sent. No blanks, control characters,
# backslashes, which some readers take for slashes, or halves of characters.
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?P<query>\?[^#]*)?(?:#.*)?", re.IGNORECASE
)
_NOT_IN_URL = re.compile(r"[\s\x00-\x1f\x7f-\x9f\\\ud800-\udfff]")
_PLACE = re.compile(r"(?P<host>\[[^\[\]]*\]|[^\[\]:]*)(?::(?P<port>[0-9]{0,5}))?", re.ASCII)
_NAME = re.compile(r"(?=.{1,253}\.?\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?", re.ASCII)
_FOUR_NUMBERS = re.compile(r"[0-9]+(?:\.[0-9]+){3}", re.ASCII)
# What RFC 3986 lets stand in a path or a query is sent as it is, all else in percent-encoded UTF-8.
_NOT_SENT = re.compile(r"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9._~!$&'()*+,;=:@/?%-]")


class UrlError(ValueError):
    """A text that is no URL to send to; says what was found, where that tells more than the text, and what is allowed.

    It never holds a password.
    """


@dataclass(frozen=True, slots=True)
class Url:
    """A URL as it is asked for.

    Attributes:
        scheme: `http` or `https`.
        host: an IP address without brackets, or a name in lower case.
        port: the one given, or the scheme's own.
        target: path and query, in ASCII.
    """

    scheme: str
    host: str
    port: int
    target: str

    @property
    def netloc(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def parse_url(text: str) -> Url:
    """Read an http or https URL.

    Raises:
        UrlError: it is none, names a user, has no host or port that can be, or more than 8,192 characters.
    """
    if len(text) > LENGTH_LIMIT:
        raise UrlError(f"found a URL of {len(text)} characters; allowed: at most {LENGTH_LIMIT}")
    found = _URL.fullmatch(text)
    if found is None or _NOT_IN_URL.search(text) or not found["authority"]:
        raise UrlError("allowed: an http(s) URL")
    if "@" in found["authority"]:
        raise UrlError("found a URL that holds a user's name or password; allowed: an http(s) URL without them")
    place = _PLACE.fullmatch(found["authority"])
    if place is None or not place["host"]:
        raise UrlError("allowed: an http(s) URL")
    scheme = found["scheme"].lower()
    port = int(place["port"] or PORTS[scheme])
    if not 0 < port < 1 << 16:
        raise UrlError(f"found the port {port}; allowed: 1 to 65535")
    target = _NOT_SENT.sub(_percent, (found["path"] or "/") + (found["query"] or ""))
    return Url(scheme, _host(place["host"]), port, target)


def _host(text: str) -> str:
    host = text[1:-1] if text.startswith("[") else text.lower()
    if text.startswith("["):
        is_host = is_address(host) and ":" in host and "%" not in host
        host = IPv6Address(host).compressed if is_host else host
    else:
        is_host = _NAME.fullmatch(host) is not None and (_FOUR_NUMBERS.fullmatch(host) is None or is_address(host))
    if not is_host:
        raise UrlError(f"found the host {shown(text)}; allowed: a name or an IP address, in ASCII")
    return host


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


def masked(text: str) -> str:
    """A URL as notes show it: without its user, its query and its fragment, any of which may hold a secret."""
    text = re.sub(r"^([^/?#]*//)[^/?#]*@", r"\1…@", text, count=1)
    return re.sub(r"([?#]).*", r"\1…", text, count=1, flags=re.DOTALL)
