"""Scenario files are played again as they are edited."""

import asyncio
import json
import os
from pathlib import Path

from veosim.call import Call
from veosim.clock import ManualClock
from veosim.dialects import DIALECTS
from veosim.scenario.library import Library
from veosim.scenario.load import load_scenario
from veosim.scenario.shelf import Shelf
from veosim.simulator import Simulator
from veosim.steering import Steering
from veosim.units import SECOND
from veosim.watch import PAUSE, watch


class Watched:
    """A folder of scenarios that a simulator plays, and the watch over it, on a clock of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("a", "after: 10s")
        self.write("b", "after: 20s")
        self.shelf = Shelf([str(folder)])
        library = Library(self.shelf.scenarios)
        self.simulator = Simulator(self.shelf.active, clock=ManualClock(), steering=Steering(library))
        self.clock = ManualClock()
        self.said: list[str] = []
        self.wrong: list[str] = []

    def write(self, name: str, entry: str) -> None:
        """Write the scenario `name`, with one entry under `jobs`."""
        path = self.folder / f"{name}.yaml"
        before = path.stat().st_mtime_ns if path.exists() else 0
        path.write_text(f"scenario: {name}\njobs: [{{{entry}}}]\n", "utf-8")
        os.utime(path, ns=(before + 10**9, before + 10**9))

    def submit(self, prompt: str = "A paper boat") -> int:
        """The seconds that a new job takes."""
        dialect = DIALECTS["api-video"]
        operation, body = dialect.example()
        call = Call(dialect, operation, operation.path, json.dumps({**body, "prompt": prompt}).encode())
        exchange = self.simulator.receive(call).exchange
        job = self.simulator.tenants.get(exchange.namespace).jobs[str(exchange.job_id)]
        return job.plan.run // SECOND

    async def look(self) -> None:
        """Let the watch look once; it does not look before its pause is over."""
        told = (list(self.said), list(self.wrong))
        await self.clock.advance(PAUSE - 1)
        assert (self.said, self.wrong) == told
        await self.clock.advance(1)

    async def run(self) -> None:
        """The watch, until cancelled."""
        await watch(self.shelf, self.simulator, self.clock, self.said.append, self.wrong.append)


def test_what_is_active_is_played_again(tmp_path: Path) -> None:
    """New jobs follow the file as it is now; jobs keep their plans, and a wrong file changes nothing."""
    watched = Watched(tmp_path)

    async def run() -> None:
        task = asyncio.create_task(watched.run())
        await asyncio.sleep(0)
        assert watched.submit() == 10
        (first,) = watched.simulator.jobs.values()
        plan = first.plan
        watched.write("a", "after: 30s")
        await watched.look()
        assert (watched.submit(), first.plan) == (30, plan)
        watched.write("a", "after: 30")
        await watched.look()
        await watched.look()
        assert watched.submit() == 30
        watched.write("a", "after: 40s")
        await watched.look()
        assert watched.submit() == 40
        task.cancel()

    asyncio.run(run())
    assert watched.said == ["reloaded a", "reloaded a"]
    assert len(watched.wrong) == 1
    assert watched.wrong[0].startswith(f"{tmp_path / 'a.yaml'}:2:16: jobs[0].after: 30 is not a duration")


def test_what_can_be_asked_for_changes_too(tmp_path: Path) -> None:
    """By its name, without a change of what is active; a new file as well."""
    watched = Watched(tmp_path)

    async def run() -> None:
        task = asyncio.create_task(watched.run())
        await asyncio.sleep(0)
        assert watched.submit("[[b]]") == 20
        watched.write("b", "after: 25s")
        watched.write("c", "after: 35s")
        await watched.look()
        assert [watched.submit(prompt) for prompt in ("[[b]]", "[[c]]", "none")] == [25, 35, 10]
        task.cancel()

    asyncio.run(run())
    assert (watched.said, watched.wrong) == (["reloaded b", "added c"], [])


def test_what_was_chosen_meanwhile_is_left_alone(tmp_path: Path) -> None:
    """A change of the file does not undo a change of what is played."""
    watched = Watched(tmp_path)

    async def run() -> None:
        task = asyncio.create_task(watched.run())
        await asyncio.sleep(0)
        watched.simulator.play(load_scenario("finishes-at-599s"))
        watched.write("a", "after: 30s")
        await watched.look()
        assert [watched.submit(), watched.submit("[[a]]")] == [599, 30]
        task.cancel()

    asyncio.run(run())
    assert watched.said == ["reloaded a"]


def test_every_namespace_plays_what_was_written(tmp_path: Path) -> None:
    """Also one that was told to play it, and all of them after a reset."""
    watched = Watched(tmp_path)

    async def run() -> list[list[int]]:
        task = asyncio.create_task(watched.run())
        await asyncio.sleep(0)
        watched.simulator.tenants.enter("mine").play(watched.simulator.steering.library.get("b"))
        watched.write("a", "after: 30s")
        watched.write("b", "after: 40s")
        await watched.look()
        played = [[watched.submit(), watched.submit("[[#mine]] A paper boat")]]
        watched.simulator.reset()
        played.append([watched.submit(), watched.submit("[[#mine]] A paper boat")])
        task.cancel()
        return played

    assert asyncio.run(run()) == [[30, 40], [30, 30]]


def test_a_file_that_is_gone_is_told_of(tmp_path: Path) -> None:
    """Its scenario can no longer be asked for, also after a reset; the one that is active goes on under a new path."""
    watched = Watched(tmp_path)

    async def run() -> list[int]:
        task = asyncio.create_task(watched.run())
        await asyncio.sleep(0)
        (tmp_path / "b.yaml").unlink()
        (tmp_path / "a.yaml").rename(tmp_path / "z.yaml")
        await watched.look()
        played = [watched.submit("[[b]]")]
        path = tmp_path / "z.yaml"
        path.write_text("scenario: a\njobs: [{after: 30s}]  # edited\n", "utf-8")
        await watched.look()
        watched.simulator.reset()
        played += [watched.submit(prompt) for prompt in ("[[b]]", "[[a]]", "none")]
        task.cancel()
        return played

    assert asyncio.run(run()) == [10, 30, 30, 30]
    assert (watched.said, watched.wrong) == (["reloaded a", "removed b", "reloaded a"], [])
    assert "b" not in watched.simulator.steering.library.names
