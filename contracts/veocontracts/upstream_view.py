"""The simulator's journal as events of a history: labels instead of ids, and the plan beside each submit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from veocontracts.answers import told
from veocontracts.conformance import request_problems
from veocontracts.events import Told, UpstreamCallback, UpstreamPoll, UpstreamSubmit
from veocontracts.faces import parse
from veocontracts.secrets import Secrets
from veosim.journal import Exchange
from veosim.namespace import MARKER
from veosim.simulator import Simulator
from veosim.units import SECOND

NOBODY = "nobody"
"""The label of what cannot be tied to a submit."""

UpstreamEvent = UpstreamSubmit | UpstreamPoll | UpstreamCallback


@dataclass(frozen=True, slots=True)
class View:
    """What one case may see of a simulator.

    Attributes:
        markers: the labels of its orders.
        keys: the roles of its keys, by the fingerprint of the header that carries them.
        since: when it began.
        alone: whether all in the journal is its own, also what belongs to nobody.
        secrets: what a gateway may have passed on, and is not written down.
        strays: whether jobs that can be tied to no order of any case are its own, since no other case is under way.
        older: ids that the gateway knew before the run, and may go on to ask for.
    """

    simulator: Simulator
    markers: Mapping[str, str]
    keys: Mapping[str, str]
    since: int
    alone: bool
    secrets: Secrets
    strays: bool = False
    older: frozenset[str] = frozenset()

    def events(self) -> list[tuple[int, UpstreamEvent]]:
        """The exchanges that belong to the case, each with its number in the journal."""
        events: list[tuple[int, UpstreamEvent]] = []
        for exchange in self.simulator.journal:
            if exchange.at < self.since:
                continue
            label = self.markers.get(exchange.marker or _marker_in(exchange), NOBODY)
            if label == NOBODY and not self.alone and not self._is_meant(exchange):
                continue
            event = self._event(exchange, label)
            if event is not None:
                events.append((exchange.number, event))
        return events

    def _is_meant(self, exchange: Exchange) -> bool:
        """Whether what belongs to no order of this case counts all the same, though other cases share the simulator."""
        if exchange.unknown_job:
            return exchange.job_id not in self.older
        return self.strays and exchange.created and exchange.marker is None

    def _event(self, exchange: Exchange, label: str) -> UpstreamEvent | None:
        if exchange.kind == "submit":
            return self._submit(exchange, label)
        if exchange.kind == "poll":
            data, said = _read(exchange.dialect, exchange.status, exchange.answer)
            return UpstreamPoll(
                at=exchange.at,
                label=label,
                job=exchange.job_id or "",
                known=not exchange.unknown_job,
                status=exchange.status,
                data=data,
                fault=exchange.fault,
                answered_at=_answered(exchange),
                retry_after=_wait(exchange),
                told=said,
                key=self.keys.get(exchange.key, ""),
            )
        if exchange.kind == "callback":
            return UpstreamCallback(
                at=exchange.at,
                label=label,
                job=exchange.job_id or "",
                told=told(exchange.dialect, 200, parse(exchange.request)),
                signed=not exchange.fault.startswith("sign:"),
                answered_at=_answered(exchange),
                status=exchange.status,
            )
        return None

    def _submit(self, exchange: Exchange, label: str) -> UpstreamSubmit:
        data, said = _read(exchange.dialect, exchange.status, exchange.answer)
        job = self.simulator.jobs.get(exchange.job_id or "") if exchange.created else None
        request = parse(exchange.request)
        return UpstreamSubmit(
            at=exchange.at,
            label=label,
            service=exchange.operation,
            request=self.secrets.in_parsed(request, exchange.request),
            status=exchange.status,
            job=job.id if job else None,
            outcome=job.plan.outcome if job else "",
            ready_at=job.ends_at if job else None,
            fault=exchange.fault,
            data=data,
            answered_at=_answered(exchange),
            retry_after=_wait(exchange),
            told=said,
            key=self.keys.get(exchange.key, ""),
            problems=request_problems(exchange.dialect, exchange.operation, request),
        )


def _marker_in(exchange: Exchange) -> str:
    """A refused submit has no job, but its body may still carry the marker."""
    found = MARKER.search(exchange.request[:65_536].decode("utf-8", "replace")) if exchange.request else None
    return found[0] if found else ""


def _answered(exchange: Exchange) -> int | None:
    return exchange.answered_at if exchange.status is not None else None


def _wait(exchange: Exchange) -> int | None:
    """What `Retry-After` asks for; a date counts as nothing, since the simulator sends none."""
    asked = exchange.headers.get("Retry-After", "")
    return int(asked) * SECOND if asked.isascii() and asked.isdecimal() else None


@lru_cache(maxsize=256)
def _read(dialect: str, status: int | None, answer: bytes) -> tuple[Any, Told]:
    """An answer's data, and what it says; the same "processing" comes by the hundred, and nobody changes it."""
    data = parse(answer) if answer else None
    return data, told(dialect, status, data)
