"""The state machine: equal seeds draw equal runs on any machine, and what goes wrong in one becomes an error."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from tests.support import benches

from veocontracts.effort import Effort
from veocontracts.engines import machine
from veocontracts.events import Restart, Submit
from veocontracts.history import History
from veocontracts.profiles import with_mutant
from veocontracts.replaying import play
from veocontracts.rules import RULES, Rule
from veocontracts.runner.cases import run_case
from veocontracts.setting import Scope, Setting
from veocontracts.tally import Tallies
from veocontracts.timing.virtual import VirtualRunner
from veocontracts.workloads import Case

EXAMPLES = 8
DRAWN = """
import hashlib
from tests.contracts.engines.test_machine import histories, setting
found = histories(setting(5, examples=4), "BILL-09")
print(len(found), hashlib.sha256(repr([(history.case, history.events) for history in found]).encode()).hexdigest())
"""


def setting(seed: int = 0, mutant: str = "", examples: int = EXAMPLES) -> Setting:
    """The reference gateway, or one of its mutants."""
    found = replace(benches.setting(seed), scope=Scope(effort=Effort(examples=examples)))
    return replace(found, profile=with_mutant(found.profile, mutant)) if mutant else found


def histories(chosen: Setting, rule_id: str, rules: Sequence[Rule] = ()) -> list[History]:
    """Every history that is drawn for a rule."""
    found: list[History] = []

    def keep(tallies: Tallies, history: History, judges: Sequence[Rule]) -> None:
        real(tallies, history, judges)
        found.append(history)

    real = Tallies.judge
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Tallies, "judge", keep)
        assert machine.run(chosen, rules, rule_id).errors == []
    return found


@pytest.fixture(scope="module")
def drawn() -> list[History]:
    """What seed 0 draws for one rule."""
    return histories(setting(), "BILL-09")


def test_a_seed_draws_the_same_histories_again(drawn: list[History]) -> None:
    """Every event, time and id of two machines with one seed agrees; another seed differs."""
    assert len(drawn) >= EXAMPLES
    assert [history.events for history in histories(setting(), "BILL-09")] == [history.events for history in drawn]
    assert [history.steps for history in histories(setting(1), "BILL-09")] != [history.steps for history in drawn]


def test_each_rule_draws_its_own(drawn: list[History]) -> None:
    """The seed of a rule's runs is made from its id, so that two rules look at different runs."""
    assert [history.steps for history in histories(setting(), "BILL-08")] != [history.steps for history in drawn]


def test_a_rule_alone_draws_what_it_draws_among_others(drawn: list[History]) -> None:
    """Whoever else judges changes nothing."""
    others = histories(setting(), "BILL-09", list(RULES.values()))
    assert [(history.case, history.events) for history in others] == [(each.case, each.events) for each in drawn]


def test_nothing_depends_on_the_process() -> None:
    """Not on the order of sets, the environment, the folder, or an earlier run's database."""

    def elsewhere(number: int) -> str:
        environment = os.environ | {"PYTHONHASHSEED": str(number), "CI": "true" if number else ""}
        command = [sys.executable, "-c", DRAWN]
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

    assert elsewhere(0) == elsewhere(1) != ""


def test_runs_differ_from_each_other(drawn: list[History]) -> None:
    """Several jobs, of two keys, some submitted at once, prompts in many scripts, faults at submit and at poll."""
    submits = [event for history in drawn for event in history.of(Submit)]
    steps = [step for history in drawn for step in history.steps]
    wishes = [step.arguments["wishes"] for step in steps if step.operation == "submit"]
    prompts = "".join(str(submit.request["prompt"]) for submit in submits)
    assert {submit.key for submit in submits} == {"main", "other"}
    assert {submit.intent for submit in submits} == {"valid", "enum"}
    assert max(len(history.stories) for history in drawn) >= 3
    assert [step for step in steps if step.operation == "submit" and step.beside]
    assert len([prompt for prompt in prompts if not prompt.isascii()]) > 50
    assert {place for wish in wishes for place in wish.get("exchanges", {})} == {"submit", "poll"}
    assert len({wish["job"]["outcome"] for wish in wishes if "job" in wish}) >= 4
    assert {"submit", "read", "ledger", "force"} <= {step.operation for step in steps}


def test_every_run_ends_with_jobs_read_twice_and_the_ledger(drawn: list[History]) -> None:
    """So that rules about what is never done find their occasion."""
    for history in drawn:
        ends = Counter(step.operation for step in history.steps[-2 * len(history.stories) - 2 :])
        assert ends["ledger"] >= 2
        assert [step.operation for step in history.steps[-2:]] == ["ledger", "ledger"]


def test_a_gateway_that_restarts_is_restarted_at_most_once() -> None:
    """Where the profile offers it, and nowhere else."""
    chosen = setting(2)
    able = replace(chosen, terms=replace(chosen.terms, capabilities=frozenset({"restart"})))
    unable = replace(chosen, terms=replace(chosen.terms, capabilities=frozenset()))
    counts = {len(history.of(Restart)) for history in histories(able, "BILL-09")}
    assert counts == {0, 1}
    assert {len(history.of(Restart)) for history in histories(unable, "BILL-09")} == {0}


def test_rules_that_are_fed_exist() -> None:
    """And are found among those of a run, in its order."""
    assert set(RULES) >= machine.FEEDS
    assert machine.fed(["UP-01", "ENUM-02", "BILL-08"]) == ["UP-01", "BILL-08"]


def test_the_reference_is_clean_in_every_history() -> None:
    """No rule breaks, and those that the runs are drawn for find their occasions."""
    tallies = Tallies()
    for rule_id in sorted(machine.FEEDS):
        tallies.merge(machine.run(setting(3), list(RULES.values()), rule_id))
    assert tallies.errors == []
    assert {rule: tally.broken for (rule, _), tally in tallies.counts.items() if tally.broken} == {}
    assert {rule for (rule, _), tally in tallies.counts.items() if tally.held} >= machine.FEEDS


def test_a_mutant_is_caught() -> None:
    """Billing at submit breaks the rule that nothing is billed before the end."""
    tally = machine.run(setting(mutant="bills-at-submit"), [RULES["BILL-08"]], "BILL-08").counts["BILL-08", ""]
    assert tally.broken > 0


def test_a_run_can_be_done_again_from_its_steps() -> None:
    """A failure is kept as what was done, not as an opaque blob; doing it again gives the same events."""
    chosen = setting()
    history = histories(chosen, "BILL-09")[-1]
    case = Case(history.case, lambda bench: play(bench, history.steps), frozenset(), phased=False)
    with VirtualRunner() as runner:
        again, _ = run_case(runner, chosen, case)
    assert again.events == history.events


def test_a_crash_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run goes on to its report, which says what failed and where."""

    def crash(*_: object) -> None:
        raise ZeroDivisionError("a slip")

    monkeypatch.setattr(Tallies, "judge", crash)
    (error,) = machine.run(setting(), [], "BILL-09").errors
    assert error.startswith("drawn for BILL-09: the harness failed\nTraceback")
    assert "ZeroDivisionError: a slip" in error


def test_a_gateway_that_cannot_be_started_is_an_error() -> None:
    """What is the profile's fault is told without a stack."""
    (error,) = machine.run(setting(mutant="no-such-mutant"), [], "BILL-09").errors
    assert error.startswith("drawn for BILL-09: target.asgi.factory 'veocontracts.reference.app:create' made no app: ")
    assert "no mutant is called 'no-such-mutant'" in error


def test_no_examples_draw_nothing() -> None:
    """A run may do without."""
    assert machine.run(setting(examples=0), list(RULES.values()), "BILL-09").cases == 0
