"""Real sockets: faults as clients meet them, addresses that cannot be had, starts and ends."""

import asyncio
import logging
import socket
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from tests.support.sockets import SUBMIT, answer_on, connected

from veosim import ManualClock, Simulator, VeosimError, parse_scenario
from veosim.app import create_app
from veosim.clock import monotonic
from veosim.fixture import Upstream
from veosim.server import KEEP_ALIVE, Server, ThreadedServer, listen, serving
from veosim.units import MILLISECOND, SECOND

POLL = b"GET /api-video/api/video/status/none HTTP/1.1\r\nHost: x\r\n\r\n"
UNKNOWN = (404, b'{"status":"error","message":"No job has the id \'none\'."}')
BREAK = "scenario: broken\nexchanges: {{submit: [{{accept: {accept}, break: {word}}}]}}"
DELAY = "scenario: slow\nexchanges: {submit: [{delay: 1h}]}"
SOON = 5.0


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    """An app that is never called."""


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
    way_out = "; choose an address of this machine with --host$"
    with pytest.raises(
        VeosimError, match=rf"^cannot listen on 203\.0\.113\.1:0: Cannot assign requested address{way_out}"
    ):
        listen("203.0.113.1", 0)
    with pytest.raises(VeosimError, match=rf"^cannot listen on nohost\.invalid:0: .+{way_out}"):
        listen("nohost.invalid", 0)


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
    """Nothing is bound before the start, so there is nothing to free, and no URL."""
    server = ThreadedServer(nothing)
    server.stop()
    with pytest.raises(VeosimError, match="has no URL before it is started"):
        server.url  # noqa: B018  reading it is what fails


def test_a_server_runs_once() -> None:
    """A second start is refused in words, while it runs and after that; its port is free then."""
    server = ThreadedServer(nothing)
    server.start()
    with pytest.raises(VeosimError, match="was started before; make another one"):
        server.start()
    server.stop()
    with pytest.raises(VeosimError, match="was started before; make another one"):
        server.start()
    with pytest.raises(ConnectionRefusedError), connected(server.url):
        pass


def test_a_server_that_ended_hides_no_failure_of_its_test() -> None:
    """Leaving an upstream that does not run any more adds no error of its own."""
    upstream = Upstream()

    def work() -> None:
        with upstream:
            upstream._server.stop()
            raise KeyError("the test's own")

    with pytest.raises(KeyError, match="the test's own"):
        work()
    assert repr(upstream) == "<veosim, not running>"


UPGRADES = {"h2c": b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n", "websocket": b"Upgrade: websocket\r\n"}
BODY = b'{"prompt":"A paper boat"}'


def upgrading(word: str, connection: bytes = b"Upgrade, HTTP2-Settings") -> bytes:
    """The head of a submit that asks for another protocol."""
    head = b"POST /api-video/api/video/from-text HTTP/1.1\r\nHost: x\r\nContent-Length: 25\r\n"
    return head + b"Connection: " + connection + b"\r\n" + UPGRADES[word] + b"\r\n"


@pytest.mark.parametrize("word", UPGRADES)
@pytest.mark.parametrize("parts", [1, 2, 5], ids=["whole", "head and body", "pieces"])
def test_a_wish_for_another_protocol_is_ignored(veosim: Upstream, word: str, parts: int) -> None:
    """The request is answered in HTTP/1.1, with its body, however it is cut; so is the next one on the connection."""
    whole, head = upgrading(word) + BODY, len(upgrading(word))
    cuts = {1: [], 2: [head], 5: [10, head - 3, head + 4, head + 9]}[parts]
    with connected(veosim.url) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for begin, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
            client.sendall(whole[begin:end])
            veosim.clock.advance("0s")  # what has been sent is read, so that the pieces stay apart
        first = answer_on(client)[0]
        client.sendall(POLL)
        assert (first, answer_on(client)) == (200, UNKNOWN)
    assert [exchange.request for exchange in veosim.journal] == [BODY, b""]


def test_wishes_for_another_protocol_may_be_pipelined(veosim: Upstream) -> None:
    """Every request in one segment is answered, in order, also behind one without a body."""
    get = b"GET /api-video/api/video/status/none HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    last = POLL.replace(b"Host", b"Connection: close\r\nHost")
    with connected(veosim.url) as client:
        client.sendall(get * 500 + upgrading("h2c") + BODY + last)
        answers = b"".join(iter(partial(client.recv, 65_536), b"")).split(b"HTTP/1.1 ")
    assert [answer[:3] for answer in answers[1:]] == [b"404"] * 500 + [b"200", b"404"]


def test_what_else_the_connection_header_says_is_kept(veosim: Upstream) -> None:
    """A client that wants the connection closed gets that."""
    with connected(veosim.url) as client:
        client.sendall(upgrading("h2c", b"Upgrade, close") + BODY)
        assert answer_on(client)[0] == 200
        assert client.recv(1) == b""


@pytest.mark.parametrize("target", [b"example.test:443", b"/", b"example.test"])
def test_a_tunnel_is_not_dug(veosim: Upstream, target: bytes) -> None:
    """CONNECT is a method like others, and no wish to ignore."""
    with connected(veosim.url) as client:
        client.sendall(b"CONNECT " + target + b" HTTP/1.1\r\nHost: x\r\n\r\nabc")
        assert answer_on(client)[0] in {400, 404, 405}


def test_nobody_tells_the_server_its_scheme(veosim: Upstream) -> None:
    """What a proxy's headers say changes no URL in an answer."""
    headers = b"X-Forwarded-Proto: https\r\nX-Forwarded-For: 203.0.113.9\r\nContent-Length"
    with connected(veosim.url) as client:
        client.sendall(SUBMIT.replace(b"Content-Length", headers))
        assert answer_on(client)[0] == 200
        veosim.clock.advance("1m")
        client.sendall(POLL.replace(b"none", veosim.jobs[0].id.encode()))
        assert b'"http://x/api-video/media/' in answer_on(client)[1]


def test_a_guest_leaves_the_loggers_of_the_process_alone() -> None:
    """A gateway that runs on uvicorn in the same process keeps its own logging."""
    loggers = [logging.getLogger(f"uvicorn.{name}") for name in ("error", "access", "asgi")]

    def state() -> list[tuple[int, list[logging.Handler], bool]]:
        return [(logger.level, list(logger.handlers), logger.propagate) for logger in loggers]

    before = state()
    with Upstream(parse_scenario("scenario: mine")):
        assert state() == before
