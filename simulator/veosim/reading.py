"""What a request's head says: whose it is, where its sender reached this server, which part of a file it wants."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from starlette.types import Scope

from veosim.seeded import fingerprint
from veosim.steering import KEY_PREFIX

_BEARER = re.compile(r"bearer +([^\s]+)", re.IGNORECASE)
_HOST = re.compile(r"[A-Za-z0-9._-]{1,255}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")
_DOWNLOAD = frozenset({b"range", b"if-range", b"if-none-match"})


@lru_cache(maxsize=256)
def credentials_of(credentials: str) -> tuple[str, bool, str]:
    """Their fingerprint, whether they are a bearer key, and the scenario that the key names.

    The scheme's case says nothing (RFC 9110, 11.1). A client sends the same ones each time: to know them saves 2 µs.
    """
    bearer = _BEARER.fullmatch(credentials)
    if bearer is None:
        return fingerprint(credentials) if credentials else "", False, ""
    wish = bearer[1].removeprefix(KEY_PREFIX) if bearer[1].startswith(KEY_PREFIX) else ""
    return fingerprint(f"Bearer {bearer[1]}"), True, wish


def header(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> str:
    """The value of the first header of that name, in lower case; "" without one."""
    for name, value in headers:
        if name == wanted:
            return value.decode("latin-1")
    return ""


def download_headers(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Those that a download depends on; of a repeated one the lines are joined (RFC 9110, 5.3)."""
    found: dict[str, str] = {}
    for name, value in headers:
        if name in _DOWNLOAD:
            known, text = found.get(name.decode("latin-1")), value.decode("latin-1")
            found[name.decode("latin-1")] = text if known is None else f"{known}, {text}"
    return found


def base_of(scope: Scope) -> str:
    """Where the client reached this server: the name it used, else the address that it connected to."""
    host = header(scope["headers"], b"host")
    if not _HOST.fullmatch(host):
        address, port = scope.get("server") or ("127.0.0.1", 80)
        host = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    return f"{scope['scheme']}://{host}"
