"""A profile as a table: each value and where it came from, then what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from veocontracts.profile.explain import Explained
from veosim.errors import printable

WIDEST = 72
"""Longer values stay whole, and their origin moves to the right."""


def lines(values: Iterable[Explained], follows: Mapping[str, str]) -> list[str]:
    """For people."""
    rows = [(each.key, printable(each.value), each.origin) for each in values]
    rows += [(name, printable(text), "follows") for name, text in follows.items()]
    key = max((len(row[0]) for row in rows), default=0)
    value = max((len(row[1]) for row in rows if len(row[1]) <= WIDEST), default=0)
    return [f"{name:{key}}  {text:{value}}  {origin}" for name, text, origin in rows]


def data(values: Iterable[Explained], follows: Mapping[str, str]) -> dict[str, Any]:
    """For machines."""
    return {"values": [asdict(each) for each in values], "follows": dict(follows)}
