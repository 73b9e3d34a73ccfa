"""The 600 s: points on both sides of the deadline, computed from the gateway's own poll gap, and what hangs past it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from veocontracts.bench import Bench
from veocontracts.events import Submit
from veocontracts.setting import Setting
from veocontracts.terms import Terms
from veocontracts.workloads.base import Case, workload
from veosim.units import SECOND, show_duration

SLOW = 20 * SECOND
NEAR = 5 * SECOND
LATE = {"TIME-03": ("BILL-10", "TIME-09", "TIME-10")}
SLOW_SUBMITS = {"slow submit": 2, "patient submit": 6}
"""The part of its time that a job's submit takes: longer than most gateways wait, and shorter."""
COMMON = frozenset({"LIFE-02", "LIFE-10", "BILL-07", "BILL-08", "UP-01", "UP-05"})


def margins(terms: Terms) -> tuple[int, ...]:
    """How far from the undecided zone the points lie: more where the clock is coarse."""
    return (SECOND // 10, SECOND) if not terms.tolerance else (terms.tolerance // 5, terms.tolerance // 2)


def points(terms: Terms) -> list[tuple[str, int, str]]:
    """`(name, nanoseconds after submit, rule)`: successes just inside the deadline and just past it."""
    found = []
    for margin in margins(terms):
        inside = terms.timeout - terms.poll_gap - terms.tolerance - margin
        past = terms.timeout + terms.tolerance + margin
        found += [(show_duration(inside), inside, "TIME-02"), (show_duration(past), past, "TIME-03")]
    return found


async def past_the_deadline(bench: Bench, submit: Submit) -> None:
    """Read seldom, then closely around the deadline, until the job has ended or should have; then settle."""
    terms = bench.terms
    before = terms.timeout - terms.tolerance - NEAR
    await bench.watch(submit, before, SLOW)
    step = max(SECOND // 4, terms.tolerance // 20)
    after = terms.timeout + terms.tolerance + terms.grace + step
    await bench.watch(submit, after, step)
    await bench.until(submit, after + terms.tolerance + max(SLOW, terms.grace))
    await bench.read(submit)
    await bench.settle(submit)


@workload("deadline")
def deadline(setting: Setting) -> Iterable[Case]:
    """A job that never ends, successes around the deadline, hanging submits and polls."""
    terms = setting.terms
    stuck = {"outcome": "stuck", "queue": "0s"}
    hang: dict[str, Any] = {"break": "hang"}
    yield _case("deadline never finishes", {"job": stuck}, "TIME-01", "TIME-07", "TIME-09", "TIME-10", "UP-10")
    for name, at, rule in points(terms):
        job = {"outcome": "succeed", "after": show_duration(at)}
        yield _case(f"deadline success at {name}", {"job": job}, rule, *LATE.get(rule, ()))
    yield _case("deadline submit hangs", {"exchanges": {"submit": [hang]}}, "TIME-04", "ACC-05")
    yield _case("deadline submit hangs after accept", {"exchanges": {"submit": [{"accept": True, **hang}]}}, "TIME-04")
    yield _case("deadline polls hang", {"job": stuck, "exchanges": {"poll": [hang]}}, "TIME-05")
    third = {"when": {"nth_of_job": 3}, **hang}
    yield _case("deadline third poll hangs", {"job": stuck, "exchanges": {"poll": [third]}}, "TIME-05")
    drip = {"break": {"drip": show_duration(max(2 * SECOND // 5, terms.tolerance // 20))}}
    yield _case("deadline polls drip", {"job": stuck, "exchanges": {"poll": [drip]}}, "TIME-06")
    for name, part in SLOW_SUBMITS.items():
        slow_submit = {"job": stuck, "exchanges": {"submit": [{"delay": show_duration(terms.timeout // part)}]}}
        yield _case(f"deadline {name}", slow_submit, "TIME-07")
    yield Case("deadline beside others", _beside_others, COMMON | {"TIME-08"}, jobs=3, slow=True)


def _case(name: str, wishes: dict[str, Any], *feeds: str) -> Case:
    async def drive(bench: Bench) -> None:
        submit = await bench.submit(bench.order("text", **wishes))
        await past_the_deadline(bench, submit)

    return Case(name, drive, COMMON | set(feeds), slow=True)


async def _beside_others(bench: Bench) -> None:
    """Three jobs: one times out, one is done before it, one is submitted later and still runs when it does."""
    terms = bench.terms
    doomed = await bench.submit(bench.order(job={"outcome": "stuck", "queue": "0s"}))
    early = await bench.submit(bench.order(job={"outcome": "succeed", "after": "30s"}))
    await bench.until(doomed, terms.timeout // 2)
    late = await bench.submit(bench.order(job={"outcome": "succeed", "after": show_duration(terms.timeout * 3 // 4)}))
    await past_the_deadline(bench, doomed)
    await bench.read(early)
    await bench.watch(late, terms.timeout, SLOW)
    for submit in (early, late):
        await bench.read(submit)
    await bench.settle(late)
