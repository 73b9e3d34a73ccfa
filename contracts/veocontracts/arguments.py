"""What each kind of step takes, checked before a recording is driven again: it may have been edited by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from veocontracts.orders import LOCALES, QUICK
from veocontracts.steps import Operation, Step
from veosim.errors import VeosimError, shown
from veosim.job import Outcome
from veosim.scenario.model import Scenario
from veosim.units import SECOND

LONGEST = 30 * 24 * 3600 * SECOND
"""No step is later than this after its case began."""

Role = Annotated[str, Field(pattern=r"^[\w-]+$")]
Token = Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
Line = Annotated[str, Field(pattern=r"^[\t -~\x80-\xff]*$")]
Duration = Annotated[int, Field(ge=0, le=LONGEST)]
Plan = Mapping[str, Any] | None


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Wishes(_Given):
    """See `OrderBook.order`."""

    job: Plan = None
    exchanges: Plan = None
    callbacks: Plan = None
    fields: Plan = None
    without: list[str] = []
    image: Literal["url", "http", "data", "large", "jpeg", "raw", "large-raw"] = "url"
    intent: str = "valid"
    about: str = ""
    locale: Literal[LOCALES] | None = None  # type: ignore[valid-type]  # a table, not words
    text: str | None = None
    raw: Annotated[str, Field(pattern=r"^[\x00-\xff]*$")] | None = None
    content_type: Line = ""


class _Submit(_Given):
    service: Literal["text", "image"]
    wishes: _Wishes
    key: Role
    paced: bool


class _Read(_Given):
    key: Role
    intent: str


class _ReadId(_Read):
    job_id: str


class _Force(_Given):
    outcome: Literal[tuple(str(each) for each in Outcome)]  # type: ignore[valid-type]  # a table, not words


class _Ledger(_Given):
    key: Role


class _Restart(_Given):
    down: Duration


class _AnswerEvents(_Given):
    statuses: list[Annotated[int, Field(ge=100, le=599)]]


class _Call(_Given):
    method: Token
    path: Annotated[str, Field(pattern=r"^(/|https?://)[!-~]*$")]
    operation: str
    intent: str
    label: str
    about: str
    key: Role
    headers: dict[Token, Line]
    body: Annotated[str, Field(pattern=r"^([0-9a-f]{2})*$")]


TAKES: Mapping[Operation, type[_Given]] = {
    "submit": _Submit,
    "read": _Read,
    "read-id": _ReadId,
    "force": _Force,
    "ledger": _Ledger,
    "restart": _Restart,
    "answer-events": _AnswerEvents,
    "call": _Call,
}


def check_step(step: Step) -> None:
    """Refuse a step that could not be done.

    Raises:
        VeosimError: with the argument, what was found and what may stand there.
    """
    if step.number < 1 or any(not 0 < number < step.number for number in step.beside):
        raise VeosimError(f"number {step.number}, beside {list(step.beside)}: a step is beside earlier ones, from 1 on")
    if not 0 <= step.at <= LONGEST:
        raise VeosimError(f"at: {step.at} is not between 0 and {LONGEST} ns, which are 30 days")
    try:
        json.dumps(step.arguments, ensure_ascii=False).encode()
    except (TypeError, ValueError) as error:  # an exact decimal, or half a surrogate pair
        raise VeosimError(f"{step.operation}: its arguments cannot be sent as JSON: {error}") from None
    _validated(TAKES[step.operation], step.arguments, f"{step.operation}.")
    if step.operation == "submit":
        wishes = step.arguments["wishes"]
        plan = {"scenario": "handed-in", "jobs": [wishes.get("job") or QUICK]}
        plans = {name: wishes.get(name) or {} for name in ("exchanges", "callbacks")}
        _validated(Scenario, {**plan, **plans}, "submit.wishes: ")


def _validated(kind: type[BaseModel], given: Mapping[str, Any], place: str) -> None:
    try:
        kind.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        where = place + ".".join(map(str, first["loc"]))
        raise VeosimError(f"{where}: {first['msg']}; found {shown(first['input'])}") from None
