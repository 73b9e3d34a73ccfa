"""How much `veosim check` tries is said before, during and after: `--depth`, `--budget`, `--examples`."""

import json
from typing import Any

import pytest
from tests.support.checks import veosim

QUICK = ("--rule", "LIFE-04", "--examples", "0")


def report(*arguments: str) -> dict[str, Any]:
    """A run as data."""
    data: dict[str, Any] = json.loads(veosim("check", *arguments, "--json").stdout)
    return data


@pytest.mark.prove
def test_the_depth_decides_how_many_sequences_are_run() -> None:
    """And the report says how many there could be, and which states they reach."""
    shallow, deeper = report(*QUICK, "--depth", "0"), report(*QUICK, "--depth", "1")
    assert shallow["coverage"] == {"depth": 0, "run": 1, "possible": 1, "states": 1, "left": 0}
    assert deeper["coverage"] == {"depth": 1, "run": 9, "possible": 10, "states": 8, "left": 0}
    assert deeper["cases"] == shallow["cases"] + 8


def test_a_budget_cuts_the_longest_off() -> None:
    """The report says so, for people and for machines."""
    cut = report(*QUICK, "--depth", "2", "--budget", "5")
    assert cut["coverage"] == {"depth": 2, "run": 5, "possible": 91, "states": 4, "left": 47}
    text = veosim("check", *QUICK, "--depth", "2", "--budget", "5").stdout
    told = "sequences 5 of 91 up to depth 2; 4 abstract states; budget reached, 47 left out"
    assert text.splitlines()[1] == told


def test_the_plan_counts_what_will_be_run() -> None:
    """Before anything is sent."""
    counts = []
    for depth in ("1", "0"):
        _, cases, *_ = veosim("check", *QUICK, "--depth", depth).stderr.split(", ")
        counts.append(int(cases.removesuffix(" cases")))
    assert counts[0] == counts[1] + 8


@pytest.mark.prove
def test_rules_without_sequences_have_no_coverage() -> None:
    """Nothing is claimed about what was not asked for."""
    assert report("--rule", "AUTH-02")["coverage"] is None
    assert "sequences" not in veosim("check", "--rule", "AUTH-02").stdout


def test_examples_are_drawn_for_each_rule_that_they_feed() -> None:
    """None where none are wanted."""
    none, some = (report("--rule", "BILL-12", "--depth", "0", "--examples", number)["cases"] for number in ("0", "3"))
    assert some >= none + 3


@pytest.mark.parametrize("option", ["--depth", "--budget", "--examples"])
def test_a_number_that_makes_no_sense_is_refused(option: str) -> None:
    """Before anything is started."""
    assert veosim("check", option, "-1").exit_code == 2
