"""What a fault can do to a connection that goes on: how long it may be idle."""

import asyncio

import pytest
from tests.support.sockets import PROMPT, SUBMIT, all_of, answer_on, connected

from veosim import ManualClock, Simulator, parse_scenario
from veosim.app import create_app
from veosim.clock import monotonic
from veosim.fixture import Upstream
from veosim.inprocess import call
from veosim.units import MILLISECOND, SECOND

FIRST = "scenario: brief\nexchanges: {{submit: [{{when: {{nth: {nth}}}, keep_alive: {time}}}]}}"


@pytest.mark.parametrize("time", ["0s", "100ms"])
def test_an_idle_connection_is_closed(veosim: Upstream, time: str) -> None:
    """The answer is whole, and after that much real time without a request the stream ends."""
    veosim.play(FIRST.format(nth=1, time=time))
    with connected(veosim.url) as client:
        client.sendall(SUBMIT)
        assert answer_on(client)[0] == 200
        began = monotonic()
        assert all_of(client) == b""
        idle = monotonic() - began
    assert idle < 5 * SECOND
    assert time == "0s" or idle > 50 * MILLISECOND
    (exchange,) = veosim.journal
    assert (exchange.status, exchange.fault) == (200, f"keep_alive: {'0s' if time == '0s' else '0.1s'}")


def test_the_next_answer_settles_it_anew(veosim: Upstream) -> None:
    """A connection that carries another request in time is kept as usual after that."""
    veosim.play(FIRST.format(nth=1, time="300ms"))
    with connected(veosim.url) as client:
        for _ in range(2):
            client.sendall(SUBMIT)
            assert answer_on(client)[0] == 200
        client.settimeout(0.6)
        with pytest.raises(TimeoutError):
            client.recv(1)


def test_in_process_nothing_is_kept() -> None:
    """There is no connection, so only the journal tells."""
    simulator = Simulator(parse_scenario(FIRST.format(nth=1, time="5s")), clock=ManualClock())
    app = create_app(simulator, root="api-video")
    assert asyncio.run(call(app, "POST", "/api/video/from-text", body=PROMPT)).status == 200
    assert [exchange.fault for exchange in simulator.journal] == ["keep_alive: 5s"]
