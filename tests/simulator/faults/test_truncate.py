"""`break: truncate`: an answer that ends before its length is reached."""

import asyncio
import http.client
import json

import pytest
from tests.support.films import film
from tests.support.sockets import PROMPT, SUBMIT, all_of, answer_on, connected, request

from veosim import ManualClock, Simulator, parse_scenario
from veosim.app import create_app
from veosim.fixture import Upstream
from veosim.inprocess import call


def broken(entry: str, kind: str = "submit") -> str:
    """A scenario whose jobs succeed at once, and whose exchanges of one kind meet this entry."""
    return f"scenario: cut\njobs: [{{after: 0s}}]\nexchanges: {{{kind}: [{{{entry}}}]}}"


@pytest.mark.parametrize(("share", "sent"), [("50%", 2), ("0%", 0), ("99.9%", 4), ("20%", 1)])
def test_a_share_of_the_body_is_sent(veosim: Upstream, share: str, sent: int, caplog: pytest.LogCaptureFixture) -> None:
    """The headers promise the whole, that share comes, rounded down, and the connection ends in good order."""
    veosim.play(broken(f"respond: {{status: 201, body: hello, headers: {{X-A: b}}}}, break: {{truncate: {share}}}"))
    with connected(veosim.url) as client:
        client.sendall(SUBMIT)
        head, _, body = all_of(client).partition(b"\r\n\r\n")
    assert (head.splitlines()[0], b"content-length: 5" in head, b"x-a: b" in head) == (
        b"HTTP/1.1 201 Created",
        True,
        True,
    )
    assert body == b"hello"[:sent]
    veosim.clock.advance("1s")
    (exchange,) = veosim.journal
    assert (exchange.status, exchange.answer, exchange.headers) == (201, b"hello"[:sent], {"X-A": "b"})
    assert (exchange.fault, exchange.answered_at) == (f"respond: 201, break: truncate {share}", 0)
    assert caplog.text == ""


def test_a_submits_own_answer_is_cut(veosim: Upstream) -> None:
    """The job exists, as after any submit that is answered."""
    veosim.play(broken("break: truncate"))
    with connected(veosim.url) as client:
        client.sendall(SUBMIT)
        found = http.client.HTTPResponse(client)
        found.begin()
        with pytest.raises(http.client.IncompleteRead) as caught:
            found.read()
    (job,) = veosim.jobs
    whole = json.dumps({"status": "queued", "job_id": job.id}, separators=(",", ":")).encode()
    assert caught.value.partial == whole[: len(whole) // 2]
    assert veosim.journal[0].created


def test_a_download_is_cut(veosim: Upstream) -> None:
    """Half a video."""
    veosim.play(broken("break: {truncate: 50%}", "content"))
    with connected(veosim.url) as client:
        client.sendall(SUBMIT)
        assert answer_on(client)[0] == 200
        client.sendall(request("GET", f"/api-video/media/{veosim.jobs[0].id}/video.mp4"))
        body = all_of(client).partition(b"\r\n\r\n")[2]
    whole = film(veosim.jobs[0].id, 4)
    assert body == whole[: len(whole) // 2]


def test_a_head_request_is_answered_and_closed(veosim: Upstream) -> None:
    """There is no body to cut."""
    veosim.play(broken("break: truncate", "content"))
    with connected(veosim.url) as client:
        client.sendall(SUBMIT)
        assert answer_on(client)[0] == 200
        client.sendall(request("HEAD", f"/api-video/media/{veosim.jobs[0].id}/video.mp4"))
        found = all_of(client)
    assert found.startswith(b"HTTP/1.1 200 OK\r\n")
    assert found.endswith(b"\r\n\r\n")


def test_in_process_the_call_fails() -> None:
    """Whoever asks never gets the part that came; the journal keeps it."""
    simulator = Simulator(parse_scenario(broken("break: truncate")), clock=ManualClock())
    app = create_app(simulator, root="api-video")
    with pytest.raises(ConnectionResetError, match=r"^the connection ended within the answer$"):
        asyncio.run(call(app, "POST", "/api/video/from-text", body=PROMPT))
    (exchange,) = simulator.journal
    whole = json.dumps({"status": "queued", "job_id": next(iter(simulator.jobs))}, separators=(",", ":")).encode()
    assert (exchange.status, exchange.answer) == (200, whole[: len(whole) // 2])
