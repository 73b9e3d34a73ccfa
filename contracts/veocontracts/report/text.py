"""The report for people: one line per rule, then each failure with its requirement, source and shortest history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from veocontracts.report.causes import causes
from veocontracts.report.timeline import timeline
from veocontracts.report.values import origin
from veocontracts.tally import Finding, SetAside
from veocontracts.timing.modes import CLAIMS, VIRTUAL
from veocontracts.verdict import Exit, Result, Run, Verdict
from veosim.errors import printable
from veosim.units import seconds

MARKS = {
    Verdict.PASS: "✓",
    Verdict.FAIL: "✗",
    Verdict.INCONCLUSIVE: "?",
    Verdict.SKIP: "-",
    Verdict.XFAIL: "x",
    Verdict.XPASS: "✗",
    Verdict.ERROR: "!",
}
WARNING = "~"
OUTCOMES = {
    Exit.CONFORMANT: "CONFORMANT",
    Exit.RULE_FAILED: "NOT CONFORMANT: a rule failed",
    Exit.UNUSABLE: "NO VERDICT: the harness failed",
    Exit.INCONCLUSIVE: "NOT PROVEN: a required rule has no witness, or nothing was tested",
}
TO_MEND = "NOT CONFORMANT: the known failures have to be mended"
OTHERS = 5
"""So many further kinds of failure are told of one rule."""


def heading(run: Run) -> str:
    """Who was judged, how, and with what."""
    terms = run.terms
    claim = CLAIMS.get(terms.mode)
    how = f"{terms.mode} time" + (f" ({claim.claims})" if claim and terms.mode != VIRTUAL.name else "")
    return (
        f"gateway {run.profile.gateway.name}: {run.tallies.cases} runs, {run.tallies.submits} jobs, {how}, "
        f"seed {run.seed}"
    )


def driven_again(run: Run) -> list[str]:
    """How much had to be tried again; `set_aside` tells why."""
    again = len({each.case for each in run.tallies.set_aside})
    return [f"driven again, since this machine was busy: {_counted(again, 'case')}"] if again else []


def set_aside(run: Run) -> list[str]:
    """What broke in attempts that count for nothing: a race that shows under load alone would be among it."""
    attempts = sorted(run.tallies.set_aside, key=lambda each: each.order)
    return [row for each in attempts for row in _set_aside(each)]


def _set_aside(attempt: SetAside) -> Iterator[str]:
    share = f"{100 * attempt.waited / attempt.wanted:.0f} %" if attempt.wanted else "nothing"
    yield (
        f"{WARNING} {printable(attempt.case)}: attempt {attempt.attempt} was set aside, since this process waited "
        f"{seconds(attempt.waited):.2f} s for a processor, {share} of what it wanted"
    )
    for slip in attempt.slips:
        observation = slip.finding.observation
        yield f"    {slip.name}  {slip.rule.sentence}"
        yield f"      expected  {printable(observation.expected)}"
        yield f"      actual    {printable(observation.actual)} ({observation.subject})"
        yield f"      signature {slip.finding.signature}"
    if attempt.unseen:
        yield f"    no occasion for {', '.join(attempt.unseen)}"
    yield from (f"    ! {printable(row)}" for error in attempt.errors for row in error.splitlines())


def why_not_better(run: Run) -> list[str]:
    """Why no time mode that claims more was taken, where the profile has one."""
    return [f"no other time mode: {printable(run.mode_note)}"] if run.mode_note else []


def table(run: Run) -> list[str]:
    """One line per rule or grain."""
    return [row(line, strict=run.strict) for line in run.results]


def row(line: Result, *, strict: bool) -> str:
    """A rule or grain, its verdict, how often it was seen, and what is to be said of that."""
    note = f"  ({printable(line.reason)})" if line.reason else ""
    waived = f"  waived: {printable(line.waived)}" if line.waived else ""
    seen = f"{line.held} held, {line.broken} broken" if line.broken else f"{line.held} witnesses"
    warned = line.failed and not line.red(strict)
    note += "  a warning: red under --strict" if warned else ""
    return f"{mark(line, strict=strict)} {line.name:22} {line.verdict:12} {line.rule.level:6} {seen}{note}{waived}"


def mark(line: Result, *, strict: bool) -> str:
    """The sign before a rule or grain."""
    return WARNING if line.failed and not line.red(strict) else MARKS[line.verdict]


def failure(line: Result, sign: str) -> list[str]:
    """A broken promise, told so that it can be mended; ways in which it is known to fail come last."""
    finding, *others = sorted(line.findings, key=lambda finding: finding.signature in line.excused)
    observation, values = finding.observation, origin(line.rule, finding.history.terms)
    return [
        f"{sign} {line.name}  {line.rule.sentence}",
        f"  source    {line.rule.source}",
        *([f"  values    {printable(values)}"] if values else []),
        f"  expected  {printable(observation.expected)}",
        f"  actual    {printable(observation.actual)}",
        f"  signature {finding.signature}",
        f"  case      {finding.history.case} ({observation.subject}); broken {line.broken} times, held {line.held}",
        "  history   the shortest that shows it:",
        *(f"    {row}" for row in timeline(finding.history)),
        *(f"  note      {printable(note)}" for note in finding.history.notes),
        *(["  also      it failed in other ways:"] if others else []),
        *(f"    {_kind(other, line)}" for other in others[:OTHERS]),
        *([f"    and {'more than ' * line.more}{len(others) - OTHERS} others"] if len(others) > OTHERS else []),
    ]


def _kind(finding: Finding, line: Result) -> str:
    """One way in which a rule failed, in a line."""
    observation, known = finding.observation, " (known)" if finding.signature in line.excused else ""
    told = f"expected {printable(observation.expected)}; actual {printable(observation.actual)}"
    return f"{finding.signature}{known}  {told}"


def summary(run: Run) -> str:
    """The verdicts counted, and what they come to."""
    counts = Counter(line.verdict for line in run.results if not line.failed or line.red(run.strict))
    parts = [f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict]]
    parts += [_counted(len(run.warnings), "warning")] * bool(run.warnings)
    parts += [f"{_counted(len(run.complaints), 'entry', 'entries')} to mend"] * bool(run.complaints)
    broken = any(line.failed for line in run.red)
    outcome = TO_MEND if run.exit is Exit.RULE_FAILED and not broken else OUTCOMES[run.exit]
    return f"{outcome}  ({', '.join(parts) or 'no rule was selected'})"


def _counted(number: int, noun: str, plural: str = "") -> str:
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def report(run: Run) -> str:
    """The whole text."""
    covered = [str(run.coverage)] if run.coverage else []
    parts = [heading(run), *why_not_better(run), *driven_again(run), *covered, "", *table(run), ""]
    for line in (*run.red, *run.warnings):
        parts += [*failure(line, mark(line, strict=run.strict)), ""] if line.failed else []
    parts += [f"✗ {printable(str(complaint))}" for complaint in run.complaints]
    parts += [f"! {printable(line)}" for error in run.tallies.errors for line in error.splitlines()]
    parts += [f"{printable(str(cause))}" for cause in causes(run.results)]
    parts += [*aside, ""] if (aside := set_aside(run)) else []
    return "\n".join([*parts, summary(run)])
