"""Requests over real loopback sockets, to receivers of every kind."""

import asyncio
import shutil
import socket
import ssl
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import httpcore2
import pytest
from tests.support.receivers import (
    Behave,
    Receiver,
    answers,
    babbles,
    closes,
    floods,
    hangs,
    receiver,
    trickles,
)

from veosim.clock import monotonic
from veosim.outbound import client as client_module
from veosim.outbound.base import OutboundError, Receipt
from veosim.outbound.client import Client, connections_for, open_files, why
from veosim.outbound.guard import Guard, OutboundRefusedError
from veosim.units import SECOND

T = TypeVar("T")
OK = Receipt(200, "", "answered")
QUICK = 0.2
"""Seconds that a receiver gets which is known to need more."""


async def breaks_off(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
    """Close within the answer's body."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n.")
    await writer.drain()


def posted(behave: Behave, client: Client | None = None) -> tuple[Receipt, Receiver]:
    """The receipt of one POST to a receiver that behaves like this, and the receiver."""

    async def run() -> tuple[Receipt, Receiver]:
        async with receiver(behave) as there:
            return await (client or Client()).post(f"{there.url}/hook?a=b", {"X-One": "1"}, b'{"a": 1}'), there

    return asyncio.run(run())


def fetched(behave: Behave, limit: int) -> bytes:
    """What one GET from a receiver that behaves like this brings."""

    async def run() -> bytes:
        async with receiver(behave) as there:
            return await Client(time_limit=QUICK).get(f"{there.url}/image.png", limit)

    return asyncio.run(run())


def test_what_is_sent_is_a_plain_request() -> None:
    """The name, the length and our headers; nothing of proxies, cookies or kept connections."""
    receipt, there = posted(answers(200))
    lines = there.requests[0].decode().split("\r\n")
    assert (receipt, receipt.delivered) == (OK, True)
    assert lines == [
        "POST /hook?a=b HTTP/1.1",
        f"Host: {there.url.removeprefix('http://')}",
        "User-Agent: veosim",
        "Accept: */*",
        "Connection: close",
        "X-One: 1",
        "Content-Length: 8",
        "",
        '{"a": 1}',
    ]


@pytest.mark.parametrize("status", [204, 299, 300, 302, 404, 500, 503])
def test_any_status_is_an_answer(status: int) -> None:
    """Only a 2xx counts as delivered."""
    receipt, _ = posted(answers(status))
    assert (receipt, receipt.delivered) == (Receipt(status, "", "answered"), status < 300)


def test_a_redirect_is_not_followed() -> None:
    """It is a status like others, wherever it points."""

    async def run() -> tuple[Receipt, int]:
        async with receiver(answers(200)) as elsewhere:
            location = f"Location: {elsewhere.url}/\r\n"
            async with receiver(answers(307, headers=location)) as there:
                return await Client().post(there.url, {}, b""), len(elsewhere.requests)

    assert asyncio.run(run()) == (Receipt(307, "", "answered"), 0)


def test_the_environment_changes_nothing_and_cookies_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy is taken from variables, and no answer leaves a trace in the next request."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async def run() -> list[bytes]:
        async with receiver(answers(200, headers="Set-Cookie: a=b; Path=/\r\n")) as there:
            client = Client()
            assert [await client.post(there.url, {}, b"x") for _ in range(2)] == [OK, OK]
            return there.requests

    first, second = asyncio.run(run())
    assert first == second
    assert b"cookie" not in first.lower()


@pytest.mark.parametrize(
    ("behave", "receipt"),
    [
        (hangs, Receipt(None, "timed out after 0.2 s", "timeout")),
        (trickles, OK),
        (breaks_off, OK),
        (closes, Receipt(None, "no whole HTTP answer", "refused")),
        (babbles, Receipt(None, "no whole HTTP answer", "refused")),
        (floods, OK),
        (answers(200, body=b"." * 1_000_000), OK),
    ],
    ids=["hangs", "trickles", "breaks off", "closes", "babbles", "floods", "huge"],
)
def test_a_receiver_that_misbehaves_costs_a_bounded_time(behave: Behave, receipt: Receipt) -> None:
    """Whoever does not begin in time has not answered; once there is a status, it counts, whatever follows."""
    limit = QUICK if behave in (hangs, trickles) else 30
    assert posted(behave, Client(time_limit=limit))[0] == receipt


def test_an_answer_is_read_no_further_than_its_limit() -> None:
    """The connection is dropped while the receiver still sends."""

    async def run() -> tuple[Receipt, int]:
        sent = 0

        async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
            nonlocal sent
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                writer.write(b"." * 65_536)
                await writer.drain()
                sent += 65_536

        async with receiver(behave) as there:
            return await Client(time_limit=30).post(there.url, {}, b""), sent

    receipt, sent = asyncio.run(run())
    assert receipt == OK
    assert sent < 32 * 1024 * 1024  # what the sockets' own buffers hold


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def attempt(url: str, client: Client | None = None) -> Receipt:
    """The receipt of one POST."""

    async def run() -> Receipt:
        return await (client or Client()).post(url, {}, b"{}")

    return asyncio.run(run())


def test_a_port_that_nobody_listens_on_refuses() -> None:
    """Its receipt says so."""
    assert attempt(f"http://127.0.0.1:{free_port()}/") == Receipt(None, "connection refused", "refused")


def test_what_the_guard_refuses_is_never_sent() -> None:
    """The receipt has the guard's own words."""
    receipt = attempt("http://10.0.0.5/")
    assert receipt == Receipt(
        None,
        "refused: '10.0.0.5' is not an address of this machine's own (loopback); "
        "to let it be reached: --allow-callback-host 10.0.0.5",
        "forbidden",
    )


def resolving(monkeypatch: pytest.MonkeyPatch, *answers_: list[str]) -> list[str]:
    """Names resolve to these addresses, one list for each question; returns the names asked for."""
    asked, left = list[str](), list(answers_)

    async def getaddrinfo(_: Any, host: str, port: int, **__: Any) -> list[tuple[Any, ...]]:
        asked.append(host)
        if not left:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET, 0, 0, "", (address, port)) for address in left.pop(0)]

    monkeypatch.setattr(asyncio.SelectorEventLoop, "getaddrinfo", getaddrinfo)
    return asked


def on_asyncio(work: Callable[[], Awaitable[T]]) -> T:
    """Run on asyncio's own loop."""

    async def run() -> T:
        return await work()

    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        return runner.run(run())


def test_a_name_is_resolved_once_and_kept_in_the_host_header(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere the second time has no second time: the checked address is what is connected to."""
    asked = resolving(monkeypatch, ["127.0.0.1"], ["10.0.0.5"])

    async def work() -> tuple[Receipt, bytes]:
        async with receiver(answers(200)) as there:
            url = there.url.replace("127.0.0.1", "gateway.test")
            return await Client().post(url, {}, b""), there.requests[0]

    receipt, request = on_asyncio(work)
    assert (receipt, asked) == (OK, ["gateway.test"])
    assert b"\r\nHost: gateway.test:" in request


def test_every_checked_address_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A receiver that listens on the second one only is reached."""
    resolving(monkeypatch, ["127.0.0.2", "127.0.0.1"])

    async def work() -> Receipt:
        async with receiver(answers(200)) as there:
            return await Client().post(there.url.replace("127.0.0.1", "gateway.test"), {}, b"")

    assert on_asyncio(work) == OK


def test_a_name_that_nobody_knows_may_be_known_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a connection that failed, so it may be repeated."""
    resolving(monkeypatch)

    async def work() -> Receipt:
        return await Client().post("http://gateway.test/", {}, b"")

    assert on_asyncio(work) == Receipt(None, "no such host", "refused")


def test_a_plain_receiver_under_https_fails() -> None:
    """And the context that TLS needs is made only then."""

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65_536)  # what is left unread would turn the close into a reset
        writer.write(b"HTTP/1.1 400 Plain HTTP\r\n\r\n")
        writer.close()

    async def run() -> tuple[list[Receipt], list[bool]]:
        server = await asyncio.start_server(greet, "127.0.0.1", 0)
        place = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        client, receipts, made = Client(), list[Receipt](), list[bool]()
        for scheme in ("http", "https"):
            receipts.append(await client.post(f"{scheme}://{place}/", {}, b""))
            made.append(client._tls is not None)
        server.close()
        return receipts, made

    receipts = [Receipt(400, "", "answered"), Receipt(None, "TLS failed", "refused")]
    assert asyncio.run(run()) == (receipts, [False, True])


@pytest.fixture(scope="module")
def tls_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for gateway.test that has signed itself, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the openssl command to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subject = ["-subj", "/CN=gateway.test", "-addext", "subjectAltName=DNS:gateway.test"]
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    command = [openssl, "req", "-x509", *curve, *subject, "-out", str(certificate), "-keyout", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


def test_tls_is_checked_against_the_name_while_the_address_is_pinned(
    monkeypatch: pytest.MonkeyPatch, tls_files: tuple[Path, Path]
) -> None:
    """The receiver sees the name in SNI; a certificate for it passes, and fails for another name."""
    certificate, key = tls_files
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    resolving(monkeypatch, ["127.0.0.1"], ["127.0.0.1"])
    names = list[str | None]()

    async def work() -> list[Receipt]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        context.sni_callback = lambda _, name, __: names.append(name)
        async with receiver(answers(200), tls=context) as there:
            client = Client()
            port = there.url.rpartition(":")[2]
            return [await client.post(f"https://{name}:{port}/", {}, b"") for name in ("gateway.test", "other.test")]

    assert on_asyncio(work) == [OK, Receipt(None, "certificate not trusted", "refused")]
    assert names == ["gateway.test", "other.test"]


def test_a_file_is_fetched_whole() -> None:
    """Its bytes, and nothing sent but the question."""
    assert fetched(answers(200, body=b"\x89PNG" * 1000), 4000) == b"\x89PNG" * 1000


@pytest.mark.parametrize(
    ("behave", "problem"),
    [
        (answers(404), "its server answered 404"),
        (answers(302, headers="Location: /other\r\n"), "its server answered 302, and redirects are not followed"),
        (answers(200, body=b"." * 4001), "it is larger than 4000 bytes"),
        (floods, "it is larger than 4000 bytes"),
        (hangs, "its server timed out after 0.2 s"),
        (trickles, "its server timed out after 0.2 s"),
        (breaks_off, "its server cannot be asked: no whole HTTP answer"),
        (closes, "its server cannot be asked: no whole HTTP answer"),
    ],
    ids=["404", "302", "4001 bytes", "endless", "hangs", "trickles", "breaks off", "closes"],
)
def test_a_file_that_cannot_be_had_says_why(behave: Behave, problem: str) -> None:
    """The words follow the word "image" or the file's name."""
    with pytest.raises(OutboundError) as failure:
        fetched(behave, 4000)
    assert str(failure.value) == problem


def test_a_file_behind_the_guard_is_not_fetched() -> None:
    """The refusal is the guard's own."""
    with pytest.raises(OutboundRefusedError, match=r"^'10\.0\.0\.5' is not an address"):
        asyncio.run(Client(Guard(["10.0.0.6"])).get("http://10.0.0.5/a.png"))


def test_a_receiver_that_hangs_holds_up_nobody_else() -> None:
    """It takes half of the places at most; all that wait for it end with those that have a place."""

    async def run() -> tuple[int, set[Receipt], list[Receipt], float, int]:
        client = Client(connections=4, time_limit=QUICK)
        async with receiver(hangs) as stuck, receiver(answers(200)) as fine:
            began = monotonic()
            hanging = [asyncio.create_task(client.post(stuck.url, {}, b"")) for _ in range(40)]
            await stuck.until(2)
            good = await asyncio.gather(*[client.post(fine.url, {}, b"") for _ in range(20)])
            at_once = len(stuck.requests)
            ended = await asyncio.gather(*hanging)
            return at_once, set(good), ended, (monotonic() - began) / SECOND, len(client._rooms)

    at_once, good, ended, took, rooms = asyncio.run(run())
    assert (at_once, good, rooms) == (2, {OK}, 0)
    assert ended[:2] == [Receipt(None, "timed out after 0.2 s", "timeout")] * 2
    assert ended[-1] == Receipt(None, "no free connection within 0.2 s", "timeout")
    assert {receipt.kind for receipt in ended} == {"timeout"}
    assert took < 10 * QUICK  # one after the other they would take twenty times as long as one


def test_whoever_waits_for_a_receiver_that_answers_loses_nothing() -> None:
    """Its time runs from the last answer, so that a long line is no reason to give up."""

    async def run() -> tuple[set[Receipt], float]:
        async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
            await asyncio.sleep(QUICK / 4)  # why: slowness is what is tested
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        async with receiver(behave) as slow:
            client, began = Client(connections=2, time_limit=QUICK * 2), monotonic()
            receipts = await asyncio.gather(*[client.post(slow.url, {}, b"") for _ in range(20)])
            return set(receipts), (monotonic() - began) / SECOND

    receipts, took = asyncio.run(run())
    assert receipts == {OK}
    assert took > QUICK * 2  # else nobody had to wait longer than an attempt may take


def test_a_file_that_nobody_has_a_connection_for_says_so() -> None:
    """It is not the server's fault."""

    async def run() -> None:
        client = Client(connections=1, time_limit=QUICK)
        async with receiver(hangs) as stuck:
            hanging = asyncio.create_task(client.post(stuck.url, {}, b""))
            await stuck.until(1)
            with pytest.raises(OutboundError, match=r"^(there was no free connection within|its server timed out)"):
                await client.get(stuck.url)
            await hanging

    asyncio.run(run())


def test_no_more_attempts_run_at_once_than_there_are_places() -> None:
    """Whatever the number of origins."""

    async def run() -> int:
        most = now = 0

        async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
            nonlocal most, now
            now += 1
            most = max(most, now)
            for _turn in range(20):
                await asyncio.sleep(0)
            now -= 1
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        client = Client(connections=4)
        async with receiver(behave) as a, receiver(behave) as b, receiver(behave) as c:
            await asyncio.gather(*[client.post(there.url, {}, b"") for there in (a, b, c) for _ in range(20)])
        return most

    assert 2 <= asyncio.run(run()) <= 4


@pytest.mark.parametrize(("files", "connections"), [(0, 64), (448, 64), (640, 128), (1024, 256), (1_048_576, 256)])
def test_places_follow_from_the_limit_of_open_files(files: int, connections: int) -> None:
    """A third of what is left, within bounds."""
    assert connections_for(files) == connections


def test_the_limit_of_open_files_is_read() -> None:
    """It is what the system says, and no limit is a large one."""
    assert open_files() > 0


def test_without_a_limit_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unlimited is no negative number."""
    unlimited = SimpleNamespace(getrlimit=lambda _: (-1, -1), RLIMIT_NOFILE=7, RLIM_INFINITY=-1)
    monkeypatch.setattr(client_module, "resource", unlimited)
    assert connections_for(open_files()) == 256


def test_a_failure_is_told_in_words_that_do_not_depend_on_the_machine() -> None:
    """The most telling cause of the chain names it; what nobody foresaw shows its type."""
    reset = httpcore2.ReadError("104")
    reset.__cause__ = ConnectionResetError(104, "Connection reset by peer")
    found = [why(error) for error in (reset, httpcore2.ConnectError("x"), httpcore2.WriteError("x"), KeyError("x"))]
    assert found == ["connection reset", "no connection", "connection broken", "KeyError"]
