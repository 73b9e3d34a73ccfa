"""`veosim selftest` and its report, on a few mutants; `make selftest`, in CI too, proves that all of them die."""

import json
from typing import Any

import pytest
from click.testing import Result
from tests.support.checks import veosim

from veocontracts.reference.mutants import MUTANTS
from veocontracts.reference.mutants.registry import PROFILES

EVERY = 40
CHOSEN = tuple(sorted(MUTANTS)[::EVERY])


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
    """The reference, and a few mutants."""
    return veosim("selftest", *(word for name in CHOSEN for word in ("--mutant", name)), "--json")


@pytest.mark.prove
def test_the_reference_is_clean(trials: Result) -> None:
    """Under every profile: nothing is red, SHOULD rules neither, and every rule finds its witness."""
    data = report(trials)
    assert [(trial["profile"], trial["seed"]) for trial in data["reference"]] == [(profile, 0) for profile in PROFILES]
    assert [trial for trial in data["reference"] if not trial["clean"] or trial["errors"]] == []
    assert [trial["unproved"] for trial in data["reference"] if trial["profile"] == "reference"] == [[]]
    assert data["idle"] == []


@pytest.mark.prove
def test_a_mutant_is_killed_as_declared(trials: Result) -> None:
    """By its primary rule alone, and without turning red what it does not declare."""
    data = report(trials)
    assert bad(data) == []
    assert {mutant["name"]: mutant["primary"] for mutant in data["mutants"]} == {
        name: MUTANTS[name].primary for name in CHOSEN
    }
    assert trials.exit_code == 0


@pytest.mark.prove
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
