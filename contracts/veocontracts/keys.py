"""Which key a case submits with, and how many submits each key has made: nothing but RATE may come near the limit."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from itertools import count

from veocontracts.profile import Auth
from veosim.clock import Clock

MARGIN = 10
UNKNOWN = "no-such-key"


class Keys:
    """The keys of one gateway process; cases of one process share it.

    Args:
        auth: of the profile.
        per_window: how many submits a key may make in a window.
        window: nanoseconds.
        numbers: of the keys that are minted.
    """

    def __init__(self, auth: Auth, per_window: int, window: int, numbers: Iterator[int] | None = None) -> None:
        self._auth = auth
        self._minted = numbers or count(1)
        self._room = max(1, per_window - MARGIN)
        self._window = window
        self._used: dict[str, deque[int]] = {}

    @property
    def can_mint(self) -> bool:
        """Whether fresh keys are to be had."""
        return self._auth.mint is not None

    def fresh(self, role: str) -> str:
        """A key for `main` or `other` that nobody has used, where the profile can mint one; else the shared one."""
        if self._auth.mint is None:
            return self.declared(role) or self._auth.keys["main"]
        return self._auth.mint.format(n=next(self._minted))

    def declared(self, role: str) -> str | None:
        """A key that only the profile knows, such as `unentitled`."""
        return {str(name): key for name, key in self._auth.keys.items()}.get(role)

    def headers(self, key: str | None) -> Mapping[str, str]:
        """The header that carries the key; none for None."""
        if key is None:
            return {}
        name, _, value = self._auth.header.partition(":")
        return {name.strip(): value.strip().format(key=key)}

    async def room(self, key: str, clock: Clock) -> None:
        """Wait until one more submit of this key stays ten below the limit; count it."""
        used = self._used.setdefault(key, deque())
        while len(used) >= self._room:
            wait = used[0] + self._window - clock.now()
            if wait > 0:
                await clock.sleep(wait)
            while used and used[0] + self._window <= clock.now():
                used.popleft()
        used.append(clock.now())
