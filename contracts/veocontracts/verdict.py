"""From observations to verdicts to an exit code. Counting is all that happens here; nothing is printed."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from veocontracts.history import History
from veocontracts.profile import Profile
from veocontracts.rules.base import Observation, Rule
from veocontracts.terms import Terms


class Verdict(StrEnum):
    """What came of a rule."""

    PASS = "PASS"
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    ERROR = "ERROR"


class Exit(IntEnum):
    """The command's exit codes."""

    CONFORMANT = 0
    RULE_FAILED = 1
    USAGE = 2
    UNUSABLE = 3
    INCONCLUSIVE = 4
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken promise and the shortest history that shows it."""

    observation: Observation
    history: History

    @property
    def weight(self) -> tuple[int, int]:
        """Shorter histories weigh less."""
        return self.history.weight


@dataclass(slots=True)
class Tally:
    """How often one grain of a rule held and broke."""

    held: int = 0
    broken: int = 0
    finding: Finding | None = None
    fed: bool = False
    """Whether a case that feeds this rule broke it: then selecting the rule alone shows it too."""

    def add(self, observation: Observation, history: History, *, fed: bool) -> None:
        """Count one observation."""
        if observation.held:
            self.held += 1
            return
        self.broken += 1
        self.fed = self.fed or fed
        if self.finding is None or history.weight < self.finding.weight:
            self.finding = Finding(observation, history)

    def merge(self, other: Tally) -> None:
        """Take over another tally's counts."""
        self.held += other.held
        self.broken += other.broken
        self.fed = self.fed or other.fed
        if other.finding and (self.finding is None or other.finding.weight < self.finding.weight):
            self.finding = other.finding


Key = tuple[str, str]
"""Rule id and grain; the grain is "" for a rule without parts."""


@dataclass(slots=True)
class Tallies:
    """The counts of a run, and what went wrong in the harness itself."""

    counts: dict[Key, Tally] = field(default_factory=dict)
    cases: int = 0
    submits: int = 0
    errors: list[str] = field(default_factory=list)
    crashed: set[str] = field(default_factory=set)
    """Rules that failed themselves: one error each is enough."""
    foreign_wakes: int = 0
    """How often a thread woke a virtual loop, whose clock cannot be trusted then."""

    def judge(self, history: History, rules: Iterable[Rule], feeds: frozenset[str]) -> None:
        """Let every rule look at one history. A rule that raises is the harness's error, not the gateway's."""
        self.cases += 1
        self.submits += len(history.stories)
        for rule in rules:
            if rule.id in self.crashed:
                continue
            try:
                found = list(rule.judge(history))
            except Exception:
                self.crashed.add(rule.id)
                self.errors.append(f"{history.case}: {rule.id} could not judge\n{traceback.format_exc()}")
                continue
            for observation in found:
                tally = self.counts.setdefault((rule.id, observation.grain), Tally())
                tally.add(observation, history, fed=rule.id in feeds)

    def merge(self, other: Tallies) -> None:
        """Take over what another process counted."""
        for key, tally in other.counts.items():
            self.counts.setdefault(key, Tally()).merge(tally)
        self.cases += other.cases
        self.submits += other.submits
        self.foreign_wakes += other.foreign_wakes
        self.errors += other.errors
        self.crashed |= other.crashed


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the report.

    Attributes:
        reason: why a rule is inconclusive or an error, or what a pass does not prove.
    """

    rule: Rule
    grain: str
    verdict: Verdict
    held: int = 0
    broken: int = 0
    finding: Finding | None = None
    reason: str = ""
    waived: str = ""

    @property
    def name(self) -> str:
        """`ENUM-02[duration]`."""
        return f"{self.rule.id}[{self.grain}]" if self.grain else self.rule.id

    @property
    def red(self) -> bool:
        """Whether it fails the run."""
        return self.verdict is Verdict.FAIL and self.rule.level == "MUST"


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run."""

    profile: Profile
    terms: Terms
    results: list[Result]
    tallies: Tallies
    seed: int


SCALED_NOTE = "scaled; the literal 600 s not proven"


def unprovable(rule: Rule, terms: Terms) -> str:
    """Why these terms cannot prove this rule, or ""."""
    if rule.needs and not rule.needs & terms.ledger:
        return (
            "the profile's ledger shows no charges"
            if not terms.ledger
            else (
                f"the ledger shows {', '.join(sorted(terms.ledger))}; this rule needs {' or '.join(sorted(rule.needs))}"
            )
        )
    missing = sorted(rule.knobs & terms.missing)
    if missing:
        return f"timeout.clock.scaled.env does not declare {', '.join(missing)}"
    if rule.stage == "time" and not terms.clock_proved:
        return terms.clock_note or "the gateway's clock was not seen to move"
    return ""


def results(tallies: Tallies, rules: Iterable[Rule], terms: Terms, waive: Mapping[str, str]) -> list[Result]:
    """The verdict of every rule, one line for each grain that it has."""
    found = []
    for rule in rules:
        reason = unprovable(rule, terms)
        for grain in rule.grains or ("",):
            tally = tallies.counts.get((rule.id, grain), Tally())
            verdict, why = _verdict(tally, rule, terms, reason)
            waived = waive.get(rule.id, "") if verdict is Verdict.INCONCLUSIVE else ""
            found.append(Result(rule, grain, verdict, tally.held, tally.broken, tally.finding, why, waived))
    return found


def _verdict(tally: Tally, rule: Rule, terms: Terms, reason: str) -> tuple[Verdict, str]:
    if reason:
        return Verdict.INCONCLUSIVE, reason
    if tally.broken:
        return Verdict.FAIL, ""
    if not tally.held:
        return Verdict.INCONCLUSIVE, f"no witness: {rule.witness}"
    return Verdict.PASS, SCALED_NOTE if terms.scaled and rule.family == "TIME" else ""


def exit_code(found: Iterable[Result], errors: Iterable[str]) -> Exit:
    """What the command ends with. Errors of the harness come first: they put every verdict in doubt."""
    lines = list(found)
    if list(errors):
        return Exit.UNUSABLE
    if any(line.red for line in lines):
        return Exit.RULE_FAILED
    unproved = any(
        line.verdict is Verdict.INCONCLUSIVE and line.rule.level == "MUST" and not line.waived for line in lines
    )
    return Exit.INCONCLUSIVE if unproved or not lines else Exit.CONFORMANT
