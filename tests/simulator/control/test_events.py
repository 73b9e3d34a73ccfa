"""Exchanges for whoever listens."""

import asyncio
import json
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.support.control import Desk

from veosim.clock import settle_arrivals
from veosim.control.events import Hub, Listener
from veosim.control.refusals import RefusedError
from veosim.control.wire import exchange_record
from veosim.journal import Exchange, Journal, Watcher

POLL = Exchange(1, 0, "api-video", "status", "poll", "GET", "/")


async def read(listener: Listener, heartbeat: float = 60) -> AsyncIterator[bytes]:
    """What it is sent, one piece at a time."""
    async for piece in listener.read(heartbeat):
        yield piece


def parsed(piece: bytes) -> tuple[str, str, Any]:
    """Name, id and data of one event."""
    fields = dict(line.split(": ", 1) for line in piece.decode().strip().splitlines())
    return fields["event"], fields.get("id", ""), json.loads(fields["data"])


def test_an_exchange_is_told_twice() -> None:
    """As it opens and as it closes, each as it stood then, with its number as the id and without its bodies."""

    async def run() -> list[bytes]:
        hub = Hub()
        journal = Journal(namespace="a", watchers=[hub.tell])
        stream = read(hub.join(None))
        first = await anext(stream)
        exchange = journal.open(Exchange(0, 5, "api-video", "status", "poll", "GET", "/", request=b"x"))
        before = exchange_record(exchange, bodies=False)
        exchange.status = 200
        journal.close(exchange, 7)
        pieces = [first, await anext(stream), await anext(stream)]
        assert parsed(pieces[1]) == ("opened", "1", before)
        assert parsed(pieces[2]) == ("closed", "1", {**before, "status": 200, "answered_at": 7e-09})
        return pieces

    assert asyncio.run(run())[0] == b": connected\n\n"


def test_a_listener_hears_of_its_namespace() -> None:
    """And of all, where it named none."""

    async def run() -> list[list[str]]:
        hub = Hub()
        streams = [read(hub.join(name)) for name in (None, "a")]
        for stream in streams:
            await anext(stream)
        for name in ("b", "a"):
            journal = Journal(namespace=name, watchers=[hub.tell])
            journal.open(Exchange(0, 0, "", "", "", "GET", f"/{name}"))
        heard = [[await anext(streams[0]), await anext(streams[0])], [await anext(streams[1])]]
        return [[parsed(piece)[2]["path"] for piece in pieces] for pieces in heard]

    assert asyncio.run(run()) == [["/b", "/a"], ["/a"]]


def test_a_slow_listener_is_dropped_and_told_so() -> None:
    """At the first event that finds no room; nothing more is kept for it."""

    async def run() -> list[bytes]:
        hub = Hub(queue=3)
        listener = hub.join(None)
        stream = read(listener)
        await anext(stream)
        for _ in range(3):
            hub.tell("opened", POLL)
        before = listener.lost
        for _ in range(5):
            hub.tell("opened", POLL)
        assert (before, listener.lost) == (False, True)
        return [piece async for piece in stream]

    reason = "more than 3 events wait to be read; connect again, and read the journal for the rest"
    assert [parsed(piece) for piece in asyncio.run(run())] == [
        ("dropped", "", {"reason": reason.replace("wait", "waited")})
    ]


def test_silence_is_filled() -> None:
    """With a comment, which no reader takes for an event."""

    async def run() -> list[bytes]:
        stream = read(Hub().join(None), 0.001)
        return [await anext(stream) for _ in range(3)]

    assert asyncio.run(run()) == [b": connected\n\n", b": still here\n\n", b": still here\n\n"]


def test_listeners_are_bounded() -> None:
    """One that leaves makes room."""

    async def run() -> None:
        hub = Hub(listeners=2)
        first, _ = hub.join(None), hub.join(None)
        with pytest.raises(RefusedError, match=r"^2 listeners are connected already; disconnect one$"):
            hub.join(None)
        hub.leave(first)
        hub.join(None)

    asyncio.run(run())


def test_nothing_is_written_down_for_nobody() -> None:
    """Without a listener an exchange is not even looked at: the hub is among the watchers only while it has one."""

    async def run() -> list[int]:
        hub, watchers = Hub(), list[Watcher]()
        hub.watch(watchers)
        found = [len(watchers)]
        first, second = hub.join(None), hub.join("a")
        found.append(len(watchers))
        for listener in (first, second):
            hub.leave(listener)
            found.append(len(watchers))
        return found

    assert asyncio.run(run()) == [0, 1, 1, 0]


@asynccontextmanager
async def connected(desk: Desk, path: str) -> AsyncIterator[list[MutableMapping[str, Any]]]:
    """What a client is sent while the block runs; it leaves at the end."""
    left, begun, sent = asyncio.Event(), asyncio.Event(), list[MutableMapping[str, Any]]()

    async def receive() -> MutableMapping[str, Any]:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)
        if message.get("body"):
            begun.set()

    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [],
        "server": ("127.0.0.1", 80),
        "extensions": {},
    }
    task = asyncio.create_task(desk.app(scope, receive, send))
    await begun.wait()
    yield sent
    left.set()
    await task


def test_the_operation_streams_until_its_client_leaves() -> None:
    """A submit in its namespace is two events; after that nobody is listening any more."""

    async def run(desk: Desk) -> list[MutableMapping[str, Any]]:
        async with connected(desk, "/_veosim/events?namespace=a") as sent:
            for prompt in ("[[#b]]", "[[#a]]"):
                await desk.submitted(prompt)
            await settle_arrivals()
        return sent

    desk = Desk()
    start, _, *events = asyncio.run(run(desk))
    headers = dict(start["headers"])
    assert (start["status"], headers[b"content-type"]) == (200, b"text/event-stream; charset=utf-8")
    assert headers[b"cache-control"] == b"no-store"
    told = [parsed(message["body"]) for message in events if message.get("body")]
    assert [(name, number, data["namespace"]) for name, number, data in told] == [
        ("opened", "1", "a"),
        ("closed", "1", "a"),
    ]
    assert asyncio.run(desk.asked("GET", "/events?namespace=-")).code == "bad_name"


def test_a_listener_that_left_is_forgotten() -> None:
    """Its place is free again."""

    async def run(desk: Desk) -> None:
        for _ in range(70):  # more than there are places
            async with connected(desk, "/_veosim/events"):
                pass

    asyncio.run(run(Desk()))
