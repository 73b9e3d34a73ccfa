"""What the simulator plays, where it listens, and whom it takes."""

from pathlib import Path

import pytest

from veocontracts.profile import Upstream, load_profile
from veosim import SourceError

PROFILE = """\
profile: 1
gateway: {name: acme}
auth: {keys: {main: vk-main}}
timeout: {clock: {scaled: {factor: 60}}}
target: {process: {command: [acme]}}
"""


def load(folder: Path, text: str) -> Upstream:
    """The upstream of a profile."""
    (folder / "p.yaml").write_text(text)
    return load_profile(folder / "p.yaml", {}).upstream


def test_by_default_any_port_and_any_key_will_do(tmp_path: Path) -> None:
    """The gateway is handed a key all the same."""
    found = load(tmp_path, PROFILE)
    assert (found.place, found.public_url, found.keys, found.given_key) == (("127.0.0.1", 0), None, (), "any-key")


def test_a_place_an_address_and_a_key_may_be_given(tmp_path: Path) -> None:
    """Only that key is taken then; the address ends where paths begin."""
    given = "upstream: {listen: '[::1]:8410', public_url: 'http://sim.test/up/', key: up-key}\n"
    found = load(tmp_path, PROFILE + given)
    assert (found.place, found.public_url) == (("::1", 8410), "http://sim.test/up")
    assert (found.keys, found.given_key) == (("up-key",), "up-key")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{listen: 8410}", "upstream.listen: found 8410; allowed: text, in quotes if need be"),
        ("{listen: 'localhost:65536'}", "upstream.listen: found 'localhost:65536'; allowed: host:port of this machine"),
        ("{listen: localhost}", "upstream.listen: found 'localhost'; allowed: host:port of this machine, such as"),
        ("{public_url: 'sim.test'}", "upstream.public_url: this is no base URL: allowed: an http(s) URL"),
        ("{key: ''}", "upstream.key: a key is one or more plain ASCII characters without blanks; is its variable"),
        ("{key: 'a b'}", "upstream.key: a key is one or more plain ASCII characters without blanks; is its variable"),
    ],
)
def test_what_cannot_be_is_refused(given: str, said: str, tmp_path: Path) -> None:
    """With the place, and what is allowed."""
    with pytest.raises(SourceError) as caught:
        load(tmp_path, f"{PROFILE}upstream: {given}\n")
    assert said in str(caught.value)


@pytest.mark.parametrize("key", ["listen", "public_url"])
def test_a_gateway_in_this_process_needs_no_address(key: str, tmp_path: Path) -> None:
    """It has the simulator beside it."""
    inside = PROFILE.replace("process: {command: [acme]}", "asgi: {factory: 'acme:create'}").replace(
        "timeout: {clock: {scaled: {factor: 60}}}\n", ""
    )
    value = {"listen": "127.0.0.1:1", "public_url": "http://sim.test"}[key]
    with pytest.raises(SourceError) as caught:
        load(tmp_path, f"{inside}upstream: {{{key}: '{value}'}}\n")
    assert f"upstream.{key}: target.asgi reaches the upstream by {{upstream_url}}; '{key}' is for" in str(caught.value)
