"""Where the reference gateway sends what: into this process beside its upstream, else over HTTP."""

import asyncio
from typing import Any

import pytest

from veocontracts.reference.upstream import AppUpstream, HttpUpstream, origin_of, path_of, reached

UPSTREAM = "http://upstream.invalid/api-video"


@pytest.mark.parametrize(
    ("url", "origin", "path"),
    [
        ("http://127.0.0.1:8410/api-video/x", "http://127.0.0.1:8410", "/api-video/x"),
        ("http://127.0.0.1:8410", "http://127.0.0.1:8410", ""),
        ("http://127.0.0.1:8410/", "http://127.0.0.1:8410", "/"),
        ("https://a.example//b//", "https://a.example", "//b//"),
    ],
)
def test_a_url_has_an_origin_and_a_path(url: str, origin: str, path: str) -> None:
    """They make the whole of it."""
    assert (origin_of(url), path_of(url)) == (origin, path)


@pytest.mark.parametrize(
    ("url", "in_process", "kind"),
    [
        (UPSTREAM, True, AppUpstream),
        ("http://upstream.invalid/hooks", True, AppUpstream),
        ("http://receiver.invalid/hooks", True, HttpUpstream),
        (UPSTREAM, False, HttpUpstream),
    ],
)
def test_what_lives_beside_the_upstream_is_reached_without_a_socket(url: str, in_process: bool, kind: type) -> None:
    """Any other host is not."""

    async def app(*_: Any) -> None:
        """Never called."""

    async def found() -> type:
        host = reached(url, UPSTREAM, app if in_process else None)
        await host.close()
        return type(host)

    assert asyncio.run(found()) is kind
