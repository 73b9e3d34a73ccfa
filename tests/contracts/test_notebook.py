"""Steps are numbered, stamped, and say what they ran beside."""

import asyncio

from veocontracts.notebook import Notebook
from veocontracts.steps import Step
from veosim import ManualClock
from veosim.units import SECOND


def test_steps_that_overlap_say_so() -> None:
    """Each names the earlier steps that had not ended; its time counts from the notebook's beginning."""

    async def work() -> tuple[Step, ...]:
        clock = ManualClock()
        await clock.advance(3 * SECOND)
        notebook = Notebook(clock)
        with notebook.step("submit", "job#1", {"key": "main"}):
            await clock.advance(SECOND)
            with notebook.step("submit", "job#2"), notebook.step("ledger"):
                pass
        with notebook.step("read", "job#1"):
            pass
        return notebook.made()

    assert asyncio.run(work()) == (
        Step(1, 0, "submit", "job#1", (), {"key": "main"}),
        Step(2, SECOND, "submit", "job#2", (1,)),
        Step(3, SECOND, "ledger", "", (1, 2)),
        Step(4, SECOND, "read", "job#1"),
    )
