"""What must not be shown of what a gateway writes: keys, and all that came from the environment."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping

from veocontracts.profile import Profile

SHORTEST = 4
"""A shorter text from the environment would be found in the midst of words."""
LONG = 8
"""A text of this length hardly comes about by chance."""
_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASS|CREDENTIAL", re.IGNORECASE)


def hiding(profile: Profile, environment: Mapping[str, str] = os.environ) -> Callable[[str], str]:
    """What replaces each secret in a text by its name."""
    known: dict[str, str] = {}
    for name, value in _secrets(profile, environment):
        for spelling in (value, json.dumps(value)[1:-1]):
            known.setdefault(spelling, f"<{name}>")
    words = [re.escape(word) for word in sorted(known, key=len, reverse=True)]
    if profile.auth.mint is not None:
        words.append(re.escape(profile.auth.mint).replace(re.escape("{n}"), r"\d+"))
    pattern = re.compile("|".join(words))
    return lambda text: pattern.sub(lambda found: known.get(found[0], "<key:minted>"), text)


def repeated(profile: Profile) -> dict[str, str]:
    """What a gateway must not repeat to its clients, and what is written down instead; its clients' keys are not here.

    Shorter texts would be found in the midst of what the gateway says.
    """
    named = {name: text for name, text in profile.from_environment.items() if _SECRET_NAME.search(name)}
    if profile.upstream.key is not None:
        named["key:upstream"] = profile.upstream.key
    own = set(profile.auth.keys.values())
    return {text: f"<{name}>" for name, text in named.items() if len(text) >= LONG and text not in own}


def _secrets(profile: Profile, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each name and value; the first name of a value counts."""
    yield from ((f"key:{role}", key) for role, key in profile.auth.keys.items())
    if profile.upstream.key is not None:
        yield "key:upstream", profile.upstream.key
    given = [(name, text) for each in profile.target.started.values() for name, text in each.env.items()]
    named = [(name, text) for name, text in (*given, *environment.items()) if _SECRET_NAME.search(name)]
    for name, text in (*profile.from_environment.items(), *named):
        if len(text) >= SHORTEST and "{" not in text:
            yield name, text
