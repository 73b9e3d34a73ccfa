"""What was seen, one event at a time: by the client, by the upstream, in the ledger, at the suite's own receiver.

Events are plain data. Times are integer nanoseconds on one clock. Text and data are as they were received, with
decimals parsed exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

Data = Any
"""Parsed JSON, or None where the answer was no JSON."""

INFERRED = "(inferred)"
"""How one of `problems` ends that rests on what was filled in where the documents are silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A job as one read showed it, in the suite's terms; None for what was not there, anything for what was odd.

    Attributes:
        state: `queued`, `running`, `completed`, `failed`, or "" for a word that the profile does not know.
    """

    id: Data = None
    state: str = ""
    word: Data = None
    service: Data = None
    created_at: Data = None
    completed_at: Data = None
    result: Data = None
    units: Data = None
    cost: Data = None
    error: Data = None

    @property
    def terminal(self) -> bool:
        """Whether the job has ended."""
        return self.state in {"completed", "failed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """The client submits a job.

    Attributes:
        label: `job#1`, the name that ties a submit to everything else.
        intent: what the workload meant: `valid`, or what is wrong with it, such as `enum` or `key`.
        about: the field that `intent` is about, such as `duration`.
        status: HTTP status, or None where no answer came.
        job_id: the gateway's id, or None.
        wall: the real instant of the answer.
        problems: where the answer breaks the gateway's OpenAPI document.
    """

    at: int
    label: str
    key: str
    service: str
    request: Data
    intent: str = "valid"
    about: str = ""
    answered_at: int | None = None
    status: int | None = None
    data: Data = None
    headers: Mapping[str, str] = field(default_factory=dict)
    job_id: str | None = None
    wall: datetime | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """The client reads a job. `intent` is `valid`, or what is wrong with the read, such as `unknown-id`."""

    at: int
    label: str
    key: str
    intent: str = "valid"
    answered_at: int | None = None
    status: int | None = None
    data: Data = None
    shown: Shown | None = None
    wall: datetime | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The client asks for anything else: an upload, or a request made up from the gateway's OpenAPI document.

    Attributes:
        operation: `POST /v1/proxy/upload-media`, with the document's own path.
        intent: `upload`, `upload-put`, `positive` or `negative` (by the document), or what is wrong with it.
        about: the part of the request that `intent` is about.
        problems: where the answer breaks the gateway's OpenAPI document.
    """

    at: int
    label: str
    key: str
    operation: str
    intent: str
    about: str = ""
    request: Data = None
    answered_at: int | None = None
    status: int | None = None
    data: Data = None
    headers: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the upstream says of a job, in an answer or a callback, whatever its dialect's own words are.

    Attributes:
        state: `running`, `success`, `error`, or "" where it says nothing that its document knows.
        word: its own status word.
        video_url: where the video is, None where it names none.
        duration: seconds of the video, None where it does not say.
        message: its reason for an error.
    """

    state: Literal["running", "success", "error", ""] = ""
    word: Data = None
    video_url: Data = None
    duration: Data = None
    message: Data = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamSubmit:
    """The gateway submits upstream.

    Attributes:
        job: the upstream job that this created, such as `up#1`, or None.
        ready_at: when that job's plan reaches its end; None for never.
        outcome: how the plan ends.
        fault: what the upstream did to this exchange instead of answering properly, such as `break: hang`.
        retry_after: nanoseconds that the answer asks to wait.
        key: the role of the client's key that came along, or "".
        problems: where the request breaks the upstream's OpenAPI document.
    """

    at: int
    label: str
    service: str
    request: Data
    status: int | None = None
    job: str | None = None
    outcome: str = ""
    ready_at: int | None = None
    fault: str = ""
    answered_at: int | None = None
    retry_after: int | None = None
    data: Data = None
    told: Told = Told()
    key: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamPoll:
    """The gateway polls upstream. `known` is false for an id that the upstream never gave out."""

    at: int
    label: str
    job: str
    known: bool = True
    status: int | None = None
    data: Data = None
    fault: str = ""
    answered_at: int | None = None
    retry_after: int | None = None
    told: Told = Told()
    key: str = ""

    @property
    def final(self) -> bool:
        """Whether the answer told the gateway that the job is over."""
        return self.told.state in {"success", "error"}


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamCallback:
    """The upstream calls the gateway back.

    Attributes:
        signed: whether its signature is the upstream's own, and fresh.
        status: what the gateway answered, None where it did not.
    """

    at: int
    label: str
    job: str
    told: Told
    signed: bool = True
    answered_at: int | None = None
    status: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """The gateway sends the client's receiver an event about a job.

    Attributes:
        label: of the job, or `nobody`.
        event_id: names the event, in every delivery alike.
        state: as in `Shown`.
        status: what the receiver answered.
    """

    at: int
    label: str
    event_id: Data = None
    job_id: Data = None
    state: str = ""
    units: Data = None
    cost: Data = None
    data: Data = None
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """The suite stops the gateway at `at` and starts it again; it serves from `ready_at` on."""

    at: int
    ready_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One charge as the ledger shows it: None for what was not there, anything for what was odd."""

    job_id: Data
    amount: Data
    units: Data = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRead:
    """What the ledger shows of one key at one time.

    Attributes:
        entries: the key's charges; None where the ledger does not list them.
        total: what the key was charged since the case began; None where the ledger does not tell.
    """

    at: int
    key: str
    entries: tuple[Entry, ...] | None = None
    total: Decimal | None = None


Event = Submit | Read | Call | UpstreamSubmit | UpstreamPoll | UpstreamCallback | Webhook | Restart | LedgerRead
