"""Golden cases: a history by hand and every observation that a rule must make of it. They are counted by rule."""

from __future__ import annotations

from dataclasses import dataclass

from veocontracts.history import History
from veocontracts.rules import RULES, Observation

HELD = (Observation("job#1", held=True),)
"""The usual outcome of a good history."""


@dataclass(frozen=True, slots=True)
class Golden:
    """A rule, a history, and what comes of it; `name` says what is special, such as `good: billed once`."""

    rule: str
    name: str
    history: History
    observations: tuple[Observation, ...]

    @property
    def kind(self) -> str:
        """`good`, `bad`, or `none` where the occasion does not arise."""
        if not self.observations:
            return "none"
        return "good" if all(observation.held for observation in self.observations) else "bad"

    def check(self) -> None:
        """Compare all observations, and see that each is one that a report would show."""
        rule = RULES[self.rule]
        found = tuple(rule.judge(self.history))
        assert found == self.observations
        assert {observation.grain for observation in found} <= {*(rule.grains or ("",))}

    def __str__(self) -> str:
        return f"{self.rule} {self.name}"


def good(rule: str, name: str, history: History, *observations: Observation) -> Golden:
    """All held: one witness of `job#1`, unless the observations are given."""
    return Golden(rule, f"good: {name}", history, observations or HELD)


def bad(rule: str, name: str, history: History, *observations: Observation) -> Golden:
    """At least one broken."""
    return Golden(rule, f"bad: {name}", history, observations)


def none(rule: str, name: str, history: History) -> Golden:
    """The occasion does not arise."""
    return Golden(rule, f"none: {name}", history, ())


def broken(
    expected: str, actual: str, at: int | None = None, *, subject: str = "job#1", grain: str = ""
) -> Observation:
    """A broken promise."""
    return Observation(subject, False, grain, expected, actual, at)


def kept(subject: str = "job#1", grain: str = "") -> Observation:
    """A kept promise."""
    return Observation(subject, True, grain)
