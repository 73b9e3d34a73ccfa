"""What rules saw, counted: how often each held and broke, and the shortest history for each kind of failure."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field

from veocontracts.history import History
from veocontracts.rules.base import Observation, Rule
from veocontracts.signature import signature_of

KINDS = 48
"""So many kinds of failure are kept of one grain of a rule."""

Place = tuple[str, str]
"""The case and the subject of an observation, such as `job#1`."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken promise, the shortest history that shows it, and its signature."""

    observation: Observation
    history: History
    signature: str

    @property
    def place(self) -> Place:
        """Where it broke."""
        return self.history.case, self.observation.subject

    @property
    def order(self) -> tuple[tuple[int, int], str]:
        """Shorter histories come first; the signature decides between equals, so that no arrival order does."""
        return self.history.weight, self.signature


@dataclass(slots=True)
class Tally:
    """How often one grain of a rule held and broke.

    Attributes:
        kinds: a finding for each signature; of too many, those whose signatures come first in the alphabet, so that
            the choice does not depend on what came first.
        more: whether there were more kinds than are kept.
        places: where it broke.
    """

    held: int = 0
    broken: int = 0
    kinds: dict[str, Finding] = field(default_factory=dict)
    more: bool = False
    places: set[Place] = field(default_factory=set)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """One for each kind of failure, the shortest history first."""
        return tuple(sorted(self.kinds.values(), key=lambda finding: finding.order))

    def add(self, observation: Observation, history: History) -> None:
        """Count one observation."""
        if observation.held:
            self.held += 1
            return
        finding = Finding(observation, history, signature_of(observation))
        self.broken += 1
        self.places.add(finding.place)
        self._keep(finding)

    def merge(self, other: Tally) -> None:
        """Take over another tally's counts."""
        self.held += other.held
        self.broken += other.broken
        self.more = self.more or other.more
        self.places |= other.places
        for finding in other.kinds.values():
            self._keep(finding)

    def _keep(self, finding: Finding) -> None:
        known = self.kinds.get(finding.signature)
        if known is None or finding.order < known.order:
            self.kinds[finding.signature] = finding
        if len(self.kinds) > KINDS:
            del self.kinds[max(self.kinds)]
            self.more = True


Key = tuple[str, str]
"""Rule id and grain; the grain is "" for a rule without parts."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A rule that broke in an attempt that was set aside.

    Attributes:
        grain: the part of the rule, "" for a rule without parts.
    """

    rule: Rule
    grain: str
    finding: Finding

    @property
    def name(self) -> str:
        """As a line of the report has it, such as `ENUM-02[duration]`."""
        return self.rule.named(self.grain)


@dataclass(frozen=True, slots=True)
class SetAside:
    """An attempt at a case that counts for nothing, since this machine was too busy for what it showed.

    Attributes:
        case: its name.
        attempt: which it was, from 1 on.
        waited: nanoseconds for which this process waited for a processor meanwhile.
        wanted: all that it would have used.
        slips: what broke.
        unseen: ids of the rules whose occasion it was made for and did not bring about.
        errors: what went wrong in the harness.
    """

    case: str
    attempt: int
    waited: int
    wanted: int
    slips: tuple[Slip, ...] = ()
    unseen: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[str, int]:
        """By cases, so that no arrival order decides."""
        return self.case, self.attempt


@dataclass(slots=True)
class Tallies:
    """The counts of a run, and what went wrong in the harness itself."""

    counts: dict[Key, Tally] = field(default_factory=dict)
    cases: int = 0
    submits: int = 0
    errors: list[str] = field(default_factory=list)
    crashed: set[str] = field(default_factory=set)
    """Rules that failed themselves: one error each is enough."""
    set_aside: list[SetAside] = field(default_factory=list)
    """Attempts at cases that were driven again, since this machine was too busy for what these had shown."""
    foreign_wakes: int = 0
    """How often a thread woke a virtual loop, whose clock cannot be trusted then."""

    def judge(self, history: History, rules: Iterable[Rule]) -> None:
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
                tally.add(observation, history)

    @property
    def is_broken(self) -> bool:
        """Whether any rule was."""
        return any(tally.broken for tally in self.counts.values())

    def slips(self, rules: Iterable[Rule]) -> tuple[Slip, ...]:
        """Everything that broke, rule by rule."""
        return tuple(
            Slip(rule, grain, finding)
            for rule in rules
            for (rule_id, grain), tally in sorted(self.counts.items())
            if rule_id == rule.id
            for finding in tally.findings
        )

    def merge(self, other: Tallies) -> None:
        """Take over what was counted elsewhere."""
        for key, tally in other.counts.items():
            self.counts.setdefault(key, Tally()).merge(tally)
        self.cases += other.cases
        self.submits += other.submits
        self.foreign_wakes += other.foreign_wakes
        self.set_aside += other.set_aside
        self.errors += other.errors
        self.crashed |= other.crashed
