"""The rule catalogue as text and data, drawn from the same table that the runs use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from veocontracts.rules.base import Rule


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
        text.append(f"  needs    a ledger that shows {' or '.join(sorted(rule.needs))}")
    if rule.knobs:
        text.append(f"  knobs    {', '.join(sorted(rule.knobs))} (scaled time)")
    if rule.grains:
        text.append(f"  parts    {', '.join(rule.grains)}")
    return [*text, *(f"  mutant   {name}: {about}" for name, about in mutants.items())]


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
        },
        "witness": rule.witness,
        "needs": sorted(rule.needs),
        "knobs": sorted(rule.knobs),
        "grains": list(rule.grains),
        "mutants": list(mutants),
    }
