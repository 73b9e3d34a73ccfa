"""The one reader of URLs to send to: what it takes, in which form, and each refusal."""

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from veosim.outbound.url import LENGTH_LIMIT, Url, UrlError, masked, parse_url

NONE = "allowed: an http(s) URL"
USER = "found a URL that holds a user's name or password; allowed: an http(s) URL without them"
PORT = "allowed: 1 to 65535"
HOST = "allowed: a name or an IP address, in ASCII"
HOSTS = (
    *("[::1%25lo]", "l%6fcalhost", "a..b", ".", "0177.0.0.1", "1.2.3.256", "*.test", "[g]"),
    *("a" * 64, "[127.0.0.1]", "~", "b\u00fccher.test"),
)


@pytest.mark.parametrize(
    ("text", "url", "netloc"),
    [
        ("http://127.0.0.1:8000/hook?id=7@x", Url("http", "127.0.0.1", 8000, "/hook?id=7@x"), "127.0.0.1:8000"),
        ("HTTPS://Gateway.TEST", Url("https", "gateway.test", 443, "/"), "gateway.test"),
        ("https://gateway.test:443/a", Url("https", "gateway.test", 443, "/a"), "gateway.test"),
        ("http://gateway.test.:080?a=//b#c", Url("http", "gateway.test.", 80, "/?a=//b"), "gateway.test."),
        ("http://[2001:DB8:0::1]:/x", Url("http", "2001:db8::1", 80, "/x"), "[2001:db8::1]"),
        ("http://[::1]:81/#x", Url("http", "::1", 81, "/"), "[::1]:81"),
        ("http://XN--Bcher-kva.test/\u00fc%20%zz", Url("http", "xn--bcher-kva.test", 80, "/%C3%BC%20%25zz"), ""),
        ('http://my_sidecar-1/a{b}|c^`"<', Url("http", "my_sidecar-1", 80, "/a%7Bb%7D%7Cc%5E%60%22%3C"), ""),
        ("http://127.1/", Url("http", "127.1", 80, "/"), ""),
    ],
)
def test_a_url_is_read(text: str, url: Url, netloc: str) -> None:
    """Host, port and target in the form in which they are sent; the fragment stays at home."""
    found = parse_url(text)
    assert (found, found.netloc) == (url, netloc or url.host)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        *[(text, NONE) for text in ("", "ftp://localhost/a", "localhost:80/a", "//localhost/a", "http:///a", "http://")],
        *[(f"http://localhost{bad}/", NONE) for bad in ("\\", "\n", " ", "\x00", "\u2028", "\ud800", ":x", ":1:2")],
        *[(text, NONE) for text in ("http://localhost/a\\b", "http://::1/", "http://[::1/", "http://[::1]x/", "http://:1/")],
        *[(f"http://{user}@localhost/", USER) for user in ("", "user", "user:hunter2", "a@b", ":")],
        *[(f"http://localhost:{port}/", f"found the port {port}; {PORT}") for port in (0, 65536, 99999)],
        *[(f"http://{host}/", f"found the host {host!r}; {HOST}") for host in HOSTS],
        ("http://" + "a." * 127 + "a/", f"found the host {'a.' * 39!r:.79}…; {HOST}"),
        ("http://a/" + "x" * (LENGTH_LIMIT - 8), "found a URL of 8193 characters; allowed: at most 8192"),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_refused(text: str, problem: str) -> None:
    """The words name the part that is wrong, and never a password."""
    with pytest.raises(UrlError) as refusal:
        parse_url(text)
    assert str(refusal.value) == problem
    assert "hunter2" not in str(refusal.value)


def test_the_longest_url_is_taken() -> None:
    """8,192 characters."""
    text = "http://a/" + "x" * (LENGTH_LIMIT - 9)
    assert parse_url(text).target == text.removeprefix("http://a")


@given(
    host=st.from_regex(r"[A-Za-z0-9_.-]{1,12}(:[0-9]{0,5})?", fullmatch=True),
    rest=st.text(max_size=12).map(lambda text: f"/{text}"),
)
def test_what_is_taken_another_reader_takes_too(host: str, rest: str) -> None:
    """The client library finds the same host and port in it; what is sent is printable ASCII."""
    try:
        found = parse_url(f"http://{host}{rest}")
    except UrlError:
        return
    other = httpx2.URL(f"http://{host}{rest}")
    assert (found.host, found.port) == (other.raw_host.decode(), other.port or 80)
    assert found.target.isascii()
    assert found.target.isprintable()
    assert " " not in found.target


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://a.test/b", "http://a.test/b"),
        ("http://a.test/b?token=s", "http://a.test/b?…"),
        ("http://a.test/b?token=s\n#t", "http://a.test/b?…"),
        ("http://a.test#token=s?u", "http://a.test#…"),
        ("http://ann:pw@a.test/?b=c@d", "http://…@a.test/?…"),
        ("http://a@b@a.test/c@d", "http://…@a.test/c@d"),
        ("http://a.test/?b=//c:d@e", "http://a.test/?…"),
    ],
)
def test_secrets_are_masked(text: str, shown: str) -> None:
    """Whoever reads a note sees where a request went, and nothing that would let him send one."""
    assert masked(text) == shown
