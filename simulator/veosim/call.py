"""One exchange as plain data: what came in, and what is to be done about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from veosim.body import BadBodyError
from veosim.dialects.base import Answer, Dialect, Operation
from veosim.journal import Exchange
from veosim.scenario.exchanges import ExchangeEntry


@dataclass(frozen=True, slots=True)
class Call:
    """One request as the app read it.

    Attributes:
        key: fingerprint of the credentials, "" where none came.
        wish: the scenario that the key asks for: `Bearer sim-NAME`.
        bearer: whether they have the form `Bearer <token>`.
        job_id: from the path, as `file` is.
        base: the URL below which the client reached the dialect.
        headers: those that a download depends on; lower-case names.
        failure: set where the body, or an image that it points to, could not be read.
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


@dataclass(frozen=True, slots=True)
class Reaction:
    """What to do about a call: `first` await something, wait `delay` nanoseconds, then answer or break the connection.

    Attributes:
        answer: None where the connection is to be broken, in the way that `break_` names.
    """

    exchange: Exchange
    answer: Answer | None
    delay: int = 0
    break_: str | None = None
    first: Callable[[], Awaitable[None]] | None = None


BODILESS = frozenset({204, 304})
"""Answers that have no body, and no length either (RFC 9110, 15.3.5 and 15.4.5)."""


def faulty(exchange: Exchange, fault: ExchangeEntry, call: Call) -> Reaction:
    """What a scenario's fault puts in place of the dialect's own answer."""
    if fault.respond is None:
        exchange.fault = f"break: {fault.break_}"
        return Reaction(exchange, None, fault.delay, fault.break_)
    respond = fault.respond
    exchange.fault = f"respond: {respond.status}"
    if respond.status in BODILESS:
        answer = Answer(respond.status, b"", respond.content_type, respond.headers)
    elif respond.body is None:
        plain = call.dialect.error(call.operation, respond.status, f"The scenario answers {respond.status}.")
        answer = Answer(plain.status, plain.body, plain.content_type, respond.headers)
    else:
        answer = Answer(respond.status, respond.body.encode(), respond.content_type, respond.headers)
    return Reaction(exchange, answer, fault.delay)
