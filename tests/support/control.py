"""A simulator's control API without sockets; every answer is held to openapi/control.yaml."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from tests.support.openapi_documents import FOLDER, join, load, operations, target, validator

from veosim import ManualClock, Simulator, parse_scenario
from veosim.app import create_app
from veosim.clock import Clock
from veosim.control import PREFIX
from veosim.control.settings import DEFAULTS, Settings
from veosim.inprocess import Response, call
from veosim.steering import Steering
from veosim.units import SECOND

DOCUMENT = load(FOLDER / "control.yaml")
JSON = {"Content-Type": "application/json"}
YAML = {"Content-Type": "application/yaml"}


@dataclass(frozen=True)
class Answer:
    """An answer and its data: None without a body."""

    status: int
    data: Any

    @property
    def code(self) -> str:
        """Of its error."""
        return str(self.data["error"]["code"])

    @property
    def message(self) -> str:
        """Of its error."""
        return str(self.data["error"]["message"])


class Desk:
    """Where requests are handed in."""

    def __init__(
        self,
        scenario: str = "scenario: plain\n",
        *,
        clock: Clock | None = None,
        settings: Settings = DEFAULTS,
        steering: Steering | None = None,
    ) -> None:
        self.simulator = Simulator(
            parse_scenario(scenario), seed=7, clock=clock or ManualClock(), steering=steering or Steering()
        )
        self.app = create_app(self.simulator, control=settings)

    def ask(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        """One operation, as the document describes it; a text is a YAML body."""
        return asyncio.run(self.asked(method, path, body, headers))

    async def asked(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """`ask` in a loop that runs."""
        kind = {} if body is None else YAML if isinstance(body, str) else JSON
        raw = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        answer = await call(self.app, method, PREFIX + path, {**kind, **(headers or {})}, raw)
        return Answer(answer.status, held_to_document(method, path, answer))

    def submit(self, prompt: str = "a kite", **fields: object) -> str:
        """The id of a new job of the dialect api-video."""
        return asyncio.run(self.submitted(prompt, **fields))

    async def submitted(self, prompt: str = "a kite", **fields: object) -> str:
        """`submit` in a loop that runs."""
        body = json.dumps({"prompt": prompt, **fields}).encode()
        answer = await call(self.app, "POST", "/api-video/api/video/from-text", JSON, body)
        return str(json.loads(answer.body)["job_id"])

    def poll(self, job_id: str) -> str:
        """The word that a client reads."""
        answer = asyncio.run(call(self.app, "GET", f"/api-video/api/video/status/{job_id}"))
        return str(json.loads(answer.body).get("status"))

    def advance(self, seconds: int) -> None:
        """Move the clock, not through the API."""
        assert asyncio.run(cast("ManualClock", self.simulator.clock).advance(seconds * SECOND)) == []


def held_to_document(method: str, path: str, answer: Response) -> Any:
    """The answer's data, which has the shape that the document gives to this status of this operation."""
    pointer, operation = described(method, path.partition("?")[0])
    assert str(answer.status) in operation["responses"], f"{method} {path}: {answer.status} {answer.body!r}"
    response = operation["responses"][str(answer.status)]
    at = response["$ref"].removeprefix("#") if "$ref" in response else f"{pointer}/responses/{answer.status}"
    content = target(DOCUMENT, response).get("content")
    if content is None:
        assert answer.body == b""
        return None
    kind = answer.headers["content-type"].partition(";")[0]
    if kind != "application/json":
        assert kind in content
        return answer.body.decode()
    data = json.loads(answer.body)
    errors = validator(DOCUMENT, f"{at}/content/application~1json/schema").iter_errors(data)
    assert [f"{error.json_path}: {error.message}" for error in errors] == []
    return data


def described(method: str, path: str) -> tuple[str, dict[str, Any]]:
    """The operation of the document that a request is for, with its pointer."""
    for _, template, verb, operation in operations(DOCUMENT):
        if verb == method.lower() and re.fullmatch(re.sub(r"{\w+}", "[^/]*", template), path):
            return f"{join('/paths', template)}/{verb}", operation
    raise AssertionError(f"{method} {path} is not described")
