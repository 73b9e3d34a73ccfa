"""Rules by their names: an id, or a family for all of its rules; and what is said of a name that is neither."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from veocontracts.rules import RULES, Rule
from veosim.errors import VeosimError, did_you_mean


def chosen(names: Collection[str]) -> list[Rule]:
    """The rules of these names, in the catalogue's order; all where none is named."""
    return [rule for rule in RULES.values() if not names or rule.id in names or rule.family in names]


def check_names(names: Iterable[str]) -> None:
    """Refuse names that are neither a rule nor a family.

    Raises:
        VeosimError: with the nearest one.
    """
    known = {*RULES, *(rule.family for rule in RULES.values())}
    for name in names:
        if name not in known:
            raise VeosimError(_unknown("rule or family", name, known))


def unknown_rule(name: str) -> str:
    """That there is no such rule, with the nearest id; "" where there is one."""
    return "" if name in RULES else _unknown("rule", name, RULES)


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    return f"no {what} is called {name!r}; {did_you_mean(name, known) or 'see `veosim rules`'}"
