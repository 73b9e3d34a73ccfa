"""The state machine: equal seeds draw equal runs, and what goes wrong in one becomes an error, not a crash."""

import pytest

from veocontracts.bench import Setting
from veocontracts.engines import machine
from veocontracts.history import History
from veocontracts.profiles import find_profile, with_mutant
from veocontracts.rules import RULES
from veocontracts.runner.run import setting_of
from veocontracts.runner.terms_of import Probed
from veocontracts.tally import Tallies

EXAMPLES = 40


def setting(seed: int, mutant: str = "") -> Setting:
    """The reference gateway, or one of its mutants."""
    profile = find_profile("reference")
    return setting_of(with_mutant(profile, mutant) if mutant else profile, seed, Probed())


def histories(seed: int, monkeypatch: pytest.MonkeyPatch) -> list[History]:
    """Every history that a machine draws."""
    found: list[History] = []

    def keep(tallies: Tallies, history: History, *_: object) -> None:
        tallies.cases += 1
        found.append(history)

    with monkeypatch.context() as patched:
        patched.setattr(Tallies, "judge", keep)
        machine.run(setting(seed), [], EXAMPLES)
    return found


def test_a_seed_draws_the_same_histories_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every event, time and id of two machines with one seed agrees; another seed differs."""
    first, again, other = (histories(seed, monkeypatch) for seed in (3, 3, 4))
    assert len(first) >= EXAMPLES
    assert [history.events for history in first] == [history.events for history in again]
    assert [history.events for history in first] != [history.events for history in other]


def test_the_reference_is_clean_in_every_history() -> None:
    """No rule breaks, and those that the machine feeds find occasions."""
    tallies = machine.run(setting(0), list(RULES.values()), EXAMPLES)
    assert tallies.errors == []
    assert {rule: tally.broken for (rule, _), tally in tallies.counts.items() if tally.broken} == {}
    assert {rule for (rule, _), tally in tallies.counts.items() if tally.held} >= {"BILL-08", "BILL-09", "LIFE-02"}


def test_a_mutant_is_caught() -> None:
    """Billing at submit breaks the rule that nothing is billed before the end."""
    tallies = machine.run(setting(0, "bills-at-submit"), [RULES["BILL-08"]], EXAMPLES)
    assert tallies.counts["BILL-08", ""].broken > 0


def test_a_crash_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run goes on to its report, which says what failed and where."""

    def crash(*_: object) -> None:
        raise ZeroDivisionError("a slip")

    monkeypatch.setattr(Tallies, "judge", crash)
    (error,) = machine.run(setting(0), [], EXAMPLES).errors
    assert error.startswith("state machine: the harness failed\nTraceback")
    assert "ZeroDivisionError: a slip" in error


def test_a_gateway_that_cannot_be_started_is_an_error() -> None:
    """What is the profile's fault is told without a stack."""
    (error,) = machine.run(setting(0, "no-such-mutant"), [], EXAMPLES).errors
    assert error.startswith("state machine: target.asgi.factory 'veocontracts.reference.app:create' made no app: ")
    assert "no mutant is called 'no-such-mutant'" in error
