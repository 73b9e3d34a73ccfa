"""The checkers are held to golden histories so closely that none can lose a finding unnoticed."""

import pytest
from tests.proofs import checkers

from veocontracts.rules import RULES

SITES = checkers.sites()


def test_there_are_findings_in_every_family_of_rules() -> None:
    """Every rule's module has places that report a break."""
    families = {rule.family for rule in RULES.values()}
    assert {site.module.partition("_")[0].upper() for site in SITES} >= families
    assert len(SITES) > len(RULES)


@pytest.mark.parametrize("site", SITES, ids=str)
def test_a_neutered_finding_is_noticed(site: checkers.Site) -> None:
    """A rule that reports a kept promise instead of a break makes of a golden history what it must not make."""
    assert checkers.noticed(site)


def test_a_finding_that_no_golden_history_needs_would_be_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without golden histories nothing is noticed, and the proof fails."""
    monkeypatch.setattr(checkers, "GOLDEN", ())
    assert checkers.main() == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"unnoticed  {SITES[0]}"
    assert lines[-1] == f"0 of {len(SITES)} findings of {len(RULES)} rules are missed when neutered"


def test_the_catalogue_is_as_it_was_afterwards() -> None:
    """In its order, with the rules themselves."""
    before = list(RULES.items())
    with checkers.neutered(SITES[0]) as own:
        assert own
        assert [RULES[rule_id] for rule_id in own] != [dict(before)[rule_id] for rule_id in own]
    assert list(RULES.items()) == before
