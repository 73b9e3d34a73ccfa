"""A gateway in this process: what its factory is called with."""

from typing import Any

from veocontracts.profile import AsgiTarget
from veocontracts.targets.asgi import make_app, mentions


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
