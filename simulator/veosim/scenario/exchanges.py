"""What a scenario says of single exchanges: the lists under `exchanges:`, of each of which the first match applies."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from veosim.scenario.conditions import Chance, Ordinals, Share, refuse_unreached, show_share
from veosim.scenario.wires import Wire
from veosim.units import MILLISECOND, Duration, show_duration
from veosim.yamlfile import Strict, contradiction

BreakWord = Literal["hang", "reset", "close", "truncate", "drip"]
"""`hang`: never answer, and keep the connection open. `reset`: close it with a TCP RST. `close`: close it in good
order, without an answer. `truncate`: promise the whole body, send a part and close. `drip`: send it byte by byte."""

UNANSWERED = frozenset({"hang", "reset", "close"})
"""The breaks that come in place of an answer; the others change how one is sent."""

SpoilWord = Literal[
    "bad-json",
    "empty-body",
    "html",
    "wrong-content-type",
    "unknown-status",
    "wrong-types",
    "no-id",
    "no-url",
    "huge-body",
    "goes-back",
    "redirect",
]
"""What is wrong with an answer that is the dialect's own in all else."""


class ExchangeWhen(Strict):
    """Which exchanges an entry is for; every key given must match.

    `nth` counts this scenario's exchanges of the kind, `nth_of_job` those of one job; `share` is a draw for each
    exchange; `sooner_than` is for polls that follow the previous one of their job before that time is over.
    """

    prompt: str | None = None
    dialect: Wire | None = None
    operation: str | None = None
    key: str | None = None
    nth: Ordinals | None = None
    nth_of_job: Ordinals | None = None
    share: Chance | None = None
    sooner_than: Duration | None = Field(default=None, gt=0)


HeaderName = Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
HeaderValue = Annotated[str, Field(pattern=r"^[\t\x20-\x7e\xa0-\xff]*$")]
"""What HTTP can carry: one line of Latin-1 (RFC 9110, 5.5)."""


OURS = frozenset({"content-type", "content-length", "transfer-encoding", "connection"})
"""Headers that follow from the rest of the answer, or from the connection."""


BODILESS = frozenset({204, 205, 304})
"""Answers that never have a body (RFC 9110, 15.3.5, 15.3.6 and 15.4.5)."""


class Respond(Strict):
    """An answer in place of the dialect's own. Without `body` it is the dialect's error of that status.

    204, 205 and 304 never have a body.
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
        if self.body and self.status in BODILESS:
            raise contradiction(f"an answer of status {self.status} never has a body", "body")
        return self


class BreakHow(Strict):
    """A break with its measure: the share of the body that is sent, or the time before each byte of it."""

    truncate: Share | None = None
    drip: Duration | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.truncate is None) == (self.drip is None):
            raise contradiction("a break is either {truncate: 50%} or {drip: 200ms}")
        if self.truncate == 1:
            raise contradiction("100% of the body is all of it: nothing would be cut off", "truncate")
        if self.drip == 0:
            raise contradiction("bytes that follow each other at once are no drip: let some time pass", "drip")
        return self


@dataclass(frozen=True, slots=True)
class Breakage:
    """A break as it is carried out.

    Attributes:
        share: of the body that is sent, where the word is `truncate`.
        pause: nanoseconds before each byte of the body, where it is `drip`.
    """

    word: BreakWord
    share: Fraction = Fraction(1, 2)
    pause: int = 200 * MILLISECOND

    def __str__(self) -> str:
        measure = {"truncate": f" {show_share(self.share)}", "drip": f" {show_duration(self.pause)}"}
        return f"break: {self.word}{measure.get(self.word, '')}"


def _form(value: object) -> str:
    return "how" if isinstance(value, dict | BreakHow) else "word"


Break = Annotated[Annotated[BreakWord, Tag("word")] | Annotated[BreakHow, Tag("how")], Discriminator(_form)]
"""`reset`, or `{truncate: 50%}`."""


class ExchangeEntry(Strict):
    """What happens to single exchanges: a `delay`, then an answer of its own, a spoiled one, or none at all.

    `accept: true` (submit only) creates the job although its answer is lost. `keep_alive`: how long the connection may
    then be idle before the server closes it, in real time.
    """

    when: ExchangeWhen | None = None
    respond: Respond | None = None
    spoil: SpoilWord | None = None
    delay: Duration = 0
    accept: bool = False
    break_: Break | None = Field(default=None, alias="break")
    keep_alive: Duration | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        breaks = self.breakage
        if breaks is not None and breaks.word in UNANSWERED:
            if self.respond is not None:
                raise contradiction(f"'respond' answers and 'break: {breaks.word}' does not: keep one", "break")
            if self.spoil is not None:
                raise contradiction(f"'break: {breaks.word}' leaves no answer that could be spoiled", "spoil")
        if breaks is not None and self.respond is not None and self.respond.status in BODILESS:
            status = self.respond.status
            problem = f"an answer of status {status} has no body, so 'break: {breaks.word}' has nothing to act on"
            raise contradiction(problem, "break")
        if self.respond is not None and self.spoil is not None:
            problem = "'spoil' changes the dialect's own answer and 'respond' replaces it: keep one"
            raise contradiction(problem, "spoil")
        if self.keep_alive is not None and breaks is not None and breaks.word != "drip":
            raise contradiction(f"'break: {breaks.word}' leaves no connection to keep", "keep_alive")
        if not (self.replaces_answer or breaks or self.spoil or self.delay or self.keep_alive is not None):
            raise contradiction("an entry needs 'respond', 'spoil', 'break', 'delay' or 'keep_alive'")
        return self

    @property
    def breakage(self) -> Breakage | None:
        """The break, with the usual measure where it names none."""
        how = self.break_
        if how is None:
            return None
        if not isinstance(how, BreakHow):
            return Breakage(how)
        return Breakage("drip", pause=how.drip) if how.drip else Breakage("truncate", share=how.truncate or Fraction(0))

    @property
    def replaces_answer(self) -> bool:
        """Whether the dialect's own answer is lost."""
        breaks = self.breakage
        return self.respond is not None or (breaks is not None and breaks.word in UNANSWERED)

    @property
    def words(self) -> str:
        """What is done, as the journal names it: `delay: 30s, respond: 503`."""
        done = {
            "delay": show_duration(self.delay) if self.delay else None,
            "respond": self.respond.status if self.respond else None,
            "spoil": self.spoil,
            "keep_alive": show_duration(self.keep_alive) if self.keep_alive is not None else None,
        }
        named = [f"{key}: {value}" for key, value in done.items() if value is not None]
        return ", ".join([*named, *([str(self.breakage)] if self.breakage else [])])


class Exchanges(Strict):
    """Faults by the kind of exchange; of each list the first entry that matches applies."""

    submit: tuple[ExchangeEntry, ...] = Field(default=(), strict=False)
    poll: tuple[ExchangeEntry, ...] = Field(default=(), strict=False)
    content: tuple[ExchangeEntry, ...] = Field(default=(), strict=False)
    cancel: tuple[ExchangeEntry, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for kind in type(self).model_fields:
            entries: tuple[ExchangeEntry, ...] = getattr(self, kind)
            for index, entry in enumerate(entries):
                _refuse_misplaced(kind, index, entry)
            refuse_unreached([entry.when for entry in entries], "exchange", kind)
        return self


def _refuse_misplaced(kind: str, index: int, entry: ExchangeEntry) -> None:
    when = entry.when or ExchangeWhen()
    if kind != "submit" and entry.accept:
        raise contradiction(f"'accept' belongs to exchanges.submit: a {kind} accepts nothing", kind, index, "accept")
    if kind == "submit" and when.nth_of_job is not None:
        problem = "'nth_of_job' does not belong to exchanges.submit: a submit has no job yet"
        raise contradiction(problem, kind, index, "when", "nth_of_job")
    if kind != "poll" and when.sooner_than is not None:
        problem = "'sooner_than' belongs to exchanges.poll: it is the time since a job's previous poll"
        raise contradiction(problem, kind, index, "when", "sooner_than")
    if kind != "poll" and entry.spoil == "goes-back":
        problem = "'goes-back' belongs to exchanges.poll: only a poll tells how far a job is"
        raise contradiction(problem, kind, index, "spoil")
