"""The report for CI servers."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest
from tests.support.junit import outcomes, parsed, problems
from tests.support.lines import SHORT, a_finding, a_line, a_rule, an_attempt, broke
from tests.support.stories import TERMS

from veocontracts.profiles import find_profile
from veocontracts.report import text
from veocontracts.report.junit import OUTCOMES, report, without_results
from veocontracts.rules import RULES
from veocontracts.rules.base import Level
from veocontracts.tally import Finding, Slip, Tallies
from veocontracts.verdict import MEANINGS, Complaint, Exit, Result, Run, Verdict
from veosim.errors import printable

FINDING = a_finding()
COMPLAINT = Complaint("stale", "known.yaml", 3, "BILL-06 was not judged: remove the entry")
BAD = {"failure", "error"}


def a_run(*lines: Result, strict: bool = False, errors: tuple[str, ...] = ()) -> Run:
    """A run with these lines."""
    tallies = Tallies(cases=1, submits=2, errors=list(errors))
    return Run(find_profile("reference"), TERMS, list(lines), tallies, 7, strict=strict)


def of(verdict: Verdict, level: Level = "MUST", rule: str = "BILL-06", waived: str = "", grain: str = "") -> Result:
    """A line as a run would have it."""
    findings = (FINDING,) if verdict in {Verdict.FAIL, Verdict.XFAIL} else ()
    return a_line(verdict, *findings, rule=rule, level=level, grain=grain, waived=waived, reason="why")


def test_a_failure_is_told_whole() -> None:
    """The document of one rule that failed and one that passed, word for word."""
    passed = replace(of(Verdict.PASS, rule="LIFE-01"), held=4, reason="")
    assert report(a_run(of(Verdict.FAIL), passed)) == WHOLE


def test_values_of_another_document_are_told() -> None:
    """As in the report for people."""
    elsewhere = a_finding(history=replace(SHORT, terms=replace(TERMS, speaks="generations-metadata")))
    told = report(a_run(a_line(Verdict.FAIL, elsewhere, rule="ENUM-03")))
    assert "\n  source    document 000, FAQ\n  values    document 004 (generations-metadata)\n  expected" in told


WHOLE = """\
<?xml version='1.0' encoding='utf-8'?>
<testsuites name="veosim: reference" tests="2" failures="1" errors="0">
  <testsuite name="veosim: reference" tests="2" failures="1" errors="0" skipped="0" time="0">
    <properties>
      <property name="gateway" value="reference" />
      <property name="mode" value="virtual" />
      <property name="seed" value="7" />
      <property name="strict" value="false" />
      <property name="cases" value="1" />
      <property name="jobs" value="2" />
      <property name="exit" value="1" />
    </properties>
    <testcase classname="veosim.BILL.MUST" name="BILL-06: A sentence." time="0">
      <failure type="FAIL" message="expected this; actual that">
✗ BILL-06  A sentence.
  source    document 000, FAQ
  expected  this
  actual    that
  signature cvlxfgjn
  case      by hand (job#1); broken 0 times, held 0
  history   the shortest that shows it:
         0.000 s  client    submits job#1 prompt 'a paper boat crosses a puddle', model 'veo (Audio)', \
resolution '1080P', duration '4s', asp… → 202 accepted
</failure>
    </testcase>
    <testcase classname="veosim.LIFE.MUST" name="LIFE-01: A sentence." time="0">
      <system-out>
✓ LIFE-01                PASS         MUST   4 witnesses
</system-out>
    </testcase>
  </testsuite>
</testsuites>"""


def test_what_a_busy_machine_had_set_aside_is_told() -> None:
    """In a case of its own, which passes: it counts for nothing, and is not hidden."""
    run = a_run(of(Verdict.PASS))
    run.tallies.set_aside = [an_attempt("a case", 1, Slip(a_rule(id="LIFE-01"), "", FINDING))]
    assert problems(report(run)) == []
    case = parsed(report(run)).findall(".//testcase")[-1]
    assert (case.get("classname"), case.get("name")) == (
        "veosim.run",
        "attempts that were set aside, since this machine was busy",
    )
    [output] = case
    assert (output.tag, (output.text or "").strip().splitlines()) == ("system-out", text.set_aside(run))


def test_every_verdict_has_an_outcome() -> None:
    """For rules that the run depends on, and for others."""
    assert OUTCOMES.keys() == MEANINGS.keys() == set(Verdict)


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("waived", ["", "not now"])
@pytest.mark.parametrize("level", ["MUST", "SHOULD"])
@pytest.mark.parametrize("verdict", Verdict)
def test_the_file_is_red_exactly_if_the_exit_code_is(verdict: Verdict, level: Level, waived: str, strict: bool) -> None:
    """Whatever comes of a rule beside one that passed, a server that reads the file agrees with the build."""
    errors = ("case 7: a slip",) if verdict is Verdict.ERROR else ()
    line = of(verdict, level, waived=waived if verdict is Verdict.INCONCLUSIVE else "")
    run = a_run(of(Verdict.PASS, rule="LIFE-01"), line, strict=strict, errors=errors)
    document = report(run)
    assert problems(document) == []
    assert bool(BAD & set(outcomes(document).values())) == (run.exit is not Exit.CONFORMANT)


@pytest.mark.parametrize(
    ("run", "found"),
    [
        (a_run(of(Verdict.FAIL, "SHOULD")), {"BILL-06: A sentence.": "skipped"}),
        (a_run(of(Verdict.FAIL, "SHOULD"), strict=True), {"BILL-06: A sentence.": "failure"}),
        (a_run(of(Verdict.INCONCLUSIVE)), {"BILL-06: A sentence.": "error"}),
        (
            a_run(of(Verdict.SKIP)),
            {"BILL-06: A sentence.": "skipped", "the gateway can be judged": "error"},
        ),
        (a_run(), {"the gateway can be judged": "error"}),
        (
            replace(a_run(of(Verdict.PASS)), complaints=(COMPLAINT,)),
            {"BILL-06: A sentence.": "passed", str(COMPLAINT): "failure"},
        ),
        (
            a_run(of(Verdict.ERROR), errors=("a slip\n  at a place", "another")),
            {
                "BILL-06: A sentence.": "error",
                "error 1 of the harness": "error",
                "error 2 of the harness": "error",
            },
        ),
    ],
    ids=["warning", "strict", "no witness", "nothing decided", "nothing selected", "to mend", "harness"],
)
def test_what_is_no_rule_has_a_case_of_its_own(run: Run, found: dict[str, str]) -> None:
    """Entries to mend, errors of the harness, and a run that decided nothing."""
    document = report(run)
    assert problems(document) == []
    assert outcomes(document) == found


@pytest.mark.parametrize(
    ("grains", "worst", "message"),
    [
        ({"model": Verdict.PASS, "duration": Verdict.PASS}, "passed", ""),
        ({"model": Verdict.SKIP, "duration": Verdict.PASS}, "skipped", "model: why"),
        ({"model": Verdict.XFAIL, "duration": Verdict.FAIL}, "failure", "duration: expected this; actual that"),
        ({"model": Verdict.INCONCLUSIVE, "duration": Verdict.INCONCLUSIVE}, "error", "model, duration: why"),
        ({"model": Verdict.FAIL, "duration": Verdict.INCONCLUSIVE}, "failure", "model: expected this; actual that"),
    ],
)
def test_a_rule_with_parts_is_one_case(grains: dict[str, Verdict], worst: str, message: str) -> None:
    """Its outcome is that of its worst part, and every part is told of, once."""
    document = report(a_run(*(of(verdict, grain=grain) for grain, verdict in grains.items())))
    assert outcomes(document) == {"BILL-06: A sentence.": worst}
    (case,) = parsed(document).iter("testcase")
    assert "".join(node.get("message", "") for node in case) == message
    told = "".join(case.itertext())
    assert [told.count(f"BILL-06[{grain}]") for grain in grains] == [1 for _ in grains]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (of(Verdict.FAIL, "SHOULD"), "a warning, red under --strict: expected this; actual that"),
        (of(Verdict.INCONCLUSIVE, waived="in another system"), "why; waived: in another system"),
        (of(Verdict.XFAIL), "why"),
        (of(Verdict.SKIP), "why"),
    ],
)
def test_what_is_skipped_says_why(line: Result, message: str) -> None:
    """In the attribute that servers show beside the name."""
    (skipped,) = parsed(report(a_run(line))).iter("skipped")
    assert skipped.get("message") == message


@pytest.mark.parametrize("bad", ["\x1b[31mred", "nul \x00", "\x9bJ", "a\r\nb", "half \ud83d", "\ufffe", "]]>", "<&\"'"])
def test_what_a_gateway_says_is_data(bad: str) -> None:
    """Characters that XML cannot hold, or that a terminal would act on, are escaped; markup is text."""
    document = report(a_run(a_line(Verdict.FAIL, Finding(broke(bad), SHORT, "abcdefgh"))))
    document.encode("utf-8")
    assert problems(document) == []
    (failure,) = parsed(document).iter("failure")
    assert f"  actual    {printable(bad)}\n" in (failure.text or "")
    assert failure.get("message") == f"expected this; actual {printable(bad)}"


def test_every_character_can_be_shown() -> None:
    """What `printable` leaves as it is, XML can hold: none of the characters that it cannot is printable."""
    forbidden = [*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000)]
    forbidden += [plane | low for plane in range(0, sys.maxunicode, 0x10000) for low in (0xFFFE, 0xFFFF)]
    assert [code for code in forbidden if chr(code).isprintable()] == []


def test_a_run_without_results_is_one_error() -> None:
    """The exit code as a property, the reason as the text."""
    document = without_results(Exit.UNUSABLE, "it answers nothing\nat all")
    assert problems(document) == []
    root = parsed(document)
    assert [dict(node.attrib) for node in root.iter("property")] == [{"name": "exit", "value": "3"}]
    (error,) = root.iter("error")
    assert (dict(error.attrib), error.text) == (
        {"type": "UNUSABLE", "message": "it answers nothing"},
        "\nit answers nothing\nat all\n",
    )


def test_a_server_takes_the_whole_catalogue() -> None:
    """A case for each rule, no two of one name: servers take the first of those."""
    document = report(a_run(*(Result(rule, "", Verdict.PASS) for rule in RULES.values())))
    assert problems(document) == []
    assert list(outcomes(document)) == [f"{rule.id}: {rule.sentence}" for rule in RULES.values()]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('tests="2" failures="1" errors="0" skipped', 'tests="3" failures="1" errors="0" skipped', "tests is 3"),
        ('name="LIFE-01: A sentence." ', "", "testcase lacks name"),
        ('type="FAIL"', 'kind="FAIL"', "failure has no kind"),
        ("<properties>", "<properties>and", "text in properties"),
        ("system-out>", "output>", "no server knows output"),
        ("<system-out>", "<skipped /><error /><system-out>", "LIFE-01: A sentence. has more than one outcome"),
        (
            'veosim.LIFE.MUST" name="LIFE-01',
            'veosim.BILL.MUST" name="BILL-06',
            "two cases are called ('veosim.BILL.MUST', 'BILL-06: A sentence.')",
        ),
    ],
)
def test_what_a_server_may_refuse_is_seen(old: str, new: str, problem: str) -> None:
    """The check that the tests above rely on finds each kind of flaw."""
    flawed = WHOLE.replace(old, new)
    assert flawed != WHOLE
    assert any(found.startswith(problem) for found in problems(flawed)), problems(flawed)
