"""The one oracle: what the document calls valid is accepted, what it calls invalid is refused, as it says.

`Bench` is a fresh upstream that speaks one dialect, at rest until its clock is moved.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.double_entry.document import Described, Document, anonymous
from tests.support.double_entry.places import distinct, key, pairs, variations

from veosim import ManualClock, Simulator, parse_scenario
from veosim.app import create_app
from veosim.dialects import DIALECTS
from veosim.inprocess import Response, call
from veosim.outbound.base import Receipt
from veosim.outbound.client import Client

REFUSED = 400
KEY = {"authorization": "Bearer any-key"}
Bodies = Iterable[tuple[str, Any]]


@dataclass(frozen=True)
class Told:
    """One callback as it would have gone out."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class Listener(Client):
    """Stands for every receiver of callbacks: keeps what it is sent, and takes it. Nothing leaves the process."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Told] = []

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Receipt:
        """Keep it."""
        self.told.append(Told(url, headers, body))
        return Receipt(204, "", "answered")


@dataclass
class Bench:
    """An upstream and its clock.

    Attributes:
        keys: the only keys that are taken; without any, any key.
        listener: has the callbacks.
    """

    dialect: str
    scenario: str = "scenario: plain"
    keys: tuple[str, ...] = ()
    clock: ManualClock = field(default_factory=ManualClock)
    listener: Listener = field(default_factory=Listener)

    def __post_init__(self) -> None:
        scenario = parse_scenario(self.scenario)
        self.simulator = Simulator(scenario, clock=self.clock, keys=self.keys, outbound=self.listener)
        self.app = create_app(self.simulator, root=self.dialect)

    async def send(
        self, operation: Described, body: Any = b"", *, headers: Mapping[str, str] = KEY, **parameters: Any
    ) -> Response:
        """One request; `body` is encoded unless it is bytes. What the app raises, a server would answer with 500."""
        raw = body if isinstance(body, bytes) else encoded(body)
        path = operation.path.format(**parameters)
        try:
            return await call(self.app, operation.method, path, {"content-type": "application/json", **headers}, raw)
        except Exception as error:
            return Response(500, {}, repr(error).encode())


def encoded(body: Any) -> bytes:
    """A body as JSON; text stays readable, and what JSON cannot say is an error."""
    return json.dumps(body, ensure_ascii=False, allow_nan=False).encode()


async def disagreement(bench: Bench, operation: Described, body: Any) -> str | None:
    """In what the document and the server differ over one body; None where they agree.

    Args:
        bench: where to send it.
        operation: takes a body.
        body: JSON data, or bytes that are no JSON object.
    """
    return await _compared(bench, operation, body, operation.refuses(body))


async def _compared(bench: Bench, operation: Described, body: Any, faults: list[str]) -> str | None:
    response = await bench.send(operation, body)
    wanted = {REFUSED} if faults else operation.successes
    misfits = operation.misfits(response)
    if response.status in wanted and not misfits:
        return None
    opinion = f"invalid ({'; '.join(faults)[:300]})" if faults else "valid"
    said = f"{response.status} {response.body[:300].decode(errors='replace')}"
    shown = body[:200] if isinstance(body, bytes) else encoded(body).decode()[:700]
    return f"{operation}: the document calls this {opinion}, the answer is {said} {'; '.join(misfits)[:400]}: {shown!s}"


@dataclass
class Tally:
    """How many bodies were tried, and what came of them."""

    faults: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


async def judged(dialect: str, operation: Described, bodies: Bodies, *, limit: int = 5) -> Tally:
    """Try each body once; after `limit` disagreements the rest is left.

    The tally counts bodies by what the document calls them, "valid" or "invalid", and "twice" those tried before.
    """
    bench, tally, seen = Bench(dialect), Tally(), set()
    for origin, body in bodies:
        spelled = body if isinstance(body, bytes) else key(body)
        if spelled in seen:
            tally.counts["twice"] += 1
            continue
        seen.add(spelled)
        faults = operation.refuses(body)
        fault = await _compared(bench, operation, body, faults)
        tally.counts["invalid" if faults else "valid"] += 1
        if fault is not None:
            tally.faults.append(f"[{origin}] {fault}")
            if len(tally.faults) >= limit:
                break
    return tally


def matrix(operation: Described, more: Mapping[str, tuple[Any, ...]]) -> Iterator[tuple[str, Any]]:
    """Each example of the document, and each example with one field changed.

    What an example holds under some name is tried under that name in every other, also in those of other submits.

    Args:
        operation: has the examples.
        more: further values by the name of the field, such as those that the server knows.
    """
    examples = distinct(operation.examples().values())
    yield from (("an example", body) for body in examples)
    shown = [pair for each in operation.document.submits for body in each.examples().values() for pair in pairs(body)]
    known = {name: tuple(distinct(value for other, value in shown if other == name)) for name, _ in shown}
    known |= {name: (*known.get(name, ()), *values) for name, values in more.items()}
    for body in examples:
        yield from variations(operation.document, operation.schema, body, known)


def operation_faults(document: Document, dialect: str) -> list[str]:
    """Operations that only one of the two knows."""
    described = {(operation.method, anonymous(operation.path)) for operation in document.operations}
    served = {(operation.method, anonymous(operation.path)) for operation in DIALECTS[dialect].operations}
    return [f"{method} {path}: not on both sides" for method, path in sorted(described ^ served)]
