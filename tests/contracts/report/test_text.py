"""The report for people, word for word."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from tests.support.lines import a_finding, a_line, a_rule, an_attempt, broke
from tests.support.stories import TERMS, a_history, charge_of, ledger, made, poll, read, submit, upstream

from veocontracts.history import History
from veocontracts.profiles import find_profile
from veocontracts.report.text import failure, heading, report
from veocontracts.rules import RULES
from veocontracts.tally import Slip, Tallies
from veocontracts.terms import Terms
from veocontracts.verdict import Complaint, Result, Run, Verdict, results

BOAT = {"prompt": "a boat", "duration": "4s"}


def a_run(
    *rules: str,
    history: History | None = None,
    terms: Terms = TERMS,
    errors: tuple[str, ...] = (),
    waive: Mapping[str, str] | None = None,
) -> Run:
    """A run of these rules over one history."""
    tallies, chosen = Tallies(errors=list(errors)), [RULES[rule] for rule in rules]
    if history is not None:
        tallies.judge(history, chosen)
    return Run(find_profile("reference"), terms, results(tallies, chosen, terms, waive or {}), tallies, 7)


def charged_twice() -> History:
    """A small failing history."""
    return a_history(
        submit(request=BOAT),
        upstream(request=BOAT, ready=30),
        poll("success", at=31),
        read("completed", at=40),
        read("completed", at=80),
        ledger(charge_of("6.00"), charge_of("6.00"), at=90),
    )


OPEN = (
    "? UP-01                  INCONCLUSIVE MUST   0 witnesses  "
    "(no witness: an upstream submit that created a job and whose answer was lost)"
)
FAILING = """\
gateway reference: 1 runs, 1 jobs, virtual time, seed 7

✓ BILL-02                PASS         MUST   1 witnesses
✗ BILL-09                FAIL         MUST   0 held, 1 broken
? BILL-10                INCONCLUSIVE MUST   0 witnesses  (no witness: a job whose upstream plan reached success after \
the deadline, read with the ledger after that)

✗ BILL-09  A completed job is billed exactly once, whatever is repeated.
  source    documents 000 and 001, Pricing: billed once, when the gateway job completes
  expected  one charge of 6.0
  actual    2 charges of 6.00, 6.00
  signature rlrxqqvj
  case      by hand (job#1); broken 1 times, held 0
  history   the shortest that shows it:
         0.000 s  client    submits job#1 prompt 'a boat', duration '4s' → 202 accepted
         1.000 s  upstream  gets job#1 prompt 'a boat', duration '4s' → 200 processing, creates up#1 (will succeed at \
30 s)
        31.000 s  upstream  is polled for up#1 → 200 success
        40.000 s  client    reads job#1 → 200 completed, units 4.0, cost 6.0
        80.000 s  client    reads job#1 → 200 completed, units 4.0, cost 6.0
        90.000 s  ledger    shows 6.00 for job#1, 6.00 for job#1 (key main)

NOT CONFORMANT: a rule failed  (1 PASS, 1 FAIL, 1 INCONCLUSIVE)"""


def test_a_failure_is_told_whole() -> None:
    """The table, then for each failure its requirement, source, what was expected and seen, and the history."""
    assert report(a_run("BILL-02", "BILL-09", "BILL-10", history=charged_twice())) == FAILING


def test_values_of_another_document_are_told_beside_the_source() -> None:
    """The rule's own source stays; where the API has a document of its own, the values are that one's."""
    history = charged_twice()
    line = a_line(Verdict.FAIL, a_finding(history=replace(history, terms=replace(TERMS, speaks=""))), rule="ENUM-02")
    assert failure(line, "✗")[1:4] == [
        "  source    document 000, FAQ",
        "  values    the gateway's own OpenAPI document",
        "  expected  this",
    ]


@pytest.mark.parametrize(
    ("run", "lines"),
    [
        (
            a_run("BILL-02", history=a_history(*made())),
            ["✓ BILL-02                PASS         MUST   1 witnesses", "", "CONFORMANT  (1 PASS)"],
        ),
        (
            a_run("UP-01", waive={"UP-01": "not now"}),
            [
                f"{OPEN}  waived: not now",
                "",
                "CONFORMANT  (1 INCONCLUSIVE)",
            ],
        ),
        (
            a_run("UP-01"),
            [
                OPEN,
                "",
                "NOT PROVEN: a required rule has no witness, or nothing was tested  (1 INCONCLUSIVE)",
            ],
        ),
        (a_run(), ["", "NOT PROVEN: a required rule has no witness, or nothing was tested  (no rule was selected)"]),
        (
            a_run("BILL-02", history=a_history(*made()), errors=("case 7: a slip",)),
            [
                "✓ BILL-02                PASS         MUST   1 witnesses",
                "",
                "! case 7: a slip",
                "NO VERDICT: the harness failed  (1 PASS)",
            ],
        ),
    ],
    ids=["conformant", "waived", "not proven", "nothing selected", "harness failed"],
)
def test_the_last_line_says_what_it_comes_to(run: Run, lines: list[str]) -> None:
    """The verdicts counted, and their outcome in words; errors of the harness stand before it."""
    assert report(run).splitlines()[2:] == lines


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        ("virtual", "virtual time"),
        ("scaled", "scaled time (the code path; the literal 600 s not proven)"),
        ("faketime", "faketime time (the literal 600 s, within half a real second times the rate)"),
        ("by hand", "by hand time"),
    ],
)
def test_what_a_time_mode_claims_is_said_in_the_heading(mode: str, told: str) -> None:
    """What a run leaves open stands in its first line; a recording may name a mode that nobody knows."""
    assert heading(a_run(terms=replace(TERMS, mode=mode))) == f"gateway reference: 0 runs, 0 jobs, {told}, seed 7"


def test_why_no_better_mode_was_taken_is_said() -> None:
    """Right below, and how many cases a busy machine had driven again."""
    run = a_run(terms=replace(TERMS, mode="scaled", clock_note="faketime: it stood still"))
    run.tallies.set_aside = [an_attempt("a"), an_attempt("a", 2), an_attempt("b")]
    assert report(run).splitlines()[1:4] == [
        "no other time mode: faketime: it stood still",
        "driven again, since this machine was busy: 2 cases",
        "",
    ]
    unproved = replace(run, terms=replace(run.terms, clock_proved=False))
    assert report(unproved).splitlines()[1] == "driven again, since this machine was busy: 2 cases"


def test_what_a_busy_machine_had_set_aside_is_told() -> None:
    """At the end: which case, for how long the suite waited, and what broke or was missing; a race may be among it."""
    slip = Slip(a_rule(id="ENUM-02"), "duration", a_finding(broke("\x07")))
    short = replace(an_attempt("b"), unseen=("RATE-01", "RATE-02"), errors=("b: a slip\nof two lines",))
    run = a_run()
    run.tallies.set_aside = [short, an_attempt("a", 2), an_attempt("a", 1, slip)]
    waited = "was set aside, since this process waited 0.50 s for a processor, 25 % of what it wanted"
    assert report(run).splitlines()[-12:-1] == [
        f"~ a: attempt 1 {waited}",
        "    ENUM-02[duration]  A sentence.",
        "      expected  this",
        "      actual    \\x07 (job#1)",
        f"      signature {slip.finding.signature}",
        f"~ a: attempt 2 {waited}",
        f"~ b: attempt 1 {waited}",
        "    no occasion for RATE-01, RATE-02",
        "    ! b: a slip",
        "    ! of two lines",
        "",
    ]


def test_what_a_gateway_says_cannot_act_on_a_terminal() -> None:
    """Escape sequences in the gateway's data reach the report as text."""
    hostile = a_history(submit(), read("\x1b[2J\u202edone", at=9, id="\x07"))
    text = report(a_run("LIFE-02", history=hostile))
    assert "  actual    '\\x1b[2J\\u202edone'" in text.splitlines()
    assert all(line.isprintable() for line in text.splitlines())


BILLED, LOST = a_finding(broke("billed")), a_finding(broke("lost"), a_history(submit(), submit("job#2", at=1)))
TO_MEND = Complaint("stale", "known.yaml", 7, "remove the \x1b[31mentry")


def run_of(*lines: Result, strict: bool = False, complaints: tuple[Complaint, ...] = ()) -> Run:
    """A run that came to these lines."""
    return Run(find_profile("reference"), TERMS, list(lines), Tallies(), 7, strict, complaints=complaints)


def test_each_verdict_has_its_line() -> None:
    """Why a rule was skipped, waived or excused is told beside it, and escaped."""
    run = run_of(
        a_line(Verdict.SKIP, reason="the profile does not declare capabilities.upload", rule="UPLOAD-01"),
        a_line(Verdict.XFAIL, BILLED, reason="Refunds\x1b[0m (PAY-17, until 2026-12-31)"),
        a_line(Verdict.XPASS, rule="BILL-07"),
        a_line(Verdict.ERROR, reason="the rule itself failed, see the errors", rule="BILL-08"),
        a_line(Verdict.FAIL, BILLED, rule="LIFE-09", level="SHOULD"),
        a_line(Verdict.INCONCLUSIVE, reason="no ledger", waived="in-band\x07", rule="BILL-09"),
    )
    lines = report(run).splitlines()
    assert lines[2:9] == [
        "- UPLOAD-01              SKIP         MUST   0 witnesses  (the profile does not declare capabilities.upload)",
        "x BILL-06                XFAIL        MUST   0 witnesses  (Refunds\\x1b[0m (PAY-17, until 2026-12-31))",
        "✗ BILL-07                XPASS        MUST   0 witnesses",
        "! BILL-08                ERROR        MUST   0 witnesses  (the rule itself failed, see the errors)",
        "~ LIFE-09                FAIL         SHOULD 0 witnesses  a warning: red under --strict",
        "? BILL-09                INCONCLUSIVE MUST   0 witnesses  (no ledger)  waived: in-band\\x07",
        "",
    ]
    assert lines[-1] == (
        "NOT CONFORMANT: the known failures have to be mended  (1 INCONCLUSIVE, 1 SKIP, 1 XFAIL, 1 XPASS, 1 ERROR, "
        "1 warning)"
    )
    assert [line[:9] for line in lines if "A sentence." in line] == ["~ LIFE-09"]


def test_what_the_suite_and_the_gateway_had_to_say_follows_the_history() -> None:
    """Notes of the case, with nothing in them that a terminal would act on."""
    history = replace(charged_twice(), notes=("GET /x: no answer", "log: \x1b[31mred"))
    told = report(a_run("BILL-09", history=history)).splitlines()
    assert [line for line in told if line.startswith("  note")] == [
        "  note      GET /x: no answer",
        "  note      log: \\x1b[31mred",
    ]


def test_a_warning_is_told_like_a_failure() -> None:
    """With its finding, after the failures, and counted apart; under --strict it is one of them."""
    should, must = a_line(Verdict.FAIL, BILLED, rule="LIFE-09", level="SHOULD"), a_line(Verdict.FAIL, LOST)
    lines = report(run_of(should, must)).splitlines()
    assert [line for line in lines if "A sentence." in line] == ["✗ BILL-06  A sentence.", "~ LIFE-09  A sentence."]
    assert lines[-1] == "NOT CONFORMANT: a rule failed  (1 FAIL, 1 warning)"
    assert report(run_of(should)).splitlines()[-1] == "CONFORMANT  (1 warning)"
    strict = report(run_of(should, should, strict=True)).splitlines()
    assert [line for line in strict if "A sentence." in line] == ["✗ LIFE-09  A sentence."] * 2
    assert strict[2] == "✗ LIFE-09                FAIL         SHOULD 0 witnesses"
    assert strict[-1] == "NOT CONFORMANT: a rule failed  (2 FAIL)"
    assert report(run_of(should, should)).splitlines()[-1] == "CONFORMANT  (2 warnings)"


def test_what_is_not_known_yet_comes_first() -> None:
    """The history is that of a new kind of failure; the known one stands in a line below it."""
    line = replace(a_line(Verdict.FAIL, BILLED, LOST), excused=frozenset({BILLED.signature}))
    told = failure(line, "✗")
    assert told[3:5] == ["  actual    lost", f"  signature {LOST.signature}"]
    assert told[-2:] == [
        "  also      it failed in other ways:",
        f"    {BILLED.signature} (known)  expected this; actual billed",
    ]


@pytest.mark.parametrize(("more", "rest"), [(False, "    and 2 others"), (True, "    and more than 2 others")])
def test_many_ways_to_fail_are_counted(more: bool, rest: str) -> None:
    """Five are told beside the first, the rest is a number."""
    findings = [a_finding(broke("a" * length)) for length in range(1, 9)]
    told = failure(a_line(Verdict.FAIL, *findings, more=more), "✗")
    lines = [f"    {finding.signature}  expected this; actual {finding.observation.actual}" for finding in findings]
    assert told[-7:] == ["  also      it failed in other ways:", *lines[1:6], rest]
    six = failure(a_line(Verdict.FAIL, *findings[:6]), "✗")
    assert six[-6:] == ["  also      it failed in other ways:", *lines[1:6]]


def test_what_has_to_be_mended_is_told_with_its_place() -> None:
    """After the failures, each with file and line, and counted."""
    lines = report(run_of(a_line(Verdict.PASS), complaints=(TO_MEND,))).splitlines()
    assert lines[-2:] == [
        "✗ known.yaml:7: remove the \\x1b[31mentry",
        "NOT CONFORMANT: the known failures have to be mended  (1 PASS, 1 entry to mend)",
    ]
    lines = report(run_of(a_line(Verdict.FAIL, BILLED), complaints=(TO_MEND, TO_MEND))).splitlines()
    assert lines[-1] == "NOT CONFORMANT: a rule failed  (1 FAIL, 2 entries to mend)"


def test_rules_that_broke_together_are_named_together() -> None:
    """Just above the sum, so that one cause is looked for before several."""
    lines = report(run_of(a_line(Verdict.FAIL, BILLED), a_line(Verdict.FAIL, BILLED, rule="LIFE-01"))).splitlines()
    assert lines[-2] == (
        "these 2 broke in the same run (by hand, job#1), so look for one cause first: BILL-06, LIFE-01"
    )
