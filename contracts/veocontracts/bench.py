"""The bench: what a case drives. It submits, reads, waits and hands plans to the upstream, and writes it all down."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from veocontracts.caller import Caller
from veocontracts.conformance import answer_problems
from veocontracts.events import Call, LedgerRead, Read, Restart, Shown, Submit
from veocontracts.faces import at, parse
from veocontracts.history import History
from veocontracts.ledger import Books, amount_of, told_cost
from veocontracts.notebook import Notebook
from veocontracts.orders import Asking, Order, OrderBook
from veocontracts.places import UPSTREAM_URL
from veocontracts.record import Record
from veocontracts.rules.facts import number
from veocontracts.setting import Setting
from veocontracts.steps import Origin
from veocontracts.world import World
from veosim.errors import VeosimError
from veosim.inprocess import Response
from veosim.job import JobError, Outcome
from veosim.units import SECOND

SETTLE = 30 * SECOND
READ_LIMIT = 5_000


class Bench:
    """One case's view of a world.

    Args:
        setting: what cases have in common.
        world: what they share.
        case: its name.
        life: tells apart the times that one run drives the case, each with keys of its own.
        lone: see `Record`.

    Attributes:
        record: what was seen so far.
    """

    def __init__(self, setting: Setting, world: World, case: str, *, life: str = "", lone: bool = False) -> None:
        self.setting = setting
        self.terms = setting.terms
        self.face = setting.face
        self.clock, self.still = world.clock, world.still
        self.steps = Notebook(world.clock)
        # A gateway that never answers is left after twice its deadline, on the loop's own clock.
        origin, patience = Origin(setting.seed, case), 2 * setting.terms.timeout
        self.caller = Caller(world.gateway, world.keys, patience, setting.profile, origin, life)
        self._books = Books(setting.profile, self.caller, world.places, own_keys=setting.terms.own_keys)
        self._world = world
        self._case = case
        self.record = Record(setting, world, self.caller, lone=lone)
        self.book = OrderBook(setting.face, world.simulator, origin, signed=setting.terms.signed_callbacks)

    # -- what a case does -----------------------------------------------------------------------------------------

    def order(self, service: str = "text", **wishes: Any) -> Order:
        """Something to submit; see `OrderBook.order`."""
        return self.book.order(service, **wishes)

    async def submit(self, order: Order, key: str = "main", *, paced: bool = True) -> Submit:
        """Submit an order and write down the answer.

        `key` is a role: `main`, `other` (a second key of full rights), `unentitled`, `unknown` or `none`.
        """
        with self.steps.step(
            "submit", order.label, {"service": order.service, "wishes": order.wishes, "key": key, "paced": paced}
        ):
            secret = self.caller.secret(key)
            if paced and secret is not None:
                await self._world.keys.room(secret, self.clock)
            if await self._books.open(key):
                self.record.add_charges(key, None, Decimal(0))
            return await self._submit(order, key)

    async def _submit(self, order: Order, key: str) -> Submit:
        service = self.face.services[order.service]
        raw = isinstance(order.body, bytes)
        body = order.body if raw else json.dumps(service.wire(order.body), ensure_ascii=False).encode()
        headers = {"Content-Type": order.content_type, **self.caller.headers(key)}
        sent, seen = self.clock.now(), self.record.seen()
        answer = await self.caller.send("POST", service.path, headers, body)
        wall, told = self._world.wall(), self._told(f"POST {service.path}", answer)
        job_id = self.face.id_of(at(told.get("data"), self.face.answer_id))
        event = Submit(
            at=sent,
            label=order.label,
            key=key,
            service=service.name,
            intent=order.intent,
            about=order.about,
            request=repr(order.body[:200]) if raw else order.body,
            headers=self.caller.plain(answer.headers) if answer else {},
            wall=wall,
            job_id=job_id if isinstance(job_id, str) and job_id else None,
            **told,
        )
        self.record.add(event, seen)
        return event

    async def read(self, submit: Submit, key: str | None = None, *, intent: str = "valid") -> Read:
        """Read a job once, as its owner unless `key` says otherwise."""
        role = key or submit.key
        with self.steps.step("read", submit.label, {"key": role, "intent": intent}):
            return await self._read(submit.label, submit.job_id or "none", role, intent)

    async def read_id(self, job_id: str, key: str = "main", *, intent: str) -> Read:
        """Read any id."""
        with self.steps.step("read-id", "", {"job_id": job_id, "key": key, "intent": intent}):
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
        await self.pause_until((submit.answered_at or submit.at) + after)

    async def pause_until(self, at: int) -> None:
        """Wait until the bench's clock shows `at`."""
        if at > self.clock.now():
            await self.pause(at - self.clock.now())

    async def pause(self, duration: int) -> None:
        """Let time pass."""
        await self.clock.sleep(duration)

    def force(self, order: Order, outcome: Outcome) -> None:
        """End the order's upstream jobs now, if there are any."""
        with self.steps.step("force", order.label, {"outcome": str(outcome)}):
            for job in list(self._world.simulator.jobs.values()):
                if job.marker == order.marker:
                    error = JobError("generation_failed", "The generation failed.") if outcome is Outcome.FAIL else None
                    self._world.simulator.force(job.id, outcome, error)

    async def ledger(self, key: str = "main") -> LedgerRead | None:
        """Read a key's charges, where the profile says how."""
        if not self._books.exist or self.caller.secret(key) is None:
            return None
        with self.steps.step("ledger", "", {"key": key}):
            entries = await self._books.listed(key, self.record.jobs(key))
            total = await self._books.total(key)
        return None if entries is None and total is None else self.record.add_charges(key, entries, total)

    def answer_events(self, *statuses: int) -> None:
        """Answer the next deliveries of webhook events with these statuses, in this order."""
        with self.steps.step("answer-events", "", {"statuses": list(statuses)}):
            self._world.inbox.answers.extend(statuses)

    async def settle(self, submit: Submit | None = None) -> None:
        """Let late charges come in, then read the ledger, and the job once more."""
        await self.pause(SETTLE if self.setting.profile.ledger.settle is None else self.terms.settle)
        if submit is not None and submit.job_id is not None:
            await self.read(submit)
        await self.ledger(submit.key if submit else "main")

    async def restart(self, down: int = 0) -> Restart:
        """Stop the gateway, let `down` nanoseconds pass, and start it again, on what it has stored.

        Raises:
            VeosimError: the target cannot do that.
        """
        if self._world.restart is None:
            raise VeosimError("this target cannot be restarted; declare capabilities.restart only where it can")
        began, seen = self.clock.now(), self.record.seen()
        with self.steps.step("restart", "", {"down": down}):
            await self._world.restart(partial(self.pause, down))
        event = Restart(at=began, ready_at=self.clock.now())
        self.record.add(event, seen)
        return event

    async def call(self, asking: Asking) -> tuple[Call, Response | None]:
        """Ask for anything else, and write it down with its answer."""
        with self.steps.step("call", asking.label, asking.data()):
            secret = self.caller.secret(asking.key)
            if asking.method == "POST" and secret is not None:  # it may count towards the limit, as a submit does
                await self._world.keys.room(secret, self.clock)
            sent, seen = self.clock.now(), self.record.seen()
            headers = {**self.caller.headers(asking.key), **asking.headers}
            answer = await self.caller.send(asking.method, asking.path, headers, asking.body)
        event = Call(
            at=sent,
            label=asking.label,
            key=asking.key,
            operation=asking.operation,
            intent=asking.intent,
            about=asking.about,
            request=parse(asking.body) if asking.body else None,
            headers=self.caller.plain(answer.headers) if answer else {},
            **self._told(asking.operation, answer),
        )
        self.record.add(event, seen)
        return event, answer

    @property
    def ended(self) -> str:
        """How the gateway ended though nobody stopped it, or ""."""
        return self._world.ended()

    @property
    def upstream_url(self) -> str:
        """Where the gateway finds the simulator."""
        return self._world.places.get(UPSTREAM_URL, "")

    def plain_notes(self) -> list[str]:
        """What the suite has to say, without the gateway's log."""
        return [*self._books.notes, *self.caller.notes]

    def history(self) -> History:
        """All that was seen, in order of time."""
        notes = (*self.plain_notes(), *(f"log: {line}" for line in self.record.log()))
        events = self.record.events(self.book.markers)
        return History(self.terms, self._case, events, notes, self.steps.made(), self.book.origin)

    # -- how it is done -------------------------------------------------------------------------------------------

    async def _read(self, label: str, job_id: str, key: str, intent: str) -> Read:
        secret = self.caller.secret(key)
        if self.terms.counts_polls and secret is not None:  # then a read takes room, as a submit does
            await self._world.keys.room(secret, self.clock)
        sent, seen = self.clock.now(), self.record.seen()
        answer = await self.caller.send("GET", self.face.job_at(job_id), self.caller.headers(key))
        wall, told = self._world.wall(), self._told(f"GET {self.face.job_path}", answer)
        data = told.get("data")
        shown = self._shown(data) if answer and answer.status == 200 and isinstance(data, Mapping) else None
        header = self.setting.profile.ledger.header
        if shown is not None and answer is not None and header is not None:
            shown = replace(shown, cost=told_cost(answer.headers, header))
        event = Read(
            at=sent,
            label=label,
            key=key,
            intent=intent,
            shown=shown,
            wall=wall,
            **told,
        )
        self.record.add(event, seen)
        return event

    def _told(self, operation: str, answer: Response | None) -> dict[str, Any]:
        """What every event holds of its answer; nothing where none came."""
        if answer is None:
            return {}
        now, data = self.clock.now(), self.caller.data(answer)
        content_type = answer.headers.get("content-type", "")
        problems = answer_problems(self.face.document, operation, answer.status, content_type, data)
        return {"answered_at": now, "status": answer.status, "data": data, "problems": problems}

    def _shown(self, data: Any) -> Shown:
        ledger = self.setting.profile.ledger.job
        read = partial(self.face.read, data)
        word, result = read("state"), read("result")
        if isinstance(result, dict) and "duration_seconds" in result:
            result = {**result, "duration_seconds": self._counted(result["duration_seconds"])}
        return Shown(
            id=self.face.id_of(read("id")),
            state=self.terms.state_of(word),
            word=word,
            service=read("service"),
            created_at=read("created_at"),
            completed_at=read("completed_at"),
            result=result,
            units=self._counted(at(data, ledger.units)) if ledger and ledger.units else None,
            cost=amount_of(self._counted(at(data, ledger.cost)), ledger) if ledger and ledger.cost else None,
            error=read("error"),
        )

    def _counted(self, value: Any) -> Any:
        """A number, which an API of its own may write as text; whether it may is for its document to say."""
        found = number(value) if not self.face.speaks else None
        return value if found is None else found
