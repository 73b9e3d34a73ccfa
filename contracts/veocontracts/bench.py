"""The bench: what a case drives. It submits, reads, waits and hands plans to the upstream, and writes it all down."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from veocontracts.face import Face, at, parse
from veocontracts.history import Entry, Event, History, LedgerRead, Read, Shown, Submit
from veocontracts.keys import UNKNOWN, Keys
from veocontracts.orders import Order, OrderBook
from veocontracts.profile import Profile
from veocontracts.targets.base import GatewayPort
from veocontracts.terms import Terms
from veocontracts.upstream_view import upstream_events
from veosim.clock import Clock, wall_now
from veosim.inprocess import Response
from veosim.job import JobError, Outcome
from veosim.simulator import Simulator
from veosim.units import SECOND, seconds, show_duration

SETTLE = 30 * SECOND
READ_LIMIT = 5_000


@dataclass(frozen=True, slots=True)
class Setting:
    """All that a run is determined by; it travels to the process that runs the cases."""

    profile: Profile
    face: Face
    terms: Terms
    seed: int
    phase: int = 0
    """Nanoseconds that a case waits before it begins, so that poll phases are drawn too."""


@dataclass(slots=True)
class World:
    """A running gateway with the simulator behind it; shared by the cases of one process."""

    gateway: GatewayPort
    simulator: Simulator
    clock: Clock
    keys: Keys
    alone: bool
    """Whether one case has it to itself: then everything in the journal belongs to that case."""


class Bench:
    """One case's view of a world."""

    def __init__(self, setting: Setting, world: World, case: str) -> None:
        self.setting = setting
        self.terms = setting.terms
        self.face = setting.face
        self.clock = world.clock
        self._world = world
        self._case = case
        self._events: list[tuple[int, Event]] = []
        self._notes: list[str] = []
        self._began = world.clock.now()
        self._keys: dict[str, str] = {}
        self.book = OrderBook(setting.face, world.simulator, setting.seed, case)

    # -- what a case does -----------------------------------------------------------------------------------------

    def order(self, service: str = "text", **wishes: Any) -> Order:
        """Something to submit; see `OrderBook.order`."""
        return self.book.order(service, **wishes)

    async def submit(self, order: Order, key: str = "main", *, paced: bool = True) -> Submit:
        """Submit an order and write down the answer.

        `key` is a role: `main`, `other` (a second key of full rights), `unentitled`, `unknown` or `none`.
        """
        secret = self._secret(key)
        if paced and secret is not None:
            await self._world.keys.room(secret, self.clock)
        service = self.face.services[order.service]
        body = order.body if isinstance(order.body, bytes) else json.dumps(order.body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", **self._world.keys.headers(secret)}
        sent, seen = self.clock.now(), self._seen()
        answer = await self._send("POST", service.path, headers, body)
        data = self._data(answer)
        job_id = at(data, "/job/id")
        event = Submit(
            at=sent,
            label=order.label,
            key=key,
            service=service.name,
            intent=order.intent,
            about=order.about,
            request=order.body if not isinstance(order.body, bytes) else repr(order.body[:200]),
            answered_at=self.clock.now() if answer else None,
            status=answer.status if answer else None,
            data=data,
            headers={name: self._hidden(text) for name, text in answer.headers.items()} if answer else {},
            wall=wall_now(),
            job_id=job_id if isinstance(job_id, str) and job_id else None,
        )
        self._events.append((seen, event))
        return event

    async def read(self, submit: Submit, key: str | None = None, *, intent: str = "valid") -> Read:
        """Read a job once, as its owner unless `key` says otherwise."""
        return await self._read(submit.label, submit.job_id or "none", key or submit.key, intent)

    async def read_id(self, job_id: str, key: str = "main", *, intent: str) -> Read:
        """Read any id."""
        return await self._read(intent, job_id, key, intent)

    async def watch(self, submit: Submit, until: int, every: int) -> Shown | None:
        """Read until the job has ended or `until` (nanoseconds after the submit was answered) has passed."""
        if submit.job_id is None or submit.answered_at is None:
            return None
        end = submit.answered_at + until
        for _ in range(READ_LIMIT):
            read = await self.read(submit)
            if read.shown is not None and read.shown.terminal:
                return read.shown
            left = end - self.clock.now()
            if left <= 0:
                return read.shown
            await self.pause(min(every, left))
        return None

    async def until(self, submit: Submit, after: int) -> None:
        """Wait until `after` nanoseconds have passed since the submit was answered."""
        left = (submit.answered_at or submit.at) + after - self.clock.now()
        if left > 0:
            await self.pause(left)

    async def pause(self, duration: int) -> None:
        """Let time pass."""
        await self.clock.sleep(duration)

    def force(self, order: Order, outcome: Outcome) -> None:
        """End the order's upstream jobs now, if there are any."""
        for job in list(self._world.simulator.jobs.values()):
            if job.marker == order.marker:
                error = JobError("generation_failed", "The generation failed.") if outcome is Outcome.FAIL else None
                self._world.simulator.force(job.id, outcome, error)

    async def ledger(self, key: str = "main") -> LedgerRead | None:
        """Read a key's charges, where the profile says how."""
        http, secret = self.setting.profile.ledger.http, self._secret(key)
        if http is None or secret is None:
            return None
        answer = await self._send("GET", http.get, self._world.keys.headers(secret))
        rows = at(parse(answer.body), http.entries) if answer and answer.status == 200 else None
        if not isinstance(rows, list):
            self._notes.append(f"the ledger could not be read: {answer.status if answer else 'no answer'}")
            return None
        units = http.units
        entries = tuple(
            Entry(job_id=at(row, http.job), amount=at(row, http.amount), units=at(row, units) if units else None)
            for row in rows
        )
        event = LedgerRead(at=self.clock.now(), key=key, entries=entries)
        self._events.append((self._seen(), event))
        return event

    async def settle(self, submit: Submit | None = None) -> None:
        """Let late charges come in, then read the ledger, and the job once more."""
        await self.pause(SETTLE)
        if submit is not None and submit.job_id is not None:
            await self.read(submit)
        await self.ledger(submit.key if submit else "main")

    def history(self) -> History:
        """All that was seen, in order of time."""
        world = self._world
        upstream = upstream_events(world.simulator, self.book.markers, self._began, alone=world.alone)
        # At one instant, a client's call comes after the exchanges that the upstream had seen when it was sent.
        ordered = [(event.at, seen, 1, event) for seen, event in self._events]
        ordered += [(event.at, number, 0, event) for number, event in upstream]
        events = [event for *_, event in sorted(ordered, key=lambda item: item[:3])]
        return History(self.terms, self._case, tuple(events), tuple(self._notes))

    # -- how it is done -------------------------------------------------------------------------------------------

    def _secret(self, role: str) -> str | None:
        if role == "none":
            return None
        if role == "unknown":
            return UNKNOWN
        if role not in self._keys:
            declared = self._world.keys.declared(role) if role == "unentitled" else None
            self._keys[role] = declared or self._world.keys.fresh(role)
        return self._keys[role]

    async def _read(self, label: str, job_id: str, key: str, intent: str) -> Read:
        sent, seen = self.clock.now(), self._seen()
        headers = self._world.keys.headers(self._secret(key))
        answer = await self._send("GET", self.face.job_path.format(job_id=quote(job_id, safe="")), headers)
        data = self._data(answer)
        shown = self._shown(data) if answer and answer.status == 200 and isinstance(data, Mapping) else None
        event = Read(
            at=sent,
            label=label,
            key=key,
            intent=intent,
            answered_at=self.clock.now() if answer else None,
            status=answer.status if answer else None,
            data=data,
            shown=shown,
            wall=wall_now(),
        )
        self._events.append((seen, event))
        return event

    def _data(self, answer: Response | None) -> Any:
        """The answer's data; a key that the gateway echoes becomes its role."""
        if answer is None:
            return None
        body = answer.body
        for role, secret in self._keys.items():
            body = body.replace(secret.encode(), f"<key:{role}>".encode())
        return parse(body)

    def _hidden(self, text: str) -> str:
        for role, secret in self._keys.items():
            text = text.replace(secret, f"<key:{role}>")
        return text

    def _seen(self) -> int:
        """How many exchanges the upstream has seen by now."""
        return self._world.simulator.journal.count

    def _shown(self, data: Any) -> Shown:
        ledger = self.setting.profile.ledger.job
        word = at(data, "/status")
        return Shown(
            id=at(data, "/id"),
            state=self.terms.state_of(word),
            word=word,
            service=at(data, "/service_name"),
            created_at=at(data, "/created_at"),
            completed_at=at(data, "/completed_at"),
            result=at(data, "/result_data"),
            units=at(data, ledger.units) if ledger else None,
            cost=at(data, ledger.cost) if ledger else None,
            error=at(data, "/error"),
        )

    async def _send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Response | None:
        """One exchange. A gateway that never answers is left after twice its deadline, on the loop's own clock."""
        patience = 2 * self.terms.timeout
        try:
            async with asyncio.timeout(seconds(patience)):
                return await self._world.gateway.send(method, path, headers, body)
        except TimeoutError:
            self._notes.append(f"{method} {path}: no answer within {show_duration(patience)}")
        except ConnectionError as error:
            self._notes.append(f"{method} {path}: {error}")
        return None
