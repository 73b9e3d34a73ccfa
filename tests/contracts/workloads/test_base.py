"""Workloads as a table of cases."""

from collections import Counter
from dataclasses import replace

import pytest
from tests.support.benches import setting

from veocontracts.bench import Bench
from veocontracts.effort import Effort
from veocontracts.rules import RULES
from veocontracts.setting import Scope
from veocontracts.workloads import WORKLOADS, Case, all_cases, selected
from veocontracts.workloads.base import thinned


def test_every_case_has_a_name_of_its_own() -> None:
    """All that a case draws follows from its name, so two may not share one."""
    counts = Counter(case.name for case in all_cases(setting()))
    assert [name for name, count in counts.items() if count > 1] == []


def test_the_order_of_cases_is_fixed() -> None:
    """Two listings agree, so that equal seeds give equal runs."""
    assert [case.name for case in all_cases(setting())] == [case.name for case in all_cases(setting(seed=7))]


def test_cases_feed_rules_that_exist() -> None:
    """A typo in a rule's id would leave it without its witness."""
    assert {rule for case in all_cases(setting()) for rule in case.feeds} <= set(RULES)


@pytest.mark.parametrize("rule_id", list(RULES))
def test_every_rule_is_fed(rule_id: str) -> None:
    """Selecting any rule alone runs something, where the gateway has what the rule is about."""
    profile = "reference-callbacks" if RULES[rule_id].capability == "callbacks" else "reference"
    assert selected(setting(profile=profile), frozenset({rule_id}), virtual=True)


def test_a_selection_runs_what_feeds_it_and_nothing_else() -> None:
    """One rule's cases all feed it."""
    assert all("RATE-01" in case.feeds for case in selected(setting(), frozenset({"RATE-01"}), virtual=True))


def test_no_rule_selects_no_case() -> None:
    """Where nothing is asked, nothing is sent."""
    assert selected(setting(), frozenset(), virtual=True) == []


def test_where_time_costs_time_long_lists_stay_out() -> None:
    """Sequences, and what waits too long by its own clock, run in virtual time only; every other case runs in both."""
    cases, ids = all_cases(setting()), frozenset(RULES)
    kept = selected(setting(), ids, virtual=False)
    assert [case.name for case in cases if not case.virtual_only] == [case.name for case in kept]
    assert {case.name.split()[0] for case in cases if case.virtual_only} == {"patience", "restart", "sequence"}


def test_workloads_are_registered_by_name() -> None:
    """Each has cases for one of the reference profiles, but for what broke before, where nothing did."""
    settings = [setting(), setting(profile="reference-callbacks")]
    found = {name for name, maker in WORKLOADS.items() for each in settings if list(maker(each))}
    assert found == WORKLOADS.keys() - {"regressions"}


async def nothing(bench: Bench) -> None:
    """Do nothing."""
    del bench


def a_case(name: str, *feeds: str, alike: str = "") -> Case:
    """A case that does nothing."""
    return Case(name, nothing, frozenset(feeds), alike=alike)


def test_a_thinned_run_takes_one_in_so_many_of_those_that_are_alike() -> None:
    """The first and every third after it of each group: of those that feed the same rules, and are alike."""
    cases = [
        *(a_case(f"a {number}", "UP-01", alike="a") for number in range(7)),
        *(a_case(f"b {number}", "UP-01", alike="b") for number in range(3)),
        *(a_case(f"c {number}", "UP-01", "UP-03", alike="b") for number in range(4)),
    ]
    names = [case.name for case in thinned(cases, 3)]
    assert names == ["a 0", "a 3", "a 6", "b 0", "c 0", "c 3"]
    assert list(thinned(cases, 1)) == cases


def test_a_thinned_run_still_feeds_every_rule() -> None:
    """It leaves out values, never a kind of occasion: each field is still refused in each way, each sequence is run."""
    thin = replace(setting(), scope=Scope(effort=Effort(thin=5)))
    some, every = all_cases(thin), all_cases(setting())
    assert len(some) < len(every)
    assert {frozenset(case.feeds) for case in some} == {frozenset(case.feeds) for case in every}
    assert {case.alike for case in some} == {case.alike for case in every}
