"""Records as JSON. Every time is a number: seconds of the simulator's clock since it began."""

from __future__ import annotations

from base64 import b64encode
from decimal import Decimal
from typing import Any

from veosim.clock import Clock, ManualClock, ScaledClock
from veosim.delivery import clip
from veosim.job import FOREVER, Job, Outcome, view
from veosim.journal import Exchange
from veosim.namespace import Namespace, Seconds
from veosim.scenario.measures import show_size
from veosim.units import seconds

Json = dict[str, Any]


def clock_record(clock: Clock) -> Json:
    """`mode` is `manual`, `real`, `scaled` (with its `factor`), or `other` for a clock from elsewhere."""
    record: Json = {"mode": mode_of(clock), "now": seconds(clock.now())}
    if isinstance(clock, ScaledClock):
        record["factor"] = clock.factor
    return record


def mode_of(clock: Clock) -> str:
    """What kind of clock it is."""
    if isinstance(clock, ManualClock):
        return "manual"
    if isinstance(clock, ScaledClock):
        return "real" if clock.factor == 1 else "scaled"
    return "other"


def namespace_record(namespace: Namespace) -> Json:
    """What a namespace plays and what it holds; `until` is null where the scenario stays."""
    callbacks = namespace.callbacks
    return {
        "name": namespace.name,
        "scenario": namespace.stage.scenario.scenario,
        "until": _or_null(namespace.until),
        "jobs": len(namespace.jobs),
        "jobs_dropped": namespace.dropped,
        "exchanges": len(namespace.journal),
        "exchanges_dropped": namespace.journal.dropped,
        "callbacks": {"sent": callbacks.sent, "failed": callbacks.failed, "pending": callbacks.pending},
    }


def job_record(namespace: str, job: Job, now: int) -> Json:
    """A job as it stands now, with its plan."""
    request, state = job.request, view(job, now)
    return {
        "id": job.id,
        "namespace": namespace,
        "dialect": job.dialect,
        "state": str(state.state),
        "progress": state.progress,
        "submitted_at": seconds(job.submitted_at),
        "polls": job.polls,
        "marker": job.marker,
        "asked_for": job.pinned or None,
        "request": {
            "operation": request.operation,
            "prompt": request.prompt,
            "model": request.model,
            "duration_s": request.duration_s,
            "resolution": request.resolution,
            "aspect_ratio": request.aspect_ratio,
            "videos": request.videos,
            "callback_url": request.callback_url,
        },
        "plan": _plan(job),
    }


def _plan(job: Job) -> Json:
    """Null stands for never: a queue without an end, a job that is stuck."""
    plan, end = job.plan, job.ends_at
    is_endless = plan.queue >= FOREVER
    error = plan.error
    return {
        "outcome": str(plan.outcome),
        "queue": None if is_endless else seconds(plan.queue),
        "run": None if end is None else seconds(plan.run),
        "ends_at": None if is_endless else _or_null(end),
        "error": None if error is None else {"code": error.code, "message": error.message},
        "result": _result(job) if plan.outcome is Outcome.SUCCEED else None,
    }


def _result(job: Job) -> Json:
    end, expires, first = job.ends_at, job.plan.expires, clip(job)
    return {
        "duration_s": job.duration_s,
        "size": show_size((first.width, first.height)),
        "audio": first.audio,
        "weight": first.weight,
        "file": job.plan.delivery.damage,
        "videos": job.videos,
        "expires_at": None if end is None or expires is None else seconds(end + expires),
    }


def exchange_record(exchange: Exchange, *, bodies: bool) -> Json:
    """An exchange; `answered_at` and `status` are null while it is open and where the answer was withheld."""
    record: Json = {
        "number": exchange.number,
        "namespace": exchange.namespace,
        "at": seconds(exchange.at),
        "answered_at": _or_null(exchange.answered_at),
        "kind": exchange.kind,
        "dialect": exchange.dialect,
        "operation": exchange.operation,
        "method": exchange.method,
        "path": exchange.path,
        "key": exchange.key,
        "status": exchange.status,
        "job_id": exchange.job_id,
        "marker": exchange.marker,
        "created": exchange.created,
        "unknown_job": exchange.unknown_job,
        "fault": exchange.fault,
        "note": exchange.note,
        "headers": dict(exchange.headers),
        "sent_headers": dict(exchange.sent_headers),
    }
    if bodies:
        record["request"] = body_record(exchange.request)
        record["answer"] = body_record(exchange.answer)
    return record


def emptied_record(exchange: Exchange) -> Json:
    """An exchange whose bodies had no room in the answer, with the mark that tells them from bodies that were empty."""
    return exchange_record(exchange, bodies=False) | {"request": None, "answer": None, "bodies_left_out": True}


def body_record(body: bytes) -> Json | None:
    """A body as `text` where it is UTF-8, else as `base64`; null where there is none."""
    if not body:
        return None
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": b64encode(body).decode("ascii")}


def cost_record(total: Seconds, price: Decimal) -> Json:
    """The cost meter. Money and seconds are decimal numbers as text, never floats."""
    asked, delivered = Decimal(str(total.asked)), Decimal(str(total.delivered))
    return {
        "price_per_second": money(price),
        "asked": {"seconds": plain(asked), "cost": money(asked * price)},
        "delivered": {"seconds": plain(delivered), "cost": money(delivered * price)},
    }


def plain(number: Decimal) -> str:
    """Without an exponent and without idle zeros: `8`, `5.5`."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(amount: Decimal) -> str:
    """Exact, with two places at least: `12.00`, `0.0125`."""
    whole, _, places = plain(amount).partition(".")
    return f"{whole}.{places:0<2}"


def _or_null(nanoseconds: int | None) -> float | None:
    return None if nanoseconds is None else seconds(nanoseconds)
