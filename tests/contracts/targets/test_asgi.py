"""A gateway in this process: what its factory is called with."""

import logging
from typing import Any

import pytest

from veocontracts.profile import AsgiTarget
from veocontracts.targets.asgi import make_app, mentions, say_once


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


def test_what_an_app_raises_is_logged_once_and_without_secrets(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For its owner, on stderr, which a build server shows to many."""
    monkeypatch.setenv("ACME_TOKEN", "tk-0815-4711")
    with caplog.at_level(logging.ERROR, "veocontracts"):
        for _ in range(2):
            say_once("the gateway raised KeyError: tk-0815-4711")
    assert caplog.messages == ["the gateway raised KeyError: <ACME_TOKEN>"]
