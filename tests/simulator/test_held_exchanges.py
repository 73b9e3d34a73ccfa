"""Exchanges that wait for something outside the simulator: callbacks before an answer, images behind URLs."""

import asyncio
import json
import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest
from tests.support.asgi import call

from veosim import ManualClock, Simulator
from veosim.app import create_app
from veosim.clock import HeldError
from veosim.dialects import DIALECTS
from veosim.fixture import Upstream
from veosim.inprocess import App
from veosim.outbound.base import FETCH_LIMIT, Guarded

EARLY = "scenario: early\ncallbacks: {before_submit_answer: true}\n"
OPERATION, EXAMPLE = DIALECTS["image-to-video"].example()
PATH = f"/image-to-video{OPERATION.path}"


def submit(url: str, body: Mapping[str, Any]) -> bytes:
    """What a client reads until the connection ends."""
    host, port = url.removeprefix("http://").split(":")
    raw = json.dumps(body).encode()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\nConnection: close\r\nContent-Length: {len(raw)}"
    )
    with socket.create_connection((host, int(port)), timeout=20) as client:
        client.sendall(head.encode() + b"\r\n\r\n" + raw)
        return b"".join(iter(lambda: client.recv(65_536), b""))


def test_a_reset_before_the_answer_is_a_504() -> None:
    """The client is not told of a job that is no more."""
    with socket.create_server(("127.0.0.1", 0)) as silent, Upstream(EARLY) as upstream, ThreadPoolExecutor(1) as other:
        body = {**EXAMPLE, "callback_url": f"http://127.0.0.1:{silent.getsockname()[1]}/hook"}
        answer = other.submit(submit, upstream.url, body)
        upstream.journal.wait_for(1, kind="callback")
        upstream.reset()
        head, _, data = answer.result(20).partition(b"\r\n\r\n")
        assert (upstream.jobs, list(upstream.journal)) == ([], [])
    assert head.startswith(b"HTTP/1.1 504 ")
    assert json.loads(data) == {"code": 504, "msg": "the simulator was reset", "data": None}


def test_what_undid_an_exchange_stands_in_the_journal() -> None:
    """Where the journal is still there."""
    simulator = Simulator(clock=ManualClock())

    async def first() -> None:
        raise HeldError("the simulator was reset")

    simulator.tenants.default.announce = lambda *_: first  # type: ignore[method-assign]
    answer = asyncio.run(call(create_app(simulator), "POST", PATH, EXAMPLE, headers={"Authorization": "Bearer k"}))
    (exchange,) = simulator.journal
    assert (answer.status, exchange.status, exchange.note) == (504, 504, "the simulator was reset")


class Album(Guarded):
    """Images that take until the test is over; counts those that are fetched and those that nobody waits for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()
        self.left = asyncio.Event()

    async def get(self, url: str, limit: int = FETCH_LIMIT) -> bytes:  # noqa: ARG002  the client's own signature
        """Never there."""
        self.asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.left.set()
        return b""


def test_a_client_that_leaves_stops_the_fetching() -> None:
    """Nothing is fetched for nobody, and what came of it is no exchange."""
    album = Album()
    simulator = Simulator(clock=ManualClock(), outbound=album, fetch_images=True)
    body, told = json.dumps(EXAMPLE).encode(), asyncio.Event()

    async def run() -> list[Any]:
        messages = [{"type": "http.request", "body": body, "more_body": False}]
        sent = list[Any]()

        async def receive() -> Any:
            if messages:
                return messages.pop()
            await told.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"authorization", b"Bearer k")]
        scope = {"type": "http", "method": "POST", "path": PATH, "headers": headers, "scheme": "http", "root_path": ""}
        async with asyncio.timeout(10), asyncio.TaskGroup() as group:
            group.create_task(cast("Any", cast("App", create_app(simulator))(scope, receive, send)))
            await album.asked.wait()
            told.set()
            await album.left.wait()
        return sent

    assert asyncio.run(run()) == []
    assert (list(simulator.journal), simulator.jobs) == ([], {})


def test_a_body_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where its images are fetched in between."""
    dialect, count = DIALECTS["api-video"], 0
    parse = type(dialect).parse

    def counting(*given: Any) -> Any:
        nonlocal count
        count += 1
        return parse(*given)

    monkeypatch.setattr(type(dialect), "parse", counting)
    app = create_app(Simulator(clock=ManualClock(), fetch_images=True))
    answer = asyncio.run(call(app, "POST", "/api-video/api/video/from-text", {"prompt": "A paper boat"}))
    assert (answer.status, count) == (200, 1)
