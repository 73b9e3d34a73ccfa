"""A profile: all that a gateway's owner writes. Unknown keys are refused."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from veocontracts.profile.auth import Auth
from veocontracts.profile.clock import MOST_TOLERANCE, SCALED_TOLERANCE, Timeout
from veocontracts.profile.ledger import Ledger
from veocontracts.profile.price import Price
from veocontracts.profile.target import Target
from veocontracts.profile.upstream import Upstream
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


class Words(Strict):
    """The gateway's own words for a job's states; a state without any has those of the face."""

    queued: tuple[str, ...] = Field(default=(), strict=False)
    running: tuple[str, ...] = Field(default=(), strict=False)
    completed: tuple[str, ...] = Field(default=(), strict=False)
    failed: tuple[str, ...] = Field(default=(), strict=False)


class Profile(Strict):
    """One gateway."""

    profile: Literal[1]
    gateway: GatewayName
    target: Target
    upstream: Upstream = Upstream()
    api: str = "cn8-gateway"
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

    @model_validator(mode="after")
    def _timed(self) -> Self:
        clock = self.timeout.clock
        if self.target.process is not None and clock is None:
            raise contradiction(
                "a process needs a time mode: timeout.clock.scaled with a factor and the gateway's own variables",
                "timeout",
            )
        if clock is not None and clock.scaled.factor * SCALED_TOLERANCE > MOST_TOLERANCE:
            limit = MOST_TOLERANCE // SCALED_TOLERANCE
            problem = f"a factor above {limit} leaves more than 30 s of the 600 s undecided"
            raise contradiction(problem, "timeout", "clock", "scaled", "factor")
        return self
