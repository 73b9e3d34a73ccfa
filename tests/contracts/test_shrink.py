"""Shrinking: a failure is done again with less, until nothing can be left out."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from tests.support.benches import minted, setting

from veocontracts.bench import Bench
from veocontracts.events import Submit
from veocontracts.history import History
from veocontracts.profiles import with_mutant
from veocontracts.replaying import play
from veocontracts.rules import RULES
from veocontracts.setting import Setting
from veocontracts.shrink import shrink
from veocontracts.steps import Step
from veocontracts.timing.loop import VirtualLoop
from veocontracts.timing.virtual import VirtualRunner
from veocontracts.worlds import virtual_world
from veosim.errors import VeosimError
from veosim.units import SECOND

CASE = "a long story"


def broken_by(mutant: str) -> Setting:
    """The reference gateway's setting with a defect."""
    found = setting()
    return replace(found, profile=with_mutant(found.profile, mutant))


def breaks(rule: str) -> Callable[[History], bool]:
    """Whether a history breaks a rule."""
    return lambda history: any(not observation.held for observation in RULES[rule].judge(history))


def long_story(chosen: Setting) -> History:
    """Three jobs of two keys, one wrong request, many reads: of what any failure needs, much is idle."""

    async def drive(bench: Bench) -> None:
        first = bench.order(job={"outcome": "succeed", "after": "20s"}, locale="ru_RU", fields={"duration": "8s"})
        await bench.submit(first)
        await bench.ledger()
        await bench.submit(bench.order("image", job={"outcome": "fail", "after": "7s"}), "other")
        await bench.submit(bench.order(fields={"duration": "5s"}, intent="enum", about="duration"))
        third = await bench.submit(bench.order(job={"outcome": "succeed", "after": "33s"}, locale="ja_JP"))
        for _ in range(3):
            await bench.pause(47 * SECOND)
            await bench.read(third)
            await bench.ledger("other")
        await bench.ledger()

    async def run(_: VirtualLoop) -> History:
        async with virtual_world(chosen) as world:
            bench = Bench(chosen, world, CASE)
            await drive(bench)
            return bench.history()

    with VirtualRunner() as runner:
        return runner.run(run)


def told(history: History) -> list[tuple[str, str, int]]:
    """Operation, label and whole seconds of each step."""
    return [(step.operation, step.label, step.at // SECOND) for step in history.steps]


def shrunk(mutant: str, rule: str, budget: int = 200) -> History | None:
    """The long story of a broken gateway, made short."""
    chosen = broken_by(mutant)
    return shrink(chosen, long_story(chosen).steps, CASE, breaks(rule), budget)


def test_only_what_shows_the_failure_is_left() -> None:
    """A job that is billed at its every read is read twice after it has ended, and then the ledger."""
    found = shrunk("bills-every-read", "BILL-09")
    assert found is not None
    assert breaks("BILL-09")(found)
    assert told(found) == [
        ("submit", "job#4", 0),
        ("read", "job#4", 40),
        ("read", "job#4", 40),
        ("ledger", "", 40),
    ]


def test_an_order_is_made_as_plain_as_it_goes() -> None:
    """Without its script, its fields, its own plan, where the failure does not need them."""
    found = shrunk("bills-at-submit", "BILL-08")
    assert found is not None
    assert told(found) == [("submit", "job#1", 0), ("ledger", "", 0)]
    assert found.steps[0].arguments["wishes"] == {}


def test_what_is_wrong_on_purpose_stays_wrong() -> None:
    """A request that must be refused keeps its wrong field, else it would be a valid one that is called wrong."""
    found = shrunk("bills-refused", "BILL-11")
    assert found is not None
    [submit] = found.of(Submit)
    assert (submit.intent, submit.about, submit.request["duration"]) == ("enum", "duration", "5s")


def test_a_failure_that_does_not_come_back_is_none() -> None:
    """What cannot be shown again is not shown shorter."""
    chosen = setting()
    assert shrink(chosen, long_story(chosen).steps, CASE, breaks("BILL-09"), 200) is None


def test_no_step_at_all_may_be_enough() -> None:
    """Of a failure that is always there, nothing is left."""
    chosen = setting()
    found = shrink(chosen, long_story(chosen).steps, CASE, lambda _: True, 200)
    assert found is not None
    assert found.steps == ()


@pytest.mark.parametrize("budget", [0, 1, 5, 20])
def test_a_budget_is_kept(budget: int) -> None:
    """Each run counts; what has come out by the end of it is a failure that was really run."""
    runs: list[History] = []

    def counting(history: History) -> bool:
        runs.append(history)
        return breaks("BILL-09")(history)

    chosen = broken_by("bills-every-read")
    found = shrink(chosen, long_story(chosen).steps, CASE, counting, budget)
    assert len(runs) == budget
    assert (found in runs) == (budget > 0)


def test_the_same_failure_is_shrunk_the_same_way() -> None:
    """Nothing is drawn."""
    assert shrunk("bills-every-read", "BILL-09", 25) == shrunk("bills-every-read", "BILL-09", 25)


def test_each_try_has_keys_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway whose store outlives a case sees none of them again, also where two failures share the case."""
    chosen = broken_by("bills-every-read")
    story = long_story(chosen)
    keys: list[str | None] = []

    async def noting(bench: Bench, steps: Sequence[Step]) -> None:
        keys.append(bench.caller.secret("main"))
        await play(bench, steps)

    monkeypatch.setattr("veocontracts.shrink.play", noting)
    for about in ("BILL-09", "LIFE-06"):
        shrink(chosen, story.steps, CASE, breaks("BILL-09"), 5, about)
    assert len(set(keys) - {minted(case=CASE)}) == len(keys) == 10


def test_a_run_that_cannot_be_done_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway that does not start with fewer steps is no smaller failure."""
    chosen = broken_by("bills-every-read")

    async def stuck(bench: Bench, steps: Sequence[Step]) -> None:
        if len(steps) < 5:
            raise VeosimError("stuck")
        await play(bench, steps)

    story = long_story(chosen)
    monkeypatch.setattr("veocontracts.shrink.play", stuck)
    found = shrink(chosen, story.steps, CASE, breaks("BILL-09"), 200)
    assert found is not None
    assert len(found.steps) == 5
