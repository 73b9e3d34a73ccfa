"""`veosim selftest`: the suite bites, and it bites nobody who did nothing."""

import json
from typing import Any

import pytest
from click.testing import Result
from tests.support.checks import veosim

from veocontracts.reference.mutants import MUTANTS
from veocontracts.reference.mutants.registry import PROFILES

SEEDS = 5
FEWEST = 80


def report(result: Result) -> dict[str, Any]:
    """The trials as data."""
    data: dict[str, Any] = json.loads(result.stdout)
    return data


def bad(data: dict[str, Any]) -> list[str]:
    """The mutants that are not caught as they are declared."""
    return [
        f"{mutant['name']}: killed by {mutant['primary']}: {mutant['killed']}; undeclared: {mutant['undeclared']}"
        for mutant in data["mutants"]
        if not mutant["killed"] or mutant["undeclared"] or mutant["errors"]
    ]


@pytest.fixture(scope="module")
def trials() -> Result:
    """The reference for five seeds, and every mutant."""
    return veosim("selftest", "--seeds", str(SEEDS), "--json")


def test_the_reference_is_clean(trials: Result) -> None:
    """For every seed, under every profile: nothing is red, SHOULD rules neither, and every rule finds its witness."""
    data = report(trials)
    assert [(trial["profile"], trial["seed"]) for trial in data["reference"]] == [
        (profile, seed) for profile in PROFILES for seed in range(SEEDS)
    ]
    assert [trial for trial in data["reference"] if not trial["clean"] or trial["errors"]] == []
    assert [trial["unproved"] for trial in data["reference"] if trial["profile"] == "reference"] == [[]] * SEEDS
    assert data["idle"] == []


def test_every_mutant_is_killed_as_declared(trials: Result) -> None:
    """By its primary rule alone, and without turning red what it does not declare."""
    data = report(trials)
    assert bad(data) == []
    assert len(data["mutants"]) >= FEWEST
    assert {mutant["name"]: mutant["primary"] for mutant in data["mutants"]} == {
        name: mutant.primary for name, mutant in MUTANTS.items()
    }
    assert trials.exit_code == 0


def test_the_mutants_come_in_the_order_of_their_names(trials: Result) -> None:
    """Two reports can be compared line by line."""
    names = [mutant["name"] for mutant in report(trials)["mutants"]]
    assert names == sorted(names)


def test_an_unknown_mutant_is_exit_2_and_told_the_nearest_name() -> None:
    """Usage errors start nothing, and a typing error is answered with what was meant, not with all there is."""
    result = veosim("selftest", "--mutant", "bills-at-submitt")
    assert result.exit_code == 2
    assert result.stderr == "Error: no mutant is called 'bills-at-submitt'; did you mean 'bills-at-submit'?\n"
    assert "docs/mutants.md" in veosim("selftest", "--mutant", "qqqqqqqqqqqqqqqqqqq").stderr


@pytest.mark.prove
def test_every_mutant_is_killed_as_declared_on_the_full_gate() -> None:
    """As in CI, but every rule looks at all that there is."""
    result = veosim("selftest", "--full", "--json")
    assert bad(report(result)) == []
    assert result.exit_code == 0
