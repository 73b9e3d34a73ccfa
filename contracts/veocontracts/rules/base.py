"""What a rule is: a sentence with a source, and a pure function that finds its occasions in a history.

The function yields an `Observation` for each occasion: held, or broken with what was expected and what came. A rule
with no occasion in any history is inconclusive, never passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from veocontracts.history import History, Story
from veocontracts.terms import Capability, LedgerPower, Terms

Level = Literal["MUST", "SHOULD"]
Stage = Literal["surface", "lifecycle", "money", "time", "hostile"]

STAGES: dict[str, Stage] = {
    "ENUM": "surface",
    "ACC": "surface",
    "AUTH": "surface",
    "UPLOAD": "surface",
    "LIFE": "lifecycle",
    "UP": "lifecycle",
    "BILL": "money",
    "TIME": "time",
    "RATE": "time",
    "ROBUST": "hostile",
    "HOOK": "hostile",
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule comes from.

    Attributes:
        documents: numbers such as `001` of those that say it in this section; none for practice.
        section: the documents' own heading.
        basis: `documented`, `follows` (from what is documented), or `practice` (never the documents' word).
        apart: the sections of further documents, which say it under a heading, or in a way, of their own.
    """

    documents: tuple[str, ...]
    section: str
    basis: Literal["documented", "follows", "practice"] = "documented"
    apart: Mapping[str, str] = field(default_factory=dict)

    @property
    def sections(self) -> Mapping[str, str]:
        """Every document that it rests on, and where in it."""
        return dict(sorted({**dict.fromkeys(self.documents, self.section), **self.apart}.items()))

    def __str__(self) -> str:
        if not self.documents:
            return f"{self.basis}: {self.section}"
        places: dict[str, list[str]] = {}
        for number, section in self.sections.items():
            places.setdefault(section, []).append(number)
        named = ((f"document{'s' * (len(numbers) > 1)} {' and '.join(numbers)}", at) for at, numbers in places.items())
        text = "; ".join(f"{which}, {section}" for which, section in named)
        return text if self.basis == "documented" else f"{self.basis}; {text}"


@dataclass(frozen=True, slots=True)
class Observation:
    """One occasion of a rule.

    Attributes:
        subject: what it is about, such as `job#1`.
        grain: the part of a parametric rule, such as `duration`.
        at: when the break was seen.
    """

    subject: str
    held: bool
    grain: str = ""
    expected: str = ""
    actual: str = ""
    at: int | None = None


Judge = Callable[[History], Iterator[Observation]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One promise.

    Attributes:
        needs: what the ledger must be able to show; one of them is enough.
        knobs: time knobs that a scaled profile must declare.
        witness: the occasion that must arise before it can pass.
        grains: the parts that are reported by themselves.
        capability: what the profile must declare the gateway to have; where it does not, the rule is skipped.
        shows: what the gateway's API must have, as in `Terms.lacks`; `{grain}` is the part's name. Where it lacks one
            of them, the rule, or that part of it, is skipped.
    """

    id: str
    level: Level
    sentence: str
    source: Source
    witness: str
    judge: Judge
    needs: frozenset[LedgerPower] = frozenset()
    knobs: frozenset[str] = frozenset()
    grains: tuple[str, ...] = ()
    capability: Capability | None = None
    shows: tuple[str, ...] = ()

    def named(self, grain: str) -> str:
        """The rule, or a part of it, as reports call it: `ENUM-02[duration]`."""
        return f"{self.id}[{grain}]" if grain else self.id

    def lacking(self, grain: str, terms: Terms) -> str:
        """Why the gateway's API gives the rule, or one part of it, nothing to judge, or ""."""
        return next((terms.lacks[fact] for each in self.shows if (fact := each.format(grain=grain)) in terms.lacks), "")

    @property
    def family(self) -> str:
        """`BILL` of `BILL-06`."""
        return self.id.split("-")[0]

    @property
    def stage(self) -> Stage:
        """The level of a run that it belongs to."""
        return "time" if self.id == "LIFE-10" else STAGES[self.family]


RULES: dict[str, Rule] = {}


def rule(  # noqa: PLR0913  the columns of the catalogue
    rule_id: str,
    sentence: str,
    source: Source,
    *,
    witness: str,
    level: Level = "MUST",
    needs: tuple[LedgerPower, ...] = (),
    knobs: tuple[str, ...] = (),
    grains: tuple[str, ...] = (),
    capability: Capability | None = None,
    shows: tuple[str, ...] = (),
) -> Callable[[Judge], Judge]:
    """Register the function as a rule."""

    def register(judge: Judge) -> Judge:
        if rule_id in RULES:
            raise ValueError(f"the rule {rule_id} stands twice")
        RULES[rule_id] = Rule(
            rule_id,
            level,
            sentence,
            source,
            witness,
            judge,
            needs=frozenset(needs),
            knobs=frozenset(knobs),
            grains=grains,
            capability=capability,
            shows=shows,
        )
        return judge

    return register


def held(story: Story, grain: str = "") -> Observation:
    """The occasion arose, and the promise was kept."""
    return Observation(story.label, True, grain)


def broken(story: Story, expected: str, actual: object, at: int | None = None, grain: str = "") -> Observation:
    """The promise was broken."""
    return Observation(story.label, False, grain, expected, str(actual), at)


def judged(
    story: Story, kept: bool, expected: str, actual: object, at: int | None = None, grain: str = ""
) -> Observation:
    """Held or broken, by `kept`."""
    return held(story, grain) if kept else broken(story, expected, actual, at, grain)
