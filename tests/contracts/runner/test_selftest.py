"""The self-test's own judgement: what counts as killed, undeclared, clean, and what a mutant is judged with."""

from dataclasses import replace

import pytest

from veocontracts.cli.selftest import as_data, as_text, ended
from veocontracts.reference.mutants import MUTANTS
from veocontracts.rules import RULES
from veocontracts.runner.selftest import Task, Trial, attempt, idle, tasks
from veocontracts.verdict import Exit

CLEAN = Trial(Task("", "reference"), (), alone=False, unproved=())
KILLED = Trial(Task("charge-forgotten", "reference", full=False), ("BILL-09", "BILL-12"), alone=True, unproved=())
UNDECLARED = next(rule for rule in RULES.values() if rule.level == "MUST" and rule.family == "ACC").id
ADVICE = next(rule for rule in RULES.values() if rule.level == "SHOULD").id


@pytest.mark.parametrize(
    ("trial", "good"),
    [
        (CLEAN, True),
        (replace(CLEAN, red=("BILL-09",)), False),
        (replace(CLEAN, red=(ADVICE,)), False),
        (replace(CLEAN, unproved=("BILL-09",)), True),
        (replace(CLEAN, skipped=frozenset({"HOOK-02"})), True),
        (replace(CLEAN, errors=("it fell over",)), False),
        (KILLED, True),
        (replace(KILLED, alone=False), False),
        (replace(KILLED, red=(*KILLED.red, UNDECLARED)), False),
        (replace(KILLED, red=(*KILLED.red, ADVICE)), True),
        (replace(KILLED, unproved=("BILL-07",)), True),
        (replace(KILLED, errors=("it fell over",)), False),
    ],
)
def test_a_trial_is_good_or_not(trial: Trial, good: bool) -> None:
    """The reference is clean of SHOULD rules too; a mutant dies by its primary rule and breaks no other MUST rule."""
    assert trial.good is good


def test_only_undeclared_must_rules_are_held_against_a_mutant() -> None:
    """Declared ones and good practice may turn red with it."""
    assert replace(KILLED, red=("BILL-09", "BILL-12", UNDECLARED, ADVICE)).undeclared == (UNDECLARED,)


def test_a_rule_that_every_profile_skips_is_idle() -> None:
    """What one profile of the reference gateway lacks, another must show."""
    one, other = (
        replace(CLEAN, skipped=frozenset({"HOOK-02", "ROBUST-03"})),
        replace(CLEAN, skipped=frozenset({"HOOK-02"})),
    )
    assert idle([one, other, replace(KILLED, skipped=frozenset())]) == ["HOOK-02"]
    assert idle([one, other, CLEAN]) == []
    assert idle([KILLED]) == []


def test_a_rule_without_a_witness_is_idle_unless_another_profile_shows_it() -> None:
    """With each seed anew."""
    found = [
        Trial(Task("", profile, seed), (), alone=False, unproved=unproved)
        for profile, seed, unproved in (
            ("reference", 0, ("UP-03",)),
            ("reference-callbacks", 0, ("BILL-14",)),
            ("reference", 1, ("UP-04", "TIME-01")),
            ("reference-callbacks", 1, ("TIME-01",)),
        )
    ]
    assert idle(found) == ["TIME-01"]


@pytest.mark.parametrize(
    ("trials", "code"),
    [
        ((CLEAN, KILLED), Exit.CONFORMANT),
        ((CLEAN, replace(KILLED, alone=False)), Exit.RULE_FAILED),
        ((replace(CLEAN, red=("UP-01",)), KILLED), Exit.RULE_FAILED),
        ((replace(CLEAN, skipped=frozenset({"HOOK-02"})), KILLED), Exit.RULE_FAILED),
        ((CLEAN, replace(KILLED, alone=False), replace(KILLED, errors=("it fell over",))), Exit.UNUSABLE),
    ],
)
def test_the_exit_code_says_what_came_of_it(trials: tuple[Trial, ...], code: Exit) -> None:
    """Errors of the harness come before everything else."""
    assert ended(trials) is code


def test_the_work_is_the_reference_for_each_seed_and_profile_and_then_the_mutants() -> None:
    """A mutant is judged once, under its own profile; the reference with the full gate under the first, always."""
    name = next(iter(MUTANTS))
    assert tasks([name], 2, full=False) == [
        Task("", "reference", 0, full=True),
        Task("", "reference", 1, full=True),
        Task("", "reference-callbacks", 0, full=False),
        Task("", "reference-callbacks", 1, full=False),
        Task(name, MUTANTS[name].profile, seed=0, full=False),
    ]
    assert all(task.full for task in tasks([name], 2, full=True))


def test_a_mutant_is_judged_in_this_process_too() -> None:
    """Its primary rule alone shows it; the thinned gate shows what else it breaks, and the trial says so."""
    trial = attempt(Task("charge-forgotten", "reference", full=False))
    assert (trial.alone, trial.red, trial.undeclared, trial.errors) == (True, ("BILL-09", "BILL-12"), (), ())


@pytest.mark.prove
def test_a_rule_that_the_defect_does_not_break_does_not_kill(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mutant that is declared for the wrong rule survives, and what it does break is undeclared."""
    wrong = replace(MUTANTS["charge-forgotten"], primary="TIME-08", also={})
    monkeypatch.setitem(MUTANTS, "charge-forgotten", wrong)
    trial = attempt(Task("charge-forgotten", "reference", full=False))
    assert (trial.alone, trial.good) == (False, False)
    assert "BILL-09" in trial.undeclared


def test_what_is_told_of_trials() -> None:
    """One line each, with a mark, and what is the matter."""
    text = as_text(
        [
            replace(CLEAN, red=("UP-01",), unproved=("BILL-07",), skipped=frozenset({"HOOK-02"})),
            KILLED,
            replace(KILLED, alone=False, red=("ACC-01",), errors=("it fell over\nhere",)),
        ],
        seconds=12.34,
    )
    rows = [" ".join(line.split()) for line in text.splitlines()]
    assert rows == [
        "mutant primary turned red",
        "✗ reference, seed 0 UP-01 (no witness: BILL-07)",
        "✓ charge-forgotten BILL-09 BILL-09, BILL-12",
        "✗ charge-forgotten BILL-09 ACC-01 SURVIVED UNDECLARED: ACC-01",
        "! it fell over",
        "! here",
        "✗ the reference gateway shows BILL-07 under no profile",
        "✗ the reference gateway shows HOOK-02 under no profile",
        "1 of 2 mutants killed as declared; the reference clean in 0 of 1 runs; 12.3 s",
    ]


def test_trials_as_data() -> None:
    """The same for a machine."""
    data = as_data([replace(CLEAN, unproved=("BILL-07",)), KILLED], seconds=1.26)
    assert data == {
        "mutants": [
            {
                "name": "charge-forgotten",
                "about": MUTANTS["charge-forgotten"].about,
                "primary": "BILL-09",
                "profile": "reference",
                "killed": True,
                "red": ["BILL-09", "BILL-12"],
                "undeclared": [],
                "errors": [],
            }
        ],
        "reference": [
            {"profile": "reference", "seed": 0, "clean": True, "red": [], "unproved": ["BILL-07"], "errors": []}
        ],
        "idle": ["BILL-07"],
        "seconds": 1.3,
    }
