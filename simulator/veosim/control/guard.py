"""Who may use the control API: whoever addresses this server by its own name, is no foreign web page, has the token.

A page of some web site that is open in a browser on this machine can send requests to loopback. Three things keep it
out: its requests carry an `Origin` of its own; a name that it made resolve to loopback is no name of this server; and
a body has to be JSON or YAML by its media type, which no form can say.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator, MutableMapping
from typing import Any

from veosim.control import PREFIX
from veosim.control.refusals import RefusedError
from veosim.control.settings import Settings
from veosim.errors import shown
from veosim.outbound.host import host_of, is_address, is_loopback, plain

OPEN = frozenset({PREFIX, f"{PREFIX}/", f"{PREFIX}/openapi.json"})
"""What needs no token: the page and the document say nothing that is not public, and a browser sends no token."""

_HOST = re.compile(r"([A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
_BEARER = re.compile(rb"bearer +([^\s]+)", re.IGNORECASE)


class Guard:
    """Judges requests by their headers and by the address that they came in at.

    Raises:
        VeosimError: an allowed host is none.
    """

    def __init__(self, settings: Settings) -> None:
        self._hosts = frozenset(host_of(host) for host in settings.hosts)
        self._token = None if settings.token is None else settings.token.encode()

    def check(self, scope: MutableMapping[str, Any]) -> None:
        """Judge one request.

        Raises:
            RefusedError: 403 because of its Host or Origin, 401 for want of the token.
        """
        address = str((scope.get("server") or ("127.0.0.1", None))[0])
        hosts = [host.decode("latin-1") for host in _headers(scope, b"host")]
        for host in hosts:
            if not self._is_ours(host, address):
                fix = "if it is, start the server with --control-host and that name"
                raise RefusedError(403, "foreign_host", f"the Host {shown(host)} is no name of this server; {fix}")
        for origin in _headers(scope, b"origin"):
            if origin.decode("latin-1").partition("://")[2] not in hosts:
                found = shown(origin.decode("latin-1"))
                message = f"the Origin {found} is not this server's own; web pages of others may not use this API"
                raise RefusedError(403, "foreign_origin", message)
        if scope["path"] not in OPEN:
            self._check_token(scope, address)

    def _is_ours(self, host: str, address: str) -> bool:
        """Whether a Host names this server; its port says nothing, since it may be mapped."""
        found = _HOST.fullmatch(host)
        if found is None:
            return False
        name = plain(found[1].strip("[]"))
        if name == "localhost" or name in self._hosts or name == address:
            return True
        return is_address(name) and is_loopback(name)

    def _check_token(self, scope: MutableMapping[str, Any], address: str) -> None:
        if self._token is None:
            if is_address(address) and not is_loopback(address):  # else a socket file, or a call in this process
                fix = "start the server with --control-token, or let it listen on loopback"
                raise RefusedError(403, "token_needed", f"beyond loopback the control API needs a token: {fix}")
            return
        given = [found[1] for text in _headers(scope, b"authorization") if (found := _BEARER.fullmatch(text))]
        if not any(hmac.compare_digest(token, self._token) for token in given):
            message = (
                "the token is missing or wrong: send the header Authorization: Bearer TOKEN; the server printed it"
            )
            raise RefusedError(401, "unauthorized", message, headers={"WWW-Authenticate": "Bearer"})


def _headers(scope: MutableMapping[str, Any], wanted: bytes) -> Iterator[bytes]:
    return (value for name, value in scope["headers"] if name == wanted)
