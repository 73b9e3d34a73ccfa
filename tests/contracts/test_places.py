"""The places of a profile: each name once, and what stands there."""

import pytest

from veocontracts.places import NAMES, filled

VALUES = {"{port}": "8420", "{data}": "/srv/data", "{upstream_app}": object()}


def test_each_place_has_one_name() -> None:
    """Words without braces, by which a misspelt one is recognised."""
    assert sorted(set(NAMES)) == sorted(NAMES)
    assert all(name.replace("_", "").isalpha() for name in NAMES)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("--port={port}", "--port=8420"),
        ("{data}/{port}.{port}", "/srv/data/8420.8420"),
        ("{upstream_app}", "{upstream_app}"),
        ("${port} {other}", "$8420 {other}"),
        ("", ""),
    ],
)
def test_places_are_filled_wherever_they_stand(text: str, told: str) -> None:
    """Each time; words in braces that are no place stay, and so does what stands for no text."""
    assert filled(text, VALUES) == told
