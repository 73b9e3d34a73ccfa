"""Requests that match no operation: the answer names the nearest ones, and the journal keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher

from veosim.dialects.base import Answer, Dialect, Operation, json_answer
from veosim.journal import Exchange
from veosim.simulator import Simulator

NEAREST = 3
SHOWN = 120


def miss(method: str, path: str, status: int, served: Mapping[str, Dialect], simulator: Simulator) -> Answer:
    """The answer to a request that is not served, in the shape of the dialect below whose prefix it is.

    `status` is 404, or 405 for a path that is served with another method; `served` has the dialects by their prefix,
    of which "" is the root.
    """
    prefix = next((prefix for prefix in served if path.startswith(f"{prefix}/")), None)
    near = nearest(method, path, served if prefix is None else {prefix: served[prefix]})
    names = ", ".join(f"{operation.method} {found}{operation.path}" for found, operation in near)
    message = f"{method} {path[:SHOWN]} is not served here; the nearest are {names}"
    dialect = None if prefix is None else served[prefix]
    now = simulator.clock.now()
    exchange = Exchange(0, now, dialect.name if dialect else "", "", "", method, path, note=message)
    if dialect is None:
        answer = json_answer(status, {"message": message})
    else:
        answer = dialect.error(near[0][1], status, message)
    exchange.status, exchange.answer = answer.status, answer.body
    simulator.journal.close(simulator.journal.open(exchange), now)
    return answer


def nearest(method: str, path: str, served: Mapping[str, Dialect]) -> list[tuple[str, Operation]]:
    """The operations that a request most looks like, each with its prefix, best first."""

    def likeness(candidate: tuple[str, Operation]) -> float:
        prefix, operation = candidate
        whole = SequenceMatcher(None, path[:SHOWN], prefix + operation.path).ratio()
        bare = SequenceMatcher(None, path[:SHOWN], operation.path).ratio()
        return max(whole, bare) + (0.1 if operation.method == method else 0.0)

    candidates = [(prefix, operation) for prefix, dialect in served.items() for operation in dialect.operations]
    return sorted(candidates, key=likeness, reverse=True)[:NEAREST]
