"""Where a gateway shows what it charged: found by the amounts, since what was asked for is known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

PLACES = ("/v2/charges", "/v1/charges", "/charges", "/v2/ledger", "/v1/ledger", "/ledger", "/v1/usage", "/usage")
"""Where endpoints for charges lie; only the first is the reference's own (inferred: no document names one)."""
_NAMES: Mapping[str, re.Pattern[str]] = {
    "units": re.compile(r"unit|credit|token|consumed|billed", re.IGNORECASE),
    "cost": re.compile(r"cost|price|amount|charge|total|fee", re.IGNORECASE),
}
"""What such fields are called; a duration alone is no charge."""

_AMOUNT = re.compile(r"-?\d{1,12}(?:\.\d{1,12})?")


def on_the_job(data: Any, units: Decimal, cost: Decimal) -> dict[str, str]:
    """JSON pointers of units and cost in a completed job's data, as far as they are there."""
    found: dict[str, str] = {}
    for name, wanted in (("units", units), ("cost", cost)):
        fitting = [pointer for pointer, value in numbers(data) if value == wanted]
        named = [pointer for pointer in fitting if _NAMES[name].search(pointer.rpartition("/")[2])]
        named = [pointer for pointer in named if pointer not in found.values()]
        if named:
            found[name] = min(named, key=len)
    return found


def in_a_list(data: Any, job_id: str, cost: Decimal) -> dict[str, str]:
    """Where a list of charges holds the job and its amount, as `ledger.http` says it; empty where none does."""
    for pointer, rows in lists(data):
        for row in rows:
            job = next((key for key, value in texts(row) if value == job_id), None)
            amount = next((key for key, value in numbers(row) if abs(value) == cost), None)
            if job is not None and amount is not None:
                return {"entries": pointer, "job": job, "amount": amount}
    return {}


def numbers(data: Any) -> Iterator[tuple[str, Decimal]]:
    """Every number in JSON data, also one that is written as text, with its pointer."""
    for place, value in leaves(data):
        is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        if is_number or (isinstance(value, str) and _AMOUNT.fullmatch(value)):
            yield place, Decimal(value)


def texts(data: Any) -> Iterator[tuple[str, str]]:
    """Every text in JSON data, with its pointer."""
    return ((place, value) for place, value in leaves(data) if isinstance(value, str))


def lists(data: Any, pointer: str = "") -> Iterator[tuple[str, list[Any]]]:
    """Every list in JSON data, with its pointer."""
    if isinstance(data, list):
        yield pointer, data
    for key, value in _items(data):
        yield from lists(value, f"{pointer}/{key}")


def leaves(data: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Every value in JSON data that holds no other one, with its pointer (RFC 6901)."""
    items = _items(data)
    if not items:
        yield pointer, data
    for key, value in items:
        yield from leaves(value, f"{pointer}/{key}")


def _items(data: Any) -> list[tuple[str, Any]]:
    if isinstance(data, Mapping):
        return [(str(key).replace("~", "~0").replace("/", "~1"), value) for key, value in data.items()]
    return [(str(place), value) for place, value in enumerate(data)] if isinstance(data, list) else []
