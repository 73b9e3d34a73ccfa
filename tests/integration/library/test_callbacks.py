"""scenarios/callbacks: how the end of a job may be told to a receiver, and what polls say meanwhile."""

import json
import socket
from contextlib import closing

import pytest
from standardwebhooks import Webhook, WebhookVerificationError
from tests.support.scenes import Client

from veosim.callbacks.sign import LOCAL_SECRET
from veosim.outbound.client import Client as Outbound
from veosim.receiver import Receiver

TELLING = ("image-to-video", "generations-seconds")


def job_told_to(client: Client, url: str, **fields: object) -> str:
    """A job of image-to-video, whose end is to be told."""
    return client.on("image-to-video").job(callback_url=url, **fields)


@pytest.mark.veosim(scenario="twice")
@pytest.mark.parametrize("dialect", TELLING)
def test_twice(client: Client, veosim_receiver: Receiver, dialect: str) -> None:
    """Nothing comes before the job's end, then two equal callbacks, and no more."""
    client.on(dialect).job(callback_url=veosim_receiver.url)
    client.upstream.clock.advance("4999ms")
    before = veosim_receiver.received
    client.upstream.clock.advance("1ms")
    client.upstream.clock.advance("1h")
    first, second = veosim_receiver.received
    assert (before, first.body) == ([], second.body)
    assert first.headers.get("webhook-id") == second.headers.get("webhook-id")


@pytest.mark.veosim(scenario="out-of-order")
def test_out_of_order(client: Client, veosim_receiver: Receiver) -> None:
    """Three ids are answered, and their callbacks come from the last to the first."""
    speaker = client.on("image-to-video")
    ids = speaker.submit(callback_url=veosim_receiver.url, generate_count=3).json()["data"]["task_ids"]
    client.upstream.clock.advance("5s")
    assert [told.json()["data"]["task_id"] for told in veosim_receiver.received] == ids[::-1]


@pytest.mark.veosim(scenario="before-submit-answer")
def test_before_submit_answer(client: Client) -> None:
    """As long as the receiver has not answered the callback, the submit is not answered either."""
    with socket.create_server(("127.0.0.1", 0)) as receiver:
        receiver.settimeout(5)
        url = f"http://127.0.0.1:{receiver.getsockname()[1]}/callback"
        with client.on("image-to-video").submitting(callback_url=url) as pending:
            callback, _ = receiver.accept()
            with closing(callback):
                told = json.loads(request_on(callback))["data"]
                while_unanswered = pending.so_far()
                callback.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            status, body = pending.answer()
    assert (told["status"], while_unanswered, status) == ("SUCCEEDED", b"", 200)
    assert json.loads(body)["data"]["task_ids"] == [told["task_id"]]


@pytest.mark.veosim(scenario="never")
def test_never(client: Client, veosim_receiver: Receiver) -> None:
    """A poll finds the success at 5 s, and an hour later no callback has come."""
    job = job_told_to(client, veosim_receiver.url)
    assert client.on("image-to-video").words(job, "5s", "1h") == ["SUCCEEDED", "SUCCEEDED"]
    assert veosim_receiver.received == []


@pytest.mark.veosim(scenario="late")
def test_late(client: Client, veosim_receiver: Receiver) -> None:
    """A poll finds the success at 5 s; the callback comes at 605 s and not before."""
    job = job_told_to(client, veosim_receiver.url)
    assert client.on("image-to-video").words(job, "5s", "599999ms") == ["SUCCEEDED", "SUCCEEDED"]
    assert veosim_receiver.received == []
    client.upstream.clock.advance("1ms")
    assert [told.json()["data"]["task_id"] for told in veosim_receiver.received] == [job]


@pytest.mark.veosim(scenario="bad-signature")
def test_bad_signature(client: Client, veosim_receiver: Receiver) -> None:
    """The headers have their form, and the signature is not that of the shared secret."""
    client.on("generations-seconds").job(callback_url=veosim_receiver.url)
    client.upstream.clock.advance("5s")
    (told,) = veosim_receiver.received
    assert told.headers["webhook-signature"].startswith("v1,")
    with pytest.raises(WebhookVerificationError, match="No matching signature found"):
        Webhook(LOCAL_SECRET.value).verify(told.body, dict(told.headers))
    client.upstream.play("instant")
    client.on("generations-seconds").job(callback_url=veosim_receiver.url)
    client.upstream.clock.advance("1s")
    good = veosim_receiver.received[-1]
    assert Webhook(LOCAL_SECRET.value).verify(good.body, dict(good.headers))["status"] == "succeeded"


@pytest.mark.veosim(scenario="slow-receiver")
def test_slow_receiver(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers, so it is sent at 5 s and 2, 4, 8 and 16 s after each other, five times in all."""
    # The 5 s of an attempt are real ones: here they are a fifth of one.
    monkeypatch.setitem(vars(client.upstream._simulator.outbound), "_client", Outbound(time_limit=0.2))
    with socket.create_server(("127.0.0.1", 0)) as receiver:  # takes connections, and says nothing on them
        receiver.setblocking(False)
        job = job_told_to(client, f"http://127.0.0.1:{receiver.getsockname()[1]}/callback")
        bodies: list[bytes] = []
        counts = []
        for wait in ("4999ms", "1ms", "1999ms", "1ms", "4s", "8s", "16s", "1h"):
            client.upstream.clock.advance(wait)
            bodies += waiting_on(receiver)
            counts.append(len(bodies))
    assert counts == [0, 1, 1, 2, 3, 4, 5, 5]
    assert {json.loads(body)["data"]["task_id"] for body in bodies} == {job}


@pytest.mark.veosim(scenario="then-poll-disagrees")
def test_then_poll_disagrees(client: Client, veosim_receiver: Receiver) -> None:
    """The callback tells of a success at 5 s; polls say QUEUED before it, after it and an hour later."""
    job = job_told_to(client, veosim_receiver.url)
    assert client.on("image-to-video").words(job, "4s", "1s", "1h") == ["QUEUED"] * 3
    assert [told.json()["data"]["status"] for told in veosim_receiver.received] == ["SUCCEEDED"]


def request_on(connection: socket.socket) -> bytes:
    """The body of the request on a connection."""
    connection.settimeout(5)
    with connection.makefile("rb") as stream:
        length = 0
        while (line := stream.readline().strip().lower()) != b"":
            name, _, value = line.partition(b":")
            length = int(value) if name == b"content-length" else length
        return stream.read(length)


def waiting_on(receiver: socket.socket) -> list[bytes]:
    """The bodies of the requests that have come since the last time, none of which is answered."""
    bodies: list[bytes] = []
    while True:
        try:
            connection, _ = receiver.accept()
        except BlockingIOError:
            return bodies
        with closing(connection):
            bodies.append(request_on(connection))
