"""A run, weighed against what is known: what is excused, and what has to be mended."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from tests.support.lines import a_finding, a_line, broke
from tests.support.stories import TERMS

from veocontracts.known_failures.file import Known
from veocontracts.known_failures.weigh import weigh
from veocontracts.profiles import find_profile
from veocontracts.tally import Finding, Tallies
from veocontracts.verdict import Complaint, Exit, Result, Run, Verdict

PARTS = ("model", "resolution", "duration", "aspect_ratio")
TODAY = date(2026, 11, 21)
BILLED, LOST = a_finding(broke("failed, 1 charge of 6.0")), a_finding(broke("failed, 1 charge for nobody"))
PASS, SHOULD = a_line(Verdict.PASS), a_line(Verdict.FAIL, BILLED, level="SHOULD")


def known(finding: Finding = BILLED, line: int = 4, name: str = "BILL-06", expires: date = TODAY) -> Known:
    """An entry for a finding, in a line of `known.yaml`."""
    return Known(name, finding.signature, "Refunds are made at night", "PAY-17", expires, "known.yaml", line)


def weighed(lines: Sequence[Result], *entries: Known, partial: bool = False, errors: Sequence[str] = ()) -> Run:
    """A run of these lines, weighed."""
    run = Run(find_profile("reference"), TERMS, list(lines), Tallies(errors=list(errors)), 0)
    return weigh(run, entries, TODAY, partial=partial)


def to_mend(run: Run) -> list[tuple[str, int, str]]:
    """Kind, line and text of every complaint."""
    assert {complaint.source for complaint in run.complaints} <= {"known.yaml"}
    return [(complaint.kind, complaint.line, complaint.text) for complaint in run.complaints]


def test_a_known_failure_is_not_red() -> None:
    """On its last day too; its reason, issue and day are told."""
    run = weighed([a_line(Verdict.FAIL, BILLED)], known())
    reason = "Refunds are made at night (PAY-17, until 2026-11-21)"
    excused = frozenset({BILLED.signature})
    assert run.results == [
        replace(a_line(Verdict.XFAIL, BILLED), rule=run.results[0].rule, reason=reason, excused=excused)
    ]
    assert (run.complaints, run.exit) == ((), Exit.CONFORMANT)


def test_a_known_failure_of_a_part_is_its_own() -> None:
    """The other parts of the rule stay red."""
    parts = [a_line(Verdict.FAIL, BILLED, rule="ENUM-02", grain=grain) for grain in ("model", "duration")]
    run = weighed(parts, known(name="ENUM-02[duration]"))
    assert [line.verdict for line in run.results] == [Verdict.FAIL, Verdict.XFAIL]
    assert (run.complaints, run.exit) == ((), Exit.RULE_FAILED)


def test_every_kind_of_failure_has_to_be_known() -> None:
    """One that is not keeps the rule red, and the report says how many are."""
    run = weighed([a_line(Verdict.FAIL, BILLED, LOST)], known())
    (line,) = run.results
    assert (line.verdict, line.reason) == (Verdict.FAIL, "1 of 2 kinds of failure are known")
    assert line.excused == {BILLED.signature}
    assert (run.complaints, run.exit) == ((), Exit.RULE_FAILED)
    both = weighed([a_line(Verdict.FAIL, BILLED, LOST)], known(), replace(known(LOST, 7), reason="They are ours"))
    assert [line.verdict for line in both.results] == [Verdict.XFAIL]
    assert both.results[0].reason == (
        "Refunds are made at night (PAY-17, until 2026-11-21); They are ours (PAY-17, until 2026-11-21)"
    )
    assert both.exit is Exit.CONFORMANT


def test_more_kinds_than_are_kept_are_never_known() -> None:
    """What is not seen cannot be excused, and what is not shown may still be there."""
    run = weighed([a_line(Verdict.FAIL, BILLED, more=True)], known(), known(LOST, 7))
    assert [(line.verdict, line.reason) for line in run.results] == [
        (Verdict.FAIL, "1 of more than 1 kinds of failure are known")
    ]
    assert (run.complaints, run.exit) == ((), Exit.RULE_FAILED)


def test_a_rule_that_passes_needs_no_entry() -> None:
    """The entry is named, and the run is red until it goes."""
    run = weighed([PASS], known())
    assert [line.verdict for line in run.results] == [Verdict.XPASS]
    assert to_mend(run) == [("passes", 4, "BILL-06 passes: remove the entry")]
    assert run.exit is Exit.RULE_FAILED


@pytest.mark.parametrize("verdict", [Verdict.INCONCLUSIVE, Verdict.SKIP])
def test_a_rule_that_was_not_judged_makes_its_entry_stale(verdict: Verdict) -> None:
    """Nobody knows whether it still fails."""
    run = weighed([a_line(verdict, reason="no ledger")], known())
    assert [line.verdict for line in run.results] == [verdict]
    assert to_mend(run) == [("stale", 4, "BILL-06 was not judged (no ledger): remove the entry")]
    assert run.exit is Exit.RULE_FAILED


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("BILL-66", "remove the entry: no rule is called 'BILL-66'; did you mean 'BILL-06'?"),
        ("ZZZ-00", "remove the entry: no rule is called 'ZZZ-00'; see `veosim rules`"),
        (
            "ENUM-02",
            "ENUM-02 is no line of the report: name " + " or ".join(f"ENUM-02[{part}]" for part in PARTS),
        ),
        ("BILL-07[late]", "BILL-07[late] is no line of the report: name BILL-07"),
        ("BILL-07", "BILL-07 was not judged (the profile's require leaves out 'money'): remove the entry"),
    ],
)
def test_an_entry_for_no_line_of_the_report_is_stale(name: str, text: str) -> None:
    """A rule or part that does not exist, or one that the profile leaves out."""
    run = weighed([a_line(Verdict.FAIL, BILLED)], known(name=name), known(line=9))
    assert to_mend(run) == [("stale", 4, text)]
    assert run.exit is Exit.RULE_FAILED


def test_rules_that_the_command_leaves_out_are_let_be() -> None:
    """Selecting one rule tells nothing about the others; what does not exist at all is still told."""
    entries = (known(name="BILL-07"), known(name="ENUM-02[model]"), known(name="BILL-66", line=9))
    assert [complaint.line for complaint in weighed([PASS], *entries, partial=True).complaints] == [9]


def test_a_day_that_has_passed_excuses_nothing() -> None:
    """The failure is red again, and the entry is named with its day."""
    run = weighed([a_line(Verdict.FAIL, BILLED)], known(expires=date(2026, 11, 20)))
    assert [(line.verdict, line.reason) for line in run.results] == [
        (Verdict.FAIL, "0 of 1 kinds of failure are known")
    ]
    text = "BILL-06 was known until 2026-11-20 (PAY-17): mend the gateway, or set a new day"
    assert to_mend(run) == [("expired", 4, text)]


def test_another_failure_of_the_rule_is_not_excused() -> None:
    """The new one is red, and the signature that no longer shows has to go."""
    run = weighed([a_line(Verdict.FAIL, LOST)], known())
    assert [line.verdict for line in run.results] == [Verdict.FAIL]
    text = f"BILL-06 fails, but no longer with {BILLED.signature}: remove that signature"
    assert to_mend(run) == [("unmatched", 4, text)]


def test_a_signature_too_many_is_red_where_the_rest_is_known() -> None:
    """The line is excused; the file is not true."""
    run = weighed([a_line(Verdict.FAIL, BILLED)], known(), known(LOST, 7))
    assert [line.verdict for line in run.results] == [Verdict.XFAIL]
    assert [complaint.line for complaint in run.complaints] == [7]
    assert run.exit is Exit.RULE_FAILED


def test_two_entries_for_one_failure_overlap() -> None:
    """The second is named, with the line of the first; equal signatures of two rules do not overlap."""
    run = weighed([a_line(Verdict.FAIL, BILLED)], known(), known(line=9), known(name="BILL-07"), partial=True)
    text = f"BILL-06 with {BILLED.signature} stands in line 4 too: remove one of them"
    assert to_mend(run) == [("overlapping", 9, text)]
    assert run.exit is Exit.RULE_FAILED


def test_an_error_is_never_excused() -> None:
    """A rule that failed itself tells nothing about the gateway, and an error of the harness ends the run with 3."""
    run = weighed([a_line(Verdict.ERROR)], known())
    assert [line.verdict for line in run.results] == [Verdict.ERROR]
    assert run.complaints == ()
    assert weighed([a_line(Verdict.FAIL, BILLED)], known(), errors=["a slip"]).exit is Exit.UNUSABLE


def test_a_should_can_be_known_too() -> None:
    """It is no warning then, and green under --strict."""
    run = weighed([SHOULD], known())
    assert (run.warnings, replace(run, strict=True).exit) == ([], Exit.CONFORMANT)


def test_complaints_come_in_the_order_of_the_file() -> None:
    """So that it can be mended from top to bottom, each thing once."""
    lines = [PASS, a_line(Verdict.PASS, rule="ACC-01")]
    entries = [known(line=9), known(name="ZZZ-00", line=5), known(name="ACC-01", line=4), known(LOST, line=7)]
    assert [complaint.line for complaint in weighed(lines, *entries).complaints] == [4, 5, 7, 9]
    twice = weighed([PASS], known(), known()).complaints
    assert [(complaint.kind, complaint.line) for complaint in twice] == [("overlapping", 4), ("passes", 4)]


def test_a_run_without_known_failures_stays_as_it_is() -> None:
    """Nothing is weighed."""
    run = weighed([PASS, a_line(Verdict.FAIL, BILLED), a_line(Verdict.INCONCLUSIVE)])
    assert [line.verdict for line in run.results] == [Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE]
    assert run.complaints == ()


def test_a_complaint_is_data() -> None:
    """What scripts get."""
    assert weighed([PASS], known()).complaints == (
        Complaint("passes", "known.yaml", 4, "BILL-06 passes: remove the entry"),
    )
