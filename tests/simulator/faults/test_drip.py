"""`break: drip`: an answer that comes one byte at a time, on the simulator's clock."""

import asyncio
import socket

import pytest
from tests.support.sockets import PROMPT, SUBMIT, answer_on, connected

from veosim import ManualClock, Simulator, parse_scenario
from veosim.app import create_app
from veosim.fixture import Upstream
from veosim.inprocess import call
from veosim.units import MILLISECOND, SECOND

DRIP = "scenario: slow\nexchanges: {submit: [{respond: {status: 200, body: hello}, break: {drip: 200ms}}]}"


def head_of(client: socket.socket) -> bytes:
    """An answer's head, read up to its end and no further."""
    found = b""
    while not found.endswith(b"\r\n\r\n"):
        found += client.recv(1)
    return found


def test_each_byte_waits_for_the_clock(veosim: Upstream) -> None:
    """The head comes at once, then a byte each time, and the connection serves on."""
    veosim.play(DRIP)
    with connected(veosim.url) as client:
        client.sendall(SUBMIT)
        assert b"content-length: 5" in head_of(client)
        veosim.clock.advance("199ms")
        client.setblocking(False)
        with pytest.raises(BlockingIOError):
            client.recv(5)
        client.settimeout(20)
        came = []
        for step in ("1ms", "400ms", "200ms"):
            veosim.clock.advance(step)
            came.append(client.recv(5))
        (exchange,) = veosim.journal
        before = exchange.answered_at
        veosim.clock.advance("200ms")
        came.append(client.recv(5))
        veosim.play("instant")
        client.sendall(SUBMIT)
        assert answer_on(client)[0] == 200
    assert [part for part in came if part] == [b"h", b"el", b"l", b"o"]
    assert (before, exchange.answered_at, exchange.status, exchange.answer) == (None, SECOND, 200, b"hello")
    assert (exchange.fault, exchange.note) == ("respond: 200, break: drip 0.2s", "")


def test_a_client_that_leaves_is_noticed(veosim: Upstream, caplog: pytest.LogCaptureFixture) -> None:
    """The journal keeps what came until then, and says so."""
    veosim.play(DRIP)
    with connected(veosim.url) as client:
        client.sendall(SUBMIT)
        head_of(client)
        veosim.clock.advance("400ms")
    veosim.clock.advance("1s")
    (exchange,) = veosim.journal
    assert (exchange.status, exchange.answer, exchange.note) == (200, b"he", "the client left after 2 of 5 bytes")
    assert (exchange.answered_at, caplog.text) == (600 * MILLISECOND, "")


def test_an_answer_that_nobody_advances_ends_early() -> None:
    """A clock that stands still ends the connection, and the journal says what was waited for."""
    with Upstream(DRIP, held_limit="20ms") as upstream, connected(upstream.url) as client:
        client.sendall(SUBMIT)
        head_of(client)
        assert client.recv(5) == b""
        upstream.clock.advance("1s")
        (exchange,) = upstream.journal
    assert (exchange.status, exchange.answer) == (200, b"")
    assert exchange.note == "waiting for clock.advance('0.2s')"


def test_an_answer_without_a_body_does_not_drip(veosim: Upstream) -> None:
    """There is nothing to wait for."""
    veosim.play('scenario: bare\nexchanges: {submit: [{respond: {status: 200, body: ""}, break: drip}]}')
    with connected(veosim.url) as client:
        for _ in range(2):
            client.sendall(SUBMIT)
            assert answer_on(client) == (200, b"")


def test_in_process_it_only_takes_its_time() -> None:
    """The answer comes whole, when its last byte is due."""
    clock = ManualClock()
    simulator = Simulator(parse_scenario(DRIP), clock=clock)
    app = create_app(simulator, root="api-video")

    async def main() -> tuple[bool, bytes]:
        task = asyncio.create_task(call(app, "POST", "/api/video/from-text", body=PROMPT))
        await asyncio.sleep(0)
        await clock.advance(999 * MILLISECOND)
        early = task.done()
        await clock.advance(MILLISECOND)
        return early, (await task).body

    assert asyncio.run(main()) == (False, b"hello")
    (exchange,) = simulator.journal
    assert (exchange.answered_at, exchange.answer) == (SECOND, b"hello")


def test_a_call_that_is_given_up_leaves_its_part() -> None:
    """Cancelling in process is the client's leaving."""
    clock = ManualClock()
    simulator = Simulator(parse_scenario(DRIP), clock=clock)
    app = create_app(simulator, root="api-video")

    async def main() -> None:
        task = asyncio.create_task(call(app, "POST", "/api/video/from-text", body=PROMPT))
        await asyncio.sleep(0)
        await clock.advance(600 * MILLISECOND)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(main())
    (exchange,) = simulator.journal
    assert (exchange.status, exchange.answer) == (200, b"hel")
