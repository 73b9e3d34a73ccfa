"""The HTTP face over real sockets: routes, refusals in the dialect's own shape, what the journal keeps."""

import asyncio
import http.client
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, replace
from email.message import Message
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from tests.support import asgi
from tests.support.films import film

from veosim import Exchange, ManualClock, Simulator, VeosimError, parse_scenario
from veosim.app import create_app
from veosim.dialects import DIALECTS
from veosim.dialects.api_video import ApiVideo
from veosim.fixture import Upstream
from veosim.misses import nearest
from veosim.receiver import Receiver
from veosim.seeded import fingerprint
from veosim.server import ThreadedServer
from veosim.units import SECOND

TEXT = "/api/video/from-text"
Answer = tuple[int, str | None, Any]


def ask(url: str, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
    """Status, content type and data of one answer."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)
    try:
        connection.request(method, path, body, headers or {}, encode_chunked=not isinstance(body, str | bytes | None))
        answer = connection.getresponse()
        return answer.status, answer.headers["content-type"], json.loads(answer.read())
    finally:
        connection.close()


def fetch(
    url: str, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, Message, bytes]:
    """Status, headers and body of what lies at a URL."""
    host, _, path = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=20)
    try:
        connection.request(method, f"/{path}", body, dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def refusal(status: int, message: str) -> tuple[int, str, object]:
    """An answer in api-video's error shape; every 400 has a `detail`."""
    detail = {"detail": [{"type": "value_error", "loc": ["body"], "msg": message}]} if status == 400 else {}
    return status, "application/json", {"status": "error", "message": message} | detail


@contextmanager
def served(simulator: Simulator, *dialects: str, root: str | None = None) -> Iterator[str]:
    """An app made by hand, on a port of its own."""
    server = ThreadedServer(create_app(simulator, dialects, root=root))
    server.start()
    try:
        yield server.url
    finally:
        server.stop()


def operations(method: str, path: str, prefix: str) -> str:
    """The operations of api-video as a refusal of that request lists them."""
    near = nearest(method, path, {prefix: DIALECTS["api-video"]})
    return ", ".join(f"{operation.method} {prefix}{operation.path}" for _, operation in near)


class TestRoutes:
    def test_each_dialect_has_a_prefix(self, veosim: Upstream) -> None:
        """A dialect is served under its name, and not at the root."""
        status, _, data = ask(veosim.url, "POST", "/api-video" + TEXT, '{"prompt": "A paper boat"}')
        assert (status, data["status"], data["job_id"]) == (200, "queued", veosim.jobs[0].id)
        assert ask(veosim.url, "POST", TEXT, '{"prompt": "A paper boat"}')[0] == 404

    def test_one_dialect_at_the_root(self) -> None:
        """`root` serves one dialect without a prefix, for gateways that cannot be given one."""
        simulator = Simulator(clock=ManualClock())
        with served(simulator, root="api-video") as url:
            accepted = ask(url, "POST", TEXT, '{"prompt": "A paper boat"}')
            missed = ask(url, "GET", "/api-video" + TEXT)
        near = operations("GET", "/api-video" + TEXT, "")
        assert accepted == (200, "application/json", {"status": "queued", "job_id": next(iter(simulator.jobs))})
        assert missed == refusal(404, f"GET /api-video{TEXT} is not served here; the nearest are {near}")

    @pytest.mark.parametrize("arguments", [{"dialects": ["api-vido"]}, {"root": "api-vido"}])
    def test_a_dialect_that_does_not_exist(self, arguments: dict[str, Any]) -> None:
        """The error lists those that do."""
        with pytest.raises(VeosimError) as caught:
            create_app(Simulator(), **arguments)
        assert str(caught.value) == f"no dialect is called 'api-vido'; there are {', '.join(DIALECTS)}"

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", TEXT, 405),
            ("DELETE", "/api/video/status/x", 405),
            ("POST", TEXT + "/", 404),
            ("GET", "/%2e%2e", 404),
        ],
    )
    def test_a_request_that_no_operation_matches(self, method: str, path: str, status: int) -> None:
        """404 and 405 list what is served, in the dialect's shape, and the journal keeps them."""
        simulator = Simulator(clock=ManualClock())
        with served(simulator, "api-video") as url:
            answer = ask(url, method, f"/api-video{path}")
        shown = f"/api-video{path.replace('%2e', '.')}"
        message = f"{method} {shown} is not served here; the nearest are {operations(method, shown, '/api-video')}"
        body = json.dumps({"status": "error", "message": message}, separators=(",", ":")).encode()
        assert answer == refusal(status, message)
        assert list(simulator.journal) == [
            Exchange(1, 0, "api-video", "", "", method, shown, status=status, answer=body, answered_at=0, note=message)
        ]

    def test_a_request_outside_every_dialect(self) -> None:
        """Where no dialect has a say, the answer is a plain message."""
        with served(Simulator(clock=ManualClock()), "api-video") as url:
            message = f"GET /nowhere is not served here; the nearest are {operations('GET', '/nowhere', '/api-video')}"
            assert ask(url, "GET", "/nowhere") == (404, "application/json", {"message": message})

    def test_a_refusal_names_the_methods_that_there_are(self, veosim: Upstream) -> None:
        """A 405 has to say what is allowed (RFC 9110, 15.5.6)."""
        status, headers, _ = fetch(f"{veosim.url}/api-video{TEXT}", "PUT")
        assert (status, headers["allow"]) == (405, "POST")

    @pytest.mark.parametrize("host", ["evil.test/x?", "[", "evil.test"])
    def test_the_journal_keeps_the_path_that_was_asked_for(self, host: str) -> None:
        """Whatever the Host header says, and whatever the path holds."""
        simulator = Simulator(clock=ManualClock())
        answer = asyncio.run(asgi.call(create_app(simulator), "GET", "/api-video/no\nwhere", headers={"Host": host}))
        (exchange,) = simulator.journal
        assert (answer.status, exchange.path) == (404, "/api-video/no\nwhere")
        assert answer.json()["message"].startswith("GET /api-video/no\nwhere is not served here; the nearest are ")


class TestTable:
    """Submits and polls are looked up in a table, past the routes, which know them as well."""

    @staticmethod
    def both(method: str, path: str, body: object = None, *, below: str = "") -> list[tuple[int, bytes, list[str]]]:
        """Status, body and the journal's operations: as asked directly, and by the routes alone below a mount."""
        found = []
        for prefix in ("", "/up"):
            simulator = Simulator(clock=ManualClock())
            app: Any = create_app(simulator)
            if prefix:
                app = Starlette(routes=[Mount(prefix, app)])
            job = asyncio.run(asgi.call(app, "POST", f"{prefix}/api-video{TEXT}", {"prompt": "A kite"})).json()
            asked = prefix + below + path.format(job_id=job["job_id"])
            answer = asyncio.run(asgi.call(app, method, asked, body))
            found.append((answer.status, answer.body, [exchange.operation for exchange in simulator.journal]))
        return found

    @pytest.mark.parametrize(
        ("method", "path", "status", "operation"),
        [
            ("POST", TEXT, 400, "from-text"),
            ("GET", "/api/video/status/{job_id}", 200, "status"),
            ("GET", "/api/video/status/nobody", 404, "status"),
            ("HEAD", "/media/{job_id}/video.mp4", 409, "media"),
        ],
    )
    def test_both_ways_lead_to_the_same(self, method: str, path: str, status: int, operation: str) -> None:
        """Also where the upstream is mounted below a path, which the table does not know."""
        direct, routed = self.both(method, path, {} if method == "POST" else None, below="/api-video")
        assert direct == routed
        assert (direct[0], direct[2]) == (status, ["from-text", operation])

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "/api-video/api/video/status/", 404),
            ("GET", "/api-video/api/video/status/{job_id}\n", 404),
            ("GET", "/api-video/api/video/status/{job_id}/", 404),
            ("HEAD", "/api-video/api/video/status/{job_id}", 405),
            ("DELETE", "/api-video/api/video/status/{job_id}", 405),
            ("POST", f"/api-video{TEXT}\n", 404),
        ],
    )
    def test_what_is_not_in_it_is_missed(self, method: str, path: str, status: int) -> None:
        """A path that only looks like one of the table's is no operation."""
        direct, _ = self.both(method, path)
        assert (direct[0], direct[2]) == (status, ["from-text", ""])


class TestBase:
    """Where a client reached the server, as its jobs' URLs have it."""

    @staticmethod
    def base(host: str | None, server: object = ("127.0.0.1", 8410), scheme: str = "http", **mount: Any) -> str:
        """What a job remembers whose submit came with this Host header."""
        simulator = Simulator(clock=ManualClock())
        app = create_app(simulator, **mount)

        async def reached(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "server": server, "scheme": scheme}, receive, send)

        path = ("" if "root" in mount else "/api-video") + TEXT
        headers = {} if host is None else {"Host": host}
        answer = asyncio.run(asgi.call(reached, "POST", path, {"prompt": "A paper boat"}, headers=headers))
        assert answer.status == 200
        (job,) = simulator.jobs.values()
        return job.base

    @pytest.mark.parametrize(
        "host",
        ["127.0.0.1:8410", "localhost", "veosim:80", "my_host.test", "A.test:1", "[::1]:8410", "[::1]", "x" * 255],
    )
    def test_it_is_the_name_that_the_client_used(self, host: str) -> None:
        """A name or an address, with or without a port."""
        assert self.base(host) == f"http://{host}/api-video"

    @pytest.mark.parametrize(
        "host",
        [
            *(None, "", " ", "a b", "evil.test/x", "evil.test?x", "evil.test#x", "user@evil.test", "a.test\\b"),
            *('"><script>', "a.test\r\nX: y", "a.test\n", "a.test:", "a.test:x", "a.test:123456", "a.test:-1", "a:1:2"),
            *(
                "::1",
                "[::1",
                "::1]",
                "[evil]",
                "[]",
                "[::1]x",
                "[::1]:x",
                "[fe80::1%25eth0]",
                "\xe9.test",
                "a.test:\xb2",
            ),
            *("x" * 256, "[" + ":" * 46 + "]"),
        ],
    )
    def test_else_it_is_the_address_that_was_connected_to(self, host: str | None) -> None:
        """A Host header that is missing or no host never reaches an answer."""
        assert self.base(host) == "http://127.0.0.1:8410/api-video"

    @pytest.mark.parametrize(
        ("server", "expected"),
        [
            (("127.0.0.1", 80), "http://127.0.0.1:80"),
            (("::1", 8410), "http://[::1]:8410"),
            (None, "http://127.0.0.1:80"),
        ],
    )
    def test_an_address_may_be_of_any_family(self, server: object, expected: str) -> None:
        """IPv6 addresses stand in brackets; a server that does not know its own has a usual one."""
        assert self.base(None, server) == f"{expected}/api-video"

    def test_it_has_the_scheme_and_the_prefix(self) -> None:
        """Behind TLS it is https; a dialect at the root has no prefix."""
        assert self.base("a.test", scheme="https") == "https://a.test/api-video"
        assert self.base("a.test", root="api-video") == "http://a.test"

    @pytest.mark.parametrize("host", ["[:::::]", "[....]", "a.test:99999", "-._"])
    @pytest.mark.parametrize("path", ["/", "/api-video", "/api-video/", "/api-video/openapi.json"])
    def test_a_strange_host_is_no_server_error(self, host: str, path: str) -> None:
        """What has the letters of a host, and is none, is put into pages as it stands."""
        answer = asyncio.run(asgi.call(create_app(Simulator()), "GET", path, headers={"Host": host}))
        assert answer.status in (200, 308)


class TestDownloads:
    def test_the_url_of_an_answer_leads_to_the_video(self, veosim: Upstream) -> None:
        """As the client reached the server, without a key, until it expires."""
        veosim.play("scenario: short-lived\njobs: [{after: 5s, result: {expires: 1h}}]")
        job_id = ask(veosim.url, "POST", "/api-video" + TEXT, '{"prompt": "A paper boat"}')[2]["job_id"]
        veosim.clock.advance("5s")
        url = ask(veosim.url, "GET", f"/api-video/api/video/status/{job_id}")[2]["video_url"]
        found = fetch(url)
        veosim.clock.advance("1h")
        assert url == f"{veosim.url}/api-video/media/{job_id}/video.mp4"
        assert (found[0], found[1]["content-type"], found[2]) == (200, "video/mp4", film(job_id, 4))
        assert ask(veosim.url, "GET", url.removeprefix(veosim.url)) == refusal(403, "The URL has expired.")

    def test_a_part_is_asked_for_with_headers(self, veosim: Upstream) -> None:
        """Range, If-Range and If-None-Match are heeded, whatever the case of their names."""
        veosim.play("instant")
        job_id = ask(veosim.url, "POST", "/api-video" + TEXT, '{"prompt": "A paper boat"}')[2]["job_id"]
        url, video = f"{veosim.url}/api-video/media/{job_id}/video.mp4", film(job_id, 4)
        tag = fetch(url)[1]["etag"] or ""
        part = fetch(url, headers={"RANGE": "bytes=4-7", "If-Range": tag})
        other = fetch(url, headers={"Range": "bytes=4-7", "If-Range": '"other"'})
        known = fetch(url, headers={"If-None-Match": tag})
        assert (part[0], part[1]["content-range"], part[2]) == (206, f"bytes 4-7/{len(video)}", b"ftyp")
        assert (other[0], other[2]) == (200, video)
        assert (known[0], known[1]["etag"], known[1]["content-length"], known[2]) == (304, tag, None, b"")

    def test_every_mount_has_its_results(self) -> None:
        """At the root too."""
        simulator = Simulator(parse_scenario("scenario: x\njobs: [{after: 0s}]"), clock=ManualClock())
        with served(simulator, root="api-video") as url:
            job_id = ask(url, "POST", TEXT, '{"prompt": "A paper boat"}')[2]["job_id"]
            assert fetch(f"{url}/media/{job_id}/thumbnail.webp")[1]["content-type"] == "image/webp"
            assert ask(url, "GET", "/media/none/video.mp4") == refusal(404, "No job has the id 'none'.")

    def test_head_is_get_without_the_body(self, veosim: Upstream) -> None:
        """Of a result: the same status, type and length; the connection serves on."""
        veosim.play("instant")
        job_id = ask(veosim.url, "POST", "/api-video" + TEXT, '{"prompt": "A paper boat"}')[2]["job_id"]
        connection = http.client.HTTPConnection(veosim.url.removeprefix("http://"), timeout=20)
        for path in (f"/api-video/media/{job_id}/video.mp4", f"/api-video/media/{job_id}/thumbnail.webp"):
            found = []
            for method in ("HEAD", "GET"):
                connection.request(method, path)
                answer = connection.getresponse()
                names = ("content-type", "content-length", "etag")
                found.append((answer.status, [answer.headers[name] for name in names], len(answer.read())))
            head, get = found
            assert head == (*get[:2], 0)
            assert get[1][1] == str(get[2])
        connection.close()

    def test_head_ignores_a_range(self, veosim: Upstream) -> None:
        """A range is for GET alone (RFC 9110, 14.2), and the journal says which of the two came."""
        veosim.play("instant")
        job_id = ask(veosim.url, "POST", "/api-video" + TEXT, '{"prompt": "A paper boat"}')[2]["job_id"]
        url = f"{veosim.url}/api-video/media/{job_id}/video.mp4"
        status, headers, _ = fetch(url, method="HEAD", headers={"Range": "bytes=0-9"})
        assert (status, int(headers["content-length"])) == (200, len(film(job_id, 4)))
        assert (veosim.journal[-1].method, veosim.journal[-1].answer) == ("HEAD", b"")

    def test_a_poll_is_not_asked_for_by_head(self, veosim: Upstream) -> None:
        """It would count as a poll, and no document knows it."""
        job_id = ask(veosim.url, "POST", "/api-video" + TEXT, '{"prompt": "A paper boat"}')[2]["job_id"]
        status, headers, _ = fetch(f"{veosim.url}/api-video/api/video/status/{job_id}", method="HEAD")
        assert (status, headers["allow"], veosim.jobs[0].polls) == (405, "GET", 0)

    def test_a_line_break_after_the_path_is_part_of_it(self, veosim: Upstream) -> None:
        """No operation has one, so it is not served."""
        assert ask(veosim.url, "POST", f"/api-video{TEXT}%0A", '{"prompt": "A paper boat"}')[0] == 404
        assert veosim.jobs == []


HOSTILE = {
    "empty": (b"", "The body is not JSON: expecting value at line 1, column 1."),
    "not JSON": (b"prompt=boat", "The body is not JSON: expecting value at line 1, column 1."),
    "cut off": (b'{"prompt": "A pap', "The body is not JSON: unterminated string starting at line 1, column 12."),
    "an array": (b"[]", "The body must be a JSON object."),
    "a string": (b'"boat"', "The body must be a JSON object."),
    "not UTF-8": (b'{"prompt": "\xff"}', "The body is not UTF-8."),
    "UTF-16": ('{"prompt": "boat"}'.encode("utf-16"), "The body is not UTF-8."),
    "a byte order mark": (
        "\ufeff{}".encode(),
        "The body is not JSON: expecting value at line 1, column 1.",
    ),
    "NaN": (b'{"prompt": NaN}', "NaN is not JSON."),
    "Infinity": (b'{"prompt": Infinity}', "Infinity is not JSON."),
    "-Infinity": (b'{"prompt": -Infinity}', "-Infinity is not JSON."),
    "1e999": (b'{"prompt": 1e999}', "A number is too large."),
    "5,000 digits": (b'{"prompt": ' + b"9" * 5000 + b"}", "An integer has more than 400 digits."),
    "half a surrogate pair": (b'{"prompt": "\\ud83d"}', "A string holds half of a surrogate pair."),
    "half a pair in a key": (b'{"\\ud83d": 1}', "A string holds half of a surrogate pair."),
    "100 levels": (b'{"a":' * 100 + b"1" + b"}" * 100, "The body is nested deeper than 64 levels."),
    "5,000 levels": (b"[" * 5_000 + b"]" * 5_000, "The body is nested deeper than 64 levels."),
}


class TestBodies:
    @pytest.mark.parametrize(("body", "message"), HOSTILE.values(), ids=HOSTILE)
    def test_a_hostile_body_is_a_400(self, veosim: Upstream, body: bytes, message: str) -> None:
        """Whatever cannot be read is refused in the dialect's own shape, and the connection's server lives on."""
        assert ask(veosim.url, "POST", "/api-video" + TEXT, body) == refusal(400, message)
        assert (veosim.jobs, veosim.journal[0].request, veosim.journal[0].note) == ([], body, message)
        assert ask(veosim.url, "POST", "/api-video" + TEXT, '{"prompt": "A paper boat"}')[0] == 200

    @pytest.mark.parametrize("chunks", [1, 20], ids=["whole", "chunked"])
    def test_a_body_beyond_the_limit_is_a_413(self, monkeypatch: pytest.MonkeyPatch, chunks: int) -> None:
        """The limit counts what arrives, announced or not; a body of exactly the limit is read."""

        class Small(ApiVideo):
            name = "small"
            body_limit = 2000

        monkeypatch.setitem(DIALECTS, "small", Small())
        whole = b'{"prompt": "A paper boat"}'.ljust(2000)
        simulator = Simulator()
        with served(simulator, "small") as url:
            answers = [
                ask(
                    url,
                    "POST",
                    "/small" + TEXT,
                    body if chunks == 1 else iter([body[:100]] * (chunks - 1) + [body[100:]]),
                )
                for body in (whole, b" " + whole)
            ]
        assert answers[1] == refusal(413, "The body is larger than 2000 bytes.")
        assert answers[0][0] == (200 if chunks == 1 else 413)

    def test_a_client_that_leaves_within_its_body(self, veosim: Upstream) -> None:
        """Half a request is no exchange: no job, nothing in the journal."""
        host = veosim.url.removeprefix("http://")
        connection = http.client.HTTPConnection(host, timeout=20)
        connection.putrequest("POST", "/api-video" + TEXT)
        connection.putheader("Content-Length", "100")
        connection.endheaders(b'{"prompt": ')
        connection.close()
        veosim.clock.advance("1s")
        assert (list(veosim.journal), veosim.jobs) == ([], [])


class TestExchanges:
    def test_callbacks_may_come_before_the_submits_answer(self, veosim: Upstream, veosim_receiver: Receiver) -> None:
        """When the client reads its answer, the receiver has been told; the answer itself is an ordinary one."""
        veosim.play({"scenario": "early", "callbacks": {"before_submit_answer": True}})
        _, example = DIALECTS["image-to-video"].example()
        body = json.dumps({**example, "generate_count": 2, "callback_url": veosim_receiver.url})
        path = "/image-to-video" + DIALECTS["image-to-video"].operations[0].path
        status, _, data = ask(veosim.url, "POST", path, body, {"Authorization": "Bearer sk-1"})
        told = [each.json()["data"]["task_id"] for each in veosim_receiver.received]
        assert (status, data["data"]["task_ids"]) == (200, told)
        assert len(told) == 2

    @pytest.mark.parametrize("fetches", [True, False])
    def test_images_behind_urls_are_judged_if_that_is_asked_for(self, *, fetches: bool) -> None:
        """Else a URL is as good as its form."""
        simulator = Simulator(clock=ManualClock(), fetch_images=fetches)
        url = "http://192.0.2.1/a.png"
        app, body = create_app(simulator), {"image": url}
        answer = asyncio.run(asgi.call(app, "POST", "/api-video/api/video/from-image", body))
        (exchange,) = simulator.journal
        assert (answer.status, len(simulator.jobs)) == ((400, 0) if fetches else (200, 1))
        assert exchange.note.startswith(f"The image {url} cannot be used: " if fetches else "")
        assert json.loads(exchange.request) == body

    @pytest.mark.parametrize(
        ("credentials", "status"),
        [
            ("Bearer sk-1", 200),
            ("bearer sk-1", 200),
            ("BEARER   sk-1", 200),
            ("Bearer sk-2", 401),
            ("Bearer sk-1 sk-1", 401),
            ("Basic sk-1", 401),
            ("sk-1", 401),
            ("Bearer", 401),
            (None, 401),
        ],
    )
    def test_a_key_is_taken_or_not(self, credentials: str | None, status: int) -> None:
        """The word before the key is read in any case (RFC 9110, 11.1); a refusal says what is asked for."""
        headers = {} if credentials is None else {"Authorization": credentials}
        with Upstream(keys=["sk-1"]) as upstream:
            found = fetch(f"{upstream.url}/api-video{TEXT}", "POST", b'{"prompt": "A paper boat"}', headers)
        assert (found[0], found[1]["www-authenticate"]) == (status, "Bearer" if status == 401 else None)

    def test_a_delay_follows_the_clock(self, veosim: Upstream) -> None:
        """A delayed answer leaves when the clock says so, and shows the job as it was when the poll arrived."""
        veosim.play("scenario: slow\nexchanges: {poll: [{delay: 30s}]}")
        job_id = ask(veosim.url, "POST", "/api-video" + TEXT, '{"prompt": "A paper boat"}')[2]["job_id"]
        with ThreadPoolExecutor(1) as elsewhere:
            answer = elsewhere.submit(ask, veosim.url, "GET", f"/api-video/api/video/status/{job_id}")
            (exchange,) = veosim.journal.wait_for(1, kind="poll")
            veosim.clock.advance("29.999s")
            before = replace(exchange)
            veosim.clock.advance("1ms")
            assert answer.result(20)[2]["status"] == "queued"
        assert (before.status, before.answered_at) == (None, None)
        assert (exchange.status, exchange.answered_at) == (200, 30 * SECOND)

    def test_an_exchange_that_nobody_advances(self) -> None:
        """After the limit it is answered 504, and the journal says what it waited for."""
        slow = {"scenario": "slow", "exchanges": {"submit": [{"delay": "1m"}]}}
        with Upstream(slow, held_limit="20ms") as upstream:
            answer = ask(upstream.url, "POST", "/api-video" + TEXT, '{"prompt": "A paper boat"}')
            assert answer == refusal(504, "waiting for clock.advance('60s')")
            (exchange,) = upstream.journal
            assert (exchange.status, json.loads(exchange.answer)) == (504, answer[2])
            assert exchange.note == "waiting for clock.advance('60s')"
            assert upstream.clock.held == ["waiting for clock.advance('60s')"]

    def test_an_answer_of_the_scenario(self, veosim: Upstream) -> None:
        """Status, headers, type and body are the scenario's, down to the wire."""
        respond = {"status": 418, "headers": {"X-Kind": "tea"}, "body": "no coffee", "content_type": "text/plain"}
        veosim.play({"scenario": "tea", "exchanges": {"submit": [{"respond": respond}]}})
        connection = http.client.HTTPConnection(veosim.url.removeprefix("http://"), timeout=20)
        connection.request("POST", "/api-video" + TEXT, '{"prompt": "A paper boat"}')
        answer = connection.getresponse()
        found = answer.status, answer.headers["x-kind"], answer.headers["content-type"], answer.read()
        connection.close()
        assert found == (418, "tea", "text/plain", b"no coffee")
        assert veosim.jobs == []

    @pytest.mark.parametrize(("status", "length"), [(204, None), (205, "0"), (304, None)])
    def test_an_answer_without_a_body(self, veosim: Upstream, status: int, length: str | None) -> None:
        """204 and 304 carry neither a body nor a length, 205 the length 0, and the connection serves on."""
        respond = {"status": status}
        veosim.play({"scenario": "bare", "exchanges": {"submit": [{"respond": respond}]}})
        connection = http.client.HTTPConnection(veosim.url.removeprefix("http://"), timeout=20)
        for _ in range(2):
            connection.request("POST", "/api-video" + TEXT, '{"prompt": "A paper boat"}')
            answer = connection.getresponse()
            found = answer.status, answer.headers["content-length"], answer.headers["transfer-encoding"], answer.read()
            assert found == (status, length, None, b"")
        connection.close()
        assert [(exchange.status, exchange.answer) for exchange in veosim.journal] == [(status, b"")] * 2

    @pytest.mark.parametrize("scheme", ["Bearer sk-secret-7", "sk-secret-7", "Bearer schl\xfcssel"])
    def test_a_key_is_kept_as_its_fingerprint(self, veosim: Upstream, scheme: str) -> None:
        """The journal can tell keys apart and shows none of them."""
        ask(veosim.url, "POST", "/api-video" + TEXT, '{"prompt": "A paper boat"}', {"Authorization": scheme})
        (exchange,) = veosim.journal
        assert exchange.key == fingerprint(scheme)
        assert "secret" not in repr(asdict(exchange))
