"""The self-test: the reference gateway must be clean, and every mutant must die by its primary rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass

from veocontracts.profiles import find_profile, with_mutant
from veocontracts.reference.mutants import MUTANTS
from veocontracts.rules import RULES
from veocontracts.runner.run import begun, gate, outcome_of, pool, probe_virtual, setting_of
from veocontracts.verdict import Verdict, results


@dataclass(frozen=True, slots=True)
class Trial:
    """One gateway that was judged.

    Attributes:
        mutant: its name, or "" for the reference gateway.
        red: the rules that failed.
        alone: the rules among them that also fail when nothing else is selected.
        unproved: rules without a witness.
    """

    mutant: str
    seed: int
    red: tuple[str, ...]
    alone: frozenset[str]
    unproved: tuple[str, ...]
    errors: tuple[str, ...] = ()

    @property
    def killed(self) -> bool:
        """Whether the primary rule, selected alone, turns red."""
        primary = MUTANTS[self.mutant].primary
        return primary in self.alone and primary in self.red

    @property
    def undeclared(self) -> tuple[str, ...]:
        """MUST rules that turned red without being declared."""
        mutant = MUTANTS[self.mutant]
        declared = {mutant.primary, *mutant.also}
        return tuple(rule for rule in self.red if rule not in declared and RULES[rule].level == "MUST")

    @property
    def good(self) -> bool:
        """A clean reference, or a mutant that dies as declared."""
        if self.errors:
            return False
        return self.killed and not self.undeclared if self.mutant else not self.red and not self.unproved


def attempt(mutant: str, seed: int) -> Trial:
    """Judge one gateway with every rule, in this (child) process."""
    profile = find_profile("reference")
    if mutant:
        profile = with_mutant(profile, mutant)
    setting = setting_of(profile, seed, probe_virtual(profile, seed))
    tallies = gate(setting, list(RULES))
    lines = results(tallies, RULES.values(), setting.terms, {})
    red = dict.fromkeys(line.rule.id for line in lines if line.failed)
    alone = frozenset(rule for (rule, _), tally in tallies.counts.items() if tally.fed)
    unproved = dict.fromkeys(line.rule.id for line in lines if line.verdict is Verdict.INCONCLUSIVE)
    return Trial(mutant, seed, tuple(red), alone, tuple(unproved), tuple(tallies.errors))


def trials(mutants: Sequence[str], seeds: int) -> Iterator[Trial]:
    """The reference for each seed, then each mutant, as they finish."""
    work = [("", seed) for seed in range(seeds)] + [(name, 0) for name in mutants]
    with pool() as executor:
        futures = [begun(executor, attempt, mutant, seed) for mutant, seed in work]
        for future in as_completed(futures):
            yield outcome_of(future)
