"""The bench: what a case drives. It submits, reads, waits and hands plans to the upstream, and writes it all down."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import quote

from veocontracts.caller import Caller
from veocontracts.conformance import answer_problems
from veocontracts.effort import DEFAULT_EFFORT, Effort
from veocontracts.events import Call, Event, LedgerRead, Read, Restart, Shown, Submit
from veocontracts.faces import Face, at, parse
from veocontracts.history import History
from veocontracts.inbox import Inbox
from veocontracts.keys import Keys
from veocontracts.ledger import Reader, ledger_of
from veocontracts.notebook import Notebook
from veocontracts.orders import Asking, Order, OrderBook
from veocontracts.profile import Profile
from veocontracts.recording import Recording
from veocontracts.steps import Origin
from veocontracts.targets.base import GatewayPort
from veocontracts.terms import Terms
from veocontracts.upstream_view import View
from veosim.clock import Clock, wall_now
from veosim.errors import VeosimError
from veosim.inprocess import Response
from veosim.job import JobError, Outcome
from veosim.simulator import Simulator
from veosim.units import SECOND

SETTLE = 30 * SECOND
READ_LIMIT = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """How much a run tries.

    Attributes:
        regressions: what is driven again, before all else.
        workloads: only these; none means all.
        effort: what the run may spend.
    """

    regressions: tuple[Recording, ...] = ()
    workloads: frozenset[str] = frozenset()
    effort: Effort = DEFAULT_EFFORT


@dataclass(frozen=True, slots=True)
class Setting:
    """All that a run is determined by; it travels to the process that runs the cases."""

    profile: Profile
    face: Face
    terms: Terms
    seed: int
    phase: int = 0
    """Nanoseconds that a case waits before it begins, so that poll phases are drawn too."""
    scope: Scope = Scope()


@dataclass(slots=True)
class World:
    """A running gateway with the simulator behind it; shared by the cases of one process.

    Attributes:
        alone: whether one case has it to itself: then everything in the journal belongs to that case.
        inbox: the client's receiver of webhook events.
        restart: stops the gateway, awaits what it is given, and starts the gateway again; None where that cannot be
            done.
    """

    gateway: GatewayPort
    simulator: Simulator
    clock: Clock
    keys: Keys
    alone: bool
    inbox: Inbox = field(default_factory=Inbox)
    restart: Callable[[Callable[[], Awaitable[None]]], Awaitable[None]] | None = None


class Bench:
    """One case's view of a world."""

    def __init__(self, setting: Setting, world: World, case: str) -> None:
        self.setting = setting
        self.terms = setting.terms
        self.face = setting.face
        self.clock = world.clock
        self.steps = Notebook(world.clock)
        # A gateway that never answers is left after twice its deadline, on the loop's own clock.
        self.caller = Caller(world.gateway, world.keys, 2 * setting.terms.timeout)
        self._world = world
        self._case = case
        self._events: list[tuple[int, Event]] = []
        self._notes: list[str] = []
        self._began = world.clock.now()
        origin, signed = Origin(setting.seed, case), setting.terms.signed_callbacks
        self.book = OrderBook(setting.face, world.simulator, origin, signed=signed)

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
            return await self._submit(order, key)

    async def _submit(self, order: Order, key: str) -> Submit:
        service = self.face.services[order.service]
        body = order.body if isinstance(order.body, bytes) else json.dumps(order.body, ensure_ascii=False).encode()
        headers = {"Content-Type": order.content_type, **self.caller.headers(key)}
        sent, seen = self.clock.now(), self._seen()
        answer = await self.caller.send("POST", service.path, headers, body)
        data = self.caller.data(answer)
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
            headers=self.caller.plain(answer.headers) if answer else {},
            wall=wall_now(),
            job_id=job_id if isinstance(job_id, str) and job_id else None,
            problems=self._problems(f"POST {service.path}", answer, data),
        )
        self._events.append((seen, event))
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
        ledger = ledger_of(self.setting.profile)
        if ledger is None or self.caller.secret(key) is None:
            return None
        reader = Reader(self.caller)
        with self.steps.step("ledger", "", {"key": key}):
            entries = await ledger.read(reader, key)
        self._notes += reader.notes
        if entries is None:
            return None
        event = LedgerRead(at=self.clock.now(), key=key, entries=entries)
        self._events.append((self._seen(), event))
        return event

    def answer_events(self, *statuses: int) -> None:
        """Answer the next deliveries of webhook events with these statuses, in this order."""
        with self.steps.step("answer-events", "", {"statuses": list(statuses)}):
            self._world.inbox.answers.extend(statuses)

    async def settle(self, submit: Submit | None = None) -> None:
        """Let late charges come in, then read the ledger, and the job once more."""
        await self.pause(SETTLE)
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
        began, seen = self.clock.now(), self._seen()
        with self.steps.step("restart", "", {"down": down}):
            await self._world.restart(partial(self.pause, down))
        event = Restart(at=began, ready_at=self.clock.now())
        self._events.append((seen, event))
        return event

    async def call(self, asking: Asking) -> tuple[Call, Response | None]:
        """Ask for anything else, and write it down with its answer."""
        with self.steps.step("call", asking.label, asking.data()):
            secret = self.caller.secret(asking.key)
            if asking.method == "POST" and secret is not None:  # it may count towards the limit, as a submit does
                await self._world.keys.room(secret, self.clock)
            sent, seen = self.clock.now(), self._seen()
            headers = {**self.caller.headers(asking.key), **asking.headers}
            answer = await self.caller.send(asking.method, asking.path, headers, asking.body)
        data = self.caller.data(answer)
        event = Call(
            at=sent,
            label=asking.label,
            key=asking.key,
            operation=asking.operation,
            intent=asking.intent,
            about=asking.about,
            request=parse(asking.body) if asking.body else None,
            answered_at=self.clock.now() if answer else None,
            status=answer.status if answer else None,
            data=data,
            headers=self.caller.plain(answer.headers) if answer else {},
            problems=self._problems(asking.operation, answer, data),
        )
        self._events.append((seen, event))
        return event, answer

    def history(self) -> History:
        """All that was seen, in order of time."""
        world = self._world
        view = View(world.simulator, self.book.markers, self.caller.fingerprints(), self._began, world.alone)
        # At one instant, a client's call comes after the exchanges that the upstream had seen when it was sent.
        ordered: list[tuple[int, int, int, Event]] = [(event.at, seen, 1, event) for seen, event in self._events]
        ordered += [(event.at, number, 0, event) for number, event in view.events()]
        labels = {event.job_id: event.label for _, event in self._events if isinstance(event, Submit) and event.job_id}
        pointers = self.setting.profile.webhooks
        for seen, webhook in world.inbox.events(pointers, self.terms, labels, self._began, alone=world.alone):
            ordered.append((webhook.at, seen, 2, webhook))
        events = [event for *_, event in sorted(ordered, key=lambda item: item[:3])]
        notes = (*self._notes, *self.caller.notes)
        return History(self.terms, self._case, tuple(events), notes, self.steps.made(), self.book.origin)

    # -- how it is done -------------------------------------------------------------------------------------------

    async def _read(self, label: str, job_id: str, key: str, intent: str) -> Read:
        sent, seen = self.clock.now(), self._seen()
        path = self.face.job_path.format(job_id=quote(job_id, safe=""))
        answer = await self.caller.send("GET", path, self.caller.headers(key))
        data = self.caller.data(answer)
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
            problems=self._problems(f"GET {self.face.job_path}", answer, data),
        )
        self._events.append((seen, event))
        return event

    def _problems(self, operation: str, answer: Response | None, data: Any) -> tuple[str, ...]:
        if answer is None:
            return ()
        content_type = answer.headers.get("content-type", "")
        return answer_problems(self.face.name, operation, answer.status, content_type, data)

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
