"""A gateway in this process: what its factory is called with."""

import asyncio
import logging
from typing import Any

import pytest

from veocontracts.profile import AsgiTarget
from veocontracts.secrets import Secrets
from veocontracts.targets.asgi import AsgiGateway, make_app, mentions


class Made:
    """An app that remembers what it was made of."""

    def __init__(self, **kwargs: Any) -> None:
        self.kwargs = kwargs

    def __call__(self) -> None:
        """As an app can be."""


FACTORY = f"{__name__}:Made"
KWARGS = {
    "upstream": "{upstream_app}",
    "urls": ["{upstream_url}/a", {"callback": "{gateway_url}/b", "tries": 3}],
    "plain": "as it is",
    "number": 7,
}


def test_places_are_filled_in_at_every_depth() -> None:
    """Texts within longer ones; the upstream's app only where it is the whole value."""
    target, app = AsgiTarget(factory=FACTORY, kwargs=KWARGS), object()
    made = make_app(target, {"{upstream_app}": app, "{upstream_url}": "http://u", "{gateway_url}": "http://g"})
    assert made.kwargs == {  # type: ignore[attr-defined]
        "upstream": app,
        "urls": ["http://u/a", {"callback": "http://g/b", "tries": 3}],
        "plain": "as it is",
        "number": 7,
    }


def test_a_place_is_found_at_every_depth() -> None:
    """So that only what is asked for is made."""
    target = AsgiTarget(factory=FACTORY, kwargs=KWARGS)
    assert [mentions(target, place) for place in ("{upstream_app}", "{gateway_url}", "{data}")] == [True, True, False]


def test_what_an_app_raises_is_logged_once_and_without_secrets(caplog: pytest.LogCaptureFixture) -> None:
    """For its owner, on stderr, which a build server shows to many; whatever the profile or its variables hold."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del receive
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            raise KeyError("tk-0815-4711, acme-17")

    async def work() -> None:
        gateway = AsgiGateway(lambda: app, Secrets({"tk-0815-4711": "ACME_TOKEN"}, "acme-{n}"))
        for _ in range(2):
            await gateway.start()
            await gateway.send("GET", "/", {})
            await gateway.close()

    with caplog.at_level(logging.ERROR, "veocontracts"):
        asyncio.run(work())
    (said,) = caplog.messages
    assert said.startswith("the gateway raised KeyError: '<ACME_TOKEN>, <key:minted>' (")
