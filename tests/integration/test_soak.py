"""A long life on the scenario `chaos`: memory stays as it was, and what is forgotten is counted."""

import asyncio
import json
import resource
import subprocess
import sys
from collections import deque

import pytest

from veosim import ManualClock, Simulator, load_scenario
from veosim.app import create_app
from veosim.dialects import DIALECTS
from veosim.dialects.base import Kind
from veosim.inprocess import call
from veosim.namespace import Kept
from veosim.outbound.base import Receipt
from veosim.units import SECOND

KEY = {"Authorization": "Bearer soak"}
KEPT = Kept(jobs=2_000, exchanges=2_000)
WARM = 0.2
"""The share of the jobs after which memory no longer grows."""


class Receivers:
    """Takes every callback, and counts them."""

    def __init__(self) -> None:
        self.count = 0

    async def post(self, *_: object) -> Receipt:
        """Taken."""
        self.count += 1
        return Receipt(200, "", "answered")

    async def get(self, *asked: object) -> bytes:
        """Nothing is fetched here."""
        raise AssertionError(asked)


def peak() -> int:
    """The most memory that this process has had so far, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


async def soak(jobs: int) -> dict[str, int]:
    """Submits in every dialect by turns, a second apart, each polled a few times; what is left of it all."""
    clock, receivers = ManualClock(), Receivers()
    simulator = Simulator(load_scenario("chaos"), clock=clock, kept=KEPT, outbound=receivers)
    app = create_app(simulator)
    recent: deque[str] = deque(maxlen=3)
    dialects = list(DIALECTS.values())
    answered = warm = 0
    for number in range(jobs):
        dialect = dialects[number % len(dialects)]
        operation, body = dialect.example()
        poll = next(each for each in dialect.operations if each.kind is Kind.POLL)
        data = json.dumps({**body, "prompt": f"Boat {number}", "callback_url": "http://127.0.0.1:9/hook"}).encode()
        wanted = [("POST", operation.path, data)]
        wanted += [("GET", poll.path.format(job_id=job_id), b"") for job_id in recent]
        for method, path, content in wanted:
            exchange = asyncio.ensure_future(call(app, method, f"/{dialect.name}{path}", KEY, content))
            while not exchange.done():
                await clock.advance(SECOND)
            answered += exchange.exception() is None
        recent.append(next(reversed(simulator.jobs)))
        if number == int(jobs * WARM):
            warm = peak()
    home = simulator.tenants.default
    live = sum(simulator.view(job).state.value in {"queued", "running"} for job in simulator.jobs.values())
    return {
        "grown": peak() - warm,
        "jobs": len(simulator.jobs),
        "live": live,
        "dropped": home.dropped,
        "exchanges": len(simulator.journal),
        "forgotten": simulator.journal.dropped,
        "seen": simulator.journal.count,
        "answered": answered,
        "callbacks": receivers.count,
    }


@pytest.mark.parametrize("jobs", [2_000, pytest.param(100_000, marks=pytest.mark.prove)])
def test_memory_stays_flat(jobs: int) -> None:
    """Beyond what live jobs need, nothing grows once the bounds are reached; a process of its own is measured."""
    command = [sys.executable, "-m", "tests.integration.test_soak", str(jobs)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1_200, check=False)
    assert done.stderr == ""
    left = json.loads(done.stdout)
    print(f"soak of {jobs} jobs: {left}")  # noqa: T201  the figure is what a reader of the proofs wants
    assert left["jobs"] <= KEPT.jobs + left["live"]
    assert left["exchanges"] == KEPT.exchanges
    assert left["forgotten"] == left["seen"] - left["exchanges"]
    assert left["jobs"] + left["dropped"] > jobs * 0.9  # 503s take no job on
    assert left["answered"] > jobs
    assert left["callbacks"] > jobs / 4
    # A live job needs some 2 KiB with its callback; the rest is what an allocator rounds up to.
    assert left["grown"] < 6 * 1024 + left["live"] * 4


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(soak(int(sys.argv[1])))))
