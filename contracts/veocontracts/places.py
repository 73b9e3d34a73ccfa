"""The places that a profile may write, such as `{data}`, and the suite fills in."""

from __future__ import annotations

from collections.abc import Mapping

CALLBACK_SECRET = "{callback_secret}"  # noqa: S105  a place, not a secret
DATA = "{data}"
GATEWAY_URL = "{gateway_url}"
KEY = "{key}"
PORT = "{port}"
PYTHON = "{python}"
UPSTREAM_APP = "{upstream_app}"
UPSTREAM_KEY = "{upstream_key}"
UPSTREAM_URL = "{upstream_url}"
WEBHOOK_URL = "{webhook_url}"

NAMES = tuple(
    place.strip("{}")
    for place in (
        CALLBACK_SECRET,
        DATA,
        GATEWAY_URL,
        KEY,
        PORT,
        PYTHON,
        UPSTREAM_APP,
        UPSTREAM_KEY,
        UPSTREAM_URL,
        WEBHOOK_URL,
    )
)
"""Their names, without the braces."""


def filled(text: str, places: Mapping[str, object]) -> str:
    """A text with what its places stand for; what stands for no text, such as the upstream's app, is left as it is."""
    for place, value in places.items():
        if isinstance(value, str):
            text = text.replace(place, value)
    return text
