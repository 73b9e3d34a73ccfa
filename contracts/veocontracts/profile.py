"""A profile: all that a gateway's owner writes. Unknown keys are refused; `${VAR}` comes from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from veosim.dialects import DIALECTS
from veosim.errors import Problem, SourceError, did_you_mean, shown
from veosim.units import SECOND, Duration
from veosim.yamlfile import Path_, Strict, Tree, load

Seconds = Duration


def _money(value: object) -> object:
    try:
        found = Decimal(value) if isinstance(value, str | Decimal) else Decimal("NaN")
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or found <= 0:
        problem = f"{shown(value)} is not an amount"
        allowed = 'a quoted decimal above 0, such as "1.50"'
        raise PydanticCustomError("money", "{problem}", {"problem": problem, "allowed": allowed})
    return found


Money = Annotated[Decimal, BeforeValidator(_money)]


class GatewayName(Strict):
    """Who is judged."""

    name: str


class AsgiTarget(Strict):
    """A Python factory, run in virtual time. `{upstream_url}` and `{upstream_app}` stand for the simulator."""

    factory: str = Field(pattern=r"^[\w.]+:[\w.]+$")
    kwargs: dict[str, Any] = Field(default_factory=dict)


class Ready(Strict):
    """When a started process counts as up: a path that answers 200."""

    get: str = "/"
    within: Seconds = 20 * SECOND


class ProcessTarget(Strict):
    """A command, never a shell line. `{port}`, `{upstream_url}` and `{python}` are filled in."""

    command: tuple[str, ...] = Field(min_length=1, strict=False)
    env: dict[str, str] = Field(default_factory=dict)
    ready: Ready = Ready()


class Target(Strict):
    """How the gateway is reached: exactly one of the keys."""

    asgi: AsgiTarget | None = None
    process: ProcessTarget | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.asgi is None) == (self.process is None):
            raise _contradiction("a target is exactly one of 'asgi' and 'process'")
        return self


def _dialect(value: object) -> object:
    if isinstance(value, str) and value not in DIALECTS:
        hint = did_you_mean(value, DIALECTS)
        problem = f"no dialect is called {shown(value)}"
        raise PydanticCustomError(
            "dialect", "{problem}", {"problem": problem, "allowed": ", ".join(DIALECTS), "hint": hint}
        )
    return value


class Upstream(Strict):
    """What the simulator plays. `signs`: whether its callbacks are signed, with `{callback_secret}`."""

    dialect: Annotated[str, BeforeValidator(_dialect)] = "api-video"
    signs: bool | None = None

    @property
    def signed(self) -> bool:
        """Whether callbacks are signed: as the dialect documents it, unless the profile says."""
        return DIALECTS[self.dialect].signs if self.signs is None else self.signs


KeyRole = Literal["main", "other", "unentitled"]
"""`other`: a second key of full rights. `unentitled`: a known key whose allowed services lack the ones called."""


class Auth(Strict):
    """Keys. `mint` makes fresh ones from `{n}`; without it the suite shares `main` and waits for its window."""

    header: str = "Authorization: Bearer {key}"
    keys: dict[KeyRole, str]
    mint: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if "main" not in self.keys:
            raise _contradiction("'main' is missing, the key that most jobs are submitted with", "keys")
        if not _HEADER.fullmatch(self.header) or not _differs(self.header, "key"):
            raise _contradiction("a header is 'Name: value' with {key} where the key stands", "header")
        if self.mint is not None and not _differs(self.mint, "n"):
            raise _contradiction("mint needs {n}, which is replaced by a number", "mint")
        for name, key in self.keys.items():
            if not _PLAIN.fullmatch(key):
                raise _contradiction(
                    "a key is one or more plain ASCII characters; is its variable empty?",
                    "keys",
                    name,
                )
        return self


_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[ -~]*")
_PLAIN = re.compile(r"[!-~](?:[ -~]*[!-~])?")


def _differs(pattern: str, name: str) -> bool:
    """Whether a pattern has a place for `name`, and for nothing else."""
    try:
        return pattern.format(**{name: 1}) != pattern.format(**{name: 2})
    except (LookupError, ValueError):
        return False


class JobLedger(Strict):
    """Units and cost on the job itself, as JSON pointers."""

    units: str = Field(default="/units_consumed", pattern="^/")
    cost: str = Field(default="/token_cost", pattern="^/")


class HttpLedger(Strict):
    """An endpoint that lists a key's charges; the pointers are relative to one entry.

    Where it lists holds too, `kind` points at the word that tells, and `charges` are the words of entries that count.
    """

    get: str = Field(pattern="^/")
    entries: str = "/charges"
    job: str = "/job_id"
    amount: str = "/amount"
    units: str | None = "/units"
    kind: str | None = Field(default=None, pattern="^/")
    charges: tuple[str, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        if (self.kind is None) == bool(self.charges):
            raise _contradiction("'kind' says where an entry's kind is, 'charges' which count: give both or neither")
        return self


class Ledger(Strict):
    """Every way in which a charge can be seen. None: BILL cannot pass."""

    job: JobLedger | None = None
    http: HttpLedger | None = None


class ScaledClock(Strict):
    """The gateway's own times divided by `factor`, and the variables that carry them, in seconds."""

    factor: float = Field(gt=0, strict=False)
    env: dict[Literal["job_timeout", "poll_interval", "rate_window"], str] = Field(default_factory=dict)
    poll_interval: Seconds = 5 * SECOND


class TimeoutClock(Strict):
    """The time mode of a target that runs in a process of its own."""

    scaled: ScaledClock


class Timeout(Strict):
    """The 600 s rule. `poll_gap` is how late the gateway may notice an end upstream; by default it is measured."""

    after: Seconds = 600 * SECOND
    from_: Literal["accept"] = Field(default="accept", alias="from")
    grace: Seconds | None = None
    poll_gap: Seconds | None = None
    clock: TimeoutClock | None = None


class Price(Strict):
    """What one second costs."""

    per_second: Money = Decimal("1.50")
    currency: str = "USD"
    round: Literal["cent"] = "cent"


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
    accept_within: Seconds = 2 * SECOND
    reach_within: Seconds = 10 * SECOND
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
            raise _contradiction(
                "a process needs a time mode: timeout.clock.scaled with a factor and the gateway's own variables",
                "timeout",
            )
        if clock is not None and clock.scaled.factor * SCALED_TOLERANCE > MOST_TOLERANCE:
            limit = MOST_TOLERANCE // SCALED_TOLERANCE
            problem = f"a factor above {limit} leaves more than 30 s of the 600 s undecided"
            raise _contradiction(problem, "timeout", "clock", "scaled", "factor")
        return self


SCALED_TOLERANCE = SECOND // 2
"""Half a real second, times the factor: what a scaled run cannot tell apart."""

MOST_TOLERANCE = 30 * SECOND

_VARIABLE = re.compile(r"\$\{(\w+)\}")


def _contradiction(problem: str, *below: str) -> PydanticCustomError:
    """A problem of several values together; `below` is the place of the one to change."""
    return PydanticCustomError("contradiction", "{problem}", {"problem": problem, "below": below})


def load_profile(path: str | Path, environment: Mapping[str, str] = os.environ) -> Profile:
    """Read a profile; a file that it names is looked for in its own folder.

    Raises:
        SourceError: with the place of every problem; a missing variable is named.
    """
    found = load(Profile, path, lambda tree: _fill(tree, environment))
    named = {"known_failures": found.known_failures, "regressions": found.regressions}
    placed = {key: str(Path(path).parent / name) for key, name in named.items() if name is not None}
    return found.model_copy(update=placed)


def _fill(tree: Tree, environment: Mapping[str, str]) -> None:
    problems: list[Problem] = []

    def fill(value: Any, path: Path_) -> Any:
        if isinstance(value, dict):
            return {key: fill(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [fill(item, (*path, index)) for index, item in enumerate(value)]
        if not isinstance(value, str):
            return value
        missing = [name for name in _VARIABLE.findall(value) if name not in environment]
        tree.secrets |= {
            environment[name]: f"${{{name}}}" for name in _VARIABLE.findall(value) if environment.get(name)
        }
        problems.extend(
            tree.problem(path, f"the variable {name} is not set", hint=f"export {name}=…") for name in missing
        )
        return _VARIABLE.sub(lambda match: environment.get(match[1], ""), value)

    tree.data = fill(tree.data, ())
    if problems:
        raise SourceError(problems)
