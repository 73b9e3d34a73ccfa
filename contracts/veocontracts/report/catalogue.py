"""The rule catalogue as text and data, drawn from the same table that the runs use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from veocontracts.recording import Recording
from veocontracts.report.data import history_data
from veocontracts.report.timeline import timeline
from veocontracts.rules.base import Rule
from veocontracts.terms import NEEDS
from veosim.errors import printable


def lines(rules: list[Rule]) -> list[str]:
    """One line per rule."""
    return [f"{rule.id:8} {rule.level:6} {rule.stage:9} {rule.sentence}" for rule in rules]


def page(rule: Rule, mutants: Mapping[str, str]) -> list[str]:
    """All about one rule; `mutants` are those that it kills, with what each does."""
    text = [
        f"{rule.id}  {rule.level}, {rule.stage}",
        f"  {rule.sentence}",
        f"  source   {rule.source}",
        f"  witness  {rule.witness}",
    ]
    if rule.needs:
        text.append(f"  needs    a ledger that shows {NEEDS[rule.needs]}")
    if rule.capability is not None:
        text.append(f"  skipped  unless the profile declares capabilities.{rule.capability}")
    if rule.knobs:
        text.append(f"  knobs    {', '.join(sorted(rule.knobs))} (scaled time)")
    if rule.grains:
        text.append(f"  parts    {', '.join(rule.grains)}")
    return [*text, *(f"  mutant   {name}: {about}" for name, about in mutants.items())]


def example_lines(broken: Recording) -> list[str]:
    """A history in which the rule is broken."""
    head = broken.head
    return [
        f"  example  {broken.history.case}",
        *(f"  {row}" for row in timeline(broken.history)),
        f"  expected {printable(head.expected)}",
        f"  actual   {printable(head.actual)}",
    ]


def example_data(broken: Recording) -> dict[str, Any]:
    """The same as JSON data."""
    head = broken.head
    return {
        "case": broken.history.case,
        "grain": head.grain,
        "expected": head.expected,
        "actual": head.actual,
        "history": history_data(broken.history),
    }


def data(rule: Rule, mutants: Mapping[str, str]) -> dict[str, Any]:
    """One rule as JSON data."""
    return {
        "id": rule.id,
        "level": rule.level,
        "stage": rule.stage,
        "sentence": rule.sentence,
        "source": {
            "documents": list(rule.source.documents),
            "section": rule.source.section,
            "basis": rule.source.basis,
            "apart": dict(rule.source.apart),
        },
        "witness": rule.witness,
        "needs": sorted(rule.needs),
        "knobs": sorted(rule.knobs),
        "grains": list(rule.grains),
        "capability": rule.capability,
        "mutants": list(mutants),
    }
