"""Where requests may go: each refusal with its reason, and what is let through."""

import asyncio
import socket
from collections.abc import Collection
from ipaddress import ip_address
from typing import Any

import pytest

from veosim.errors import VeosimError
from veosim.outbound.guard import Guard, OutboundRefusedError, Target
from veosim.outbound.url import parse_url

Resolved = dict[str, list[str]]


def checked(url: str, allowed: Collection[str] = (), names: Resolved | None = None) -> Target:
    """A URL as the guard lets it through, where names resolve as given."""

    async def run() -> Target:
        async def getaddrinfo(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
            if host not in (names or {}):
                raise socket.gaierror(socket.EAI_NONAME, "unknown")
            return [(0, 0, 0, "", (address, port)) for address in (names or {})[host]]

        loop = asyncio.get_running_loop()
        loop.getaddrinfo = getaddrinfo  # type: ignore[assignment,method-assign]
        guard = Guard(allowed)
        return await guard.check(guard.parse(url))

    return asyncio.run(run())


def refused(url: str, allowed: Collection[str] = (), names: Resolved | None = None) -> str:
    """Why a URL is not asked for."""
    with pytest.raises(OutboundRefusedError) as refusal:
        checked(url, allowed, names)
    return str(refusal.value)


MAPPED, MAPPED_LOOPBACK = (ip_address(f"::ffff:{address}").compressed for address in ("10.0.0.5", "127.0.0.1"))
FIX = "to let it be reached: --allow-callback-host"
FAR = "is not an address of this machine's own (loopback)"
ODD = "is an IP address in an unusual spelling"


@pytest.mark.parametrize(
    ("host", "literal", "problem"),
    [
        ("10.0.0.5", "10.0.0.5", FAR),
        ("93.184.216.34", "93.184.216.34", FAR),
        ("0.0.0.0", "0.0.0.0", FAR),  # noqa: S104  asked for, not bound
        ("169.254.169.254", "169.254.169.254", FAR),
        ("255.255.255.255", "255.255.255.255", FAR),
        ("[::]", "::", FAR),
        ("[fe80::1]", "fe80::1", FAR),
        ("[2001:db8::1]", "2001:db8::1", FAR),
        ("[::ffff:127.0.0.1]", MAPPED_LOOPBACK, FAR),
        ("[::ffff:10.0.0.5]", MAPPED, FAR),
        ("2130706433", "2130706433", ODD),
        ("0177.1", "0177.1", ODD),
        ("0x7f.0.0.1", "0x7f.0.0.1", ODD),
        ("0x7F000001", "0x7f000001", ODD),
        ("127.1", "127.1", ODD),
        ("127.0.0.1.", "127.0.0.1.", ODD),
        ("0", "0", ODD),
    ],
)
def test_an_address_elsewhere_or_in_disguise_is_refused(host: str, literal: str, problem: str) -> None:
    """The refusal names the host and the option that would let it be reached."""
    assert refused(f"http://{host}/hook") == f"{literal!r} {problem}; {FIX} {literal}"


@pytest.mark.parametrize(
    ("addresses", "culprit"),
    [
        (["192.168.1.7"], "192.168.1.7"),
        (["127.0.0.1", "10.0.0.5"], "10.0.0.5"),
        (["::1", "fe80::1%2"], "fe80::1%2"),
        (["::ffff:127.0.0.1"], "::ffff:127.0.0.1"),
        (["0.0.0.0"], "0.0.0.0"),  # noqa: S104  resolved, not bound
    ],
)
def test_a_name_is_refused_for_any_address_that_is_not_loopback(addresses: list[str], culprit: str) -> None:
    """One bad address among good ones is enough, since the connection might go there."""
    problem = f"'gateway.test' resolves to {culprit}, not an address of this machine's own (loopback)"
    assert refused("http://Gateway.test/", names={"gateway.test": addresses}) == (f"{problem}; {FIX} gateway.test")


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        (
            "http://user:hunter2@localhost/",
            "found a URL that holds a user's name or password; allowed: an http(s) URL ",
        ),
        ("http://localhost:0/", "found the port 0; allowed: 1 to 65535"),
        ("ftp://localhost/", "allowed: an http(s) URL"),
    ],
)
def test_what_is_no_url_is_refused(url: str, problem: str) -> None:
    """By the reader that judges the URLs of requests; passwords are not shown."""
    assert refused(url).startswith(f"no URL to send to; {problem}")


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://127.0.0.1:8000/hook?id=7@x", ("127.0.0.1",)),
        ("http://127.8.9.10/", ("127.8.9.10",)),
        ("https://[::1]/hook", ("::1",)),
        ("HTTP://LOCALHOST/hook", ("::1", "127.0.0.1")),
        ("http://localhost./hook", ("127.0.0.1",)),
        ("http://sidecar/hook", ("127.0.0.1",)),
    ],
)
def test_this_machine_is_let_through(url: str, target: tuple[str, ...]) -> None:
    """Every address stays in the resolver's order, each once."""
    names = {
        "localhost": ["::1", "127.0.0.1", "127.0.0.1"],
        "localhost.": ["127.0.0.1"],
        "sidecar": ["127.0.0.1"],
    }
    assert checked(url, names=names) == Target(parse_url(url), target)


@pytest.mark.parametrize(
    ("url", "allowed", "addresses"),
    [
        ("http://gateway.test/", "gateway.test", ("10.0.0.5", "fe80::1%2")),
        ("http://GATEWAY.test/", "Gateway.TEST", ("10.0.0.5", "fe80::1%2")),
        ("http://10.0.0.5/", "10.0.0.5", ("10.0.0.5",)),
        ("http://[2001:db8:0::1]/", "[2001:DB8::1]", ("2001:db8::1",)),
        ("http://[::ffff:10.0.0.5]/", "::ffff:10.0.0.5", (MAPPED,)),
        ("http://0.0.0.0/", "0.0.0.0", ("0.0.0.0",)),  # noqa: S104  asked for, not bound
        ("http://127.1/", "127.1", ("127.0.0.1",)),
        ("http://xn--bcher-kva.test/", "B\u00dccher.test", ("10.0.0.6",)),
        ("http://XN--BCHER-KVA.test/", "b\u00fccher.test", ("10.0.0.6",)),
        ("http://gateway.test/", "gateway.test.", ("10.0.0.5", "fe80::1%2")),
        ("http://gateway.test./", "gateway.test", ("10.0.0.7",)),
    ],
)
def test_an_allowed_host_is_let_through_wherever_it_is(url: str, allowed: str, addresses: tuple[str, ...]) -> None:
    """Names match in any case and alphabet, with a last dot or without; IP addresses in any spelling of IPv6."""
    names = {
        "gateway.test": ["10.0.0.5", "fe80::1%2"],
        "gateway.test.": ["10.0.0.7"],
        "127.1": ["127.0.0.1"],
        "xn--bcher-kva.test": ["10.0.0.6"],
    }
    assert checked(url, [allowed], names).addresses == addresses


@pytest.mark.parametrize("allowed", ["test", "gateway", "gateway.test..", "a.gateway.test", "10.0.0.5"])
def test_an_allowed_host_is_matched_whole(allowed: str) -> None:
    """Neither a part of a name nor the address behind it opens a name."""
    assert refused("http://gateway.test/", [allowed], {"gateway.test": ["10.0.0.5"]}).endswith(f"{FIX} gateway.test")


@pytest.mark.parametrize(
    "host", ["", "http://gateway.test", "gateway.test:80", "a/b", "user@a", "*.test", "[::1", ".", "\u2603"]
)
def test_what_is_no_host_cannot_be_allowed(host: str) -> None:
    """A mistake in an option is found before anything is sent."""
    with pytest.raises(
        VeosimError, match=r"is no host; allowed: a name or an IP address, without a scheme, port or path"
    ):
        Guard([host])


def test_a_name_that_nobody_knows_is_no_refusal() -> None:
    """It may be known a moment later, so a callback to it can be repeated."""
    with pytest.raises(socket.gaierror):
        checked("http://nowhere.test/")
