"""Bodies in which several fields differ at once, for what is allowed one by one and not together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.support.double_entry.document import Described
from tests.support.double_entry.places import distinct, fields, get, put, stated

from veosim.seeded import generator


def combinations(operation: Described, number: int) -> Iterator[tuple[str, Any]]:
    """That many bodies: an example in which some fields have other named values, or are left out or taken from another.

    Args:
        operation: has the examples.
        number: how many; the same ones come first for a larger number.
    """
    examples = list(operation.examples().values())
    named = {
        path: distinct([*stated(said), *(value for body in examples if (value := get(body, path)) is not None)])
        for path, said in fields(operation.document, operation.schema).items()
    }
    paths = [path for path, values in named.items() if values]
    draw = generator("combinations", str(operation))
    for _ in range(number):
        body = draw.choice(examples)
        for path in draw.sample(paths, draw.randint(1, min(5, len(paths)))):
            changed = put(body, path) if draw.random() < 0.2 else put(body, path, draw.choice(named[path]))
            body = body if changed is None else changed
        yield "combined", body
