"""One exchange as plain data: what came in, and what is to be done about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from veosim.body import BadBodyError
from veosim.dialects.base import Answer, Dialect, Operation
from veosim.job import JobRequest
from veosim.journal import Exchange
from veosim.scenario.exchanges import BODILESS, Breakage, ExchangeEntry, Respond
from veosim.spoils import SPOILS, Spoilable


@dataclass(slots=True)  # not frozen: made for each exchange, and a frozen one takes 3 µs instead of 0.2
class Call:
    """One request as the app read it.

    Attributes:
        key: fingerprint of the credentials, "" where none came.
        wish: the scenario that the key asks for: `Bearer sim-NAME`.
        bearer: whether they have the form `Bearer <token>`.
        job_id: from the path, as `file` is.
        base: the URL below which the client reached the dialect.
        headers: those that a download depends on; lower-case names.
        is_head: whether only the head of the answer is asked for.
        failure: set where the body, or an image that it points to, could not be read.
        request: the body as the dialect read it, where it has been read.
    """

    dialect: Dialect
    operation: Operation
    path: str
    body: bytes = b""
    key: str = ""
    job_id: str = ""
    failure: BadBodyError | None = None
    bearer: bool = False
    wish: str = ""
    base: str = ""
    file: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    is_head: bool = False
    request: JobRequest | None = None


@dataclass(slots=True)  # not frozen: as above
class Reaction:
    """What to do about a call: `first` await something, wait `delay` nanoseconds, then answer or break the connection.

    Attributes:
        answer: None where the connection is to be broken without one.
        break_: how the connection is broken, in place of the answer or while it is sent.
        keep_alive: nanoseconds of real time after which the connection is closed if it is idle; None as usual.
    """

    exchange: Exchange
    answer: Answer | None
    delay: int = 0
    break_: Breakage | None = None
    first: Callable[[], Awaitable[None]] | None = None
    keep_alive: int | None = None

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to do but to answer."""
        return self.first is None and not self.delay and self.break_ is None and self.keep_alive is None


@dataclass(frozen=True, slots=True)
class Own:
    """The dialect's own answer to a call.

    Attributes:
        succeeded: whether it tells of a job that succeeded.
        earlier: what the dialect answered to the same poll right after the job's submit.
    """

    answer: Answer
    succeeded: bool = False
    earlier: Answer | None = None


def faulty(exchange: Exchange, fault: ExchangeEntry, call: Call, own: Own | None = None) -> Reaction:
    """What a scenario's fault makes of an exchange; `own` is None where the fault replaces the dialect's answer."""
    exchange.fault = fault.words
    breakage, answer = fault.breakage, None
    if fault.respond is not None:
        answer = _responded(fault.respond, call)
    elif own is not None and not fault.replaces_answer:
        answer = _spoiled(fault, call, own)
    return Reaction(exchange, answer, fault.delay, breakage, None, fault.keep_alive)


def _responded(respond: Respond, call: Call) -> Answer:
    if respond.status in BODILESS:
        return Answer(respond.status, b"", respond.content_type, respond.headers)
    if respond.body is None:
        plain = call.dialect.error(call.operation, respond.status, f"The scenario answers {respond.status}.")
        return Answer(plain.status, plain.body, plain.content_type, respond.headers)
    return Answer(respond.status, respond.body.encode(), respond.content_type, respond.headers)


def _spoiled(fault: ExchangeEntry, call: Call, own: Own) -> Answer:
    if fault.spoil is None or own.answer.status in BODILESS:
        return own.answer
    return SPOILS[fault.spoil](Spoilable(own.answer, call.dialect.places, call.path, own.succeeded, own.earlier))
