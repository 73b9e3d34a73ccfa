"""The Hypothesis state machine: several jobs, drawn outcomes, times, prompts and poll phases, judged by the same rules.

Only drawing is used (`Phase.generate`): a failure is a concrete history, which the run keeps; nothing is shrunk here.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from veocontracts.bench import Bench, Setting
from veocontracts.events import Submit
from veocontracts.orders import LOCALES, Order
from veocontracts.rules.base import Rule
from veocontracts.tally import Tallies
from veocontracts.timing.virtual import VirtualLoop, VirtualRunner
from veocontracts.worlds import virtual_world
from veosim.errors import VeosimError
from veosim.job import Outcome
from veosim.seeded import digest
from veosim.units import SECOND

FEEDS = frozenset({"BILL-08", "BILL-09", "BILL-10", "LIFE-02"})
EXAMPLES = 40
STEPS = 12
MOST_JOBS = 4


@contextmanager
def nothing_read_from_sources() -> Iterator[None]:
    """Keep Hypothesis from drawing constants that it finds in the source of local modules.

    Which modules are local depends on the folder and the installation, so one seed would draw different runs on
    different machines; and it would leave a `.hypothesis` folder behind.
    """
    found = providers._get_local_constants
    providers._get_local_constants = Constants
    try:
        yield
    finally:
        providers._get_local_constants = found


def run(setting: Setting, rules: list[Rule], examples: int = EXAMPLES) -> Tallies:
    """Draw `examples` runs from the setting's seed and judge each."""
    tallies = Tallies()
    with VirtualRunner() as runner:
        machine = type(
            "Lifecycle", (_Lifecycle,), {"setting": setting, "runner": runner, "tallies": tallies, "catalogue": rules}
        )
        seeded = hypothesis.seed(int.from_bytes(digest(setting.seed, "machine")[:8], "big"))(machine)
        chosen = settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=False,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )
        try:
            with nothing_read_from_sources():
                run_state_machine_as_test(seeded, settings=chosen)
        except VeosimError as error:
            tallies.errors.append(f"state machine: {error}")
        except Exception:
            tallies.errors.append(f"state machine: the harness failed\n{traceback.format_exc()}")
    return tallies


class _Lifecycle(RuleBasedStateMachine):
    """One example: a fresh gateway, driven step by step on its own loop, and judged when it is over."""

    setting: Setting
    runner: VirtualRunner
    tallies: Tallies
    catalogue: list[Rule]

    def __init__(self) -> None:
        super().__init__()
        self.loop: VirtualLoop = self.runner.open()
        self.entering = virtual_world(self.setting)
        try:
            world = self.loop.run_until_complete(self.entering.__aenter__())
        except BaseException:
            self.runner.close(self.loop)  # there is no teardown of what was never made
            raise
        self.bench = Bench(self.setting, world, f"machine {self.tallies.cases}")
        self.jobs: list[tuple[Order, Submit]] = []

    @initialize(phase=st.integers(0, 5 * SECOND))
    def begin(self, phase: int) -> None:
        """Shift the client against the gateway's polls."""
        self.loop.run_until_complete(self.bench.pause(phase))

    @rule(
        service=st.sampled_from(("text", "image")),
        key=st.sampled_from(("main", "other")),
        locale=st.sampled_from(LOCALES),
        outcome=st.sampled_from(("succeed", "fail", "stuck")),
        after=st.integers(0, 900),
    )
    def submit(self, service: str, key: str, locale: str, outcome: str, after: int) -> None:
        """Submit a job whose upstream plan is drawn."""
        if len(self.jobs) < MOST_JOBS:
            job = {"outcome": outcome} | ({"after": f"{after}s"} if outcome != "stuck" else {})
            order = self.bench.order(service, job=job, locale=locale)
            self.jobs.append((order, self.loop.run_until_complete(self.bench.submit(order, key))))

    @rule(which=st.integers(0, MOST_JOBS - 1))
    def read(self, which: int) -> None:
        """Read a job."""
        if which < len(self.jobs):
            self.loop.run_until_complete(self.bench.read(self.jobs[which][1]))

    @rule(which=st.integers(0, MOST_JOBS - 1), outcome=st.sampled_from((Outcome.SUCCEED, Outcome.FAIL)))
    def end(self, which: int, outcome: Outcome) -> None:
        """The upstream ends a job now."""
        if which < len(self.jobs):
            self.bench.force(self.jobs[which][0], outcome)

    @rule(seconds=st.one_of(st.integers(1, 30), st.integers(31, 700)))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.loop.run_until_complete(self.bench.pause(seconds * SECOND))

    @rule(key=st.sampled_from(("main", "other")))
    def look_at_ledger(self, key: str) -> None:
        """Read a key's charges."""
        self.loop.run_until_complete(self.bench.ledger(key))

    def teardown(self) -> None:
        """Settle, judge, and let go of the gateway."""
        try:
            self.loop.run_until_complete(self._settle())
            self.tallies.judge(self.bench.history(), self.catalogue, FEEDS)
        finally:
            try:
                self.loop.run_until_complete(self.entering.__aexit__(None, None, None))
            finally:
                self.runner.close(self.loop)

    async def _settle(self) -> None:
        for _, submit in self.jobs:
            await self.bench.until(submit, self.setting.terms.timeout + 5 * SECOND)
        for _, submit in self.jobs:
            for _ in range(2):
                await self.bench.read(submit)
        for key in ("main", "other"):
            await self.bench.ledger(key)
