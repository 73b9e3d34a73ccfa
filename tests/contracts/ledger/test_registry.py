"""What the ledgers of a profile show."""

from typing import Any

import pytest

from veocontracts.ledger import KINDS, ledger_of, powers_of
from veocontracts.ledger.registry import READERS
from veocontracts.profile import Ledger
from veocontracts.profile.ledger import LISTS
from veocontracts.profiles import find_profile
from veocontracts.terms import NEEDS, POWERS

PATH, RUN = {"path": "charges.jsonl"}, {"run": ["charges"]}
URL = {"url": "sqlite:///x"}


@pytest.mark.parametrize(
    ("spec", "powers"),
    [
        ({}, ()),
        ({"job": {}}, ("job",)),
        ({"job": {"units": None}}, ("cost",)),
        ({"header": {"name": "X-Charged"}}, ("cost",)),
        ({"header": {"name": "X-Charged"}, "job": {"cost": None}}, ("job",)),
        ({"http": {"get": "/charges"}}, ("entries",)),
        ({"file": PATH}, ("unkeyed",)),
        ({"file": {**PATH, "key": "/key"}}, ("entries",)),
        ({"command": RUN}, ("unkeyed",)),
        ({"command": {**RUN, "key": "/key"}}, ("entries",)),
        ({"command": {"run": ["charges", "--of={key}"]}}, ("entries",)),
        ({"command": {**RUN, "env": {"KEY": "{key}"}}}, ("entries",)),
        ({"sql": {**URL, "query": "select * from charges where keys = 1"}}, ("unkeyed",)),
        ({"sql": {**URL, "query": "select * from charges where k = :keys"}}, ("unkeyed",)),
        ({"sql": {**URL, "query": "select * from charges where k = :key"}}, ("entries",)),
        ({"balance": {"get": "/balance"}}, ("total",)),
        ({"balance": {"get": "/balance"}, "file": PATH, "job": {}}, ("job", "unkeyed", "total")),
    ],
)
def test_each_kind_shows_something_else(spec: dict[str, Any], powers: tuple[str, ...]) -> None:
    """And several at once show all of it; what lists charges is found."""
    profile = find_profile("reference").model_copy(update={"ledger": Ledger.model_validate(spec)})
    assert powers_of(profile) == set(powers)
    assert (ledger_of(profile) is not None) == bool({"entries", "unkeyed"} & set(powers))


def test_the_tables_agree() -> None:
    """Each list has a reader, each power a kind of ledger that has it, and each need is made of powers."""
    assert set(READERS) == set(LISTS)
    assert [kind.power for kind in KINDS] == list(POWERS)
    assert set().union(*NEEDS) == set(POWERS)
