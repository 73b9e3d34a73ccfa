"""The self-test: the reference gateway must be clean, and every mutant must die by its primary rule.

A mutant is judged twice. Its primary rule, selected alone, must turn red: its cases are run until the first that shows
it. Then every rule looks at a thinned gate, or at the full one, for red that the mutant does not declare.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass, replace

from veocontracts.effort import Effort
from veocontracts.engines import machine
from veocontracts.profiles import find_profile, with_mutant
from veocontracts.reference.mutants import MUTANTS
from veocontracts.reference.mutants.registry import PROFILES
from veocontracts.rules import RULES, Rule
from veocontracts.runner.cases import run_cases
from veocontracts.runner.run import begun, gate, outcome_of, pool, probe_virtual, setting_of
from veocontracts.setting import Scope, Setting
from veocontracts.tally import Tallies
from veocontracts.verdict import Verdict, results
from veocontracts.workloads import Case, selected

THINNED = Scope(effort=Effort(depth=2, examples=1, shrinking=0, thin=5))
"""What every rule looks at for each mutant: about a fifth of the gate."""


@dataclass(frozen=True, slots=True)
class Task:
    """One gateway that is to be judged.

    Attributes:
        mutant: its name, or "" for the reference gateway.
        profile: what it is judged under.
        full: whether every rule looks at the full gate.
    """

    mutant: str
    profile: str
    seed: int = 0
    full: bool = True


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a task.

    Attributes:
        red: the rules that failed, SHOULD rules too.
        alone: whether the primary rule failed with nothing else selected.
        unproved: rules without a witness.
        skipped: rules about what the profile says that the gateway lacks.
    """

    task: Task
    red: tuple[str, ...]
    alone: bool
    unproved: tuple[str, ...]
    skipped: frozenset[str] = frozenset()
    errors: tuple[str, ...] = ()

    @property
    def undeclared(self) -> tuple[str, ...]:
        """MUST rules that turned red without being declared."""
        mutant = MUTANTS[self.task.mutant]
        declared = {mutant.primary, *mutant.also}
        return tuple(rule for rule in self.red if rule not in declared and RULES[rule].level == "MUST")

    @property
    def good(self) -> bool:
        """A clean reference, or a mutant that dies as declared. What no trial of the reference proved is `idle`."""
        if self.errors:
            return False
        return self.alone and not self.undeclared if self.task.mutant else not self.red


def tasks(mutants: Sequence[str], seeds: int, *, full: bool) -> list[Task]:
    """The reference for each seed under each profile of mutants, then each mutant.

    The first profile has most of what there is to show: it gets the full gate anyway.
    """
    most = next(iter(PROFILES))
    clean = [Task("", profile, seed, full or profile == most) for profile in PROFILES for seed in range(seeds)]
    return clean + [Task(name, MUTANTS[name].profile, full=full) for name in mutants]


def trials(work: Sequence[Task]) -> Iterator[Trial]:
    """All of them, over child processes, as they finish."""
    with pool() as executor:
        futures = [begun(executor, attempt, task) for task in work]
        for future in as_completed(futures):
            yield outcome_of(future)


def idle(found: Iterable[Trial]) -> list[str]:
    """Rules that the reference gateway shows under no profile, with some seed; what one lacks, another must have."""
    lacking: dict[int, list[frozenset[str]]] = {}
    for trial in found:
        if not trial.task.mutant:
            lacking.setdefault(trial.task.seed, []).append(trial.skipped | set(trial.unproved))
    return sorted(frozenset[str]().union(*(frozenset.intersection(*each) for each in lacking.values())))


def attempt(task: Task) -> Trial:
    """Judge one gateway, in this (child) process."""
    profile = find_profile(task.profile)
    if task.mutant:
        profile = with_mutant(profile, task.mutant)
    setting = setting_of(profile, task.seed, probe_virtual(profile, task.seed))
    tallies = gate(setting if task.full else replace(setting, scope=THINNED), list(RULES))
    verdicts = {verdict: dict[str, None]() for verdict in Verdict}
    for line in results(tallies, RULES.values(), setting.terms, {}):
        verdicts[line.verdict][line.rule.id] = None
    red, errors, alone = verdicts[Verdict.FAIL], tallies.errors, False
    if task.mutant:
        primary = RULES[MUTANTS[task.mutant].primary]
        found = caught(setting, primary)
        alone = any(line.failed for line in results(found, [primary], setting.terms, {}))
        errors = [*errors, *found.errors]
        red |= {primary.id: None} if alone else {}
    skipped = frozenset(verdicts[Verdict.SKIP])
    return Trial(task, tuple(sorted(red)), alone, tuple(verdicts[Verdict.INCONCLUSIVE]), skipped, tuple(errors))


def caught(setting: Setting, rule: Rule) -> Tallies:
    """What one rule, selected alone, sees until it breaks: the cases that are most about it come first."""
    ids = frozenset({rule.id})
    tallies = run_cases(setting, sorted(selected(setting, ids, virtual=True), key=_cost), [rule], enough=_broke)
    for drawn in machine.fed([rule.id]) if not _broke(tallies) else ():
        tallies.merge(machine.run(setting, [rule], drawn))
    return tallies


def _broke(tallies: Tallies) -> bool:
    return any(tally.broken for tally in tallies.counts.values())


def _cost(case: Case) -> tuple[int, bool, int]:
    return len(case.feeds), case.slow, case.jobs
