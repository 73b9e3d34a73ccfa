"""API keys that a gateway repeats in its answers; a report on a CI server is read by more people than may know them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from xml.sax.saxutils import escape

SHORTEST = 8
"""A shorter key is a made-up one, and would be found in the midst of words."""


def hide(document: str, keys: Mapping[str, str]) -> str:
    """A document in plain text, JSON or XML with each key, by role, replaced by its role."""
    for role, key in sorted(keys.items(), key=lambda item: -len(item[1])):
        if len(key) >= SHORTEST:
            for spelling in {key, json.dumps(key)[1:-1], escape(key), escape(key, {'"': "&quot;"})}:
                document = document.replace(spelling, f"[key {role}]")
    return document
