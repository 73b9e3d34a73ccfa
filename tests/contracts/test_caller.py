"""A case's client: keys by their roles, none of which is ever written down."""

import asyncio
from collections.abc import Mapping

from veocontracts.caller import Caller
from veocontracts.keys import UNKNOWN, Keys
from veocontracts.profiles import find_profile
from veosim.inprocess import Response
from veosim.seeded import fingerprint
from veosim.units import SECOND


class Gateway:
    """Answers with what it was asked; or not at all."""

    def __init__(self, error: Exception | None = None, *, hangs: bool = False) -> None:
        self.error, self.hangs = error, hangs

    async def send(self, _: str, __: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        del body
        if self.error is not None:
            raise self.error
        if self.hangs:
            await asyncio.Event().wait()
        text = headers.get("Authorization", "")
        return Response(200, {"x-echo": f"for {text}"}, b'{"said": "%s", "amount": 6.10}' % text.encode())


def caller(gateway: Gateway, patience: int = SECOND) -> Caller:
    """A client with the reference profile's keys."""
    return Caller(gateway, Keys(find_profile("reference").auth, 60, 60 * SECOND), patience)


def test_each_role_has_a_key() -> None:
    """Fresh ones for full rights, the declared one without rights, one that nobody knows, and none."""
    it = caller(Gateway())
    keys = [it.secret(role) for role in ("main", "other", "main", "unentitled", "unknown", "none")]
    assert keys == ["vk-1", "vk-2", "vk-1", "vn-none", UNKNOWN, None]
    assert (it.headers("other"), it.headers("none")) == ({"Authorization": "Bearer vk-2"}, {})


def test_the_upstream_would_know_a_key_by_its_fingerprint() -> None:
    """Of the bare key, as a bearer, and as the profile's header carries it."""
    it = caller(Gateway())
    it.secret("main")
    assert it.fingerprints() == {fingerprint("vk-1"): "main", fingerprint("Bearer vk-1"): "main"}


def test_what_a_gateway_echoes_shows_no_key() -> None:
    """In its data and in its headers stands the role; amounts stay exact."""
    it = caller(Gateway())
    answer = asyncio.run(it.send("GET", "/", it.headers("main")))
    assert answer is not None
    assert {name: str(value) for name, value in it.data(answer).items()} == {
        "said": "Bearer <key:main>",
        "amount": "6.10",
    }
    assert it.plain(answer.headers) == {"x-echo": "for Bearer <key:main>"}


def test_other_secrets_are_not_written_down_either() -> None:
    """Whatever the gateway was given and repeats, such as its own key upstream."""
    keys = Keys(find_profile("reference").auth, 60, 60 * SECOND)
    it = Caller(Gateway(), keys, SECOND, {"hunter2-hunter2": "<ACME_PASSWORD>"})
    answer = asyncio.run(it.send("GET", "/", {"Authorization": "x hunter2-hunter2"}))
    assert answer is not None
    assert (it.data(answer)["said"], it.plain(answer.headers)) == (
        "x <ACME_PASSWORD>",
        {"x-echo": "for x <ACME_PASSWORD>"},
    )


def test_no_answer_is_a_note() -> None:
    """A broken connection, and one that outlasts the caller's patience."""
    it = caller(Gateway(ConnectionResetError("gone")))
    assert asyncio.run(it.send("GET", "/a", {})) is None
    slow = caller(Gateway(hangs=True), patience=1)
    assert asyncio.run(slow.send("GET", "/b", {})) is None
    assert (it.notes, slow.notes) == (["GET /a: gone"], ["GET /b: no answer within 0.000000001s"])
    assert it.data(None) is None
