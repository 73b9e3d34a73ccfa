"""The reference gateway on a virtual loop, in front of a simulator, with its OpenAPI document as the judge."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from typing import Any, Self, TypeVar

from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from starlette.applications import Starlette

from veocontracts.reference.app import create
from veocontracts.reference.settings import Settings
from veocontracts.timing.loop import VirtualLoop
from veocontracts.timing.virtual import VirtualClock, VirtualRunner
from veosim import parse_scenario
from veosim.app import create_app
from veosim.inprocess import App, Response, call, lifespan
from veosim.resources import openapi
from veosim.simulator import Simulator

T = TypeVar("T")
URI = "urn:cn8-gateway"
DOCUMENT: dict[str, Any] = {**openapi("cn8-gateway")}
TEXT = "/v1/proxy/media-video-from-text"
IMAGE = "/v1/proxy/media-video-from-image"
JOB = "/v2/jobs/{job_id}"
CHARGES = "/v2/charges"
KEY = "vk-main"
assert validator_for({"$schema": "https://json-schema.org/draft/2020-12/schema"}) is Draft202012Validator


def problems(method: str, path: str, answer: Response) -> list[str]:
    """What the OpenAPI document has against an answer; `path` is a template of the document."""
    responses = DOCUMENT["paths"][path][method.lower()]["responses"]
    if str(answer.status) not in responses:
        return [f"{answer.status} is not documented"]
    response = responses[str(answer.status)]
    pointer = f"/paths/{path.replace('/', '~1')}/{method.lower()}/responses/{answer.status}"
    if "$ref" in response:
        pointer = response["$ref"].removeprefix("#")
        response = DOCUMENT["components"]["responses"][pointer.rpartition("/")[2]]
    missing = [name for name in response.get("headers", {}) if name.lower() not in answer.headers]
    schema = {"$ref": f"{URI}#{pointer}/content/application~1json/schema".replace("{", "%7B").replace("}", "%7D")}
    registry: Registry[Any] = Registry().with_resource(URI, DRAFT202012.create_resource(DOCUMENT))
    validator = Draft202012Validator(schema, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER)
    errors = [error.message for error in validator.iter_errors(json.loads(answer.body))]
    return [*(f"no header {name}" for name in missing), *errors]


class Client:
    """Calls the gateway, and holds every answer to the document."""

    def __init__(self, make: Callable[[], Starlette], simulator: Simulator, loop: VirtualLoop) -> None:
        self.app, self.simulator, self.loop = make(), simulator, loop
        self._make, self._running = make, AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._running.enter_async_context(lifespan(self.app))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._running.aclose()

    async def restart(self, down: float = 0) -> None:
        """Stop the gateway, and start another one in its place."""
        await self._running.aclose()
        await self.wait(down)
        self.app = self._make()
        await self._running.enter_async_context(lifespan(self.app))

    async def send(
        self, method: str, path: str, body: object = None, key: str | None = KEY, **places: str
    ) -> tuple[int, Any, Mapping[str, str]]:
        """Status, data and headers of an answer that the document allows."""
        headers = {"Authorization": f"Bearer {key}"} if key is not None else {}
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        answer = await call(self.app, method, path.format(**places), headers, raw)
        assert problems(method, path, answer) == [], answer.body
        return answer.status, json.loads(answer.body), answer.headers

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)  # why: the loop is virtual, so this is a jump

    async def submit(self, body: object, path: str = TEXT, key: str | None = KEY) -> Any:
        """An accepted job."""
        status, data, _ = await self.send("POST", path, body, key)
        assert (status, data["status"]) == (202, "accepted")
        return data["job"]["id"]

    async def job(self, job_id: str, key: str = KEY) -> Any:
        """The job as it stands."""
        return (await self.send("GET", JOB, None, key, job_id=job_id))[1]

    async def charges(self, key: str = KEY) -> Any:
        """The key's ledger."""
        return (await self.send("GET", CHARGES, None, key))[1]


def with_reference(
    work: Callable[[Client], Awaitable[T]],
    scenario: str = "",
    settings: Settings | None = None,
    beside: Callable[[App], App] = lambda app: app,
    **kwargs: Any,
) -> T:
    """Run `work` with a client of a fresh gateway; by default the upstream succeeds after 12 s.

    Args:
        work: what the client does.
        scenario: what the upstream does.
        settings: the gateway's.
        beside: wraps the upstream's app, so that another host lives beside it.
        kwargs: of the gateway's factory.
    """
    played = parse_scenario(scenario or "scenario: s\njobs: [{outcome: succeed, queue: 2s, run: 10s}]")

    async def run(loop: VirtualLoop) -> T:
        simulator = Simulator(played, clock=VirtualClock(loop))
        upstream = beside(create_app(simulator, root=kwargs.get("dialect", "api-video")))
        make = partial(create, "http://upstream.invalid", upstream, settings=settings, **kwargs)
        async with Client(make, simulator, loop) as client:
            return await work(client)

    with VirtualRunner() as runner:
        return runner.run(run)
