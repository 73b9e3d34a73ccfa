"""`veosim selftest`: the suite bites, and it bites nobody who did nothing."""

import json
from typing import Any

import pytest
from click.testing import Result
from tests.support.checks import veosim

from veocontracts.reference.mutants import MUTANTS

FAMILIES = {
    "waits-for-upstream": "ACC-05",
    "bills-status-error": "BILL-06",
    "int-duration-mended": "ENUM-03",
    "terminal-state-flips-back": "LIFE-02",
    "times-out-at-660s": "TIME-01",
    "resubmits-after-502": "UP-01",
}


def report(result: Result) -> dict[str, Any]:
    """The trials as data."""
    data: dict[str, Any] = json.loads(result.stdout)
    return data


@pytest.fixture(scope="module")
def trials() -> Result:
    """The reference and one mutant of each family."""
    return veosim("selftest", "--json", *(word for name in FAMILIES for word in ("--mutant", name)))


def test_the_reference_is_clean(trials: Result) -> None:
    """Nothing is red, and every rule found its witness."""
    assert report(trials)["reference"] == [{"seed": 0, "clean": True, "red": [], "unproved": []}]


def test_every_chosen_mutant_is_killed_as_declared(trials: Result) -> None:
    """By its primary rule alone, and without turning red what it does not declare."""
    found = report(trials)["mutants"]
    assert {mutant["name"]: mutant["primary"] for mutant in found} == FAMILIES
    assert [mutant["name"] for mutant in found if not mutant["killed"] or mutant["undeclared"]] == []
    assert [error for mutant in found for error in mutant["errors"]] == []
    assert trials.exit_code == 0


def test_the_mutants_come_in_the_order_of_their_names(trials: Result) -> None:
    """Two reports can be compared line by line."""
    names = [mutant["name"] for mutant in report(trials)["mutants"]]
    assert names == sorted(names)


def test_an_unknown_mutant_is_exit_2() -> None:
    """Usage errors start nothing."""
    assert veosim("selftest", "--mutant", "none").exit_code == 2


@pytest.mark.prove
def test_every_mutant_is_killed_and_twenty_seeds_are_clean() -> None:
    """The whole proof, as `make prove` shows it."""
    result = veosim("selftest", "--seeds", "20", "--json")
    data = report(result)
    assert [trial for trial in data["reference"] if not trial["clean"]] == []
    assert {mutant["name"] for mutant in data["mutants"]} == set(MUTANTS)
    assert [mutant for mutant in data["mutants"] if not mutant["killed"] or mutant["undeclared"]] == []
    assert result.exit_code == 0
