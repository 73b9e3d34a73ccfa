"""Real sockets: faults as clients meet them, addresses that cannot be had, starts and ends."""

import asyncio
import http.client
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from veosim import ManualClock, Simulator, VeosimError, parse_scenario
from veosim.app import create_app
from veosim.clock import monotonic
from veosim.fixture import Upstream
from veosim.server import KEEP_ALIVE, Server, ThreadedServer, listen, serving
from veosim.units import MILLISECOND, SECOND

SUBMIT = (
    b'POST /api-video/api/video/from-text HTTP/1.1\r\nHost: x\r\nContent-Length: 25\r\n\r\n{"prompt":"A paper boat"}'
)
POLL = b"GET /api-video/api/video/status/none HTTP/1.1\r\nHost: x\r\n\r\n"
UNKNOWN = (404, b'{"status":"error","message":"No job has the id \'none\'."}')
BREAK = "scenario: broken\nexchanges: {{submit: [{{accept: {accept}, break: {word}}}]}}"
DELAY = "scenario: slow\nexchanges: {submit: [{delay: 1h}]}"
SOON = 5.0


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    """An app that is never called."""


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    """A client's socket."""
    host, port = url.removeprefix("http://").rsplit(":", 1)
    with socket.create_connection((host.strip("[]"), int(port)), timeout=20) as client:
        yield client


def answer_on(client: socket.socket) -> tuple[int, bytes]:
    """The next answer on a connection."""
    response = http.client.HTTPResponse(client)
    response.begin()
    with response:
        return response.status, response.read()


def seconds_of(work: Callable[[], object]) -> float:
    """How long something really took."""
    began = monotonic()
    work()
    return (monotonic() - began) / SECOND


@pytest.mark.parametrize("accept", ["true", "false"])
def test_a_reset_is_a_reset(veosim: Upstream, accept: str) -> None:
    """`break: reset` is ECONNRESET at the client, with a job and without one."""
    veosim.play(BREAK.format(word="reset", accept=accept))
    with connected(veosim.url) as client:
        client.sendall(SUBMIT)
        with pytest.raises(ConnectionResetError):
            client.recv(1)
    (exchange,) = veosim.journal
    assert (exchange.status, exchange.fault, exchange.created) == (None, "break: reset", accept == "true")
    assert len(veosim.jobs) == (accept == "true")


def test_a_hang_lasts_until_the_client_leaves(veosim: Upstream) -> None:
    """`break: hang` leaves the exchange open, and moving the clock does not end it; the client's end does."""
    veosim.play(BREAK.format(word="hang", accept="true"))
    with connected(veosim.url) as client:
        client.sendall(SUBMIT)
        (exchange,) = veosim.journal.wait_for(1)
        veosim.clock.advance("1h")
        while_open = exchange.answered_at
    veosim.play("instant")
    with connected(veosim.url) as other:
        other.sendall(SUBMIT)
        assert answer_on(other)[0] == 200
    veosim.clock.advance("1s")
    assert (while_open, exchange.answered_at, exchange.status) == (None, 3600 * SECOND, None)


@pytest.mark.parametrize(
    ("entry", "note"),
    [("delay: 300ms, break: reset", ""), ("delay: 300ms", "the client left before the answer")],
    ids=["reset", "answer"],
)
def test_a_client_that_leaves_during_a_delay(
    veosim: Upstream, entry: str, note: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever was to follow, nobody is answered, the journal says so, and the server does not complain."""
    veosim.play(f"scenario: slow\nexchanges: {{submit: [{{{entry}}}]}}")
    with connected(veosim.url) as client:
        client.sendall(SUBMIT)
        (exchange,) = veosim.journal.wait_for(1)
    veosim.clock.advance("1s")
    found = exchange.status, exchange.answer, exchange.answered_at, exchange.note
    assert found == (None, b"", 300 * MILLISECOND, note)
    assert caplog.text == ""


@pytest.mark.parametrize("scenario", [BREAK.format(word="hang", accept="true"), DELAY], ids=["hang", "delay"])
def test_stopping_waits_for_nobody(scenario: str, caplog: pytest.LogCaptureFixture) -> None:
    """A server with an exchange that never ends stops at once and without complaint; its client sees the end."""
    server = ThreadedServer(create_app(simulator := Simulator(parse_scenario(scenario), clock=ManualClock())))
    server.start()
    with connected(server.url) as client:
        client.sendall(SUBMIT)
        server.call(simulator.journal.wait(lambda: len(simulator.journal) == 1, SOON, "the submit"))
        assert seconds_of(server.stop) < SOON
        assert client.recv(1) == b""


def test_connections_are_kept(veosim: Upstream) -> None:
    """One connection carries many exchanges, and stays open for clients that poll slowly."""
    with connected(veosim.url) as client:
        answers = []
        for _ in range(3):
            client.sendall(POLL)
            answers.append(answer_on(client))
        client.sendall(POLL + POLL)
        answers += [answer_on(client)]
    assert answers == [UNKNOWN] * 4
    assert (Server(nothing, guest=True).config.timeout_keep_alive, KEEP_ALIVE) == (75, 75)


def test_a_taken_port_is_explained() -> None:
    """The error names the address and the way out."""
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(VeosimError) as caught:
            listen("127.0.0.1", port)
    assert str(caught.value) == (
        f"cannot listen on 127.0.0.1:{port}: Address already in use; "
        "choose another with --port, or --port 0 for any free one"
    )


def test_an_address_of_another_machine_is_explained() -> None:
    """An address that this machine does not have is an error of the same kind."""
    with pytest.raises(VeosimError, match=r"^cannot listen on 203\.0\.113\.1:0: Cannot assign requested address; "):
        listen("203.0.113.1", 0)


def test_a_server_can_share_a_loop() -> None:
    """`serving` answers in a loop that is already running, and frees its port at the end."""

    async def main() -> tuple[tuple[int, bytes], str]:
        async with serving(create_app(Simulator())) as url:
            return await asyncio.to_thread(ask, url), url

    def ask(url: str) -> tuple[int, bytes]:
        with connected(url) as client:
            client.sendall(POLL)
            return answer_on(client)

    answer, url = asyncio.run(main())
    assert answer == UNKNOWN
    with pytest.raises(ConnectionRefusedError), connected(url):
        pass


def test_two_servers_share_nothing() -> None:
    """Jobs and journal of one server are invisible to the other."""
    with Upstream() as one, Upstream() as other:
        with connected(one.url) as client:
            client.sendall(SUBMIT)
            assert answer_on(client)[0] == 200
        assert (len(one.jobs), len(other.jobs), len(one.journal), len(other.journal)) == (1, 0, 1, 0)


def test_a_server_that_does_not_run_cannot_be_asked() -> None:
    """Before its start and after its end a threaded server refuses work with an error, not with a wait."""

    async def work() -> None:
        """Never run."""

    server = ThreadedServer(nothing)
    with pytest.raises(VeosimError, match="the simulator is not running"):
        server.call(work())
    server.start()
    server.call(work())
    server.stop()
    with pytest.raises(VeosimError, match="the simulator is not running"):
        server.call(work())


def test_a_server_that_never_ran_can_be_stopped() -> None:
    """Stopping before starting frees the port."""
    server = ThreadedServer(nothing)
    server.stop()
    with pytest.raises(ConnectionRefusedError), connected(server.url):
        pass


def test_a_guest_leaves_the_loggers_of_the_process_alone() -> None:
    """A gateway that runs on uvicorn in the same process keeps its own logging."""
    loggers = [logging.getLogger(f"uvicorn.{name}") for name in ("error", "access", "asgi")]

    def state() -> list[tuple[int, list[logging.Handler], bool]]:
        return [(logger.level, list(logger.handlers), logger.propagate) for logger in loggers]

    before = state()
    with Upstream(parse_scenario("scenario: mine")):
        assert state() == before
