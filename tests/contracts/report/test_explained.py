"""Tests of `veocontracts.report.explained`."""

from veocontracts.profile.explain import Explained
from veocontracts.report.explained import data, lines

VALUES = [
    Explained("gateway.name", "acme", "gateway.yaml:2"),
    Explained("target.process.command", "x" * 80, "gateway.yaml:4"),
    Explained("price.currency", "US\x1b[31mD", "default"),
]
FOLLOWS = {"time mode": "scaled"}


def test_a_line_for_each_value_in_columns() -> None:
    """A long value moves its own origin, and no other one; control characters cannot colour the terminal."""
    first, long, strange, following = lines(VALUES, FOLLOWS)
    assert long == f"target.process.command  {'x' * 80}  gateway.yaml:4"
    assert first.split() == ["gateway.name", "acme", "gateway.yaml:2"]
    assert "\x1b" not in strange
    assert [line.index(origin) for line, origin in ((first, "gateway.yaml"), (strange, "default"))] == [
        following.index("follows")
    ] * 2


def test_the_same_as_data() -> None:
    """For machines."""
    assert data(VALUES[:1], FOLLOWS) == {
        "values": [{"key": "gateway.name", "value": "acme", "origin": "gateway.yaml:2"}],
        "follows": {"time mode": "scaled"},
    }
