"""The report for machines."""

import json
from dataclasses import replace
from decimal import Decimal

from tests.support.lines import SHORT, a_finding, a_line, a_rule, an_attempt, broke
from tests.support.stories import REQUEST, TERMS, VIDEO, a_history, charge_of, ledger, ns, poll, read, submit, upstream

from veocontracts.history import History
from veocontracts.profiles import find_profile
from veocontracts.report.data import history_data, report
from veocontracts.rules import RULES
from veocontracts.tally import Slip, Tallies
from veocontracts.verdict import Complaint, Run, Verdict, results


def charged_at_once() -> History:
    """A small failing history."""
    return a_history(submit(), ledger(charge_of("6.00"), at=1))


def a_run() -> Run:
    """One rule that fails, one without a witness."""
    tallies, rules = Tallies(), [RULES["BILL-08"], RULES["RATE-02"]]
    tallies.judge(charged_at_once(), rules)
    return Run(find_profile("reference"), TERMS, results(tallies, rules, TERMS, {}), tallies, 7)


def test_why_no_better_mode_was_taken_is_data() -> None:
    """As the text says it; where the clock was not seen to move, the rules about time say why themselves."""
    run = replace(a_run(), terms=replace(TERMS, mode="scaled", clock_note="faketime: it stood still"))
    assert (report(run)["mode"], report(run)["no_other_mode"]) == ("scaled", "faketime: it stood still")
    unproved = replace(run, terms=replace(run.terms, clock_proved=False))
    assert report(unproved)["no_other_mode"] == ""


def test_what_a_busy_machine_had_set_aside_is_data() -> None:
    """By cases and attempts, with the history of what broke."""
    run, slip = a_run(), Slip(a_rule(id="ENUM-02"), "duration", a_finding())
    short = replace(an_attempt("b"), unseen=("RATE-01",), errors=("b: a slip",))
    run.tallies.set_aside = [short, an_attempt("a", 1, slip)]
    told = {"attempt": 1, "waited": 0.5, "wanted": 2.0}
    finding = {
        "rule": "ENUM-02[duration]",
        "requirement": "A sentence.",
        "signature": slip.finding.signature,
        "known": False,
        "values": "",
        "expected": "this",
        "actual": "that",
        "subject": "job#1",
        "case": "by hand",
        "history": history_data(SHORT),
        "notes": [],
    }
    data = report(run)["set_aside"]
    assert data == [
        {"case": "a", **told, "findings": [finding], "no_occasion": [], "errors": []},
        {"case": "b", **told, "findings": [], "no_occasion": ["RATE-01"], "errors": ["b: a slip"]},
    ]
    assert json.loads(json.dumps(data)) == data


def test_a_run_is_data() -> None:
    """Everything that the text says, and it comes back from JSON as it went in."""
    data = report(a_run())
    assert data == {
        "format": 2,
        "gateway": "reference",
        "mode": "virtual",
        "no_other_mode": "",
        "seed": 7,
        "strict": False,
        "cases": 1,
        "jobs": 1,
        "set_aside": [],
        "coverage": None,
        "exit": 1,
        "errors": [],
        "results": [
            {
                "rule": "BILL-08",
                "grain": "",
                "level": "MUST",
                "verdict": "FAIL",
                "red": True,
                "witnesses": 0,
                "broken": 1,
                "reason": "",
                "waived": "",
                "requirement": "Nothing is billed before the job completes.",
                "source": "documents 000 and 001, Pricing: billed once, when the gateway job completes",
                "findings": [
                    {
                        "signature": "vzsdlgdn",
                        "known": False,
                        "values": "",
                        "expected": "no charge before the job completes",
                        "actual": "charged 6.00",
                        "subject": "job#1",
                        "case": "by hand",
                        "history": history_data(charged_at_once()),
                        "notes": [],
                    }
                ],
                "more": False,
            },
            {
                "rule": "RATE-02",
                "grain": "",
                "level": "MUST",
                "verdict": "INCONCLUSIVE",
                "red": False,
                "witnesses": 0,
                "broken": 0,
                "reason": "no witness: a submit by a second key right after the first key got 429",
                "waived": "",
                "requirement": "The limit is per key: another key is served while one is limited.",
                "source": "documents 000 and 001, Specs: Rate Limit",
                "findings": [],
                "more": False,
            },
        ],
        "known_failures": [],
        "together": [],
    }
    assert json.loads(json.dumps(data)) == data


def test_what_is_known_is_data_too() -> None:
    """Which kinds of failure are, what has to be mended, what broke together, and what --strict makes of it."""
    one, other = a_finding(broke("billed")), a_finding(broke("lost"))
    known = replace(a_line(Verdict.FAIL, one, other, more=True), excused=frozenset({other.signature}))
    should = a_line(Verdict.FAIL, other, rule="LIFE-09", level="SHOULD")
    to_mend = Complaint("stale", "known.yaml", 7, "remove the entry")
    run = Run(find_profile("reference"), TERMS, [known, should], Tallies(), 7, strict=True, complaints=(to_mend,))
    data = json.loads(json.dumps(report(run)))
    assert data["strict"] is True
    assert [[line["red"], line["more"]] for line in data["results"]] == [[True, True], [True, False]]
    assert [finding["known"] for finding in data["results"][0]["findings"]] == [False, True]
    assert data["known_failures"] == [{"kind": "stale", "source": "known.yaml", "line": 7, "text": "remove the entry"}]
    assert data["together"] == [{"case": "by hand", "subject": "job#1", "names": ["BILL-06", "LIFE-09"]}]
    assert [line["red"] for line in report(replace(run, strict=False))["results"]] == [True, False]


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
            "answered_at": ns(1),
            "data": {"status": "processing", "job_id": "up of job#1"},
            "told": {"state": "running", "word": "processing"},
        },
        {
            "event": "UpstreamPoll",
            "at": ns(31),
            "label": "job#1",
            "job": "up of job#1",
            "known": True,
            "status": 200,
            "data": {**VIDEO, "duration_seconds": "4.0"},
            "answered_at": ns(31),
            "told": {
                "state": "success",
                "word": "success",
                "video_url": VIDEO["video_url"],
                "duration": "4.0",
            },
        },
        {
            "event": "LedgerRead",
            "at": ns(40),
            "key": "main",
            "entries": [{"job_id": "id of job#1", "amount": "6.00"}],
        },
    ]


def test_odd_data_stays_json() -> None:
    """Deep decimals are text, and numbers that JSON does not have are text too."""
    odd = {"deep": [{"cost": Decimal("6.000000000000001")}], "none": float("nan"), "much": float("-inf")}
    (event,) = history_data(a_history(read("failed", at=1, error=odd)))
    assert event["shown"]["error"] == {"deep": [{"cost": "6.000000000000001"}], "none": "nan", "much": "-inf"}
    assert json.loads(json.dumps(event, allow_nan=False)) == event
