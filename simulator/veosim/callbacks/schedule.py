"""The callbacks of one simulator: when each is due, in which order they go out, and what became of them.

Everything is scheduled on the simulator's clock, attempts included. Invariants:

- What is due at one instant is opened in the journal at once, in the order (due, delivery, copy, attempt), before
  anything is sent; so the journal never depends on which receiver is quick.
- The callbacks of one submit that are due at one instant go out one after the other, so that a receiver sees their
  order, for half a real second in all; what is left then is begun in the same order, and goes out side by side, so that
  a receiver that hangs holds up time no longer than one attempt may take. Those of different submits go out side by
  side.
- A delivery is sent for the plan that its job has now: an entry of the heap whose instant is no longer the
  delivery's own is stale, and dropped.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from veosim.callbacks.sign import Secret, signed
from veosim.clock import Clock, HeldError, wall_of
from veosim.dialects.base import Dialect
from veosim.errors import shown
from veosim.job import Job, view
from veosim.journal import Exchange, Journal
from veosim.outbound.base import Receipt
from veosim.outbound.url import masked
from veosim.scenario.callbacks import CallbackRules, Manner
from veosim.scenario.times import drawn
from veosim.seeded import digest
from veosim.units import show_duration

IN_TURN = 0.5
"""Seconds of the loop in which the callbacks of one submit wait for each other. With the five of an attempt they stay
below the six that a manual clock waits for what is due at one instant."""

Post = Callable[[str, Mapping[str, str], bytes], Awaitable[Receipt]]
"""Sends a body with headers to a URL; never raises."""


@dataclass(slots=True, eq=False)
class _Submit:
    """What the callbacks of one submit have in common. `deliveries` stand in the order in which they are sent."""

    dialect: Dialect
    rules: CallbackRules
    url: str
    deliveries: list[_Delivery] = field(default_factory=list)

    @property
    def manner(self) -> Manner:
        """How they are signed."""
        return self.rules.sign or ("good" if self.dialect.signs else "none")

    def due(self, delivery: _Delivery) -> int | None:
        """When a delivery's first attempts are to be made, or None for never."""
        if delivery.job.ends_at is None:
            return None
        last = delivery
        if self.rules.order == "reversed":
            last = max(self.deliveries, key=lambda each: -1 if each.job.ends_at is None else each.job.ends_at)
        end = last.job.ends_at
        return None if end is None else end + drawn(self.rules.delay, digest(last.job.id), "callback")


@dataclass(slots=True, eq=False)
class _Delivery:
    """One job's callback, in all its copies.

    Attributes:
        left: copies that have neither arrived nor been given up.
        due: when the first attempts are made; None while the job has no end.
        begun: whether they are on their way, from where on no plan changes them.
        untried: copies whose first attempt has not been made.
        tried: set once there are none, or the delivery is forgotten.
        forgotten: whether a reset came in between.
    """

    job: Job
    number: int
    submit: _Submit
    left: int
    untried: int
    due: int | None = None
    begun: bool = False
    forgotten: bool = False
    tried: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True, frozen=True, order=True)
class _Entry:
    """Something due. `copy` 0 stands for the first attempt of every copy."""

    at: int
    number: int
    copy: int
    attempt: int
    delivery: _Delivery = field(compare=False)


@dataclass(slots=True, frozen=True)
class _Attempt:
    """One request to send, and its exchange in the journal."""

    delivery: _Delivery
    copy: int
    number: int
    exchange: Exchange


class Callbacks:
    """All callbacks of one simulator.

    Args:
        clock: the simulator's.
        journal: keeps an exchange of kind `callback` for each attempt.
        post: sends one attempt.
        secret: signs those that are to be signed.

    Attributes:
        sent: copies that a receiver took with a 2xx.
        failed: copies that were given up.
        pending: copies still to be sent or repeated; those of jobs without an end are not waited for.
    """

    def __init__(self, clock: Clock, journal: Journal, post: Post, secret: Secret) -> None:
        self._clock = clock
        self._journal = journal
        self._post = post
        self._secret = secret
        self._begin_again()

    def _begin_again(self) -> None:
        self.sent = self.failed = self.pending = 0
        self._numbers = itertools.count()
        self._heap: list[_Entry] = []
        self._appointed: set[int] = set()
        self._deliveries: dict[str, _Delivery] = {}
        self._running: dict[asyncio.Task[None], None] = {}

    @property
    def unsettled(self) -> list[str]:
        """For each submit with attempts under way, the first: `callback of JOB to 'URL'` with its copy and attempt."""
        return [task.get_name() for task in self._running]

    def expect(self, jobs: Sequence[Job], dialect: Dialect, rules: CallbackRules, url: str) -> None:
        """Schedule the callbacks of one submit; called on the loop.

        Args:
            jobs: those that the submit made, in the order of its answer.
            dialect: words the bodies, when they are sent, and says whether they are signed.
            rules: the scenario's.
            url: where all of them go; whether it may be reached is found when they are sent.
        """
        if not rules.copies:
            return
        submit = _Submit(dialect, rules, url)
        for job in reversed(jobs) if rules.order == "reversed" else jobs:
            delivery = _Delivery(job, next(self._numbers), submit, rules.copies, rules.copies)
            submit.deliveries.append(delivery)
            self._deliveries[job.id] = delivery
        self._schedule(submit)

    def amended(self, job: Job) -> None:
        """The job's plan was changed, so that its callback may be due at another time; one already sent stays."""
        if job.id in self._deliveries:
            self._schedule(self._deliveries[job.id].submit)

    async def first_attempts(self, jobs: Iterable[Job]) -> None:
        """Return once every callback of these jobs that is due has been tried, whether or not it arrived.

        Raises:
            HeldError: a reset came in between, so the jobs are no more.
        """
        for job in jobs:
            delivery = self._deliveries.get(job.id)
            if delivery is not None and delivery.due is not None and delivery.due <= self._clock.now():
                await delivery.tried.wait()
                if delivery.forgotten:
                    raise HeldError("the simulator was reset")

    def reset(self) -> None:
        """Forget everything, and cancel what is under way."""
        for task in self._running:
            task.cancel()
        for delivery in self._deliveries.values():
            delivery.forgotten = True
            delivery.tried.set()  # nobody is left waiting for what will not be sent
        self._begin_again()

    def _schedule(self, submit: _Submit) -> None:
        for delivery in submit.deliveries:
            due = submit.due(delivery)
            if delivery.begun or due == delivery.due:
                continue
            self.pending += delivery.left * ((due is not None) - (delivery.due is not None))
            delivery.due = due
            if due is not None:
                self._enter(_Entry(due, delivery.number, 0, 1, delivery))

    def _enter(self, entry: _Entry) -> None:
        heapq.heappush(self._heap, entry)
        if entry.at not in self._appointed:
            self._appointed.add(entry.at)
            self._clock.at(entry.at, partial(self._start, entry.at))

    def _start(self, due: int) -> list[asyncio.Task[None]]:
        """Open what is due, and begin to send it: one task for each submit."""
        self._appointed.discard(due)
        batches: dict[_Submit, list[_Attempt]] = {}
        while self._heap and self._heap[0].at <= due:
            entry = heapq.heappop(self._heap)
            batches.setdefault(entry.delivery.submit, []).extend(self._opened(entry))
        tasks = [asyncio.create_task(self._send(batch)) for batch in batches.values() if batch]
        for task in tasks:
            self._running[task] = None
            task.add_done_callback(self._ended)
        return tasks

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)

    def _opened(self, entry: _Entry) -> list[_Attempt]:
        delivery = entry.delivery
        copies: Iterable[int] = (entry.copy,)
        if not entry.copy:
            if delivery.begun or entry.at != delivery.due:
                return []  # stale
            delivery.begun = True
            copies = range(1, delivery.submit.rules.copies + 1)
        job, submit = delivery.job, delivery.submit
        now = max(self._clock.now(), entry.at)
        body = submit.dialect.callback(job, view(job, now))
        fault = f"sign: {submit.rules.sign}" if submit.rules.sign not in (None, "good") else ""
        made = []
        for copy in copies:
            exchange = Exchange(0, now, job.dialect, "callback", "callback", "POST", submit.url, fault=fault)
            exchange.request, exchange.job_id, exchange.marker = body, job.id, job.marker
            made.append(_Attempt(delivery, copy, entry.attempt, self._journal.open(exchange)))
        return made

    async def _send(self, batch: Sequence[_Attempt]) -> None:
        task, left, now = asyncio.current_task(), list(batch), asyncio.get_running_loop().time
        turns_end = now() + IN_TURN

        def name(_: object = None) -> None:
            """After the first attempt that has not ended; `unsettled` and the clock tell it."""
            while left and left[0].exchange.answered_at is not None:
                left.pop(0)
            if left and task is not None:
                task.set_name(_name(left[0]))

        name()
        async with asyncio.TaskGroup() as group:
            for attempt in batch[:-1]:
                making = group.create_task(self._make(attempt))
                making.add_done_callback(name)
                await asyncio.wait([making], timeout=max(0.0, turns_end - now()))
            await self._make(batch[-1])  # without a task of its own, since most batches hold one attempt

    async def _make(self, attempt: _Attempt) -> None:
        job, submit, exchange = attempt.delivery.job, attempt.delivery.submit, attempt.exchange
        message_id = f"msg_{digest('callback', job.id).hex()[:27]}"
        headers = signed(self._secret, message_id, wall_of(self._clock), exchange.request, submit.manner)
        exchange.sent_headers = {"content-type": "application/json", **headers}
        receipt = await self._post(submit.url, exchange.sent_headers, exchange.request)
        if self._deliveries.get(job.id) is attempt.delivery:  # else a reset has forgotten it meanwhile
            self._settle(attempt, receipt)

    def _settle(self, attempt: _Attempt, receipt: Receipt) -> None:
        delivery, exchange, now = attempt.delivery, attempt.exchange, self._clock.now()
        rules, following = delivery.submit.rules, ""
        if receipt.delivered:
            self.sent += 1
        elif attempt.number < rules.retry.attempts and rules.retry.repeats_after(receipt.kind, receipt.status):
            wait = rules.retry.wait_after(attempt.number)
            self._enter(_Entry(now + wait, delivery.number, attempt.copy, attempt.number + 1, delivery))
            following = f"next in {show_duration(wait)}"
        else:
            self.failed += 1
            following = "given up"
        if attempt.number == 1:
            delivery.untried -= 1
            if not delivery.untried:
                delivery.tried.set()
        if following in ("", "given up"):
            self.pending -= 1
            delivery.left -= 1
            if not delivery.left:
                del self._deliveries[delivery.job.id]
        exchange.status = receipt.status
        exchange.note = _note(_place(attempt), receipt, following)
        self._journal.close(exchange, now)  # last, since whoever waits for it looks at the counts


def _name(attempt: _Attempt) -> str:
    job, url, place = attempt.delivery.job, attempt.delivery.submit.url, _place(attempt)
    return f"callback of {job.id} to {shown(masked(url))}" + (place and f", {place}")


def _place(attempt: _Attempt) -> str:
    """`copy 1 of 2, attempt 2 of 5`, each where there is more than one."""
    rules = attempt.delivery.submit.rules
    counts = (("copy", attempt.copy, rules.copies), ("attempt", attempt.number, rules.retry.attempts))
    return ", ".join(f"{what} {number} of {all_}" for what, number, all_ in counts if all_ > 1)


def _note(place: str, receipt: Receipt, following: str) -> str:
    """`attempt 1 of 5: answered 503; next in 2s`; nothing of an only attempt that was answered with a 2xx."""
    problem = receipt.problem if receipt.status is None else "" if receipt.delivered else f"answered {receipt.status}"
    said = "; ".join(filter(None, (problem, following)))
    return ": ".join(filter(None, (place, said)))
