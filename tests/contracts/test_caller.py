"""A case's client: keys by their roles, none of which is ever written down."""

import asyncio
import json
from collections.abc import Mapping
from types import MappingProxyType

import pytest
from tests.support.benches import CASE, minted

from veocontracts.caller import Caller
from veocontracts.keys import UNKNOWN, Keys
from veocontracts.profiles import find_profile
from veocontracts.steps import Origin
from veosim.inprocess import Response
from veosim.seeded import fingerprint
from veosim.units import SECOND

NONE: Mapping[str, str] = MappingProxyType({})


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
        return Response(200, {"x-echo": f"for {text}"}, b'{"said": %s, "amount": 6.10}' % json.dumps(text).encode())


def caller(
    gateway: Gateway,
    patience: int = SECOND,
    *,
    keys: Mapping[str, str] = NONE,
    mint: str | None = "vk-{n}",
    given: Mapping[str, str] = NONE,
) -> Caller:
    """A client of the reference gateway; with the profile's keys, how others are minted, what the environment gave."""
    profile = find_profile("reference").with_environment(given)
    auth = profile.auth.model_copy(update={"mint": mint, "keys": keys or profile.auth.keys})
    return Caller(gateway, Keys(auth, 60, 60 * SECOND), patience, profile, Origin(0, CASE))


def echoed(it: Caller, said: str) -> tuple[object, Mapping[str, str]]:
    """What is written down of a gateway's answer that repeats this, of its data and of its headers."""
    answer = asyncio.run(it.send("GET", "/", {"Authorization": said}))
    assert answer is not None
    return it.data(answer)["said"], it.plain(answer.headers)


def test_each_role_has_a_key() -> None:
    """Fresh ones for full rights, the declared one without rights, one that nobody knows, and none."""
    it = caller(Gateway())
    keys = [it.secret(role) for role in ("main", "other", "main", "unentitled", "unknown", "none")]
    assert keys == [minted(), minted("other"), minted(), "vn-none", UNKNOWN, None]
    assert (it.headers("other"), it.headers("none")) == ({"Authorization": f"Bearer {minted('other')}"}, {})


def test_the_upstream_would_know_a_key_by_its_fingerprint() -> None:
    """Of the bare key, as a bearer, and as the profile's header carries it."""
    it = caller(Gateway())
    it.secret("main")
    assert it.fingerprints() == {fingerprint(minted()): "main", fingerprint(f"Bearer {minted()}"): "main"}


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


def test_of_two_keys_that_begin_alike_the_whole_one_is_named() -> None:
    """Whichever was used first."""
    it = caller(Gateway(), keys={"main": "vk-1", "other": "vk-17"}, mint=None)
    assert (it.secret("main"), it.secret("other")) == ("vk-1", "vk-17")
    assert echoed(it, "vk-17 is not vk-1") == (
        "<key:other> is not <key:main>",
        {"x-echo": "for <key:other> is not <key:main>"},
    )


def test_a_key_is_found_as_json_writes_it() -> None:
    """With its quotes escaped."""
    it = caller(Gateway(), mint='a "key"-{n}')
    assert echoed(it, str(it.secret("main"))) == ("<key:main>", {"x-echo": "for <key:main>"})


def test_two_roles_of_one_key_go_by_the_first() -> None:
    """Where no keys are minted, a further role has the one of `main`."""
    it = caller(Gateway(), mint=None)
    assert (it.secret("third"), it.secret("main")) == ("vk-main", "vk-main")
    assert echoed(it, "vk-main")[0] == "<key:third>"


def test_other_secrets_are_not_written_down_either() -> None:
    """Whatever the gateway was given and repeats, such as its own key upstream."""
    it = caller(Gateway(), given={"ACME_PASSWORD": "hunter2-hunter2"})
    assert echoed(it, "x hunter2-hunter2") == ("x <ACME_PASSWORD>", {"x-echo": "for x <ACME_PASSWORD>"})


@pytest.mark.parametrize(
    ("raised", "note"),
    [
        ("KeyError: no account {main}, nor vk-17", "KeyError: no account <key:main>, nor <key:minted>"),
        ("cannot reach redis://acme", "cannot reach <ACME_URL>"),
    ],
)
def test_a_note_shows_no_secret(raised: str, note: str) -> None:
    """Of what a gateway in this process raises, whatever the environment gave is hidden."""
    said = raised.format(main=minted("main"))
    it = caller(Gateway(ConnectionResetError(f"the gateway raised {said}")), given={"ACME_URL": "redis://acme"})
    assert asyncio.run(it.send("GET", "/a", it.headers("main"))) is None
    assert it.notes == [f"GET /a: the gateway raised {note}"]


def test_no_answer_is_a_note() -> None:
    """A broken connection, and one that outlasts the caller's patience."""
    it = caller(Gateway(ConnectionResetError("gone")))
    assert asyncio.run(it.send("GET", "/a", {})) is None
    slow = caller(Gateway(hangs=True), patience=1)
    assert asyncio.run(slow.send("GET", "/b", {})) is None
    assert (it.notes, slow.notes) == (["GET /a: gone"], ["GET /b: no answer within 0.000000001s"])
    assert it.data(None) is None
