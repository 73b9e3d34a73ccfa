"""Life cycles: every short sequence of operations that the exhaustive engine finds worth running."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping

from veocontracts.bench import Bench
from veocontracts.effort import Coverage
from veocontracts.engines import exhaustive
from veocontracts.events import Submit
from veocontracts.orders import Order
from veocontracts.setting import Setting
from veocontracts.workloads.base import Case, Drive, workload
from veosim.job import Outcome
from veosim.units import SECOND

STUCK = {"outcome": "stuck", "queue": "0s"}
FEEDS = frozenset(
    {"LIFE-01", "LIFE-02", "LIFE-04", "BILL-08", "BILL-09", "BILL-10", "BILL-07", "UP-05", "LIFE-10", "ACC-02"}
)
LONG = frozenset({"before", "past"})


class _Play:
    """The state of one sequence: its jobs, newest last."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.jobs: list[tuple[Order, Submit]] = []

    async def again(self) -> None:
        order = self.bench.order(job=STUCK)
        self.jobs.append((order, await self.bench.submit(order)))

    async def read(self) -> None:
        await self.bench.read(self.jobs[-1][1])

    async def ok(self) -> None:
        self.bench.force(self.jobs[-1][0], Outcome.SUCCEED)

    async def fail(self) -> None:
        self.bench.force(self.jobs[-1][0], Outcome.FAIL)

    async def wait(self) -> None:
        await self.bench.pause(max(6 * SECOND, self.bench.terms.poll_gap + SECOND))

    async def repeat(self) -> None:
        """A gateway that polls on by itself, or whenever it is read, meets the success again."""
        for _ in range(2):
            await self.wait()
            await self.read()

    async def before(self) -> None:
        terms = self.bench.terms
        await self.bench.until(self.jobs[0][1], terms.timeout - terms.tolerance - SECOND // 10)

    async def past(self) -> None:
        terms = self.bench.terms
        await self.bench.until(self.jobs[0][1], terms.timeout + terms.tolerance + terms.grace + SECOND)

    async def restart(self) -> None:
        await self.bench.restart()


MOVES: Mapping[str, Callable[[_Play], Awaitable[None]]] = {
    "read": _Play.read,
    "ok": _Play.ok,
    "fail": _Play.fail,
    "wait": _Play.wait,
    "repeat": _Play.repeat,
    "before": _Play.before,
    "past": _Play.past,
    "again": _Play.again,
    "restart": _Play.restart,
}


def missing(setting: Setting) -> frozenset[str]:
    """Operations that this gateway's profile does not offer."""
    return frozenset() if "restart" in setting.terms.capabilities else frozenset({"restart"})


def covered(setting: Setting, rules: frozenset[str]) -> Coverage | None:
    """How much of all sequences is run in virtual time; None where none feeds these rules."""
    only = setting.scope.workloads
    if not rules & FEEDS or (only and "sequences" not in only):
        return None
    return exhaustive.coverage(setting.scope.effort.depth, setting.scope.effort.budget, without=missing(setting))


@workload("sequences")
def sequences(setting: Setting) -> Iterable[Case]:
    """Submit, then every sequence up to the depth; where time costs time, none."""
    effort = setting.scope.effort
    for sequence in exhaustive.explore(effort.depth, effort.budget, without=missing(setting)):
        name, slow = f"sequence {' '.join(('submit', *sequence))}", not LONG.isdisjoint(sequence)
        yield Case(
            name,
            _sequence(sequence),
            FEEDS,
            virtual_only=True,
            jobs=1 + sequence.count("again"),
            slow=slow,
            alike="" if slow else name,  # a thinned run takes every quick one
        )


def _sequence(sequence: exhaustive.Sequence) -> Drive:
    async def drive(bench: Bench) -> None:
        play = _Play(bench)
        await play.again()
        await bench.ledger()
        for operation in sequence:
            await MOVES[operation](play)
        await bench.ledger()
        for _ in range(2):
            await bench.pause(max(10 * SECOND, bench.terms.settle))
            for _, submit in play.jobs:
                await bench.read(submit)
        await bench.ledger()

    return drive
