"""One tenant of a simulator: its jobs, journal, counters, callbacks and scenarios. Two of them never meet."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from veosim.callbacks.schedule import Callbacks, Post
from veosim.callbacks.sign import Secret
from veosim.clock import Clock
from veosim.dialects.base import Dialect
from veosim.job import TERMINAL, Job, Outcome, State, view
from veosim.journal import Ended, Journal, Watcher
from veosim.scenario.model import Scenario
from veosim.scenario.stage import Stage

DEFAULT_NAME = "default"

LOOKED_AT = 8

MARKER = re.compile(r"mk-[0-9a-z]{10}")
"""What a marker looks like inside a prompt or an image URL: it ties a job to the plan handed in for it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How much is remembered before the oldest is dropped, in each namespace.

    Attributes:
        jobs: jobs, as far as they have ended; one that still runs is never dropped.
        exchanges: of the journal.
        journal_bytes: of the bodies in the journal.
        namespaces: how many there may be at once.
    """

    jobs: int = 100_000
    exchanges: int = 100_000
    journal_bytes: int = 256 * 1024 * 1024
    namespaces: int = 1_000


KEPT = Kept()


@dataclass(slots=True)
class Common:
    """What the namespaces of one simulator share. `scenario` is what each of them begins with."""

    scenario: Scenario
    seed: int
    clock: Clock
    post: Post
    secret: Secret
    kept: Kept
    watchers: Sequence[Watcher] = ()
    ended: Ended = field(default_factory=Counter)


@dataclass(slots=True)
class Seconds:
    """Seconds of video that were asked for by the jobs taken on, and delivered by those that succeeded."""

    asked: float = 0.0
    delivered: float = 0.0


class Namespace:
    """A tenant.

    Attributes:
        jobs: by id, in the order of their submits.
        dropped: jobs that ended and were forgotten, to keep the number of jobs bounded.
    """

    def __init__(self, name: str, common: Common) -> None:
        self.name = name
        self._common = common
        self.jobs: dict[str, Job] = {}
        kept = common.kept
        self.journal = Journal(
            kept.exchanges, kept.journal_bytes, namespace=name, watchers=common.watchers, ended=common.ended
        )
        self.callbacks = Callbacks(common.clock, self.journal, common.post, common.secret)
        self._begin()

    def _begin(self) -> None:
        self.dropped = 0
        self._forgotten = Seconds()
        self._oldest: deque[str] = deque()
        self._marked: dict[str, Stage] = {}
        self._pinned: dict[str, Stage] = {}
        self._until: int | None = None
        self._active = self._staged(self._common.scenario)

    def _staged(self, scenario: Scenario) -> Stage:
        return Stage(scenario, self._common.seed if scenario.seed is None else scenario.seed)

    @property
    def stage(self) -> Stage:
        """What is played for whoever asks for nothing else."""
        self._expire()
        return self._active

    @property
    def until(self) -> int | None:
        """When the first scenario is played again, on the clock; None where what is played stays."""
        self._expire()
        return self._until

    def _expire(self) -> None:
        if self._until is not None and self._common.clock.now() >= self._until:
            self._until = None
            self._active = self._staged(self._common.scenario)

    def play(self, scenario: Scenario, *, marker: str | None = None, lasting: int | None = None) -> None:
        """Behave like `scenario` from now on, from its beginning.

        Args:
            scenario: for all jobs to come, or only for the one that carries `marker`.
            marker: in a prompt or in the URL of an image.
            lasting: nanoseconds of the clock after which the first scenario is played again.
        """
        if marker is not None:
            self._marked[marker] = self._staged(scenario)
            return
        self._active = self._staged(scenario)
        self._until = None if lasting is None else self._common.clock.now() + lasting

    def rewrite(self, before: Scenario, now: Scenario) -> None:
        """A scenario was written anew: if it is what is played, it is played as it is now, from its beginning."""
        if self.stage.scenario == before:
            self._active = self._staged(now)

    def stage_for(self, marker: str | None, chosen: Scenario | None) -> Stage:
        """What is played for a submit: by its marker, else by its tag or key, else what is active."""
        if marker is not None:
            return self._marked[marker]
        if chosen is None:
            return self.stage
        stage = self._pinned.get(chosen.scenario)
        if stage is None or stage.scenario != chosen:
            stage = self._pinned[chosen.scenario] = self._staged(chosen)
        return stage

    def stage_of(self, job: Job) -> Stage:
        """What is played for a job's further exchanges: what chose its plan, else what is active now."""
        if job.marker in self._marked:
            return self._marked[job.marker]
        return self._pinned.get(job.pinned, self.stage) if job.pinned else self.stage

    def marked(self, texts: tuple[str, ...]) -> str | None:
        """The first marker for which a scenario was handed in; a text may be one itself, or hold it."""
        if self._marked:
            for text in texts:
                found = text if text in self._marked else next(iter(MARKER.findall(text[:4096])), None)
                if found in self._marked:
                    return found
        return None

    def add(self, job: Job) -> list[str]:
        """Take a job on; the ids of those that were dropped to make room."""
        self.jobs[job.id] = job
        self._oldest.append(job.id)
        return self._drop() if len(self._oldest) > self._common.kept.jobs else []

    def _drop(self) -> list[str]:
        """Forget the oldest jobs that have ended; one that still runs goes to the end of the line.

        Only a few are looked at each time, so that a crowd of running jobs does not make every submit slow.
        """
        now, dropped = self._common.clock.now(), []
        for _ in range(LOOKED_AT):
            if len(self._oldest) <= self._common.kept.jobs:
                break
            job = self.jobs[self._oldest.popleft()]
            if view(job, now).state in TERMINAL:
                self._count(self._forgotten, job, now)
                del self.jobs[job.id]
                dropped.append(job.id)
            else:
                self._oldest.append(job.id)
        self.dropped += len(dropped)
        return dropped

    def seconds(self) -> Seconds:
        """What all jobs so far come to, those that were dropped included."""
        total = Seconds(self._forgotten.asked, self._forgotten.delivered)
        now = self._common.clock.now()
        for job in self.jobs.values():
            self._count(total, job, now)
        return total

    def _count(self, total: Seconds, job: Job, now: int) -> None:
        total.asked += job.request.duration_s * job.request.videos
        if view(job, now).state is State.SUCCEEDED and job.plan.outcome is not Outcome.EMPTY:
            total.delivered += job.duration_s * job.videos

    def announce(self, dialect: Dialect, stage: Stage, jobs: Sequence[Job]) -> Callable[[], Awaitable[None]] | None:
        """Schedule the callbacks of one submit; what its answer has to wait for, if anything."""
        url, rules = jobs[0].request.callback_url, stage.scenario.callbacks
        if url is None:
            return None
        if rules.before_submit_answer:
            for job in jobs:  # a callback tells of an end, so there has to be one
                job.plan = replace(job.plan, queue=0, run=0)
        self.callbacks.expect(jobs, dialect, rules, url)
        return partial(self.callbacks.first_attempts, jobs) if rules.before_submit_answer else None

    def reset(self) -> None:
        """Forget jobs, journal, markers and callbacks, and play the first scenario again from its beginning."""
        self.callbacks.reset()
        self.jobs.clear()
        self.journal.reset()
        self._begin()
