"""The report for people: one line per rule, then each failure with its requirement, source and shortest history."""

from __future__ import annotations

from collections import Counter

from veocontracts.report.timeline import timeline
from veocontracts.verdict import Exit, Result, Run, Verdict, exit_code
from veosim.errors import printable

MARKS = {Verdict.PASS: "✓", Verdict.FAIL: "✗", Verdict.INCONCLUSIVE: "?", Verdict.ERROR: "!"}
OUTCOMES = {
    Exit.CONFORMANT: "CONFORMANT",
    Exit.RULE_FAILED: "NOT CONFORMANT: a rule failed",
    Exit.UNUSABLE: "NO VERDICT: the harness failed",
    Exit.INCONCLUSIVE: "NOT PROVEN: a required rule has no witness, or nothing was tested",
}


def heading(run: Run) -> str:
    """Who was judged, how, and with what."""
    terms = run.terms
    how = f"{terms.mode} time" + (" (the literal 600 s are not proven)" if terms.scaled else "")
    return (
        f"gateway {run.profile.gateway.name}: {run.tallies.cases} runs, {run.tallies.submits} jobs, {how}, "
        f"seed {run.seed}"
    )


def table(run: Run) -> list[str]:
    """One line per rule or grain."""
    lines = []
    for line in run.results:
        note = f"  ({line.reason})" if line.reason else ""
        waived = f"  waived: {line.waived}" if line.waived else ""
        seen = f"{line.held} held, {line.broken} broken" if line.broken else f"{line.held} witnesses"
        mark = MARKS[line.verdict]
        lines.append(f"{mark} {line.name:22} {line.verdict:12} {line.rule.level:6} {seen}{note}{waived}")
    return lines


def failure(line: Result) -> list[str]:
    """A broken promise, told so that it can be mended."""
    finding = line.finding
    if finding is None:
        return []
    observation = finding.observation
    return [
        f"✗ {line.name}  {line.rule.sentence}",
        f"  source    {line.rule.source}",
        f"  expected  {printable(observation.expected)}",
        f"  actual    {printable(observation.actual)}",
        f"  case      {finding.history.case} ({observation.subject}); broken {line.broken} times, held {line.held}",
        "  history   the shortest that shows it:",
        *(f"    {row}" for row in timeline(finding.history)),
    ]


def summary(run: Run) -> str:
    """The verdicts counted, and what they come to."""
    counts = Counter(line.verdict for line in run.results)
    counted = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
    return f"{OUTCOMES[exit_code(run.results, run.tallies.errors)]}  ({counted or 'no rule was selected'})"


def report(run: Run) -> str:
    """The whole text."""
    parts = [heading(run), "", *table(run), ""]
    for line in run.results:
        if line.verdict is Verdict.FAIL:
            parts += [*failure(line), ""]
    parts += [f"! {printable(line)}" for error in run.tallies.errors for line in error.splitlines()]
    return "\n".join([*parts, summary(run)])
