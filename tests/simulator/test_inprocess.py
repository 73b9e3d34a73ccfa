"""Calling apps without a socket: answers, resets, hangs, and their start-up and shut-down."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from veosim import ManualClock, Simulator, VeosimError, parse_scenario
from veosim.app import create_app
from veosim.inprocess import CLOSE, RESET, App, call, lifespan

SUBMIT = ("POST", "/api/video/from-text", {"content-type": "application/json"}, b'{"prompt": "A paper boat"}')


def upstream(exchanges: str = "") -> App:
    """The simulator's own app."""
    scenario = parse_scenario(f"scenario: s\nexchanges: {{submit: [{exchanges}]}}" if exchanges else "scenario: s")
    return create_app(Simulator(scenario, clock=ManualClock()), root="api-video")


def test_a_call_carries_everything_to_the_app() -> None:
    """Method, decoded path, query, headers and body arrive; status, headers in lower case and the whole body return."""

    async def echo(request: Request) -> Response:
        seen = [request.method, request.url.path, dict(request.query_params), request.headers["x-key"]]
        return JSONResponse([*seen, (await request.body()).decode()], 201, {"X-Odd": "é"})

    app = Starlette(routes=[Route("/{path:path}", echo, methods=["POST"])])
    answer = asyncio.run(call(app, "POST", "/jobs/a%20b%2Fc?x=1&y=%20", {"X-Key": "k"}, b"body"))
    assert (answer.status, answer.headers["x-odd"], json.loads(answer.body)) == (
        201,
        "é",
        ["POST", "/jobs/a b/c", {"x": "1", "y": " "}, "k", "body"],
    )


def test_chunks_are_put_together() -> None:
    """A streamed answer comes back whole."""

    async def stream(_: Request) -> Response:
        return StreamingResponse(iter([b"one ", b"two ", b"three"]))

    answer = asyncio.run(call(Starlette(routes=[Route("/", stream)]), "GET", "/"))
    assert (answer.status, answer.body) == (200, b"one two three")


def test_a_reset_is_a_lost_connection() -> None:
    """The simulator's `break: reset` is what a client over a socket would see."""
    with pytest.raises(ConnectionResetError, match=r"^the connection was reset by the app$"):
        asyncio.run(call(upstream("{accept: true, break: reset}"), *SUBMIT))


def test_an_app_that_does_not_answer_is_a_lost_connection() -> None:
    """An app that returns without an answer does not give an empty one."""

    async def mute(scope: Any, receive: Any, send: Any) -> None:
        assert RESET in scope["extensions"]

    with pytest.raises(ConnectionResetError, match=r"^the connection ended without an answer$"):
        asyncio.run(call(mute, "GET", "/"))


def test_an_app_that_ends_within_its_answer_is_a_lost_connection() -> None:
    """A part is no answer, even if it looks whole."""

    async def stops(scope: Any, receive: Any, send: Any) -> None:
        assert CLOSE in scope["extensions"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}", "more_body": True})

    with pytest.raises(ConnectionResetError, match=r"^the connection ended within the answer$"):
        asyncio.run(call(stops, "GET", "/"))


def test_cancelling_a_hang_ends_it() -> None:
    """A client that gives up takes the handler with it, as a closed connection would."""
    ended: list[str] = []

    async def hang(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        try:
            await receive()
        finally:
            ended.append("ended")

    async def work() -> None:
        task = asyncio.create_task(call(hang, "GET", "/"))
        await asyncio.sleep(0)
        assert not task.done()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(work())
    assert ended == ["ended"]


def test_the_simulators_hang_can_be_cancelled() -> None:
    """`break: hang` lasts until the client leaves, and the journal says that nothing was answered."""
    simulator = Simulator(
        parse_scenario("scenario: s\nexchanges: {submit: [{accept: true, break: hang}]}"), clock=ManualClock()
    )

    async def work() -> None:
        task = asyncio.create_task(call(create_app(simulator, root="api-video"), *SUBMIT))
        await asyncio.sleep(0)  # one turn of the loop brings the call into its hang
        assert len(simulator.journal) == 1
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(work())
    (exchange,) = simulator.journal
    assert (exchange.status, exchange.fault, exchange.created, exchange.answered_at) == (None, "break: hang", True, 0)


def test_start_up_and_shut_down_run_around_the_block() -> None:
    """What the app shares with its requests is handed out."""
    seen: list[str] = []

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[dict[str, object]]:
        seen.append("up")
        yield {"pool": 7}
        seen.append("down")

    async def work() -> None:
        async with lifespan(Starlette(lifespan=life)) as state:
            seen.append(f"block {state}")

    asyncio.run(work())
    assert seen == ["up", "block {'pool': 7}", "down"]


def connect() -> None:
    """What a gateway may do first."""
    raise RuntimeError("no database")


def test_a_failed_start_up_is_an_error() -> None:
    """The app's own words are kept."""

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        connect()
        yield

    async def work() -> None:
        async with lifespan(Starlette(lifespan=life)):
            raise AssertionError("the block must not run")

    with pytest.raises(VeosimError, match=r"(?s)^the app did not start: .*RuntimeError: no database"):
        asyncio.run(work())


async def raises(scope: Any, receive: Any, send: Any) -> None:
    """An app that knows no lifespan and says so."""
    raise NotImplementedError(scope["type"])


async def returns(scope: Any, receive: Any, send: Any) -> None:
    """An app that knows no lifespan and says nothing."""


@pytest.mark.parametrize("app", [raises, returns])
def test_an_app_without_lifespan_runs_as_it_is(app: App) -> None:
    """The block runs, and nothing waits for an answer that will not come."""

    async def work() -> dict[str, Any]:
        async with asyncio.timeout(10), lifespan(app) as state:
            return state

    assert asyncio.run(work()) == {}


def test_an_app_that_breaks_after_its_start_up_can_still_be_left() -> None:
    """Leaving the block does not wait for an app whose lifespan is over."""

    async def breaks(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        raise RuntimeError("gone")

    async def work() -> str:
        async with asyncio.timeout(10), lifespan(breaks):
            await asyncio.sleep(0)
        return "left"

    assert asyncio.run(work()) == "left"
