"""What requests may say: the fields of each body and of each query, checked like the files that people write."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from veosim.control.refusals import RefusedError
from veosim.dialects import DIALECTS
from veosim.dialects.base import Kind
from veosim.errors import did_you_mean, shown
from veosim.job import REASONS, JobError, Outcome
from veosim.journal import exchanges
from veosim.units import SECOND, Duration
from veosim.yamlfile import Strict, contradiction

NAMESPACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""The names that a tag can say: `[[#name]]`."""

LONGEST_WAIT = 300 * SECOND
MOST = 1_000

KINDS = (*map(str, Kind), "callback")
"""Of exchanges: those of operations, and what goes out; one that matched no operation has the kind ""."""

NAMED = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
"""A text that can only be the name of a scenario: as YAML it is no mapping."""


def _among(names: Iterable[str], *, or_none: bool) -> Callable[[str], str]:
    """A check that a text is one of these, or "" for exchanges that matched no operation."""
    listed = list(names)
    allowed = ", ".join(listed) + (", or empty where no operation matched" if or_none else "")

    def checked(found: str) -> str:
        if found in listed or (or_none and not found):
            return found
        context = {"problem": f"found {shown(found)}", "allowed": allowed, "hint": did_you_mean(found, listed)}
        raise PydanticCustomError("among", "{problem}", context)

    return checked


def _in_range(found: int) -> int:
    if 1 <= found <= MOST:
        return found
    context = {"problem": f"found {shown(found)}", "allowed": f"1 to {MOST}"}
    raise PydanticCustomError("range", "{problem}", context)


Limit = Annotated[int, AfterValidator(_in_range)]
KnownDialect = Annotated[str, AfterValidator(_among(DIALECTS, or_none=False))]
SeenDialect = Annotated[str, AfterValidator(_among(DIALECTS, or_none=True))]
SeenKind = Annotated[str, AfterValidator(_among(KINDS, or_none=True))]
States = Literal["queued", "running", "succeeded", "failed", "cancelled"]
Outcomes = Literal["succeed", "fail", "stuck", "filtered", "empty", "cancel"]


class Nothing(Strict):
    """A query that has no parameters."""


class Advance(Strict):
    """How far a manual clock is moved."""

    by: Duration


class Play(Strict):
    """Which scenario is played, by name or as it stands, and for how long."""

    name: str | None = None
    scenario: dict[str, Any] | str | None = None
    lasting: Duration | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.name is None) == (self.scenario is None):
            raise contradiction("say either `name` or `scenario`", *(["scenario"] if self.name is not None else []))
        if isinstance(self.scenario, str) and NAMED.fullmatch(self.scenario):
            fix = f'say {{"name": "{self.scenario}"}} for the scenario of that name, or a whole scenario'
            raise contradiction(f"found {self.scenario!r}, which is only a name; {fix}", "scenario")
        if self.lasting == 0:
            raise contradiction("found 0s; a scenario lasts longer than that", "lasting")
        return self


class Words(Strict):
    """Why a job failed; what is left out follows the outcome."""

    code: str | None = None
    message: str | None = None


class Force(Strict):
    """How a job ends, now."""

    outcome: Outcomes
    error: Words | None = None

    def reason(self) -> JobError | None:
        """The error in full, or None for the outcome's own.

        Raises:
            RefusedError: the outcome has none.
        """
        if self.error is None:
            return None
        usual = REASONS.get(Outcome(self.outcome))
        if usual is None:
            having = [str(outcome) for outcome in REASONS]
            message = f"the outcome '{self.outcome}' has no error; leave it out"
            raise RefusedError(400, "bad_body", message, having)
        return JobError(self.error.code or usual.code, self.error.message or usual.message)


class Jobs(Strict):
    """Which jobs, and how many of them."""

    state: States | None = None
    dialect: KnownDialect | None = None
    marker: str | None = None
    after: str | None = None
    limit: Limit = 100


class Filters(Strict):
    """Which exchanges: each value is matched exactly, `since` is the number that theirs must be above."""

    kind: SeenKind | None = None
    operation: str | None = None
    job_id: str | None = None
    marker: str | None = None
    created: bool | None = None
    dialect: SeenDialect | None = None
    status: int | None = None
    since: Annotated[int, Field(ge=0)] = 0

    def wanted(self) -> dict[str, Any]:
        """As `Journal.matching` takes them."""
        return {name: getattr(self, name) for name in Filters.model_fields}


class Exchanges(Filters):
    """Which exchanges, how many of them, and whether with bodies."""

    limit: Limit = 100
    bodies: bool = True


class Wait(Filters):
    """For how many exchanges to wait, and how long in real time."""

    count: Limit = 1
    within: Duration = 5 * SECOND
    bodies: bool = True

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.within > LONGEST_WAIT:
            raise contradiction("found more than 300s; wait again instead", "within")
        return self

    def words(self) -> str:
        """What is waited for."""
        said = [f"{name} {value}" for name, value in self.wanted().items() if name != "since" and value is not None]
        said += [f"since {self.since}"] if self.since else []
        return exchanges(self.count) + (" with " + ", ".join(said) if said else "")


class Watched(Strict):
    """Whose events."""

    namespace: str | None = None


def namespace_name(name: str) -> str:
    """A name that a namespace can have.

    Raises:
        RefusedError: it cannot.
    """
    if not NAMESPACE.fullmatch(name):
        allowed = "1 to 64 letters, digits, dots, hyphens and underscores, a letter or digit first"
        raise RefusedError(400, "bad_name", f"{name[:80]!r} is no name of a namespace; allowed: {allowed}")
    return name
