"""Doing the steps of a case again brings about the same events, at the same times."""

from dataclasses import replace

import pytest
from tests.support.benches import setting

from veocontracts.bench import Bench
from veocontracts.history import History
from veocontracts.replaying import play
from veocontracts.runner.cases import run_case
from veocontracts.steps import Step
from veocontracts.timing.virtual import VirtualRunner
from veocontracts.workloads import all_cases
from veocontracts.workloads.base import Case
from veosim.units import SECOND

SETTING = replace(setting(seed=3), phase=SECOND // 7)
CASES = {case.name: case for case in all_cases(SETTING)}
CHOSEN = (
    "key text none",
    "valid image data veo (Audio) 512P 4s 16:9",
    "wrong text duration 4",
    "deadline success at 599s",
    "failure image reset at submit",
    "sequence submit read ok again",
    "jobs side by side",
    "unknown id",
    "text image emoji and marks",
    "rate limit",
    "restart among jobs",
    "upload and use",
    "webhook refused",
)


def run(case: Case) -> History:
    """One run of a case."""
    with VirtualRunner() as runner:
        return run_case(runner, SETTING, case)[0]


def again(case: Case, steps: tuple[Step, ...]) -> Case:
    """A case that does the steps of another one."""

    async def drive(bench: Bench) -> None:
        await play(bench, steps)

    return replace(case, drive=drive, phased=False)


@pytest.mark.parametrize("name", [name for name in CHOSEN if name in CASES])
def test_a_case_is_done_again(name: str) -> None:
    """Events, times, prompts, keys and steps."""
    first = run(CASES[name])
    second = run(again(CASES[name], first.steps))
    assert (second.events, second.steps, second.origin) == (first.events, first.steps, first.origin)


def test_what_a_left_out_submit_needs_is_left_out() -> None:
    """A read and a forced end of a job that was never submitted are nothing."""
    case = CASES["sequence submit ok read"] if "sequence submit ok read" in CASES else CASES["sequence submit read ok"]
    first = run(case)
    kept = tuple(step for step in first.steps if step.operation != "submit")
    second = run(again(case, kept))
    assert {step.operation for step in first.steps} == {"submit", "read", "force", "ledger"}
    assert {step.operation for step in second.steps} == {"ledger"}
