"""Which key a case submits with, and how many submits each key has made: nothing but RATE may come near the limit."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from veocontracts.profile import Auth
from veocontracts.steps import Origin
from veosim.clock import Clock
from veosim.seeded import digest

MARGIN = 10
UNKNOWN = "no-such-key"
LENGTH = 6
"""Bytes of a minted key's number. Of 100,000 keys two are alike in one run of fifty thousand; a run mints far fewer."""


class Keys:
    """The keys of one gateway process; cases of one process share it.

    Args:
        auth: of the profile.
        per_window: how many submits a key may make in a window.
        window: nanoseconds.
        run: tells apart the runs that one gateway lives through; its books still hold what the earlier ones bought.
    """

    def __init__(self, auth: Auth, per_window: int, window: int, run: str = "") -> None:
        self._auth = auth
        self._room = max(1, per_window - MARGIN)
        self._window = window
        self._run = run
        self._used: dict[str, deque[int]] = {}

    def fresh(self, role: str, origin: Origin, life: str = "") -> str:
        """A case's own key for `main` or `other`, where the profile can mint one; else the shared one.

        It follows from its arguments and the run alone, so that it is the same in whatever process and order cases go.

        Args:
            role: of the key.
            origin: of the case.
            life: tells apart the times that one run drives the case.
        """
        if self._auth.mint is None:
            return self.declared(role) or self._auth.keys["main"]
        number = int.from_bytes(digest(self._run, origin.seed, origin.case, life, role)[:LENGTH], "big")
        return self._auth.mint.format(n=number)

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
