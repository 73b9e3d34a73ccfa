"""What a provider takes on at once: slots that jobs run in, places in a queue, submits in a minute.

Limits depend on the order of submits, as `nth` does. A job's place in the queue is settled at its submit, from the
plans of the jobs before it; when one of those is cancelled or forced to an end, later jobs start no sooner.
"""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field, replace
from typing import Self

from pydantic import Field, model_validator

from veosim.job import ENDS, FOREVER, Outcome, Plan, cut
from veosim.units import SECOND
from veosim.yamlfile import Strict, contradiction

MINUTE = 60 * SECOND


class Limits(Strict):
    """What is taken on at once; without a key, anything.

    Attributes:
        concurrent_jobs: how many jobs run at one time; the others stay queued, in the order of their submits.
        queue: how many jobs may wait for a slot; a submit beyond them is answered 429.
        submits_per_minute: how many submits are taken on in any 60 s; one beyond them is answered 429.
    """

    concurrent_jobs: int | None = Field(default=None, ge=1, le=100_000)
    queue: int | None = Field(default=None, ge=0, le=100_000)
    submits_per_minute: int | None = Field(default=None, ge=1, le=1_000_000)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.queue is not None and self.concurrent_jobs is None:
            raise contradiction("without 'concurrent_jobs' nobody waits, so 'queue' says nothing", "queue")
        return self


@dataclass(frozen=True, slots=True)
class Reached:
    """A limit that a submit met.

    Attributes:
        limit: its key.
        message: what is allowed, in one sentence.
        room_at: when there is room again; None for never.
    """

    limit: str
    message: str
    room_at: int | None


@dataclass(slots=True)
class Occupancy:
    """How full a scenario's limits are; all times are instants of the simulator's clock.

    Attributes:
        ends: a heap: when each slot is free again, as far as is planned; a slot never used is not in it.
        waiting: a heap: when each job that found no free slot will start, where it ever does.
        stranded: how many jobs wait for slots that are never free again.
        taken: when each submit of the last minute was taken on.
    """

    limits: Limits
    ends: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    stranded: int = 0
    taken: deque[int] = field(default_factory=deque)

    def reached(self, jobs: int, now: int) -> Reached | None:
        """The limit that a submit of so many jobs meets; if none, the submit counts as taken on."""
        pace = self.limits.submits_per_minute
        if pace is not None:
            while self.taken and self.taken[0] <= now - MINUTE:
                self.taken.popleft()
            if len(self.taken) >= pace:
                message = f"The limit of submits per minute is {pace}."
                return Reached("submits_per_minute", message, self.taken[0] + MINUTE)
        full = self._full(jobs, now)
        if full is None and pace is not None:
            self.taken.append(now)
        return full

    def _full(self, jobs: int, now: int) -> Reached | None:
        slots, longest = self.limits.concurrent_jobs, self.limits.queue
        if slots is None or longest is None:
            return None
        while self.waiting and self.waiting[0] <= now:
            heapq.heappop(self.waiting)
        busy = [end for end in self.ends if end > now]
        if jobs <= slots - len(busy) + max(0, longest - len(self.waiting) - self.stranded):
            return None
        changes = [instant for instant in (*busy, *self.waiting[:1]) if instant < FOREVER]
        message = f"The limit of concurrent jobs is {slots}, and that of the queue {longest}."
        return Reached("queue", message, min(changes, default=None))

    def placed(self, plan: Plan, deadline: int | None, now: int) -> Plan:
        """A job's plan as its place in the queue and its deadline bend it; takes a slot for it.

        A job that starts late still ends at its deadline. One whose slot is never free stays queued for ever.
        """
        slots = self.limits.concurrent_jobs
        if slots is None:
            return cut(plan, deadline)
        free = heapq.heappop(self.ends) if len(self.ends) >= slots else 0
        start = max(now + plan.queue, free)
        late = replace(plan, queue=start - now) if free < FOREVER else Plan(Outcome.STUCK, FOREVER)
        bent = cut(late, deadline)
        if free > now and self.limits.queue is not None:
            self._wait(bent, now)
        runs = free < FOREVER and (ENDS[bent.outcome] is None or now + bent.queue >= start)
        if not runs:  # it ends in the queue, or never leaves it
            heapq.heappush(self.ends, free)
        else:
            heapq.heappush(self.ends, FOREVER if ENDS[bent.outcome] is None else now + bent.queue + bent.run)
        return bent

    def _wait(self, plan: Plan, now: int) -> None:
        if plan.queue >= FOREVER:
            self.stranded += 1
        else:
            heapq.heappush(self.waiting, now + plan.queue)
