"""A storm of callbacks through the whole server: receivers that hang hold up neither the others nor anybody's polls."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

from veosim.clock import monotonic
from veosim.fixture import UnsettledError, Upstream
from veosim.outbound import client
from veosim.units import SECOND

KEY = {"Authorization": "Bearer storm"}
BODY = {
    "model": "V",
    "prompt": "Hail drums on a tin roof",
    "image_url": "https://images.example/roof.png",
    "aspect_ratio": "16:9",
    "aspect_resolution": "720p",
    "duration": 4,
    "generate_count": 4,
}
RECEIVER = """
import asyncio
async def serve(reader, writer):
    head = await reader.readuntil(b"\\r\\n\\r\\n")
    if b" /hang " not in head:
        writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n")
        await writer.drain()
    else:
        await reader.read()
    writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


@contextmanager
def receiver() -> Iterator[str]:
    """A receiver in a process of its own; whoever posts to `/hang` waits for ever."""
    with subprocess.Popen([sys.executable, "-c", RECEIVER], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


def submit(upstream: Upstream, count: int, receiver_url: str) -> str:
    """`count` jobs, a third of them with a callback to where nobody answers; the URL of the last one's status."""
    url = f"{upstream.url_for('image-to-video')}/v1/image_to_video"
    with httpx2.Client(headers=KEY) as sender:
        for number in range(count // 4):
            path = "hang" if number % 3 == 0 else "callback"
            sender.post(url, json={**BODY, "callback_url": f"{receiver_url}/{path}"})
    return f"{url}/{upstream.jobs[-1].id}"


@pytest.mark.parametrize("count", [1_000, pytest.param(10_000, marks=pytest.mark.prove)])
def test_polls_are_answered_in_a_storm(count: int) -> None:
    """All callbacks are due at one instant; each is settled or listed, and polls go on being answered."""
    with Upstream() as upstream, receiver() as receiver_url:
        status = submit(upstream, count, receiver_url)
        listed: list[str] = []

        def advance() -> None:
            try:
                upstream.clock.advance("5s")
            except UnsettledError as error:
                listed.extend(error.names)

        thread = threading.Thread(target=advance)
        began = monotonic()
        thread.start()
        waits, answers = [], set()
        with httpx2.Client(headers=KEY) as sender:
            while thread.is_alive():
                asked = monotonic()
                answers.add(sender.get(status).status_code)
                waits.append(monotonic() - asked)
        thread.join()
        took = (monotonic() - began) / SECOND
        told = upstream.journal.matching(kind="callback")
        settled = sum(exchange.answered_at is not None for exchange in told)
    waits.sort()
    half, most = waits[len(waits) // 2] / SECOND, waits[len(waits) * 99 // 100] / SECOND
    print(  # noqa: T201  the figure is what a reader of the proofs wants
        f"storm of {count}: {settled} settled and {count - settled} left in {len(listed)} named deliveries after "
        f"{took:.1f} s; "
        f"{len(waits)} polls meanwhile, half within {half:.3f} s, 99 % within {most:.3f} s"
    )
    assert len(told) == count
    assert settled == count or listed
    assert answers == {200}
    assert len(waits) >= 20


def test_a_receiver_that_hangs_is_given_up_in_the_time_of_one_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many callbacks a submit has, and more submits than there are places for connections."""
    monkeypatch.setattr(client, "open_files", lambda: 1024)
    with Upstream("scenario: twice\ncallbacks: {copies: 2}\n") as upstream, receiver() as receiver_url:
        url, body = f"{upstream.url_for('image-to-video')}/v1/image_to_video", {**BODY, "generate_count": 2}
        with httpx2.Client(headers=KEY, timeout=30) as sender:
            for _ in range(140):
                sender.post(url, json={**body, "callback_url": f"{receiver_url}/hang"})
            upstream.clock.advance("10s")
            told = upstream.journal.matching(kind="callback")
            upstream.play("scenario: early\ncallbacks: {before_submit_answer: true, copies: 2}\n")
            began = monotonic()
            answer = sender.post(url, json={**BODY, "callback_url": f"{receiver_url}/hang"})
            waited = (monotonic() - began) / SECOND
    notes = {exchange.note.partition(": ")[2].partition(";")[0] for exchange in told}
    assert (len(told), {exchange.answered_at for exchange in told}) == (560, {5 * SECOND})
    assert notes == {"timed out after 5 s", "no free connection within 5 s"}
    assert answer.status_code == 200
    assert waited < 8  # eight callbacks, five seconds each, if they went one after the other
