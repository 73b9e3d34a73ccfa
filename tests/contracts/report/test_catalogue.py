"""The rule catalogue as text and data."""

import json

from tests.support.lines import a_rule

from veocontracts.report.catalogue import data, lines, page
from veocontracts.rules import RULES

MUTANTS = {"bills-late-success": "A success after the deadline is billed."}


def test_a_list_has_a_line_per_rule() -> None:
    """Id, level, stage and sentence."""
    assert lines([RULES["BILL-06"], RULES["LIFE-10"]]) == [
        "BILL-06  MUST   money     HTTP 200 with {status: 'error'}, at submit or at a poll, fails the job, unbilled.",
        "LIFE-10  MUST   time      Every accepted job has ended by its deadline.",
    ]
    assert len(lines(list(RULES.values()))) == len(RULES)


def test_a_page_tells_all_about_a_rule() -> None:
    """Source, witness, what it needs of the ledger, and the mutants that it kills."""
    assert page(RULES["BILL-10"], MUTANTS) == [
        "BILL-10  MUST, money",
        "  A success that comes after the job failed or timed out is not billed.",
        f"  source   {RULES['BILL-10'].source}",
        "  witness  a job whose upstream plan reached success after the deadline, read with the ledger after that",
        "  needs    a ledger that shows the charges of a job",
        "  mutant   bills-late-success: A success after the deadline is billed.",
    ]


def test_a_page_names_knobs_and_parts() -> None:
    """What a scaled profile must declare, and what is reported by itself."""
    assert page(RULES["TIME-04"], {})[-1] == "  knobs    job_timeout (scaled time)"
    assert page(RULES["AUTH-01"], {})[-1] == "  parts    submit, read"


def test_a_page_names_the_capability_that_a_rule_is_about() -> None:
    """Who has not declared it knows why the rule is skipped."""
    rule = a_rule(capability="restart")
    assert page(rule, {})[-1] == "  skipped  unless the profile declares capabilities.restart"
    assert data(rule, {})["capability"] == "restart"


def test_a_rule_is_data() -> None:
    """The same as JSON, with the source in its parts."""
    rule = data(RULES["BILL-10"], MUTANTS)
    assert rule == {
        "id": "BILL-10",
        "level": "MUST",
        "stage": "money",
        "sentence": "A success that comes after the job failed or timed out is not billed.",
        "source": {
            "documents": ["001"],
            "section": "FAQ: the job fails when the upstream is not done in 600 s",
            "basis": "follows",
            "apart": {"000": "FAQ: the gateway times out after up to 600 s"},
        },
        "witness": "a job whose upstream plan reached success after the deadline, read with the ledger after that",
        "needs": ["entries", "total", "unkeyed"],
        "knobs": [],
        "grains": [],
        "capability": None,
        "mutants": ["bills-late-success"],
    }
    assert json.loads(json.dumps(rule)) == rule
