"""A profile: all that a gateway's owner writes. Unknown keys are refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from veocontracts.profile.api import ApiField
from veocontracts.profile.auth import Auth
from veocontracts.profile.clock import Timeout
from veocontracts.profile.ledger import Ledger
from veocontracts.profile.price import Price
from veocontracts.profile.target import Target
from veocontracts.profile.upstream import Upstream
from veocontracts.profile.words import Words
from veosim.units import SECOND, Duration
from veosim.yamlfile import Strict, contradiction


class GatewayName(Strict):
    """Who is judged."""

    name: str


class Limits(Strict):
    """The rate limit per key."""

    submits_per_minute: int = Field(default=60, ge=1)
    counts_polls: bool = False


class Webhooks(Strict):
    """Where a webhook event says what, as JSON pointers (inferred: the documents name none of its fields)."""

    event_id: str = Field(default="/id", pattern="^/")
    job: str = Field(default="/data/id", pattern="^/")
    state: str = Field(default="/data/status", pattern="^/")
    units: str = Field(default="/data/units_consumed", pattern="^/")
    cost: str = Field(default="/data/token_cost", pattern="^/")


class Capabilities(Strict):
    """What the gateway has beyond the documents' core; `callbacks`: its upstream calls it back."""

    upload: bool = False
    webhooks: bool = False
    restart: bool = False
    callbacks: bool = False


RequiredStage = Literal["surface", "lifecycle", "money", "time", "hostile"]
"""The levels beyond smoke, which is the probe that opens every run."""


class Profile(Strict):
    """One gateway."""

    profile: Literal[1]
    gateway: GatewayName
    target: Target
    upstream: Upstream = Upstream()
    api: ApiField = "cn8-gateway"
    services: tuple[Literal["text", "image"], ...] = Field(default=(), strict=False)
    words: Words = Words()
    auth: Auth
    ledger: Ledger = Ledger()
    timeout: Timeout = Timeout()
    price: Price = Price()
    limits: Limits = Limits()
    ruleset: Literal[1] = 1
    capabilities: Capabilities = Capabilities()
    webhooks: Webhooks = Webhooks()
    refuses: Literal["submit", "job", "either"] = "either"
    accept_within: Duration = 2 * SECOND
    reach_within: Duration = 10 * SECOND
    require: tuple[RequiredStage, ...] = Field(
        default=("surface", "lifecycle", "money", "time", "hostile"), strict=False
    )
    waive: dict[str, str] = Field(default_factory=dict)
    known_failures: str | None = Field(default=None, min_length=1)
    regressions: str | None = Field(default=None, min_length=1)
    _from_environment: Mapping[str, str] = PrivateAttr(default_factory=dict)

    @property
    def from_environment(self) -> Mapping[str, str]:
        """The variables that were filled in, with values that must not be shown."""
        return self._from_environment

    def with_environment(self, used: Mapping[str, str]) -> Self:
        """The same profile, which knows what the environment gave it."""
        found = self.model_copy()
        found._from_environment = dict(used)
        return found

    @model_validator(mode="after")
    def _able(self) -> Self:
        if self.target.http is not None and self.capabilities.restart:
            problem = "a gateway that runs already cannot be restarted; use target.process, or leave 'restart' out"
            raise contradiction(problem, "capabilities", "restart")
        if self.target.asgi is not None:
            outside = {"listen", "public_url"} & self.upstream.model_fields_set
            for key in sorted(outside):
                problem = f"target.asgi reaches the upstream by {{upstream_url}}; {key!r} is for gateways outside"
                raise contradiction(problem, "upstream", key)
        return self

    @model_validator(mode="after")
    def _shown(self) -> Self:
        """What a job is to show of its charge, the gateway's own document leaves room for."""
        job = self.ledger.job
        for name in ("units", "cost"):
            pointer = getattr(job, name, None)
            if pointer is not None and not isinstance(self.api, str):
                self.api.shows(pointer, "ledger", "job", name)
        return self

    @model_validator(mode="after")
    def _timed(self) -> Self:
        given = self.timeout.clock.model_fields_set
        if self.target.asgi is not None and given - {"virtual"}:
            raise contradiction(
                "target.asgi is judged in virtual time, and in no other",
                "timeout",
                "clock",
                min(given - {"virtual"}),
            )
        if self.target.asgi is None and "virtual" in given:
            raise contradiction("virtual time is for target.asgi alone", "timeout", "clock", "virtual")
        if self.target.http is not None and "faketime" in given:
            raise contradiction(
                "faketime needs a process that the suite starts; this gateway runs already",
                "timeout",
                "clock",
                "faketime",
            )
        scaled = self.timeout.clock.scaled
        if self.target.http is not None and scaled is not None and scaled.env:
            raise contradiction(
                "nobody sets the variables of a gateway that runs already; its operator does, and then "
                f"'declared: [{', '.join(scaled.env)}]' says so",
                *("timeout", "clock", "scaled", "env"),
            )
        return self
