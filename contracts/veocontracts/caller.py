"""Requests to a gateway: each has a limit, and no key of ours is ever written down."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from veocontracts.faces import parse
from veocontracts.keys import UNKNOWN, Keys
from veocontracts.profile import Profile
from veocontracts.profile.secrets import secrets_of, secrets_told
from veocontracts.steps import Origin
from veocontracts.targets.base import GatewayPort
from veosim.inprocess import Response
from veosim.seeded import fingerprint
from veosim.units import seconds, show_duration


class Caller:
    """One case's client.

    Keys go by their roles: `main`, `other`, `unentitled`, `unknown`, `none`, or any further name for a key of full
    rights that nobody else uses.

    Args:
        gateway: what is called.
        keys: where secrets come from.
        patience: nanoseconds of the loop's clock after which a gateway that does not answer is left.
        profile: has further texts that are not written down.
        origin: of the case; its keys follow from it.
        life: see `Keys.fresh`.

    Attributes:
        secrets: what is not written down of answers and events: first of all the keys used so far.
        notes: what went wrong with requests that were not answered.
    """

    def __init__(
        self, gateway: GatewayPort, keys: Keys, patience: int, profile: Profile, origin: Origin, life: str = ""
    ) -> None:
        self._gateway = gateway
        self._source = keys
        self._patience = patience
        self._profile = profile
        self._origin = origin
        self._life = life
        self._keys: dict[str, str] = {}
        self.secrets = secrets_told(profile)
        self.notes: list[str] = []

    def secret(self, role: str) -> str | None:
        """The key of that role in this case; None for `none`."""
        if role == "none":
            return None
        if role == "unknown":
            return UNKNOWN
        if role not in self._keys:
            declared = self._source.declared(role) if role == "unentitled" else None
            self._keys[role] = declared or self._source.fresh(role, self._origin, self._life)
            self.secrets = self.secrets.and_of(self._named())
        return self._keys[role]

    def headers(self, role: str) -> Mapping[str, str]:
        """The header that carries the key."""
        return self._source.headers(self.secret(role))

    def fingerprints(self) -> dict[str, str]:
        """The roles of the keys used so far, by the fingerprints under which the upstream would know them."""
        found = {}
        for role, secret in self._keys.items():
            for value in {secret, f"Bearer {secret}", *self._source.headers(secret).values()}:
                found[fingerprint(value)] = role
        return found

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Response | None:
        """One exchange; None where no answer came, and a note says why."""
        try:
            async with asyncio.timeout(seconds(self._patience)):
                return await self._gateway.send(method, path, headers, body)
        except TimeoutError:
            self.notes.append(f"{method} {path}: no answer within {show_duration(self._patience)}")
        except ConnectionError as error:
            self.notes.append(self.plain_text(f"{method} {path}: {error}"))
        return None

    def data(self, answer: Response | None) -> Any:
        """The answer's data; a key that the gateway echoes becomes its role."""
        if answer is None:
            return None
        return self.secrets.in_parsed(parse(answer.body), answer.body)

    def plain(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Headers to write down, with roles for keys."""
        return {name: self.secrets.in_text(text) for name, text in headers.items()}

    def plain_text(self, text: str) -> str:
        """What a gateway, a ledger or an error said, to write down; no rule reads that, so that more is hidden."""
        return secrets_of(self._profile).and_of(self._named()).in_text(text)

    def _named(self) -> dict[str, str]:
        """The keys used so far, by their roles; of two roles with one key the first."""
        return {key: f"key:{role}" for role, key in reversed(self._keys.items())}
