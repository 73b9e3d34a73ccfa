"""The simulator's journal as events of a history: labels instead of ids, and the plan beside each submit."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from veocontracts.face import parse
from veocontracts.history import UpstreamPoll, UpstreamSubmit
from veosim.journal import Exchange
from veosim.namespace import MARKER
from veosim.simulator import Simulator

NOBODY = "nobody"
"""The label of what cannot be tied to a submit."""


def upstream_events(
    simulator: Simulator, markers: Mapping[str, str], since: int, *, alone: bool
) -> list[tuple[int, UpstreamSubmit | UpstreamPoll]]:
    """The exchanges that belong to these markers; where one case is `alone`, also those that belong to nobody."""
    events: list[tuple[int, UpstreamSubmit | UpstreamPoll]] = []
    for exchange in simulator.journal:
        if exchange.at < since:
            continue
        label = markers.get(exchange.marker or _marker_in(exchange), NOBODY)
        if label == NOBODY and not alone and not exchange.unknown_job:
            continue
        event = _event(simulator, exchange, label)
        if event is not None:
            events.append((exchange.number, event))
    return events


def _marker_in(exchange: Exchange) -> str:
    """A refused submit has no job, but its body may still carry the marker."""
    found = MARKER.search(exchange.request[:65_536].decode("utf-8", "replace")) if exchange.request else None
    return found[0] if found else ""


def _event(simulator: Simulator, exchange: Exchange, label: str) -> UpstreamSubmit | UpstreamPoll | None:
    data = _parsed(exchange.answer) if exchange.answer else None
    if exchange.kind == "submit":
        job = simulator.jobs.get(exchange.job_id or "") if exchange.created else None
        return UpstreamSubmit(
            at=exchange.at,
            label=label,
            service=exchange.operation,
            request=parse(exchange.request),
            status=exchange.status,
            job=job.id if job else None,
            outcome=job.plan.outcome if job else "",
            ready_at=job.ends_at if job else None,
            fault=exchange.fault,
            data=data,
            answered_at=exchange.answered_at if exchange.status is not None else None,
            retry_after="Retry-After" in exchange.headers,
        )
    if exchange.kind == "poll":
        return UpstreamPoll(
            at=exchange.at,
            label=label,
            job=exchange.job_id or "",
            known=not exchange.unknown_job,
            status=exchange.status,
            data=data,
            fault=exchange.fault,
        )
    return None


@lru_cache(maxsize=256)
def _parsed(answer: bytes) -> Any:
    """A poll's answer; the same "processing" comes by the hundred, and events never change their data."""
    return parse(answer)
