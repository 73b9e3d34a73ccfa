"""The report for machines."""

import json
from decimal import Decimal

from tests.support.stories import REQUEST, TERMS, VIDEO, a_history, charge_of, ledger, ns, poll, read, submit, upstream

from veocontracts.history import History
from veocontracts.profiles import find_profile
from veocontracts.report.data import history_data, report
from veocontracts.rules import RULES
from veocontracts.tally import Tallies
from veocontracts.verdict import Run, results


def charged_at_once() -> History:
    """A small failing history."""
    return a_history(submit(), ledger(charge_of("6.00"), at=1))


def a_run() -> Run:
    """One rule that fails, one without a witness."""
    tallies, rules = Tallies(), [RULES["BILL-08"], RULES["RATE-02"]]
    tallies.judge(charged_at_once(), rules, frozenset())
    return Run(find_profile("reference"), TERMS, results(tallies, rules, TERMS, {}), tallies, 7)


def test_a_run_is_data() -> None:
    """Everything that the text says, and it comes back from JSON as it went in."""
    data = report(a_run())
    assert data == {
        "format": 1,
        "gateway": "reference",
        "mode": "virtual",
        "seed": 7,
        "cases": 1,
        "jobs": 1,
        "exit": 1,
        "errors": [],
        "results": [
            {
                "rule": "BILL-08",
                "grain": "",
                "level": "MUST",
                "verdict": "FAIL",
                "witnesses": 0,
                "broken": 1,
                "reason": "",
                "waived": "",
                "requirement": "Nothing is billed before the job completes.",
                "source": "documents 000 and 001, Pricing: billed once, when the gateway job completes",
                "expected": "no charge before the job completes",
                "actual": "charged 6.00",
                "subject": "job#1",
                "case": "by hand",
                "history": history_data(charged_at_once()),
            },
            {
                "rule": "RATE-02",
                "grain": "",
                "level": "MUST",
                "verdict": "INCONCLUSIVE",
                "witnesses": 0,
                "broken": 0,
                "reason": "no witness: a submit by a second key right after the first key got 429",
                "waived": "",
                "requirement": "The limit is per key: another key is served while one is limited.",
                "source": "documents 000 and 001, Specs: Rate Limit",
            },
        ],
    }
    assert json.loads(json.dumps(data)) == data


def test_a_history_is_a_list_of_events() -> None:
    """Each with its kind; times are nanoseconds, amounts are text, and what was not there is left out."""
    history = a_history(upstream(), poll("success", at=31), ledger(charge_of("6.00"), at=40))
    assert history_data(history) == [
        {
            "event": "UpstreamSubmit",
            "at": ns(1),
            "label": "job#1",
            "service": "from-text",
            "request": dict(REQUEST),
            "status": 200,
            "job": "up of job#1",
            "outcome": "",
            "fault": "",
            "answered_at": ns(1),
            "retry_after": False,
            "data": {"status": "processing", "job_id": "up of job#1"},
        },
        {
            "event": "UpstreamPoll",
            "at": ns(31),
            "label": "job#1",
            "job": "up of job#1",
            "known": True,
            "status": 200,
            "data": {**VIDEO, "duration_seconds": "4.0"},
            "fault": "",
        },
        {
            "event": "LedgerRead",
            "at": ns(40),
            "key": "main",
            "entries": [{"job_id": "id of job#1", "amount": "6.00", "units": None}],
        },
    ]


def test_odd_data_stays_json() -> None:
    """Deep decimals are text, and numbers that JSON does not have are text too."""
    odd = {"deep": [{"cost": Decimal("6.000000000000001")}], "none": float("nan"), "much": float("-inf")}
    (event,) = history_data(a_history(read("failed", at=1, error=odd)))
    assert event["shown"]["error"] == {"deep": [{"cost": "6.000000000000001"}], "none": "nan", "much": "-inf"}
    assert json.loads(json.dumps(event, allow_nan=False)) == event
