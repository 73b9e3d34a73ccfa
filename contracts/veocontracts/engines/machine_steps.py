"""The Hypothesis state machine: one gateway, several jobs and keys, driven a drawn step at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from veocontracts.bench import Bench
from veocontracts.engines.machine_draws import Wishes, latest, orders, wrong_orders
from veocontracts.events import Submit
from veocontracts.orders import Order
from veocontracts.rules.base import Rule
from veocontracts.setting import Setting
from veocontracts.tally import Tallies
from veocontracts.timing.loop import VirtualLoop
from veocontracts.timing.virtual import VirtualRunner
from veocontracts.worlds import virtual_world
from veosim.job import Outcome
from veosim.units import SECOND

T = TypeVar("T")
MOST_JOBS = 5
KEYS = ("main", "other")
WHICH = st.integers(0, MOST_JOBS - 1)


class Life(RuleBasedStateMachine):
    """One example: a fresh gateway, driven on its own loop, and judged when it is over.

    Attributes:
        setting: of the run; with all that follows, set by a subclass.
        name: what the cases are called, before a number.
    """

    setting: Setting
    runner: VirtualRunner
    tallies: Tallies
    catalogue: Sequence[Rule]
    name: str

    def __init__(self) -> None:
        super().__init__()
        self.loop: VirtualLoop = self.runner.open()
        self.entering = virtual_world(self.setting)
        try:
            world = self.loop.run_until_complete(self.entering.__aenter__())
        except BaseException:
            self.runner.close(self.loop)  # there is no teardown of what was never made
            raise
        self.bench = Bench(self.setting, world, f"{self.name} {self.tallies.cases + 1}")
        self.jobs: list[tuple[Order, Submit]] = []
        self.restarted = False

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run one step on this example's loop."""
        return self.loop.run_until_complete(work)

    @initialize(phase=st.integers(0, 5 * SECOND), data=st.data())
    def begin(self, phase: int, data: st.DataObject) -> None:
        """Shift the client against the gateway's polls, and submit a first job."""
        self.do(self.bench.pause(phase))
        self.submit(data, KEYS[0])

    @precondition(lambda self: len(self.jobs) < MOST_JOBS)
    @rule(data=st.data(), key=st.sampled_from(KEYS))
    def submit(self, data: st.DataObject, key: str) -> None:
        """Submit a job whose fate upstream is drawn."""
        self.do(self._submit(data.draw(self._orders(), label="order"), key))

    @precondition(lambda self: len(self.jobs) < MOST_JOBS - 1)
    @rule(data=st.data())
    def submit_together(self, data: st.DataObject) -> None:
        """Two to four clients submit at once."""
        room = min(4, MOST_JOBS - len(self.jobs))
        drawn = st.tuples(self._orders(), st.sampled_from(KEYS))
        together = data.draw(st.lists(drawn, min_size=2, max_size=room), label="orders")
        self.do(self._together([self._submit(wishes, key) for wishes, key in together]))

    @rule(data=st.data(), key=st.sampled_from(KEYS))
    def submit_wrong(self, data: st.DataObject, key: str) -> None:
        """Submit what must be refused."""
        wishes = data.draw(wrong_orders(self.setting.face), label="order")
        self.do(self.bench.submit(self.bench.order(**wishes), key))

    @rule(which=WHICH)
    def read(self, which: int) -> None:
        """Read a job."""
        self.do(self.bench.read(self._job(which)[1]))

    @rule(which=st.lists(WHICH, min_size=2, max_size=4))
    def read_together(self, which: list[int]) -> None:
        """Several clients read at once, also one job."""
        self.do(self._together([self.bench.read(self._job(each)[1]) for each in which]))

    @rule(which=WHICH, outcome=st.sampled_from((Outcome.SUCCEED, Outcome.FAIL)))
    def end(self, which: int, outcome: Outcome) -> None:
        """The upstream ends a job now."""
        self.bench.force(self._job(which)[0], outcome)

    @rule(seconds=st.one_of(st.integers(1, 30), st.integers(31, 700)))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.do(self.bench.pause(seconds * SECOND))

    @rule(key=st.sampled_from(KEYS))
    def look_at_ledger(self, key: str) -> None:
        """Read a key's charges."""
        self.do(self.bench.ledger(key))

    @precondition(lambda self: "restart" in self.setting.terms.capabilities and not self.restarted)
    @rule()
    def restart(self) -> None:
        """The gateway stops and starts again, once."""
        self.restarted = True
        self.do(self.bench.restart())

    def teardown(self) -> None:
        """Settle, judge, and let go of the gateway."""
        try:
            if self.jobs:  # else Hypothesis gave up before the first step
                self.do(self._settle())
                self.tallies.judge(self.bench.history(), self.catalogue)
        finally:
            try:
                self.do(self.entering.__aexit__(None, None, None))
            finally:
                self.runner.close(self.loop)

    def _job(self, which: int) -> tuple[Order, Submit]:
        """One of the jobs; there is always a first."""
        return self.jobs[which % len(self.jobs)]

    def _orders(self) -> st.SearchStrategy[Wishes]:
        return orders(self.setting.face, self.setting.terms)

    async def _submit(self, wishes: Wishes, key: str) -> None:
        order = self.bench.order(**wishes)
        self.jobs.append((order, await self.bench.submit(order, key)))

    async def _together(self, works: Sequence[Coroutine[Any, Any, object]]) -> None:
        await asyncio.gather(*works)

    async def _settle(self) -> None:
        """Wait until each job must have ended, upstream too, read each twice, and read the ledger."""
        terms = self.setting.terms
        ended = latest(terms) * SECOND + terms.poll_gap + terms.grace
        for _, submit in self.jobs:
            await self.bench.until(submit, ended + terms.settle + 5 * SECOND)
        for _ in range(2):
            for _, submit in self.jobs:
                await self.bench.read(submit)
        for key in KEYS:
            await self.bench.ledger(key)
