"""What a scenario says of single exchanges: the lists under `exchanges:`, of each of which the first match applies."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from veosim.scenario.conditions import UNREACHED, Ordinals
from veosim.units import Duration
from veosim.yamlfile import Strict, contradiction

BreakWord = Literal["hang", "reset"]
"""`hang`: never answer, and keep the connection open. `reset`: close it with a TCP RST."""


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
