"""Whatever is sent to a dialect, it answers: never a 5xx, never a broken connection, and as its document says."""

import asyncio
from collections import Counter

import httpx2
import pytest
from tests.support.double_entry.check import Bench
from tests.support.double_entry.document import Described, Document, matching
from tests.support.double_entry.formats import JUDGES
from tests.support.double_entry.wild import Wild, Wilderness

from veosim.dialects import DIALECTS
from veosim.dialects.base import Answer, json_answer
from veosim.inprocess import Response, call
from veosim.resources import openapi
from veosim.server import serving
from veosim.units import SECOND

SOCKETS_EVERY = 10
"""One request in this many goes over a real socket; the others are forty times as fast."""

STEP_EVERY = 25
"""After this many requests the clock moves on a second, so that polls meet jobs in each of their states."""

RECENT = 40
"""Ids of this many of the latest jobs are asked for."""


def misfits(document: Document, request: Wild, response: Response) -> list[str]:
    """What is wrong with an answer; what no operation describes has only to fail in the shape of some operation."""
    if response.status >= 500:
        return [f"the answer is {response.status} {response.body[:200]!r}"]
    if request.method == "HEAD":  # the server, not the app, keeps its body back, so nothing is there to compare
        return []
    operation = matching(document, request.method, request.target.partition("?")[0])
    if operation is not None:
        return operation.misfits(response)
    if response.status == 416:  # beyond the end of a file, which has no document: a bare answer that says its length
        return [] if "content-range" in response.headers and not response.body else ["a 416 that says no length"]
    if response.status >= 400 and all(each.misfits(response) for each in _failing(document)):
        return [f"{response.status} {response.body[:200]!r} has no shape of this dialect"]
    return []


def _failing(document: Document) -> tuple[Described, ...]:
    return tuple(operation for operation in document.operations if "default" in operation.node["responses"])


async def over_sockets(client: httpx2.AsyncClient, base: str, request: Wild) -> Response:
    """The answer, over a connection that is kept for the next request."""
    headers = [(name.encode(), value.encode("latin-1")) for name, value in request.headers.items()]
    response = await client.request(request.method, f"{base}{request.target}", headers=headers, content=request.body)
    return Response(response.status_code, dict(response.headers), response.content)


async def fuzzed(dialect: str, number: int) -> tuple[list[str], Counter[str]]:
    """Send that many requests; what went wrong, and how many answers there were of each kind."""
    document = Document(openapi(dialect), JUDGES.get(dialect))
    bench, wilderness = Bench(dialect), Wilderness(document, dialect)
    faults: list[str] = []
    counts: Counter[str] = Counter()
    async with serving(bench.app) as base, httpx2.AsyncClient(timeout=30) as client:
        for turn in range(number):
            request = wilderness.request(list(bench.simulator.jobs)[-RECENT:])
            try:
                if turn % SOCKETS_EVERY == 0:
                    response = await over_sockets(client, base, request)
                    counts["over sockets"] += 1
                else:
                    response = await call(bench.app, request.method, request.target, request.headers, request.body)
            except Exception as error:  # whatever it is, it is what this test looks for
                faults.append(f"{error!r}: {request}")
                continue
            counts[f"{response.status // 100}xx"] += 1
            faults += [f"{fault}: {request}" for fault in misfits(document, request, response)]
            if turn % STEP_EVERY == 0:
                await bench.clock.advance(SECOND)
    return faults, counts


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("number", [1_000, pytest.param(10_000, marks=pytest.mark.prove)])
def test_every_request_is_answered_as_described(dialect: str, number: int) -> None:
    """Odd methods, paths, headers and bodies get an answer in the dialect's shape, and none breaks the server."""
    faults, counts = asyncio.run(fuzzed(dialect, number))
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
    print(f"{dialect}: {number} requests: {kinds}; {len(faults)} faults")  # noqa: T201  the figure is what the proof is for
    assert faults[:5] == []
    assert min(counts["2xx"], counts["4xx"]) > number // 10


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", ["accepted", "status", "unknown_job", "error"])
def test_a_crash_and_a_foreign_answer_are_noticed(dialect: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few requests suffice to find a dialect that raises, and one whose answer is another's."""
    kind = type(DIALECTS[dialect])

    def crash(*_: object) -> Answer:
        raise ZeroDivisionError

    for changed in (crash, lambda *_: json_answer(418, {"foreign": True})):
        monkeypatch.setattr(kind, name, changed)
        faults, _ = asyncio.run(fuzzed(dialect, 100))
        assert faults
