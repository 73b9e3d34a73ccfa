"""What a scenario may say. Field names are the language; a completeness test holds the docs page to this table."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from veosim.scenario.callbacks import CallbackRules
from veosim.scenario.times import Time
from veosim.scenario.variants import Variants
from veosim.units import SECOND, Duration
from veosim.yamlfile import Strict, contradiction

OutcomeWord = Literal["succeed", "fail", "stuck", "filtered", "empty", "cancel"]
BreakWord = Literal["hang", "reset"]
"""`hang`: never answer, and keep the connection open. `reset`: close it with a TCP RST."""


def _one_or_many(value: object) -> object:
    return (
        (value,)
        if isinstance(value, int) and not isinstance(value, bool)
        else (tuple(value) if isinstance(value, list) else value)
    )


Ordinals = Annotated[tuple[Annotated[int, Field(ge=1)], ...], BeforeValidator(_one_or_many)]
"""`2` or `[2, 3]`: which of the matching exchanges, counted from 1."""


class JobWhen(Strict):
    """Which submits a job entry is for; every key given must match.

    `prompt` is a glob over the whole prompt. `nth` counts the jobs of this scenario. `operation` is the dialect's,
    such as `from-text`, and `dialect` its name.
    """

    prompt: str | None = None
    nth: Ordinals | None = None
    model: str | None = None
    operation: str | None = None
    dialect: str | None = None
    resolution: str | None = None
    duration_s: float | None = Field(default=None, gt=0)


class ErrorWords(Strict):
    """The reason of a failed job; each dialect puts it into its own shape. What is left out follows the outcome."""

    code: str | None = None
    message: str | None = None


class ResultEntry(Strict):
    """What is delivered.

    `duration_s`: seconds, where they differ from those asked for. `expires`: how long after the job's end URLs work.
    """

    duration_s: float | None = Field(default=None, gt=0, le=600)
    expires: Duration | None = None


class JobEntry(Strict):
    """A job's plan: `queue` then `run`, or `after` for the whole time from submit to the end."""

    when: JobWhen | None = None
    outcome: OutcomeWord = "succeed"
    queue: Time | None = None
    run: Time | None = None
    after: Duration | None = None
    error: ErrorWords | None = None
    result: ResultEntry | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.after is not None and (self.queue is not None or self.run is not None):
            raise contradiction("'after' is the whole time, so it excludes 'queue' and 'run'", "after")
        if self.error is not None and self.outcome not in {"fail", "filtered"}:
            problem = f"'error' belongs to outcome: fail or filtered, not to outcome: {self.outcome}"
            raise contradiction(problem, "error")
        if self.result is not None and self.outcome != "succeed":
            problem = f"'result' belongs to outcome: succeed, not to outcome: {self.outcome}"
            raise contradiction(problem, "result")
        if self.outcome == "stuck" and (self.run is not None or self.after is not None):
            key = "run" if self.after is None else "after"
            raise contradiction("a stuck job never ends, so it has no 'run' or 'after'", key)
        return self


class ExchangeWhen(Strict):
    """Which exchanges an entry is for. `nth` counts this scenario's, `nth_of_job` those of one job."""

    prompt: str | None = None
    operation: str | None = None
    nth: Ordinals | None = None
    nth_of_job: Ordinals | None = None


HeaderName = Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
HeaderValue = Annotated[str, Field(pattern=r"^[\t\x20-\x7e\xa0-\xff]*$")]
"""What HTTP can carry: one line of Latin-1 (RFC 9110, 5.5)."""


OURS = frozenset({"content-type", "content-length", "transfer-encoding", "connection"})
"""Headers that follow from the rest of the answer, or from the connection."""


class Respond(Strict):
    """An answer in place of the dialect's own. Without `body` it is the dialect's error of that status.

    204 and 304 never have a body.
    """

    status: int = Field(ge=200, le=599)
    headers: dict[HeaderName, HeaderValue] = Field(default_factory=dict)
    body: str | None = None
    content_type: HeaderValue = "application/json"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for name in self.headers:
            if name.lower() == "content-type":
                raise contradiction(
                    f"the type is no header of its own: write content_type: instead of {name!r}", "headers", name
                )
            if name.lower() in OURS:
                raise contradiction(f"{name!r} is the server's own to set", "headers", name)
        return self


class ExchangeEntry(Strict):
    """What happens to single exchanges: a `delay`, then an answer of its own or none at all.

    `accept: true` (submit only) creates the job although its answer is lost.
    """

    when: ExchangeWhen | None = None
    respond: Respond | None = None
    delay: Duration = 0
    accept: bool = False
    break_: BreakWord | None = Field(default=None, alias="break")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.respond is not None and self.break_ is not None:
            raise contradiction("'respond' answers and 'break' does not: keep one", "break")
        if self.respond is None and self.break_ is None and not self.delay:
            raise contradiction("an entry needs 'respond', 'delay' or 'break'")
        return self

    @property
    def replaces_answer(self) -> bool:
        """Whether the dialect's own answer is lost."""
        return self.respond is not None or self.break_ is not None


UNREACHED = "it has no 'when', so the entries after it are never reached"


class Exchanges(Strict):
    """Faults by the kind of exchange; of each list the first entry that matches applies."""

    submit: tuple[ExchangeEntry, ...] = Field(default=(), strict=False)
    poll: tuple[ExchangeEntry, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for index, entry in enumerate(self.poll):
            if entry.accept:
                problem = "'accept' belongs to exchanges.submit: a poll accepts nothing"
                raise contradiction(problem, "poll", index, "accept")
        for index, entry in enumerate(self.submit):
            if entry.when is not None and entry.when.nth_of_job is not None:
                problem = "'nth_of_job' belongs to exchanges.poll: a submit has no job yet"
                raise contradiction(problem, "submit", index, "when", "nth_of_job")
        for kind, entries in (("submit", self.submit), ("poll", self.poll)):
            for index, entry in enumerate(entries[:-1]):
                if entry.when is None or entry.when == ExchangeWhen():
                    raise contradiction(UNREACHED, kind, index)
        return self


class Scenario(Strict):
    """One YAML file. The first job entry that matches a submit gives the job its plan."""

    scenario: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    about: str = ""
    seed: int | None = None
    jobs: tuple[JobEntry, ...] = Field(default=(), strict=False)
    exchanges: Exchanges = Exchanges()
    callbacks: CallbackRules = CallbackRules()
    variants: Variants = Variants()

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        for index, entry in enumerate(self.jobs[:-1]):
            if entry.when is None or entry.when == JobWhen():
                raise contradiction(UNREACHED, "jobs", index)
        return self


DEFAULT_QUEUE = 1 * SECOND
DEFAULT_RUN = 4 * SECOND
DEFAULT = Scenario(scenario="default", about="Every job succeeds after about five seconds.")
