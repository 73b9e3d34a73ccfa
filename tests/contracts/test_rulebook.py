"""Rules by their names."""

import pytest

from veocontracts.rulebook import check_names, chosen, unknown_rule
from veocontracts.rules import RULES
from veosim.errors import VeosimError


def test_rules_are_chosen_by_id_or_family() -> None:
    """In the catalogue's order, whatever order they are named in; all where none is."""
    assert [rule.id for rule in chosen(("BILL-02", "AUTH", "BILL-01"))] == [
        *(rule_id for rule_id in RULES if rule_id.startswith("AUTH-")),
        "BILL-01",
        "BILL-02",
    ]
    assert chosen(()) == list(RULES.values())
    assert chosen(("nothing",)) == []


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("TIME", "no rule is called 'TIME'; did you mean 'TIME-10'?"),
        ("ZZZ-00", "no rule is called 'ZZZ-00'; see `veosim rules`"),
        ("BILL-6", "no rule is called 'BILL-6'; did you mean 'BILL-06'?"),
        ("BILL-06", ""),
    ],
)
def test_an_unknown_rule_is_told_with_the_nearest(name: str, told: str) -> None:
    """A family is no rule."""
    assert unknown_rule(name) == told


def test_names_are_rules_or_families() -> None:
    """The first that is neither is told."""
    check_names(("BILL", "BILL-06"))
    with pytest.raises(VeosimError, match=r"^no rule or family is called 'BIL'; did you mean 'BILL'\?$"):
        check_names(("BILL", "BIL", "X"))
