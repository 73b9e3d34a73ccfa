"""An upload goes to an address of this machine, and to no other."""

import json
from collections.abc import Mapping

import pytest
from tests.support.benches import FunctionGateway, on_a_bench, setting

from veocontracts.addresses import is_near
from veocontracts.bench import Bench
from veocontracts.events import Call
from veocontracts.history import History
from veocontracts.replaying import play
from veocontracts.rules import RULES
from veocontracts.steps import Step
from veocontracts.workloads.uploads import uploads
from veosim.inprocess import Response

(CASE,) = uploads(setting(capabilities=frozenset({"upload"})))
NEAR = "http://127.0.0.1/media/7f/start.png"
FAR = "https://store.example/bucket/start.png?signature=put"


def driven(target: str) -> tuple[History, list[tuple[str, str]]]:
    """What came of the upload, and what was asked, of a gateway that takes files at `target`."""

    async def answer(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        del headers, body
        found = {"upload_url": target, "public_url": FAR} if path.endswith("/upload-media") else {}
        data = {"status": "success", "data": found}
        return Response(200, {"content-type": "application/json"}, json.dumps(data).encode())

    async def work(bench: Bench, gateway: FunctionGateway) -> tuple[History, list[tuple[str, str]]]:
        await CASE.drive(bench)
        return bench.history(), [(method, path) for method, path, *_ in gateway.asked]

    return on_a_bench(answer, work)


def test_a_file_is_put_near() -> None:
    """At the path, for a gateway in this process; then a job is submitted."""
    history, asked = driven(NEAR)
    assert asked[:3] == [
        ("POST", "/v1/proxy/upload-media"),
        ("PUT", "/media/7f/start.png"),
        ("POST", "/v1/proxy/media-video-from-image"),
    ]
    assert {call.intent for call in history.of(Call)} == {"upload", "upload-put"}


def test_nothing_is_sent_to_a_store_elsewhere() -> None:
    """Neither file nor job; the rule has no occasion, and a note says why."""
    history, asked = driven(FAR)
    assert asked == [("POST", "/v1/proxy/upload-media")]
    assert history.notes == ("no file was put at upload_url, since it leads off this machine",)
    assert list(RULES["UPLOAD-01"].judge(history)) == []


@pytest.mark.parametrize(
    ("url", "near"),
    [
        ("/v1/proxy/upload-media", True),
        (NEAR, True),
        ("http://[::1]:8410/x", True),
        ("http://localhost:9/x", True),
        ("http://gateway.localhost/x", True),
        (FAR, False),
        ("http://192.0.2.7/x", False),
        ("//store.example/x", False),
        ("http://localhost.example/x", False),
        ("http://[broken/x", False),
    ],
)
def test_which_addresses_are_near(url: str, near: bool) -> None:
    """Paths and loopback hosts."""
    assert is_near(url) is near


def test_a_recorded_call_never_leaves_this_machine() -> None:
    """A recording from elsewhere names a host; nothing goes there, whatever its key."""
    arguments = {"method": "PUT", "path": FAR, "operation": "PUT x", "intent": "x", "key": "none", "body": ""}

    async def answer(*_: object) -> Response:
        raise AssertionError

    async def work(bench: Bench, gateway: FunctionGateway) -> tuple[str, ...]:
        await play(bench, [Step(1, 0, "call", "", (), arguments)])
        assert gateway.asked == []
        return bench.history().notes

    assert on_a_bench(answer, work) == (f"PUT {FAR}: not sent, since it leaves this machine",)
