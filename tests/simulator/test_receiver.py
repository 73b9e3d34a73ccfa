"""The callback receiver that tests hold."""

import http.client
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from veosim import VeosimError
from veosim.body import SIZE_LIMIT
from veosim.receiver import Received, Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """One that runs."""
    with Receiver() as it:
        yield it


def send(receiver: Receiver, body: bytes = b"", path: str = "/callback", method: str = "POST") -> tuple[int, bytes]:
    """The answer to one request."""
    connection = http.client.HTTPConnection(receiver.url.split("/")[2], timeout=20)
    try:
        connection.request(method, path, body, {"X-One": "caf\xe9"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_what_comes_is_kept(receiver: Receiver) -> None:
    """Method, path, headers and body of every request, oldest first, wherever it went."""
    answers = [send(receiver, b'{"a": 1}'), send(receiver, b"b", "/elsewhere?c=d", "PUT")]
    host = receiver.url.split("/")[2]
    common = {"host": host, "accept-encoding": "identity", "x-one": "caf\xe9"}
    assert answers == [(200, b"")] * 2
    assert receiver.received == [
        Received("POST", "/callback", common | {"content-length": "8"}, b'{"a": 1}'),
        Received("PUT", "/elsewhere", common | {"content-length": "1"}, b"b"),
    ]
    assert receiver.received[0].json() == {"a": 1}


def test_it_is_reached_on_loopback(receiver: Receiver) -> None:
    """Its URL is what a submit gives as callback_url; it shows the same."""
    assert receiver.url.startswith("http://127.0.0.1:")
    assert receiver.url.endswith("/callback")
    assert repr(receiver) == f"<receiver {receiver.url}>"


def test_it_answers_as_it_is_told(receiver: Receiver) -> None:
    """One request for each status, in turn, and 200 from then on."""
    receiver.answer(503, 404)
    receiver.answer(204)
    assert [send(receiver)[0] for _ in range(5)] == [503, 404, 204, 200, 200]


def test_what_was_received_is_a_copy(receiver: Receiver) -> None:
    """A list that a test holds does not grow behind its back."""
    before = receiver.received
    send(receiver)
    assert (before, len(receiver.received)) == ([], 1)


def test_waiting_ends_with_the_last_that_is_waited_for(receiver: Receiver) -> None:
    """What is already there counts; what comes from another thread is noticed."""
    send(receiver, b"0")
    with ThreadPoolExecutor(1) as elsewhere:
        waiting = elsewhere.submit(receiver.wait_for, 3, 20)
        send(receiver, b"1")
        send(receiver, b"2")
        assert [each.body for each in waiting.result(20)] == [b"0", b"1", b"2"]
    assert receiver.wait_for(2) == receiver.received


def test_waiting_has_an_end(receiver: Receiver) -> None:
    """The error says how many were waited for, and how many came."""
    send(receiver)
    with pytest.raises(VeosimError) as caught:
        receiver.wait_for(2, within=0.01)
    assert str(caught.value) == "waited 0.01 s for 2 callbacks; 1 came"


def test_a_reset_forgets(receiver: Receiver) -> None:
    """Neither requests nor answers of before are left."""
    receiver.answer(503, 503)
    send(receiver)
    receiver.reset()
    assert (receiver.received, send(receiver)[0], len(receiver.received)) == ([], 200, 1)


def test_a_request_that_is_not_whole_is_none(receiver: Receiver) -> None:
    """A sender that leaves within its body has sent nothing."""
    host, port = receiver.url.split("/")[2].split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(b"POST /callback HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
    send(receiver, b"whole")
    assert [each.body for each in receiver.received] == [b"whole"]


def test_a_request_that_is_too_large_is_none(receiver: Receiver) -> None:
    """It is not kept, and whoever sent it gets no 2xx."""
    try:
        status, _ = send(receiver, b"." * (SIZE_LIMIT + 1))
    except (BrokenPipeError, ConnectionResetError):
        status = 0  # the connection ended before the body did
    assert status not in range(200, 300)
    assert receiver.received == []
