"""From what rules saw to verdicts to an exit code."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import pytest
from tests.support.lines import BROKEN, HELD, SHORT, a_finding, a_line, a_rule, broke
from tests.support.stories import TERMS

from veocontracts.history import History
from veocontracts.profiles import find_profile
from veocontracts.rules import Observation, Rule
from veocontracts.tally import KINDS, Tallies
from veocontracts.terms import BY_KEY, MONEY, POWERS, Terms
from veocontracts.verdict import (
    MEANINGS,
    SCALED_NOTE,
    Complaint,
    Exit,
    Result,
    Run,
    Verdict,
    exit_code,
    results,
    unprovable,
)

MINT = "a balance tells what a case was charged only where each case has keys of its own: give auth.mint"
UNDECLARED = "timeout.clock.scaled.env does not declare job_timeout"


def outcome(rule: Rule, history: History = SHORT, terms: Terms = TERMS, **waive: str) -> list[tuple[str, Verdict, str]]:
    """Name, verdict and reason of every line."""
    tallies = Tallies()
    tallies.judge(history, [rule])
    return [(found.name, found.verdict, found.reason) for found in results(tallies, [rule], terms, waive)]


@pytest.mark.parametrize(
    ("rule", "lines"),
    [
        (a_rule(HELD), [("BILL-06", Verdict.PASS, "")]),
        (a_rule(HELD, BROKEN), [("BILL-06", Verdict.FAIL, "")]),
        (a_rule(), [("BILL-06", Verdict.INCONCLUSIVE, "no witness: a witness")]),
        (
            a_rule(replace(HELD, grain="b"), grains=("a", "b")),
            [
                ("BILL-06[a]", Verdict.INCONCLUSIVE, "no witness: a witness"),
                ("BILL-06[b]", Verdict.PASS, ""),
            ],
        ),
    ],
)
def test_a_verdict_needs_a_witness(rule: Rule, lines: list[tuple[str, Verdict, str]]) -> None:
    """One break fails, nothing seen is inconclusive, and each part of a rule has its own verdict."""
    assert outcome(rule) == lines


def test_a_failure_keeps_what_was_found() -> None:
    """Each kind of failure, whether there were more, and where it broke."""
    tallies, rule = Tallies(), a_rule(broke("lost"), broke("billed", "job#2"))
    tallies.judge(SHORT, [rule])
    findings = sorted((a_finding(broke("lost")), a_finding(broke("billed", "job#2"))), key=lambda each: each.order)
    places = frozenset({("by hand", "job#1"), ("by hand", "job#2")})
    expected = Result(rule, "", Verdict.FAIL, broken=2, findings=tuple(findings), places=places)
    assert results(tallies, [rule], TERMS, {}) == [expected]
    many = a_rule(*(broke("a" * length) for length in range(1, KINDS + 2)))
    tallies.judge(SHORT, [many])
    assert [line.more for line in results(tallies, [many], TERMS, {})] == [True]


@pytest.mark.parametrize(
    ("rule", "terms", "reason"),
    [
        (
            a_rule(needs=BY_KEY),
            Terms(ledger=frozenset({"job", "unkeyed"})),
            f"the ledger shows units and cost of a job, {POWERS['unkeyed']}; this rule needs all charges of a key",
        ),
        (a_rule(needs=MONEY), Terms(ledger=frozenset({"total"}), own_keys=False), MINT),
        (a_rule(needs=MONEY), Terms(ledger=frozenset({"total", "cost"}), own_keys=False), ""),
        (a_rule(needs=MONEY), Terms(ledger=frozenset({"total"})), ""),
        (a_rule(needs=BY_KEY), Terms(ledger=frozenset()), "the profile's ledger shows no charges"),
        (a_rule(needs=("entries",)), TERMS, ""),
        (a_rule(knobs=("job_timeout",)), Terms(mode="scaled", missing=frozenset({"job_timeout"})), UNDECLARED),
        (a_rule(knobs=("job_timeout",)), Terms(mode="scaled", missing=frozenset({"rate_window"})), ""),
        (a_rule(id="TIME-01"), Terms(clock_proved=False, clock_note="it stood still"), "it stood still"),
        (a_rule(id="TIME-01"), Terms(clock_proved=False), "the gateway's clock was not seen to move"),
        (a_rule(), Terms(clock_proved=False), ""),
        (a_rule(knobs=("job_timeout",)), Terms(clock_proved=False, clock_note="it stood still"), "it stood still"),
    ],
)
def test_terms_that_cannot_prove_a_rule(rule: Rule, terms: Terms, reason: str) -> None:
    """A ledger that does not show it, a knob that is not declared, a clock that did not move: each is the reason."""
    found = unprovable(rule, terms)
    broken = replace(rule, judge=a_rule(BROKEN).judge)
    assert found == reason
    assert outcome(broken, terms=terms) == [(rule.id, Verdict.INCONCLUSIVE if reason else Verdict.FAIL, reason)]


def test_what_a_gateway_does_not_have_is_skipped() -> None:
    """Whatever was seen, and whatever else could not be proved; where it is declared, the rule is judged."""
    rule = a_rule(BROKEN, capability="upload", needs=("entries",))
    without = Terms(ledger=frozenset(), capabilities=frozenset({"restart"}))
    reason = "the profile does not declare capabilities.upload"
    assert outcome(rule, terms=without) == [("BILL-06", Verdict.SKIP, reason)]
    assert outcome(rule, terms=Terms(capabilities=frozenset({"upload"}))) == [("BILL-06", Verdict.FAIL, "")]


def test_what_an_api_lacks_skips_a_rule_or_a_part_of_it() -> None:
    """With the face's own reason, whatever was seen; a part by its name."""
    terms = Terms(lacks={"values.a": "no a", "created_at": "no created_at"})
    assert outcome(a_rule(BROKEN, shows=("service", "created_at")), terms=terms) == [
        ("BILL-06", Verdict.SKIP, "no created_at")
    ]
    parts = a_rule(*(replace(BROKEN, grain=grain) for grain in "ab"), grains=("a", "b"), shows=("values.{grain}",))
    assert outcome(parts, terms=terms) == [("BILL-06[a]", Verdict.SKIP, "no a"), ("BILL-06[b]", Verdict.FAIL, "")]


def test_a_rule_that_failed_itself_has_no_other_verdict() -> None:
    """What it saw before is no proof, and no failure either."""

    def judge(history: History) -> Iterator[Observation]:
        yield HELD
        if history is not SHORT:
            raise ZeroDivisionError("a slip")

    tallies, slip = Tallies(), replace(a_rule(), judge=judge)
    for history in (SHORT, replace(SHORT, case="another")):
        tallies.judge(history, [slip])
    (line,) = results(tallies, [slip], TERMS, {"BILL-06": "no ledger"})
    assert (line.verdict, line.reason, line.waived) == (Verdict.ERROR, "the rule itself failed, see the errors", "")


def test_scaled_time_is_said_with_every_pass() -> None:
    """A TIME rule that passed in scaled time says what that leaves open; others do not."""
    scaled = Terms(mode="scaled")
    assert outcome(a_rule(HELD, id="TIME-01"), terms=scaled) == [("TIME-01", Verdict.PASS, SCALED_NOTE)]
    assert outcome(a_rule(HELD), terms=scaled) == [("BILL-06", Verdict.PASS, "")]


def test_only_what_is_inconclusive_is_waived() -> None:
    """A waiver hides no failure and adds nothing to a pass."""
    waive, tallies = {"BILL-06": "no ledger"}, Tallies()
    assert [found.waived for found in results(tallies, [a_rule()], TERMS, waive)] == ["no ledger"]
    tallies.judge(SHORT, [a_rule(BROKEN)])
    assert [found.waived for found in results(tallies, [a_rule()], TERMS, waive)] == [""]


PASS, FAIL, OPEN, SKIP = a_line(Verdict.PASS), a_line(Verdict.FAIL), a_line(Verdict.INCONCLUSIVE), a_line(Verdict.SKIP)
XFAIL, XPASS = a_line(Verdict.XFAIL), a_line(Verdict.XPASS)
WAIVED = a_line(Verdict.INCONCLUSIVE, waived="no ledger")
SHOULD_PASS = a_line(Verdict.PASS, level="SHOULD")
SHOULD_FAIL, SHOULD_OPEN = a_line(Verdict.FAIL, level="SHOULD"), a_line(Verdict.INCONCLUSIVE, level="SHOULD")
SHOULD_WAIVED = replace(SHOULD_OPEN, waived="not now")
TO_MEND = Complaint("stale", "known.yaml", 7, "remove the entry")


@pytest.mark.parametrize(
    ("lines", "code", "strictly"),
    [
        ([PASS], Exit.CONFORMANT, Exit.CONFORMANT),
        ([PASS, FAIL, OPEN], Exit.RULE_FAILED, Exit.RULE_FAILED),
        ([PASS, OPEN], Exit.INCONCLUSIVE, Exit.INCONCLUSIVE),
        ([PASS, WAIVED], Exit.CONFORMANT, Exit.CONFORMANT),
        ([WAIVED], Exit.CONFORMANT, Exit.CONFORMANT),
        ([a_line(Verdict.FAIL, waived="by mistake")], Exit.RULE_FAILED, Exit.RULE_FAILED),
        ([PASS, SHOULD_FAIL], Exit.CONFORMANT, Exit.RULE_FAILED),
        ([PASS, SHOULD_OPEN], Exit.CONFORMANT, Exit.INCONCLUSIVE),
        ([PASS, SHOULD_WAIVED], Exit.CONFORMANT, Exit.CONFORMANT),
        ([SHOULD_FAIL], Exit.CONFORMANT, Exit.RULE_FAILED),
        ([SHOULD_PASS], Exit.CONFORMANT, Exit.CONFORMANT),
        ([SHOULD_OPEN], Exit.INCONCLUSIVE, Exit.INCONCLUSIVE),
        ([PASS, SKIP], Exit.CONFORMANT, Exit.CONFORMANT),
        ([OPEN, SKIP], Exit.INCONCLUSIVE, Exit.INCONCLUSIVE),
        ([SKIP], Exit.INCONCLUSIVE, Exit.INCONCLUSIVE),
        ([XFAIL], Exit.CONFORMANT, Exit.CONFORMANT),
        ([XFAIL, FAIL], Exit.RULE_FAILED, Exit.RULE_FAILED),
        ([PASS, XPASS], Exit.RULE_FAILED, Exit.RULE_FAILED),
        ([a_line(Verdict.XPASS, level="SHOULD")], Exit.RULE_FAILED, Exit.RULE_FAILED),
        ([], Exit.INCONCLUSIVE, Exit.INCONCLUSIVE),
    ],
)
def test_the_exit_code(lines: list[Result], code: Exit, strictly: Exit) -> None:
    """Failures outweigh what is open; waivers and known failures are green; a SHOULD counts when asked to."""
    assert (exit_code(lines, []), exit_code(lines, [], strict=True)) == (code, strictly)


@pytest.mark.parametrize("lines", [[PASS], [FAIL], [XFAIL, XPASS], []])
def test_errors_outweigh_everything(lines: list[Result]) -> None:
    """They put every verdict in doubt, also what is known to fail, and what has to be mended."""
    assert exit_code(lines, ["a slip"], [TO_MEND]) is Exit.UNUSABLE


@pytest.mark.parametrize("lines", [[PASS], [XFAIL], [OPEN], [SKIP], []])
def test_a_known_failure_to_mend_is_red(lines: list[Result]) -> None:
    """Whatever else came of the run."""
    assert exit_code(lines, [], [TO_MEND]) is Exit.RULE_FAILED


def test_a_warning_becomes_red_where_that_is_asked_for() -> None:
    """A line is red or a warning, never both; an unexpected pass is always red."""
    lines = [PASS, FAIL, SHOULD_FAIL, XFAIL, XPASS, OPEN]
    run = Run(find_profile("reference"), TERMS, lines, Tallies(), 0)
    assert (run.red, run.warnings) == ([FAIL, XPASS], [SHOULD_FAIL])
    strict = replace(run, strict=True)
    assert (strict.red, strict.warnings) == ([FAIL, SHOULD_FAIL, XPASS], [])


def test_a_run_ends_with_all_that_it_holds() -> None:
    """Lines, errors, complaints and strictness."""
    run = Run(find_profile("reference"), TERMS, [PASS, SHOULD_FAIL], Tallies(), 0)
    assert run.exit is Exit.CONFORMANT
    assert replace(run, strict=True).exit is Exit.RULE_FAILED
    assert replace(run, complaints=(TO_MEND,)).exit is Exit.RULE_FAILED
    assert replace(run, tallies=Tallies(errors=["a slip"])).exit is Exit.UNUSABLE


def test_a_complaint_names_its_place() -> None:
    """As editors and CI logs understand it."""
    assert str(TO_MEND) == "known.yaml:7: remove the entry"


def test_every_verdict_is_explained() -> None:
    """The table from which the page is drawn leaves none out."""
    assert list(MEANINGS) == list(Verdict)


@pytest.mark.parametrize("verdict", [Verdict.INCONCLUSIVE, Verdict.SKIP])
@pytest.mark.parametrize("level", ["MUST", "SHOULD"])
def test_a_line_that_is_needed_must_not_stay_open(verdict: Verdict, level: Literal["MUST", "SHOULD"]) -> None:
    """Whatever its level, and although another line holds; one that is decided is no matter."""
    held = Result(a_rule(), "", Verdict.PASS)
    line = Result(replace(a_rule(), id="X-02", level=level), "", verdict)
    assert exit_code([held, line], [], needed={"X-02"}) is Exit.INCONCLUSIVE
    assert exit_code([held, line], [], needed={held.name}) is (
        Exit.INCONCLUSIVE if (verdict, level) == (Verdict.INCONCLUSIVE, "MUST") else Exit.CONFORMANT
    )


def test_exit_codes_are_numbers_that_scripts_know() -> None:
    """They are part of the command's face."""
    assert {code.name: int(code) for code in Exit} == {
        "CONFORMANT": 0,
        "RULE_FAILED": 1,
        "USAGE": 2,
        "UNUSABLE": 3,
        "INCONCLUSIVE": 4,
        "INTERRUPTED": 130,
    }
