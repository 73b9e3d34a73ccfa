"""Making a failure shorter by doing it again with less: steps left out, plainer orders, smaller waits.

What comes out is a history that was really run, never one that was edited.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from veocontracts.bench import Bench
from veocontracts.history import History
from veocontracts.replaying import play
from veocontracts.setting import Setting
from veocontracts.steps import Step
from veocontracts.timing.loop import VirtualLoop
from veocontracts.timing.virtual import VirtualRunner
from veocontracts.worlds import virtual_world
from veosim.errors import VeosimError
from veosim.units import SECOND

Steps = tuple[Step, ...]
Broken = Callable[[History], bool]
ROUND = (SECOND, 10 * SECOND, 60 * SECOND, 600 * SECOND)
"""Waits that a reader takes in at a glance; where none will do, a wait is cut to a whole number of one of them."""


def shrink(
    setting: Setting, steps: Sequence[Step], case: str, still_broken: Broken, budget: int, about: str = ""
) -> History | None:
    """The shortest history found that still shows the failure.

    Args:
        setting: of the run that found it.
        steps: what was done.
        case: its name, from which all follows that it draws.
        still_broken: whether a history shows the failure.
        budget: so many runs at most.
        about: tells this search from others of the same case, so that each try of each has keys of its own.

    Returns:
        The history, or None where doing all steps again does not show the failure.
    """
    with VirtualRunner() as runner:
        search = _Search(runner, setting, case, still_broken, budget, about)
        if not search.fails(tuple(steps)):
            return None
        search.drop_jobs()
        search.drop_steps()
        search.make_plain()
        search.cut_waits()
        search.drop_steps()
        return search.best


class _Search:
    """Tries smaller runs, one after the other, and goes on from each that fails."""

    def __init__(
        self, runner: VirtualRunner, setting: Setting, case: str, still_broken: Broken, budget: int, about: str
    ) -> None:
        self._runner = runner
        self._setting = setting
        self._case = case
        self._still_broken = still_broken
        self._left = budget
        self._about = about
        self.steps: Steps = ()
        self.best: History | None = None

    def drop_jobs(self) -> None:
        """Leave out all that is about one job, the last first."""
        for label in [step.label for step in reversed(self.steps) if step.operation == "submit"]:
            self.fails(tuple(step for step in self.steps if step.label != label))

    def drop_steps(self) -> None:
        """Leave out a half of them, a quarter, and so on down to single ones, the last first."""
        size = len(self.steps) // 2
        while size:
            for end in range(len(self.steps), 0, -size):
                self.fails(self.steps[: max(0, end - size)] + self.steps[end:])
            size //= 2

    def make_plain(self) -> None:
        """Leave out what orders were made from, one wish at a time; one that is wrong on purpose stays as it is."""
        for place, step in enumerate(self.steps):
            wishes = step.arguments.get("wishes", {})
            for name in wishes if "intent" not in wishes else ():
                now = self.steps[place].arguments
                rest = {other: wish for other, wish in now["wishes"].items() if other != name}
                plainer = replace(step, arguments={**now, "wishes": rest})
                self.fails((*self.steps[:place], plainer, *self.steps[place + 1 :]))

    def cut_waits(self) -> None:
        """Make one wait after the other shorter, the last first."""
        for place in reversed(range(len(self.steps))):
            wait = self.steps[place].at - (self.steps[place - 1].at if place else 0)
            whole = (wait // unit * unit for unit in reversed(ROUND))
            for shorter in dict.fromkeys((0, *ROUND, *whole)):
                if shorter < wait and self.fails(self._sooner(place, wait - shorter)):
                    break

    def _sooner(self, place: int, duration: int) -> Steps:
        """The step in that place, and all after it, come so much sooner."""
        return self.steps[:place] + tuple(replace(step, at=step.at - duration) for step in self.steps[place:])

    def fails(self, steps: Steps) -> bool:
        """Do these steps; where they still fail, they are the best so far."""
        if self._left <= 0:
            return False
        self._left -= 1
        try:
            history = self._runner.run(lambda loop: self._do(loop, steps))
        except VeosimError:  # a run that cannot be done, such as one that waits for ever, shows nothing
            return False
        if not self._still_broken(history):
            return False
        self.steps, self.best = steps, history
        return True

    async def _do(self, loop: VirtualLoop, steps: Steps) -> History:
        del loop
        async with virtual_world(self._setting) as world:
            bench = Bench(self._setting, world, self._case, life=f"shrinking {self._about} {self._left}")
            await play(bench, steps)
            return bench.history()
