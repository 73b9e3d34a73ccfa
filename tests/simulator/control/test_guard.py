"""Who may use the control API."""

from collections.abc import Mapping
from typing import Any

import pytest
from tests.support.control import JSON, Desk

from veosim.control.guard import Guard
from veosim.control.refusals import RefusedError
from veosim.control.settings import Settings, new_token
from veosim.errors import VeosimError

TOKEN = "a-token-that-is-long-enough"
HERE = {"host": "localhost:8410"}
LAN = "192.168.7.9"
ANY = "0.0.0.0"  # noqa: S104  browsers have taken it for this machine


def verdict(
    headers: Mapping[str, str],
    *,
    settings: Settings | None = None,
    address: str | None = "127.0.0.1",
    path: str = "/_veosim/clock",
) -> str:
    """What the guard says of a request: the code of its refusal, or "let in"."""
    scope: dict[str, Any] = {
        "path": path,
        "server": address and (address, 8410),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
    }
    try:
        Guard(settings or Settings()).check(scope)
    except RefusedError as error:
        return f"{error.status} {error.error['code']}"
    return "let in"


class TestHost:
    @pytest.mark.parametrize(
        "host",
        ["localhost", "LOCALHOST:1", "127.0.0.1:8410", "127.8.9.10", "[::1]:8410", "[0:0::1]", LAN, "up.test:80"],
    )
    def test_its_own_names_are_let_in(self, host: str) -> None:
        """Loopback, the address that the connection came in at, and what was allowed by name; any port."""
        settings = Settings(TOKEN, ["up.test"])
        headers = {"host": host, "authorization": f"Bearer {TOKEN}"}
        assert verdict(headers, settings=settings, address=LAN) == "let in"

    @pytest.mark.parametrize(
        "host",
        [
            *("evil.test", "localhost.evil.test", "evil.test:8410", "127.0.0.1.evil.test", ANY, LAN),
            *("", " localhost", "localhost@evil.test", "[::1", "::1", "2130706433", "localhost/", "ümlaut.test"),
        ],
    )
    def test_any_other_name_is_refused(self, host: str) -> None:
        """A page that made its own name resolve to loopback sends that name."""
        assert verdict({"host": host}) == "403 foreign_host"

    def test_without_a_host(self) -> None:
        """No browser leaves it out, so that it proves no attack."""
        assert verdict({}) == "let in"


class TestOrigin:
    @pytest.mark.parametrize("origin", ["http://localhost:8410", "https://localhost:8410"])
    def test_its_own_pages_are_let_in(self, origin: str) -> None:
        """The origin is what the request is addressed to; a proxy in front may speak TLS."""
        assert verdict({**HERE, "origin": origin}) == "let in"

    @pytest.mark.parametrize(
        "origin",
        [
            "http://evil.test",
            "http://localhost:3000",
            "http://localhost",
            "null",
            "",
            "http://127.0.0.1:8410",
            "file://",
        ],
    )
    def test_any_other_page_is_refused(self, origin: str) -> None:
        """Another port of this machine is another one's, too."""
        assert verdict({**HERE, "origin": origin}) == "403 foreign_origin"


class TestToken:
    @pytest.mark.parametrize(
        ("given", "found"),
        [
            ({}, "401 unauthorized"),
            ({"authorization": "Bearer wrong"}, "401 unauthorized"),
            ({"authorization": f"Basic {TOKEN}"}, "401 unauthorized"),
            ({"authorization": f"Bearer {TOKEN} {TOKEN}"}, "401 unauthorized"),
            ({"authorization": "Bearer ÿ"}, "401 unauthorized"),
            ({"authorization": f"Bearer {TOKEN}"}, "let in"),
            ({"authorization": f"bearer  {TOKEN}"}, "let in"),
        ],
    )
    def test_it_is_asked_for_where_there_is_one(self, given: Mapping[str, str], found: str) -> None:
        """On loopback too; the scheme's case says nothing."""
        assert verdict({**HERE, **given}, settings=Settings(TOKEN)) == found

    @pytest.mark.parametrize(
        ("address", "found"),
        [
            ("127.0.0.1", "let in"),
            ("::1", "let in"),
            (None, "let in"),
            ("testserver", "let in"),
            (LAN, "403 token_needed"),
            ("2001:db8::7", "403 token_needed"),
            ("::ffff:127.0.0.1", "403 token_needed"),
        ],
    )
    def test_beyond_loopback_one_is_needed(self, address: str | None, found: str) -> None:
        """Whoever serves the app, and however: what came in from elsewhere is refused as long as there is no token."""
        assert verdict(HERE, address=address) == found

    @pytest.mark.parametrize("path", ["/_veosim", "/_veosim/", "/_veosim/openapi.json"])
    def test_the_page_is_open(self, path: str) -> None:
        """A browser sends no token; a foreign name is refused here as well."""
        assert verdict(HERE, settings=Settings(TOKEN), path=path) == "let in"
        assert verdict({"host": "evil.test"}, settings=Settings(TOKEN), path=path) == "403 foreign_host"

    def test_one_that_is_made_differs_each_time(self) -> None:
        """192 bits, in letters that a header can carry."""
        made = {new_token() for _ in range(50)}
        assert len(made) == 50
        assert {len(token) for token in made} == {32}


def test_an_allowed_host_is_a_name() -> None:
    """A URL is refused as soon as the guard is made."""
    with pytest.raises(VeosimError, match=r"^'http://up\.test' is no host; allowed: a name or an IP address"):
        Guard(Settings(hosts=["http://up.test"]))


def test_the_token_opens_every_operation_and_stands_in_no_journal() -> None:
    """Without it the answer says how to bring it; with it the operation is carried out."""
    desk = Desk(settings=Settings(TOKEN))
    refused = desk.ask("GET", "/clock")
    assert (refused.status, refused.code) == (401, "unauthorized")
    assert desk.ask("GET", "/clock", headers={"Authorization": f"Bearer {TOKEN}"}).status == 200
    assert list(desk.simulator.journal) == []


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.test"}, {"Host": "evil.test"}])
def test_a_refused_request_changes_nothing(headers: Mapping[str, str]) -> None:
    """It is judged before it is read, and no answer ever has a header that would open it to other pages."""
    desk = Desk()
    answer = desk.ask("POST", "/clock/advance", {"by": "30s"}, {**JSON, **headers})
    assert (answer.status, desk.simulator.clock.now()) == (403, 0)
