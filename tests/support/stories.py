"""Histories written by hand: what a client, an upstream and a ledger saw, in seconds, with everything usual left out.

A story about one job reads from top to bottom, and each event belongs to `job#1` unless it says otherwise:

    a_history(
        submit(),
        upstream(at=1, ready=30),
        poll("success", at=31),
        read("completed", at=40),
        ledger(charge_of(6), at=50),
    )
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from veocontracts.answers import told
from veocontracts.events import (
    Call,
    Entry,
    Event,
    LedgerRead,
    Read,
    Restart,
    Shown,
    Submit,
    UpstreamCallback,
    UpstreamPoll,
    UpstreamSubmit,
    Webhook,
)
from veocontracts.history import History
from veocontracts.terms import SECOND, Terms

TEXT, IMAGE = "media-video-from-text", "media-video-from-image"
BEGAN = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
"""The real instant of second 0."""
CREATED = "2026-05-04T09:00:00Z"
DONE = "2026-05-04T09:00:31Z"
HANG = "break: hang"

DEFAULTS = {"model": "veo (Audio)", "resolution": "1080P", "duration": "4s", "aspect_ratio": "16:9"}
ENUMS = {
    "model": ("veo (Audio)", "veo fast (Audio)"),
    "resolution": ("512P", "1080P"),
    "duration": ("4s", "8s"),
    "aspect_ratio": ("16:9", "9:16"),
}
TERMS = Terms(enums=ENUMS, defaults=DEFAULTS)
REQUEST: Mapping[str, Any] = {"prompt": "a paper boat crosses a puddle", **DEFAULTS}
VIDEO = {"status": "success", "video_url": "https://videos.example/boat.mp4", "duration_seconds": Decimal("4.0")} | {
    name: DEFAULTS[name] for name in ("model", "resolution", "aspect_ratio")
}
ERROR = {"status": "error", "message": "The generation failed."}
SAME: Any = object()
"""Stands for what is usual, where None would mean nothing."""


def ns(seconds: float | Decimal | str) -> int:
    """Exact nanoseconds; say `"599.999999999"` as text where the last digit counts."""
    return int(Decimal(str(seconds)) * SECOND)


def wall(at: int) -> datetime:
    """The real instant of a time."""
    return BEGAN + timedelta(microseconds=at // 1000)


def a_history(*events: Event, terms: Terms = TERMS, **changes: Any) -> History:
    """Events in any order, under the usual terms but for `changes`."""
    return History(replace(terms, **changes), "by hand", tuple(sorted(events, key=lambda event: event.at)))


def job_id(label: str) -> str:
    """The gateway's id for a label."""
    return f"id of {label}"


def submit(
    label: str = "job#1",
    *,
    at: float = 0,
    took: float | str = 0,
    status: int | None = 202,
    request: Any = SAME,
    data: Any = SAME,
    key: str = "main",
    service: str = TEXT,
    intent: str = "valid",
    about: str = "",
    id: str | None = SAME,  # noqa: A002  the field is called so
    headers: Mapping[str, str] | None = None,
) -> Submit:
    """A submit that is answered with the documented 202; any other status comes without a job."""
    answered = None if status is None else ns(at) + ns(took)
    accepted = status is not None and status // 100 == 2
    if id is SAME:
        id = job_id(label) if accepted else None  # noqa: A001
    job = {"id": id, "status": "queued", "service": service, "created_at": CREATED}
    envelope = {"status": "accepted", "message": "Job queued for processing", "job": job}
    return Submit(
        at=ns(at),
        label=label,
        key=key,
        service=service,
        request=dict(REQUEST) if request is SAME else request,
        intent=intent,
        about=about,
        answered_at=answered,
        status=status,
        data=(envelope if accepted else {"error": "no"}) if data is SAME else data,
        headers=headers or {},
        job_id=id,
        wall=None if answered is None else wall(answered),
    )


def asked(**fields: Any) -> dict[str, Any]:
    """The usual request with other fields."""
    return {**REQUEST, **fields}


def without(*names: str) -> dict[str, Any]:
    """The usual request without some fields."""
    return {name: value for name, value in REQUEST.items() if name not in names}


def refused(
    status: int | None = 400, intent: str = "enum", about: str = "duration", value: Any = "4S", **more: Any
) -> Submit:
    """A submit with one wrong field, answered with `status`."""
    return submit(status=status, intent=intent, about=about, request=asked(**{about: value}), **more)


def upstream(
    label: str = "job#1",
    *,
    at: float = 1,
    status: int | None = 200,
    ready: float | str | None = None,
    outcome: str = "succeed",
    made: bool = True,
    request: Any = SAME,
    fault: str = "",
    answered: float | None = None,
    data: Any = SAME,
    retry_after: float | None = None,
    dialect: str = "api-video",
    key: str = "",
) -> UpstreamSubmit:
    """The gateway submits; the plan ends at `ready`, or never."""
    found = {"status": "processing", "job_id": f"up of {label}"} if data is SAME else data
    return UpstreamSubmit(
        at=ns(at),
        label=label,
        service="from-text",
        request=dict(REQUEST) if request is SAME else request,
        status=status,
        job=f"up of {label}" if made else None,
        outcome=outcome if made and ready is not None else "",
        ready_at=None if ready is None or not made else ns(ready),
        fault=fault,
        answered_at=None if status is None else ns(at if answered is None else answered),
        retry_after=None if retry_after is None else ns(retry_after),
        data=found,
        told=told(dialect, status, found),
        key=key,
    )


def poll(
    word: str = "processing",
    label: str = "job#1",
    *,
    at: float | str,
    status: int | None = 200,
    fault: str = "",
    data: Any = SAME,
    known: bool = True,
    dialect: str = "api-video",
    retry_after: float | None = None,
    key: str = "",
) -> UpstreamPoll:
    """The gateway polls; `success` brings a video, `error` a reason."""
    usual = {"success": VIDEO, "error": ERROR}.get(word, {"status": word})
    found = (usual if status == 200 else None) if data is SAME else data
    return UpstreamPoll(
        at=ns(at),
        label=label,
        job=f"up of {label}",
        known=known,
        status=status,
        data=found,
        fault=fault,
        answered_at=None if status is None else ns(at),
        retry_after=None if retry_after is None else ns(retry_after),
        told=told(dialect, status, found),
        key=key,
    )


def called_back(
    word: str,
    label: str = "job#1",
    *,
    at: float | str,
    signed: bool = True,
    status: int | None = 200,
    **fields: Any,
) -> UpstreamCallback:
    """The upstream calls the gateway back, in the words of document 002; None for a gateway that does not answer."""
    usual: dict[str, Any] = {"SUCCEEDED": {"video_url": VIDEO["video_url"]}, "FAILED": {"error_message": "It failed."}}
    data = {"data": {"status": word} | usual.get(word, {}) | fields}
    said = told("image-to-video", 200, data)
    answered = None if status is None else ns(at)
    return UpstreamCallback(
        at=ns(at), label=label, job=f"up of {label}", told=said, signed=signed, answered_at=answered, status=status
    )


def announced(
    word: str,
    label: str = "job#1",
    *,
    at: float | str,
    id: Any = "evt_1",  # noqa: A002  the field is called so
    status: int = 200,
    **fields: Any,
) -> Webhook:
    """The gateway tells the client's receiver of a job's end, with its units and its cost."""
    state = TERMS.state_of(word)
    usual: dict[str, Any] = {"units": 0, "cost": 0}
    if state == "completed":
        usual = {"units": Decimal("4.0"), "cost": Decimal("6.0")}
    told_of = {"event_id": id, "job_id": job_id(label), "state": state, "status": status}
    return Webhook(at=ns(at), label=label, **(told_of | usual | fields))


def restarted(*, at: float | str, took: float | str = 3) -> Restart:
    """The suite restarts the gateway."""
    return Restart(at=ns(at), ready_at=ns(at) + ns(took))


def called(
    intent: str, label: str = "upload#1", *, at: float, status: int | None = 200, data: Any = None, key: str = "main"
) -> Call:
    """The client asks for something that is no job."""
    answered = None if status is None else ns(at)
    operation = {"upload": "POST /v1/proxy/upload-media"}.get(intent, intent)
    return Call(
        at=ns(at),
        label=label,
        key=key,
        operation=operation,
        intent=intent,
        answered_at=answered,
        status=status,
        data=data,
    )


def read(
    word: str,
    label: str = "job#1",
    *,
    at: float | str,
    took: float | str = 0,
    key: str = "main",
    **fields: Any,
) -> Read:
    """The client reads a job and sees it in a state, with all that belongs to that state."""
    state = TERMS.state_of(word)
    usual: dict[str, Any] = {"state": state, "word": word, "id": job_id(label), "service": TEXT, "created_at": CREATED}
    if state == "completed":
        usual |= {"completed_at": DONE, "result": VIDEO, "units": Decimal("4.0"), "cost": Decimal("6.0")}
    if state == "failed":
        usual |= {"units": 0, "cost": 0, "error": {"code": "failed", "message": "It failed."}}
    answered = ns(at) + ns(took)
    shown = Shown(**(usual | fields))
    return Read(
        at=ns(at), label=label, key=key, answered_at=answered, status=200, data={}, shown=shown, wall=wall(answered)
    )


def read_in_vain(
    status: int | None, label: str = "job#1", *, at: float, key: str = "main", intent: str = "valid", data: Any = None
) -> Read:
    """The client reads a job and sees none."""
    answered = None if status is None else ns(at)
    return Read(at=ns(at), label=label, key=key, intent=intent, answered_at=answered, status=status, data=data)


def charge_of(amount: Any, label: str | None = "job#1") -> Entry:
    """A ledger's entry for a job, or for none."""
    exact = Decimal(str(amount)) if isinstance(amount, int | float | str) else amount
    return Entry(job_id=None if label is None else job_id(label), amount=exact)


def ledger(*entries: Entry, at: float | str, key: str = "main") -> LedgerRead:
    """A reading of a key's charges."""
    return LedgerRead(at=ns(at), key=key, entries=entries)


def charged(amount: Any, *, at: float | str, key: str = "main") -> LedgerRead:
    """A reading of what a key was charged in all, and of nothing else."""
    return LedgerRead(at=ns(at), key=key, total=Decimal(str(amount)))


def made(label: str = "job#1", *, request: Any = SAME, at: float = 0, **shown: Any) -> tuple[Event, ...]:
    """A job's whole good life: accepted, made, shown twice; the ledger is left to the test."""
    return (
        submit(label, at=at, request=request),
        upstream(label, at=at + 1, ready=at + 30, request=request),
        poll("success", label, at=at + 31),
        read("processing", label, at=at + 20),
        read("completed", label, at=at + 40, **shown),
        read("completed", label, at=at + 80, **shown),
    )


def lost(*reads: Event, **changes: Any) -> History:
    """A job that never ends upstream, polled every 100 s for as long as a gateway may."""
    polls = [poll(at=at) for at in range(100, 600, 100)]
    return a_history(submit(), upstream(), *polls, *reads, **changes)
