"""What the control API is asked for, and its answers as its client hands them out. Times are seconds of its clock."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, cast

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")
KEY, READ = "key", "read"
"""Of a field: its name in the answer, where it has another there, and what reads its value, where that is needed."""


def made(kind: type[T], data: Mapping[str, Any]) -> T:
    """An answer's data as a record; what a newer server says beyond it is left out."""
    values = {}
    for each in fields(cast("type[DataclassInstance]", kind)):
        key, read = each.metadata.get(KEY, each.name), each.metadata.get(READ)
        if key in data:
            values[each.name] = data[key] if read is None or data[key] is None else read(data[key])
    return kind(**values)


def several(kind: type[T], data: Iterable[Mapping[str, Any]]) -> tuple[T, ...]:
    """A list of them."""
    return tuple(made(kind, each) for each in data)


def body_bytes(data: Mapping[str, str]) -> bytes:
    """A body as it was."""
    return data["text"].encode() if "text" in data else b64decode(data["base64"])


@dataclass(frozen=True, slots=True)
class Health:
    """`status` is `ok`."""

    status: str
    version: str


@dataclass(frozen=True, slots=True)
class ClockInfo:
    """`mode` is `manual`, `real`, `scaled` or `other`; `factor` is how many times as fast as real time it runs."""

    mode: str
    now: float
    factor: float | None = None


@dataclass(frozen=True, slots=True)
class Advanced:
    """Where the clock stands now; `unsettled` names what had not ended six real seconds after its instant."""

    now: float
    unsettled: tuple[str, ...] = field(metadata={READ: tuple})


@dataclass(frozen=True, slots=True)
class ScenarioInfo:
    """`origin` is its file, `added`, `built in`, or the folder of the shipped scenarios that it is in."""

    name: str
    about: str
    origin: str = field(metadata={KEY: "from"})


@dataclass(frozen=True, slots=True)
class CallbackCounts:
    """Copies of callbacks, by what became of them."""

    sent: int
    failed: int
    pending: int


@dataclass(frozen=True, slots=True)
class NamespaceInfo:
    """What a namespace plays and what it holds; `until` is None where the scenario stays."""

    name: str
    scenario: str
    until: float | None
    jobs: int
    jobs_dropped: int
    exchanges: int
    exchanges_dropped: int
    callbacks: CallbackCounts = field(metadata={READ: partial(made, CallbackCounts)})


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """Why a job brought no video."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ResultInfo:
    """What a job delivers that succeeds; `expires_at` is None where its URLs work for ever.

    `size` is in pixels: `1280x720`; `weight` the least bytes of a file; `file` what is wrong with it, None for nothing.
    """

    duration_s: float
    size: str
    audio: str
    weight: int
    file: str | None
    videos: int
    expires_at: float | None


@dataclass(frozen=True, slots=True)
class PlanInfo:
    """A job's fate; None stands for never."""

    outcome: str
    queue: float | None
    run: float | None
    ends_at: float | None
    error: ErrorInfo | None = field(metadata={READ: partial(made, ErrorInfo)})
    result: ResultInfo | None = field(metadata={READ: partial(made, ResultInfo)})


@dataclass(frozen=True, slots=True)
class AskedInfo:
    """What a job's client asked for."""

    operation: str
    prompt: str
    model: str
    duration_s: float
    resolution: str
    aspect_ratio: str
    videos: int
    callback_url: str | None


@dataclass(frozen=True, slots=True)
class JobInfo:
    """A job as it stood when it was asked about; `asked_for` is the scenario that its tag or key named."""

    id: str
    namespace: str
    dialect: str
    state: str
    progress: int
    submitted_at: float
    polls: int
    marker: str | None
    asked_for: str | None
    request: AskedInfo = field(metadata={READ: partial(made, AskedInfo)})
    plan: PlanInfo = field(metadata={READ: partial(made, PlanInfo)})


@dataclass(frozen=True, slots=True)
class ExchangeInfo:
    """An exchange as it stood when it was asked about; a body is None where there is none, or it was left out.

    `bodies_left_out` says that there was no room for them; whether it had any, the journal shows.
    """

    number: int
    namespace: str
    at: float
    answered_at: float | None
    kind: str
    dialect: str
    operation: str
    method: str
    path: str
    key: str
    status: int | None
    job_id: str | None
    marker: str | None
    created: bool
    unknown_job: bool
    fault: str
    note: str
    headers: Mapping[str, str]
    sent_headers: Mapping[str, str]
    request: bytes | None = field(default=None, metadata={READ: body_bytes})
    answer: bytes | None = field(default=None, metadata={READ: body_bytes})
    bodies_left_out: bool = False


class Matching(TypedDict, total=False):
    """Which exchanges; each is matched exactly, `since` is the number that theirs must be above."""

    kind: str
    operation: str
    job_id: str
    marker: str
    created: bool
    dialect: str
    status: int
    since: int


@dataclass(frozen=True, slots=True)
class Journaled:
    """A page of a journal. `count` exchanges have been opened, of which `dropped` are kept no longer.

    `next` is the `since` of the next page, None after the last.
    """

    exchanges: tuple[ExchangeInfo, ...] = field(metadata={READ: partial(several, ExchangeInfo)})
    next: int | None
    count: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Amount:
    """Seconds of video and what they cost."""

    seconds: Decimal = field(metadata={READ: Decimal})
    cost: Decimal = field(metadata={READ: Decimal})


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost meter."""

    price_per_second: Decimal = field(metadata={READ: Decimal})
    asked: Amount = field(metadata={READ: partial(made, Amount)})
    delivered: Amount = field(metadata={READ: partial(made, Amount)})


@dataclass(frozen=True, slots=True)
class Event:
    """`opened` or `closed`, with the exchange as it then stood; or `dropped`, the last one, with its reason."""

    name: str
    exchange: ExchangeInfo | None
    reason: str = ""
