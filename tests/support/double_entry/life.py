"""Everything but bodies: what follows on a submit, unknown ids, keys, sizes and defaults; each finds disagreements."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from typing import Any

from tests.support.double_entry.check import Bench, Told
from tests.support.double_entry.document import JSON, Described, Document, pointer
from tests.support.double_entry.places import fields, get, key, put

from veosim.dialects import DIALECTS
from veosim.inprocess import Response
from veosim.job import TERMINAL
from veosim.units import SECOND

MOMENTS = (0, 2 * SECOND, 30 * SECOND)
"""When a job that takes the default times is queued, runs and has ended."""

ENDS: Mapping[str, frozenset[str]] = {
    "succeed": frozenset({"success", "succeeded", "SUCCEEDED", "completed"}),
    "fail": frozenset({"error", "failed", "FAILED"}),
    "stuck": frozenset({"processing", "PROCESSING", "in_progress"}),
}
"""Outcomes, each with the words of status that say it, in any dialect."""

READING, CHANGING = {"GET"}, {"POST", "PUT", "PATCH", "DELETE"}
CHOICES: Mapping[str, tuple[str, ...]] = {
    "api-video": ("failed_status: 200", "failed_status: 402", "failed_status: 503"),
    "generations-metadata": (
        "unsupported: accept",
        "unsupported: accept, delivery: base64, running: in_progress",
    ),
}
"""What scenarios may choose. Two samples of 004 ask for what their model lacks, and succeed only where that passes."""

UNKNOWN = ("nobody", "00000000-0000-4000-8000-000000000000", "%00", "a" * 500)
BAD_KEYS: tuple[dict[str, str], ...] = (
    {},
    {"authorization": ""},
    {"authorization": "Bearer"},
    {"authorization": "Bearer "},
    {"authorization": "Basic YTpi"},
    {"authorization": "any-key"},
    {"x-api-key": "any-key"},
)
NOT_OBJECTS = (b"", b"[]", b"{", b"\xff", b"null", b'"{}"', b"1", b"{}{}", b'{"prompt": NaN}', b"[" * 10_000)


def found_at(expression: str, response: Response) -> Any:
    """The value that a link's expression finds in an answer."""
    path = expression.removeprefix("$response.body#/").split("/")
    return get(json.loads(response.body), tuple(int(name) if name.isdigit() else name for name in path))


def words(data: object) -> Iterator[str]:
    """The words of status in an answer, from the outside in."""
    if isinstance(data, dict):
        if isinstance(data.get("status"), str):
            yield data["status"]
        for child in data.values():
            yield from words(child)


async def _followed(
    bench: Bench, operation: Described, response: Response, methods: Collection[str]
) -> AsyncIterator[tuple[Described, Response]]:
    """The answers of those operations that an answer leads to and that have one of the methods."""
    for target, parameters in operation.links(response.status):
        if target.method in methods:
            values = {name: found_at(expression, response) for name, expression in parameters.items()}
            yield target, await bench.send(target, **values)


async def life_faults(dialect: str, operation: Described, body: Any, outcome: str, choices: str = "") -> list[str]:
    """Submit, then go wherever the answer leads, while the job waits, runs and ends with `outcome`.

    Args:
        dialect: to speak.
        operation: the submit.
        body: an example of it.
        outcome: one of `ENDS`.
        choices: what the scenario chooses where the documents leave it open.
    """
    variants = f"variants: {{{dialect}: {{{choices}}}}}\n" if choices else ""
    bench = Bench(dialect, f"scenario: plan\njobs: [{{outcome: {outcome}}}]\n{variants}")
    submitted = await bench.send(operation, body)
    faults = operation.misfits(submitted)
    if faults or submitted.status not in operation.successes:
        return [*faults, f"{operation}: an example is answered {submitted.status} {submitted.body[:200]!r}"]
    seen: dict[str, list[str]] = {}
    for moment in MOMENTS:
        await bench.clock.advance(moment - bench.clock.now())
        async for target, response in _followed(bench, operation, submitted, READING):
            faults += target.misfits(response)
            if response.headers.get("content-type") == JSON and (word := next(words(json.loads(response.body)), "")):
                seen.setdefault(str(target), []).append(word)
    faults += [
        f"{target}: a job that is to {outcome} is {said}"
        for target, said in seen.items()
        if said[-1] not in ENDS[outcome] or len(set(said)) != len(MOMENTS) - (outcome == "stuck")
    ]
    if not seen:
        faults.append(f"{operation}: no link of its answer leads to a status")
    return faults + _callback_faults(bench, operation, body)


def _callback_faults(bench: Bench, operation: Described, body: Any) -> list[str]:
    """The callbacks against what the document says of them: one for each job that has ended, if any was asked for."""
    ended = [job for job in bench.simulator.jobs.values() if bench.simulator.view(job).state in TERMINAL]
    told, faults = bench.listener.told, []
    if len(told) != (len(ended) if "callback_url" in body else 0):
        faults.append(f"{operation}: {len(told)} callbacks for {len(ended)} jobs that have ended")
    for name, callback in operation.node.get("callbacks", {}).items():
        for url, item in callback.items():
            where = operation.where + pointer("callbacks", name, url, *item)
            faults += [f"callback {name}: {fault}" for each in told for fault in _told_faults(operation, where, each)]
    return faults


def _told_faults(operation: Described, where: str, told: Told) -> Iterator[str]:
    document, headers = operation.document, {name.lower(): value for name, value in told.headers.items()}
    yield from document.faults(f"{where}/requestBody/content{pointer(JSON)}/schema", json.loads(told.body))
    for number, parameter in enumerate(document.at(where).get("parameters", ())):
        if parameter["name"].lower() in headers:
            value = headers[parameter["name"].lower()]
            yield from document.faults(f"{where}{pointer('parameters', number)}/schema", value)
        elif parameter.get("required", False):
            yield f"the header {parameter['name']} is missing"


async def cancel_faults(dialect: str, operation: Described, body: Any) -> list[str]:
    """Whatever changes a job by its id, on a job in each of its moments; a poll follows."""
    faults = []
    for moment in MOMENTS:
        bench = Bench(dialect)
        submitted = await bench.send(operation, body)
        await bench.clock.advance(moment)
        for methods in (CHANGING, READING):
            async for target, response in _followed(bench, operation, submitted, methods):
                faults += target.misfits(response)
    return faults


def reached(document: Document) -> set[Described]:
    """The operations that a submit's answer leads to."""
    return {
        target
        for operation in document.submits
        for status in operation.successes
        for target, _ in operation.links(status)
    }


async def unknown_faults(document: Document, dialect: str) -> list[str]:
    """Ids that nobody has: a listed status that says so, never another."""
    faults, bench = [], Bench(dialect)
    for operation in document.operations:
        for job_id in UNKNOWN if "{" in operation.path else ():
            name = operation.path.split("{")[1].split("}")[0]
            values: dict[str, Any] = {name: job_id}
            response = await bench.send(operation, **values)
            faults += operation.misfits(response)
            wanted = operation.statuses & {404} or operation.statuses & {400}
            if response.status not in wanted:
                faults.append(f"{operation}: {job_id[:40]} is answered {response.status}, not {wanted}")
    return faults


async def key_faults(document: Document, dialect: str) -> list[str]:
    """A key is asked for where the document says so, and only there; a configured one is asked for everywhere."""
    faults, open_bench, closed_bench = [], Bench(dialect), Bench(dialect, keys=("only-this",))
    for operation in document.operations:
        values: dict[str, Any] = {part[1:-1]: "nobody" for part in operation.path.split("/") if part.startswith("{")}
        body = next(iter(operation.examples().values())) if operation.takes_body else b""
        for headers, bench in itertools.product(
            (*BAD_KEYS, {"authorization": "Bearer wrong"}), (open_bench, closed_bench)
        ):
            is_wrong_only = headers.get("authorization") == "Bearer wrong"
            wanted = bench is closed_bench or (operation.needs_key and not is_wrong_only)
            response = await bench.send(operation, body, headers=headers, **values)
            faults += operation.misfits(response)
            if (response.status == 401) != wanted:
                faults.append(f"{operation}: with {headers} the answer is {response.status}")
        right = await closed_bench.send(operation, body, headers={"authorization": "Bearer only-this"}, **values)
        if right.status == 401:
            faults.append(f"{operation}: the right key is refused")
    return faults


async def raw_faults(dialect: str, operation: Described) -> list[str]:
    """What is no JSON object is refused, as is a body above the limit; one of just the limit is read."""
    faults, bench, limit = [], Bench(dialect), DIALECTS[dialect].body_limit
    body = json.dumps(next(iter(operation.examples().values()))).encode()
    sizes = {body.ljust(limit): operation.successes, body.ljust(limit + 1): frozenset({413})}
    for raw, wanted in (dict.fromkeys(NOT_OBJECTS, frozenset({400})) | sizes).items():
        response = await bench.send(operation, raw)
        faults += operation.misfits(response)
        if response.status not in wanted:
            faults.append(f"{operation}: {raw[:40]!r} of {len(raw)} bytes is answered {response.status}, not {wanted}")
    return faults


async def default_faults(dialect: str, operation: Described) -> list[str]:
    """A field that is left out means the same as its documented default."""
    faults = []
    for name, body in operation.examples().items():
        for path, said in fields(operation.document, operation.schema).items():
            for value in {key(schema["default"]): schema["default"] for schema in said if "default" in schema}.values():
                without, with_it = put(body, path), put(body, path, value)
                if without is None or operation.refuses(without) or operation.refuses(with_it):
                    continue
                meant = [await _meaning(dialect, operation, each) for each in (without, with_it)]
                if meant[0] != meant[1]:
                    faults.append(f"{operation}: {name}: {path} is not {value!r} by default: {meant[0]}, {meant[1]}")
    return faults


async def _meaning(dialect: str, operation: Described, body: Any) -> object:
    """What the server makes of a body."""
    bench = Bench(dialect)
    response = await bench.send(operation, body)
    jobs = list(bench.simulator.jobs.values())
    return [job.request for job in jobs] or response.body
