"""The reference gateway over HTTP: hostile bodies, real sockets, an upstream that is not there."""

import json
from typing import Any

import pytest
from tests.support.references import IMAGE, KEY, TEXT, Client, with_reference

from veocontracts.reference.app import create
from veocontracts.timing.loop import VirtualLoop
from veocontracts.timing.virtual import VirtualClock, VirtualRunner
from veosim import VeosimError
from veosim.app import create_app
from veosim.inprocess import call, lifespan
from veosim.server import listen, serving
from veosim.simulator import Simulator
from veosim.units import SECOND

BODY = {"prompt": "A paper boat drifts"}
HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "no json": b"prompt=x",
    "cut off": b'{"prompt": "x"',
    "two values": b'{"prompt": "x"} {}',
    "a list": b"[1]",
    "a string": b'"prompt"',
    "null": b"null",
    "no utf-8": b'{"prompt": "\xff"}',
    "utf-16": '{"prompt": "x"}'.encode("utf-16"),
    "a bom": b'\xef\xbb\xbf{"prompt": "x"}',
    "half a pair": b'{"prompt": "\\ud800"}',
    "nan": b'{"prompt": "x", "duration": NaN}',
    "infinity": b'{"prompt": "x", "n": 1e999}',
    "digits": b'{"prompt": "x", "n": ' + b"7" * 5000 + b"}",
    "deep": b'{"prompt": ' + b"[" * 3000 + b"]" * 3000 + b"}",
    "unhashable": b'{"prompt": "x", "model": {"a": []}}',
}
LARGE = b'{"prompt": "' + b"x" * (32 * 1024 * 1024) + b'"}'


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("path", [TEXT, IMAGE])
def test_a_hostile_body_is_a_400(path: str, name: str) -> None:
    """Never a 500, never a job; the answer is the documented error."""

    async def work(client: Client) -> tuple[int, str, int]:
        status, data, _ = await client.send("POST", path, HOSTILE[name])
        return status, data["error"]["code"], len(client.simulator.journal)

    assert with_reference(work) == (400, "invalid_request", 0)


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 202),
        ("Application/JSON; charset=utf-8", 202),
        ("application/problem+json", 202),
        ("", 202),
        ("text/plain", 400),
        ("application/x-www-form-urlencoded", 400),
        ("application/jsonlines", 400),
    ],
)
def test_a_body_that_is_said_to_be_no_json_is_a_400(content_type: str, status: int) -> None:
    """JSON under another name is refused; where nothing is said of it, it is read."""

    async def work(client: Client) -> int:
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": content_type}
        return (await call(client.app, "POST", TEXT, headers, json.dumps(BODY).encode())).status

    assert with_reference(work) == status


def test_a_body_that_is_too_large_is_a_413() -> None:
    """The limit is the one of every server here."""

    async def work(client: Client) -> int:
        return (await client.send("POST", TEXT, LARGE))[0]

    assert with_reference(work) == 413


@pytest.mark.parametrize(
    "header", ["", "Bearer", "bearer", "Basic dms=", "Bearer  vk-main", "Bearer vk-main extra\x7f"]
)
def test_an_odd_authorization_is_no_crash(header: str) -> None:
    """It is a key that is known, or 401."""

    async def work(client: Client) -> int:
        answer = await call(client.app, "GET", "/v2/charges", {"Authorization": header})
        return answer.status

    assert with_reference(work) in {200, 401}


@pytest.mark.parametrize("job_id", ["%00", "..%2f..", "' OR 1=1 --", "%F0%9F%8E%AC", "x" * 5000])
def test_an_odd_id_is_a_404(job_id: str) -> None:
    """No id is a path, a query or a crash."""

    async def work(client: Client) -> int:
        return (await call(client.app, "GET", f"/v2/jobs/{job_id}", {"Authorization": f"Bearer {KEY}"})).status

    assert with_reference(work) == 404


def test_a_client_that_leaves_is_no_crash() -> None:
    """A request that ends early is answered to nobody, without an error of the server."""

    async def work(client: Client) -> list[Any]:
        sent: list[Any] = []

        async def receive() -> dict[str, str]:
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        scope: dict[str, Any] = {
            "type": "http",
            "method": "POST",
            "path": TEXT,
            "query_string": b"",
            "headers": [],
            "app": None,
        }
        await client.app(scope, receive, send)
        return [message["status"] for message in sent if "status" in message]

    assert with_reference(work) == [400]


def test_it_says_when_it_is_ready() -> None:
    """`/healthz` needs no key."""

    async def work(client: Client) -> tuple[int, bytes]:
        answer = await call(client.app, "GET", "/healthz")
        return answer.status, answer.body

    assert with_reference(work) == (200, b"ok\n")


def over_sockets(url: str | None) -> Any:
    """The job of one submit after 30 s, over real sockets; None serves an upstream for it."""

    async def run(loop: VirtualLoop) -> Any:
        upstream = create_app(Simulator(clock=VirtualClock(loop)), root="api-video")
        async with serving(upstream) as served:
            app = create(served if url is None else url)
            async with lifespan(app):
                headers = {"Authorization": f"Bearer {KEY}"}
                submit = await call(app, "POST", TEXT, headers, json.dumps(BODY).encode())
                await VirtualClock(loop).sleep(30 * SECOND)
                answer = await call(app, "GET", f"/v2/jobs/{json.loads(submit.body)['job']['id']}", headers)
                return json.loads(answer.body)

    with VirtualRunner() as runner:
        return runner.run(run)


def test_it_reaches_its_upstream_over_sockets() -> None:
    """Without an app in this process it uses the URL."""
    assert over_sockets(None)["status"] == "completed"


def test_a_refused_connection_fails_the_job() -> None:
    """Nobody listens there: the job fails at once, says so, and costs nothing."""
    with listen("127.0.0.1", 0) as sock:
        port = sock.getsockname()[1]
    job = over_sockets(f"http://127.0.0.1:{port}")
    assert (job["status"], job["error"]["code"], job["token_cost"]) == ("failed", "upstream_unreachable", 0.0)


def test_an_unknown_mutant_is_named() -> None:
    """A typo gets a did-you-mean, when the app is made and not later."""
    with pytest.raises(VeosimError, match=r"^no mutant is called 'bills-at-submt'; did you mean 'bills-at-submit'\?$"):
        create("http://upstream.invalid", mutant="bills-at-submt")
