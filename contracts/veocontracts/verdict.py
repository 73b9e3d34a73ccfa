"""From what rules saw to verdicts to an exit code. Nothing is printed here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from typing import Literal

from veocontracts.effort import Coverage
from veocontracts.profile import Profile
from veocontracts.rules.base import Rule
from veocontracts.tally import Finding, Place, Tallies, Tally
from veocontracts.terms import NEEDS, POWERS, Terms


class Verdict(StrEnum):
    """What came of a rule."""

    PASS = "PASS"
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    SKIP = "SKIP"
    XFAIL = "XFAIL"
    XPASS = "XPASS"
    ERROR = "ERROR"


MEANINGS: Mapping[Verdict, tuple[str, str]] = {
    Verdict.PASS: ("its occasion arose, and the promise was kept every time", "green"),
    Verdict.FAIL: ("the promise was broken at least once", "red; of a SHOULD rule a warning, red under `--strict`"),
    Verdict.INCONCLUSIVE: (
        "its occasion never arose, or the ledger, the clock or the profile cannot prove it",
        "not proven, exit 4, unless the profile waives it; of a SHOULD rule nothing, unless `--strict`",
    ),
    Verdict.SKIP: ("the profile declares that the gateway, or its API, lacks what the rule is about", "not counted"),
    Verdict.XFAIL: ("it failed in the ways that the known failures name, and in no other", "green"),
    Verdict.XPASS: ("it passed, and the known failures say that it fails", "red: remove the entry"),
    Verdict.ERROR: ("the rule itself failed, which is the suite's fault", "exit 3, whatever else was found"),
}
"""Each verdict: when a rule gets it, and what it does to the run."""


class Exit(IntEnum):
    """The command's exit codes."""

    CONFORMANT = 0
    RULE_FAILED = 1
    USAGE = 2
    UNUSABLE = 3
    INCONCLUSIVE = 4
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the report.

    Attributes:
        findings: one for each kind of failure, the shortest history first.
        more: whether there were more kinds of failure than the findings show.
        places: the cases and subjects in which it broke.
        reason: why a rule was not judged, what a pass does not prove, or why a failure is known.
        waived: why it may stay open.
        excused: the signatures of its known failures.
    """

    rule: Rule
    grain: str
    verdict: Verdict
    held: int = 0
    broken: int = 0
    findings: tuple[Finding, ...] = ()
    more: bool = False
    places: frozenset[Place] = frozenset()
    reason: str = ""
    waived: str = ""
    excused: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """`ENUM-02[duration]`."""
        return self.rule.named(self.grain)

    @property
    def failed(self) -> bool:
        """Whether the promise was broken, and that is not known; what it does to the run is up to `binding`."""
        return self.verdict is Verdict.FAIL

    @property
    def unproved(self) -> bool:
        """Whether it stays open, and nobody agreed to that."""
        return self.verdict is Verdict.INCONCLUSIVE and not self.waived

    def binding(self, strict: bool) -> bool:
        """Whether the run depends on it: a SHOULD counts under `--strict` alone."""
        return strict or self.rule.level == "MUST"

    def red(self, strict: bool) -> bool:
        """Whether it fails the run."""
        return self.verdict is Verdict.XPASS or (self.failed and self.binding(strict))


Flaw = Literal["passes", "stale", "expired", "unmatched", "overlapping"]


@dataclass(frozen=True, slots=True)
class Complaint:
    """An entry of the known failures that has to be mended; each of them fails the run.

    Attributes:
        kind: what is the matter with it.
        source: the file, as the user named it.
        line: 1-based line of the entry.
        text: what to do.
    """

    kind: Flaw
    source: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.source}:{self.line}: {self.text}"


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run.

    Attributes:
        strict: whether SHOULD rules count like MUST rules.
        needed: names of lines without which the run proves nothing, whatever their level: in a replay, what broke then.
        complaints: what has to be mended in the known failures.
        coverage: what became of the exhaustive engine's sequences; None where it was not asked.
    """

    profile: Profile
    terms: Terms
    results: list[Result]
    tallies: Tallies
    seed: int
    strict: bool = False
    needed: frozenset[str] = frozenset()
    complaints: tuple[Complaint, ...] = ()
    coverage: Coverage | None = None

    @property
    def red(self) -> list[Result]:
        """The lines that fail the run."""
        return [line for line in self.results if line.red(self.strict)]

    @property
    def warnings(self) -> list[Result]:
        """The lines that failed and do not fail the run."""
        return [line for line in self.results if line.failed and not line.red(self.strict)]

    @property
    def mode_note(self) -> str:
        """Why no time mode that claims more was taken, where the profile has one; else ""."""
        return self.terms.clock_note if self.terms.clock_proved else ""

    @property
    def exit(self) -> Exit:
        """What the command ends with."""
        return exit_code(self.results, self.tallies.errors, self.complaints, strict=self.strict, needed=self.needed)


SCALED_NOTE = "scaled; the literal 600 s not proven"


def unprovable(rule: Rule, terms: Terms) -> str:
    """Why these terms cannot prove this rule, or ""."""
    if rule.needs and not rule.needs & terms.ledger:
        if not terms.ledger:
            return "the profile's ledger shows no charges"
        shows = ", ".join(text for power, text in POWERS.items() if power in terms.ledger)
        return f"the ledger shows {shows}; this rule needs {NEEDS[rule.needs]}"
    if rule.needs & terms.ledger == {"total"} and not terms.own_keys:
        return "a balance tells what a case was charged only where each case has keys of its own: give auth.mint"
    missing = sorted(rule.knobs & terms.missing)
    if missing:
        return f"timeout.clock.scaled.env does not declare {', '.join(missing)}"
    if (rule.stage == "time" or rule.knobs) and not terms.clock_proved:
        return terms.clock_note or "the gateway's clock was not seen to move"
    return ""


def results(tallies: Tallies, rules: Iterable[Rule], terms: Terms, waive: Mapping[str, str]) -> list[Result]:
    """The verdict of every rule, one line for each grain that it has."""
    found = []
    for rule in rules:
        crashed = rule.id in tallies.crashed
        for grain in rule.grains or ("",):
            tally = tallies.counts.get((rule.id, grain), Tally())
            ruled = _ruled_out(rule, grain, terms, crashed=crashed)
            verdict, why = ruled or _verdict(tally, rule, terms)
            waived = waive.get(rule.id, "") if verdict is Verdict.INCONCLUSIVE else ""
            if ruled is not None and verdict is not Verdict.ERROR:
                tally = Tally()  # what it saw is about something that the gateway does not have, or nobody can see
            line = Result(rule, grain, verdict, tally.held, tally.broken, reason=why, waived=waived)
            if verdict is Verdict.FAIL:
                line = replace(line, findings=tally.findings, more=tally.more, places=frozenset(tally.places))
            found.append(line)
    return found


def ruled_out(rule: Rule, terms: Terms) -> str | None:
    """Why a rule is skipped whatever is seen, or None."""
    found = _ruled_out(rule, "", terms, crashed=False)
    return found[1] if found is not None and found[0] is Verdict.SKIP else None


def _ruled_out(rule: Rule, grain: str, terms: Terms, *, crashed: bool) -> tuple[Verdict, str] | None:
    """Why no observation may decide, or None. A rule that raised has not seen all, so that what it saw is no proof."""
    if rule.capability is not None and rule.capability not in terms.capabilities:
        return Verdict.SKIP, f"the profile does not declare capabilities.{rule.capability}"
    lacking = rule.lacking(grain, terms)
    if lacking:
        return Verdict.SKIP, lacking
    if crashed:
        return Verdict.ERROR, "the rule itself failed, see the errors"
    reason = unprovable(rule, terms)
    return (Verdict.INCONCLUSIVE, reason) if reason else None


def _verdict(tally: Tally, rule: Rule, terms: Terms) -> tuple[Verdict, str]:
    if tally.broken:
        return Verdict.FAIL, ""
    if not tally.held:
        return Verdict.INCONCLUSIVE, f"no witness: {rule.witness}"
    return Verdict.PASS, SCALED_NOTE if terms.scaled and rule.family == "TIME" else ""


def exit_code(
    lines: Collection[Result],
    errors: Collection[str],
    complaints: Collection[Complaint] = (),
    *,
    strict: bool = False,
    needed: Collection[str] = (),
) -> Exit:
    """What the command ends with. Errors of the harness come first: they put every verdict in doubt.

    A run that decided nothing is no proof, whatever the levels of its rules.
    """
    if errors:
        return Exit.UNUSABLE
    if complaints or any(line.red(strict) for line in lines):
        return Exit.RULE_FAILED
    open_lines = [line for line in lines if line.verdict is Verdict.SKIP or line.unproved]
    unproved = any(line.name in needed or (line.unproved and line.binding(strict)) for line in open_lines)
    decided = len(open_lines) < len(lines)
    return Exit.INCONCLUSIVE if unproved or not decided else Exit.CONFORMANT
