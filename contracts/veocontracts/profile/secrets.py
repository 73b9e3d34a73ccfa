"""What of a profile, and of the environment that it is read in, must not be written down."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from veocontracts.places import NAMES
from veocontracts.profile.load import VARIABLE
from veocontracts.profile.model import Profile
from veocontracts.secrets import REPORTED, TOLD, Secrets, tells_of_secret
from veosim.seeded import fingerprint
from veosim.yamlfile import Path_

_KEYS = (("auth", "keys"), ("upstream", "key"))
"""Where a profile holds keys: they are shown as fingerprints, as in journals and reports."""
_OWN_NAMES = frozenset({"env", "headers", "kwargs", "body"})
"""Below these, names are the gateway's own, and may tell of a secret; elsewhere `key` is a word of profiles."""
_PASSWORD = re.compile(r"(://[^:/@\s]*:)[^@\s]+(@)")


def secrets_of(profile: Profile, environment: Mapping[str, str] = os.environ) -> Secrets:
    """All that is hidden in what a gateway writes; what we write ourselves takes those of `secrets.REPORTED`.

    The keys of its clients and of its upstream, whatever `${...}` gave, and each text whose name tells of a secret: in
    the profile, and in the environment, which processes that are started inherit.
    """
    return Secrets(_named(_keys(profile), _given(profile), _telling(environment)), profile.auth.mint or "")


def secrets_in(environment: Mapping[str, str] = os.environ) -> Secrets:
    """The same, as long as there is no profile."""
    return Secrets(_named(_telling(environment)))


def secrets_told(profile: Profile) -> Secrets:
    """What a gateway must not repeat to its clients.

    Rules read its answers, so that only what is a secret beyond doubt is replaced: not an address that came from a
    variable, and no pattern.
    """
    return Secrets(_named(_keys(profile), _telling(profile.from_environment))).at_least(REPORTED)


def shown(path: Path_, raw: Any) -> str:
    """What a profile's file says at a path, with fingerprints for secrets; a variable stands for its own value."""
    own = secret = False
    for part in path:
        own, secret = _below(part, own=own, secret=secret)
    told = _without(raw, own=own, secret=secret or path[:2] in _KEYS)
    return told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)


def _below(part: object, *, own: bool, secret: bool) -> tuple[bool, bool]:
    """Whether names below this part of a path are the gateway's own, and whether what stands there is secret."""
    name = str(part)
    return own or name in _OWN_NAMES, secret or (own and tells_of_secret(name))


def _without(raw: Any, *, own: bool, secret: bool) -> Any:
    if isinstance(raw, dict):
        found = {}
        for name, item in raw.items():
            is_own, is_secret = _below(name, own=own, secret=secret)
            found[name] = _without(item, own=is_own, secret=is_secret)
        return found
    if isinstance(raw, list):
        return [_without(item, own=own, secret=secret) for item in raw]
    if secret and isinstance(raw, str | int | float) and not isinstance(raw, bool):
        text = str(raw)
        if not VARIABLE.search(text) and not _has_place(text):
            return fingerprint(text)
    return _PASSWORD.sub(r"\1…\2", raw) if isinstance(raw, str) else raw


def _named(*groups: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Texts with their names, of which the first counts."""
    found: dict[str, str] = {}
    for text, name in chain(*groups):
        found.setdefault(text, name)
    return found


def _keys(profile: Profile) -> Iterator[tuple[str, str]]:
    yield from ((key, f"key:{role}") for role, key in profile.auth.keys.items())
    if profile.upstream.key is not None:
        yield profile.upstream.key, "key:upstream"


def _given(profile: Profile) -> Iterator[tuple[str, str]]:
    """What came from variables, and literals of the profile whose names tell of a secret."""
    yield from ((text, name) for name, text in profile.from_environment.items() if len(text) >= TOLD)
    asgi, own = profile.target.asgi, profile.timeout.clock.test
    written: list[Mapping[str, Any]] = [each.env for each in profile.target.started.values()]
    written += [asgi.kwargs] if asgi is not None else []
    written += [own.advance.headers, own.advance.body or {}] if own is not None and own.advance is not None else []
    written += [profile.ledger.command.env] if profile.ledger.command is not None else []
    for each in written:
        yield from _literals(each)


def _literals(data: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """The texts whose own name, or one above it, tells of a secret; the last word, behind a scheme, by itself too."""
    if isinstance(data, Mapping):
        for key, item in data.items():
            yield from _literals(item, str(key) if tells_of_secret(str(key)) else name)
    elif isinstance(data, list):
        for item in data:
            yield from _literals(item, name)
    elif isinstance(data, str) and name and not _has_place(data):
        yield from ((text, name) for text in (data, data.rpartition(" ")[2]) if len(text) >= TOLD)


def _telling(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, text in environment.items():
        if tells_of_secret(name) and len(text) >= TOLD:
            yield text, name


def _has_place(text: str) -> bool:
    """Whether the suite fills something in, so that the text is none by itself."""
    return any(f"{{{place}}}" in text for place in NAMES)
