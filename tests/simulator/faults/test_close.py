"""`break: close`: a connection that ends in good order and without an answer."""

import asyncio

import pytest
from tests.support.sockets import PROMPT, SUBMIT, all_of, connected

from veosim import ManualClock, Simulator, parse_scenario
from veosim.app import create_app
from veosim.fixture import Upstream
from veosim.inprocess import call

CLOSE = "scenario: closed\nexchanges: {{submit: [{{accept: {accept}, break: close}}]}}"


@pytest.mark.parametrize("accept", ["true", "false"])
def test_the_client_reads_the_end_of_the_stream(
    veosim: Upstream, accept: str, caplog: pytest.LogCaptureFixture
) -> None:
    """No byte and no reset, with a job and without one."""
    veosim.play(CLOSE.format(accept=accept))
    with connected(veosim.url) as client:
        client.sendall(SUBMIT)
        assert all_of(client) == b""
    veosim.clock.advance("1s")
    (exchange,) = veosim.journal
    assert (exchange.status, exchange.fault, exchange.created) == (None, "break: close", accept == "true")
    assert (exchange.answered_at, exchange.note, len(veosim.jobs)) == (0, "", accept == "true")
    assert caplog.text == ""


def test_in_process_the_call_fails() -> None:
    """As a call over a socket would; the words tell it from a reset."""
    simulator = Simulator(parse_scenario(CLOSE.format(accept="true")), clock=ManualClock())
    app = create_app(simulator, root="api-video")
    with pytest.raises(ConnectionResetError, match=r"^the connection ended without an answer$"):
        asyncio.run(call(app, "POST", "/api/video/from-text", body=PROMPT))
    (exchange,) = simulator.journal
    assert (exchange.status, exchange.answered_at, len(simulator.jobs)) == (None, 0, 1)
