"""A file of known failures, drafted from a run."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.support.lines import a_finding, a_line, broke
from tests.support.stories import TERMS

from veocontracts.known_failures.draft import WIDTH, draft
from veocontracts.known_failures.file import Known, load_known_failures
from veocontracts.known_failures.weigh import weigh
from veocontracts.profile import GatewayName
from veocontracts.profiles import find_profile
from veocontracts.tally import Tallies
from veocontracts.verdict import Exit, Result, Run, Verdict
from veosim import SourceError

TODAY = date(2026, 11, 21)
BILLED, LOST = a_finding(broke("failed, 1 charge of 6.0")), a_finding(broke("HTTP 500"))
DURATION = a_line(Verdict.FAIL, BILLED, LOST, rule="ENUM-02", grain="duration")
DRAFT = f"""\
# Failures of reference that are known, and may stay until a day.
#
# Fill in every TODO: why it may stay, where it is tracked, and until when (the last day, in UTC). Then name this file
# in the profile (`known_failures: known.yaml`), or on the command line (`--known-failures known.yaml`).
# A signature stands for one way in which the rule fails. Another one is another failure, and stays red.
# An entry whose rule passes, is not judged or fails otherwise turns the run red, so that this file stays true.
known_failures: 1
entries:
  # BILL-06: A sentence.
  - rule: BILL-06
    signature:
      # expected this
      # actual   failed, 1 charge of 6.0
      - {BILLED.signature}
    reason: "TODO: why it may stay for now"
    issue: "TODO: where it is tracked, as a URL or an id such as PAY-123"
    expires: "TODO: the last day on which it may stay, as 2026-12-31"
  # ENUM-02[duration]: A sentence.
  - rule: ENUM-02[duration]
    signature:
      # expected this
      # actual   failed, 1 charge of 6.0
      - {BILLED.signature}
      # expected this
      # actual   HTTP 500
      - {LOST.signature}
    reason: "TODO: why it may stay for now"
    issue: "TODO: where it is tracked, as a URL or an id such as PAY-123"
    expires: "TODO: the last day on which it may stay, as 2026-12-31"
"""
FILLED = (
    ("TODO: why it may stay for now", "Refunds are made at night"),
    ("TODO: where it is tracked, as a URL or an id such as PAY-123", "PAY-17"),
    ("TODO: the last day on which it may stay, as 2026-12-31", "2026-12-31"),
)


def a_run(*lines: Result) -> Run:
    """A finished run of these lines."""
    return Run(find_profile("reference"), TERMS, list(lines), Tallies(), 0)


def filled(text: str) -> str:
    """What a person makes of a draft."""
    for todo, value in FILLED:
        text = text.replace(todo, value)
    return text


def test_every_red_line_has_an_entry() -> None:
    """With all its signatures, each beside what it stands for, and what people have to fill in."""
    warning = a_line(Verdict.FAIL, LOST, rule="LIFE-09", level="SHOULD")
    others = [a_line(verdict, rule="ACC-01") for verdict in (Verdict.PASS, Verdict.XPASS, Verdict.INCONCLUSIVE)]
    assert draft(a_run(a_line(Verdict.FAIL, BILLED), DURATION, warning, *others), "known.yaml") == DRAFT


def test_what_counts_under_strict_is_drafted_under_strict() -> None:
    """A SHOULD is red then."""
    warning = a_line(Verdict.FAIL, LOST, rule="LIFE-09", level="SHOULD")
    assert "- rule: LIFE-09\n" in draft(replace(a_run(warning), strict=True), "known.yaml")


def test_a_draft_is_refused_until_it_is_filled_in(tmp_path: Path) -> None:
    """Each thing to be filled in is named with its line; filled in, it excuses the run that it came from."""
    path, run = tmp_path / "known.yaml", a_run(a_line(Verdict.FAIL, BILLED), DURATION)
    path.write_text(DRAFT)
    with pytest.raises(SourceError) as caught:
        load_known_failures(path)
    lines = DRAFT.splitlines()
    todo = [number for number, line in enumerate(lines, 1) if ': "TODO' in line]
    assert [problem.line for problem in caught.value.problems] == todo
    assert {problem.message for problem in caught.value.problems} == {"is not filled in"}
    path.write_text(filled(DRAFT))
    weighed = weigh(run, load_known_failures(path), TODAY)
    assert [line.verdict for line in weighed.results] == [Verdict.XFAIL, Verdict.XFAIL]
    assert (weighed.complaints, weighed.exit) == ((), Exit.CONFORMANT)


def test_what_is_known_already_is_not_drafted_again() -> None:
    """The new entry has the new signature alone."""
    entry = Known("ENUM-02[duration]", BILLED.signature, "a reason", "PAY-17", TODAY, "known.yaml", 4)
    text = draft(weigh(a_run(DURATION), [entry], TODAY), "more.yaml")
    assert f"- {LOST.signature}\n" in text
    assert BILLED.signature not in text


def test_too_many_ways_to_fail_cannot_be_known(tmp_path: Path) -> None:
    """The draft says so instead of naming some of them, and it is a file that can be read."""
    path = tmp_path / "known.yaml"
    path.write_text(draft(a_run(a_line(Verdict.FAIL, BILLED, more=True)), "known.yaml"))
    assert "  # It fails in more than 1 ways, which is too many to be known.\n" in path.read_text()
    assert load_known_failures(path) == ()


def test_what_a_gateway_says_stays_a_comment(tmp_path: Path) -> None:
    """Line breaks and control characters are escaped, long texts are cut, and the file stays what it is."""
    hostile = a_finding(broke("one\n  - rule: ACC-01\u2028\x1b[2J" + "x" * 300))
    run = a_run(a_line(Verdict.FAIL, hostile))
    named = run.profile.model_copy(update={"gateway": GatewayName(name="a\nb")})
    text = draft(replace(run, profile=named), "known.yaml")
    assert text.startswith("# Failures of a\\nb that are known")
    (line,) = [line for line in text.splitlines() if "# actual" in line]
    assert line == "      # " + ("actual   one\\n  - rule: ACC-01\\u2028\\x1b[2J" + "x" * 300)[: WIDTH - 1] + "…"
    path = tmp_path / "known.yaml"
    path.write_text(filled(text))
    assert [entry.name for entry in load_known_failures(path)] == ["BILL-06"]
