"""Workloads as a table of cases."""

from collections import Counter

import pytest
from tests.support.benches import setting

from veocontracts.rules import RULES
from veocontracts.workloads import WORKLOADS, all_cases, selected


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
    """Selecting any rule alone runs something."""
    assert selected(setting(), frozenset({rule_id}), virtual=True)


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
    assert {case.name.split()[0] for case in cases if case.virtual_only} == {"every", "restart", "sequence"}


def test_workloads_are_registered_by_name() -> None:
    """Each has cases for the reference profile."""
    assert {name: bool(list(maker(setting()))) for name, maker in WORKLOADS.items()} == dict.fromkeys(WORKLOADS, True)
