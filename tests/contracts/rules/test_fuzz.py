"""A gateway that answers nonsense breaks rules, never the harness."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from tests.support.junk import histories

from veocontracts.history import History
from veocontracts.report.data import history_data
from veocontracts.report.timeline import timeline
from veocontracts.rules import RULES
from veocontracts.tally import Tallies
from veocontracts.verdict import results

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


def judge(history: History) -> None:
    """Every rule looks at it, and what they say can be shown."""
    for rule in RULES.values():
        for observation in rule.judge(history):
            assert observation.grain in (rule.grains or ("",))
            assert (type(observation.expected), type(observation.actual)) == (str, str)
    tallies = Tallies()
    tallies.judge(history, RULES.values())
    assert tallies.errors == []
    assert len(results(tallies, RULES.values(), history.terms, {})) >= len(RULES)


@given(histories)
@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=SLOW)
def test_no_rule_raises(history: History) -> None:
    """Whatever client, upstream and ledger say, every rule judges it or has nothing to say."""
    judge(history)


@given(histories)
@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=SLOW)
def test_every_history_can_be_told(history: History) -> None:
    """A history is lines that a terminal can show, and data that JSON can carry."""
    assert all(line.isprintable() for line in timeline(history))
    assert len(json.loads(json.dumps(history_data(history)))) == len(history.events)


@pytest.mark.prove
@given(histories)
@settings(max_examples=2_000, deadline=None, suppress_health_check=SLOW)
def test_no_rule_raises_in_two_thousand_histories(history: History) -> None:
    """The same, drawn anew and for longer."""
    judge(history)
