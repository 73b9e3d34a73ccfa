"""The server against openapi/api-video.yaml: two accounts of the same documents, written apart, that must agree.

`disagreements` is one check over everything that both can say: operations, values, defaults and the shape of answers.
That it can fail is shown by changing one value on either side.
"""

import asyncio
import copy
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import pytest
from jsonschema import Draft202012Validator
from pydantic import create_model
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from tests.support.asgi import App, Response, call

from veosim import ManualClock, Simulator, parse_scenario
from veosim.app import create_app
from veosim.dialects import api_video
from veosim.dialects.api_video import ApiVideo, VideoFromText
from veosim.resources import openapi
from veosim.units import SECOND

Document = dict[str, Any]
SUBMITS = ("/api/video/from-text", "/api/video/from-image")
STATUS = "/api/video/status/{job_id}"
MOMENTS = (0, 2 * SECOND, 30 * SECOND)
"""When a job that takes the default times is queued, runs and has ended."""


def document() -> Document:
    """A copy of the description, to be read or changed."""
    return copy.deepcopy(dict(openapi("api-video")))


def target(doc: Document, node: Any) -> Any:
    """Follow a node's reference inside the document; what stands beside it is kept."""
    if isinstance(node, dict) and "$ref" in node:
        found: Any = doc
        for name in node["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return {**target(doc, found), **{name: value for name, value in node.items() if name != "$ref"}}
    return node


def properties(doc: Document, path: str) -> dict[str, Document]:
    """The fields of a submit's body."""
    schema = target(doc, doc["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"])
    return {name: target(doc, field) for name, field in schema["properties"].items()}


def examples(doc: Document, path: str) -> dict[str, Document]:
    """The bodies that the document shows for a submit."""
    shown = doc["paths"][path]["post"]["requestBody"]["content"]["application/json"]["examples"]
    return {name: example["value"] for name, example in shown.items()}


def shape_faults(doc: Document, path: str, method: str, response: Response) -> Iterator[str]:
    """Where an answer does not have the shape that the document gives it for its status."""
    responses = doc["paths"][path][method.lower()]["responses"]
    if str(response.status) not in responses:
        yield f"{method} {path}: {response.status} is not described"
        return
    content = target(doc, responses[str(response.status)])["content"]
    kind = response.headers["content-type"]
    if kind not in content:
        yield f"{method} {path}: {response.status} is {kind}"
        return
    registry: Registry[Any] = Registry().with_resource("urn:document", DRAFT202012.create_resource(doc))
    validator = Draft202012Validator(
        {"$ref": f"urn:document{content[kind]['schema']['$ref']}"},
        registry=registry,
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    for error in validator.iter_errors(response.json()):
        yield f"{method} {path}: {response.status}: {error.message}"


def upstream(outcome: str = "succeed") -> tuple[App, ManualClock]:
    """A fresh server that knows only this dialect, and its clock."""
    clock = ManualClock()
    simulator = Simulator(parse_scenario(f"scenario: plan\njobs: [{{outcome: {outcome}}}]\n"), clock=clock)
    return create_app(simulator, root="api-video"), clock


def operation_faults(doc: Document) -> Iterator[str]:
    """Operations that only one of the two knows."""
    described = {(method.upper(), path) for path, item in doc["paths"].items() for method in item}
    served = {(operation.method, operation.path) for operation in ApiVideo.operations}
    yield from (f"{method} {path}: not on both sides" for method, path in sorted(described ^ served))


def declared_faults(doc: Document, path: str) -> Iterator[str]:
    """Fields whose values are listed differently."""
    (name,) = (operation.name for operation in ApiVideo.operations if operation.path == path)
    declared = api_video._MODELS[name].model_json_schema()["properties"]
    for field, described in properties(doc, path).items():
        values, ours = described.get("enum", []), declared.get(field, {}).get("enum", [])
        if sorted(values) != sorted(map(str, ours)):
            yield f"POST {path}: {field} is one of {values}, or of {ours}"


async def value_faults(doc: Document, path: str) -> list[str]:
    """Values that one side allows and the other refuses, one field at a time."""
    app, _ = upstream()
    faults = []
    body = next(iter(examples(doc, path).values()))
    for name, field in properties(doc, path).items():
        values = field.get("enum", ())
        foreign = [f"{values[0]}x", values[0].swapcase(), f" {values[0]}", 4, None] if values else []
        for value, wanted in [*((value, 200) for value in values), *((value, 400) for value in foreign)]:
            if value in values and wanted == 400:
                continue  # the other case of a value without letters is the value itself
            response = await call(app, "POST", path, {**body, name: value})
            if response.status != wanted:
                faults.append(f"POST {path}: {name}={value!r} is answered {response.status}, not {wanted}")
            faults += shape_faults(doc, path, "POST", response)
    return faults


async def default_faults(doc: Document, path: str) -> list[str]:
    """Defaults on which the two differ, as the finished job shows them."""
    described = {name: field["default"] for name, field in properties(doc, path).items() if "default" in field}
    app, clock = upstream()
    required = {"prompt": "a kite"} if path.endswith("text") else {"image": "https://images.example/a.png"}
    job_id = (await call(app, "POST", path, required)).json()["job_id"]
    await clock.advance(MOMENTS[-1])
    result = (await call(app, "GET", f"/api/video/status/{job_id}")).json()
    used = {**result, "duration": f"{result['duration_seconds']:g}s"}
    return [
        f"POST {path}: {name} is {used[name]!r} by default, not {value!r}"
        for name, value in described.items()
        if used[name] != value
    ]


async def answer_faults(doc: Document, path: str, body: Document, outcome: str) -> list[str]:
    """Answers of one job's life that do not have their described shape."""
    app, clock = upstream(outcome)
    submitted = await call(app, "POST", path, body)
    faults = [] if submitted.status == 200 else [f"POST {path}: an example is answered {submitted.status}"]
    faults += shape_faults(doc, path, "POST", submitted)
    words = []
    for moment in MOMENTS if not faults else ():
        await clock.advance(moment - clock.now())
        response = await call(app, "GET", STATUS.format(job_id=submitted.json()["job_id"]))
        faults += shape_faults(doc, STATUS, "GET", response)
        words.append(response.json()["status"])
    last = {"succeed": "success", "fail": "error", "stuck": "processing"}[outcome]
    if not faults and words != ["queued", "processing", last]:
        faults.append(f"GET {STATUS}: the states are {words}")
    return faults


async def refusal_faults(doc: Document, bodies: Mapping[bytes, int]) -> list[str]:
    """Refusals that do not have their described status and shape."""
    app, _ = upstream()
    faults = []
    for path in SUBMITS:
        for body, wanted in bodies.items():
            response = await call(app, "POST", path, body=body)
            faults += [] if response.status == wanted else [f"POST {path}: {response.status}, not {wanted}"]
            faults += shape_faults(doc, path, "POST", response)
    unknown = await call(app, "GET", STATUS.format(job_id="nobody"))
    faults += [] if unknown.status == 404 else [f"GET {STATUS}: {unknown.status}, not 404"]
    return [*faults, *shape_faults(doc, STATUS, "GET", unknown)]


async def disagreements(doc: Document) -> list[str]:
    """Everything in which the server and the document differ."""
    faults = list(operation_faults(doc))
    for path in SUBMITS:
        faults += declared_faults(doc, path)
        faults += await value_faults(doc, path)
        faults += await default_faults(doc, path)
        for body in examples(doc, path).values():
            for outcome in ("succeed", "fail", "stuck"):
                faults += await answer_faults(doc, path, body, outcome)
    return faults + await refusal_faults(doc, {b"{}": 400, b"{" + b" " * ApiVideo.body_limit: 413})


@pytest.fixture(autouse=True)
def small_bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit itself is not documented; a small one keeps the 413 cheap."""
    monkeypatch.setattr(ApiVideo, "body_limit", 10_000)


def test_server_and_document_agree() -> None:
    """Neither knows an operation, value, default or shape that the other does not."""
    assert asyncio.run(disagreements(document())) == []


def test_server_and_document_agree_on_unreadable_bodies() -> None:
    """What is no JSON object is refused in the described shape."""
    assert asyncio.run(refusal_faults(document(), {b"": 400, b"[]": 400, b"{": 400, b"\xff": 400})) == []


@pytest.mark.parametrize(
    ("schema", "old", "new"),
    [
        ("Model", "veo fast (Audio)", "veo quick (Audio)"),
        ("Resolution", "512P", "720P"),
        ("Duration", "8s", "6s"),
        ("AspectRatio", "9:16", "1:1"),
    ],
)
def test_a_changed_value_in_the_document_is_noticed(schema: str, old: str, new: str) -> None:
    """A document that names another value is told so, for each submit and in the answer."""
    doc = document()
    words = doc["components"]["schemas"][schema]["enum"]
    words[words.index(old)] = new
    faults = asyncio.run(disagreements(doc))
    assert [fault for path in SUBMITS for fault in faults if fault.startswith(f"POST {path}: ") and repr(new) in fault]


CHANGES: Mapping[str, Any] = {
    "a value that nobody would try": {"duration": (Literal["4s", "8s", "17s"], "4s")},
    "another value": {"duration": (Literal["4s", "6s"], "4s")},
    "a missing value": {"model": (Literal["veo (Audio)"], "veo (Audio)")},
    "a value more": {"resolution": (Literal["512P", "1080P", "1080p"], "1080P")},
    "another default": {"aspect_ratio": (Literal["16:9", "9:16"], "9:16")},
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_value_in_the_dialect_is_noticed(change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that allows or assumes another value is told so."""
    changed = create_model("Changed", __base__=VideoFromText, **CHANGES[change])
    monkeypatch.setitem(api_video._MODELS, "from-text", changed)
    faults = asyncio.run(disagreements(document()))
    assert faults
    assert all(fault.startswith(f"POST {SUBMITS[0]}: ") for fault in faults)


@pytest.mark.parametrize("name", ["accepted", "status", "unknown_job", "error"])
def test_a_changed_answer_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A word that the document does not know is found in every kind of answer."""
    original = getattr(ApiVideo, name)

    def changed(self: ApiVideo, *args: Any) -> Any:
        answer = original(self, *args)
        return type(answer)(answer.status, answer.body.replace(b'"status":"', b'"status":"un'))

    monkeypatch.setattr(ApiVideo, name, changed)
    assert asyncio.run(disagreements(document()))
