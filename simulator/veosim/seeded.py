"""The one source of randomness: every draw is named, and follows from a seed.

Plans, ids and shares come from `digest(seed, names…)`, never from arrival order or from the machine, so that
the same requests meet the same fate on every run.
"""

from __future__ import annotations

import random
from hashlib import blake2b


def digest(*parts: str | int | bytes) -> bytes:
    """32 bytes that follow from `parts` alone; parts are framed, so that ("ab", "c") and ("a", "bc") differ."""
    state = blake2b(digest_size=32)
    for part in parts:
        raw = part if isinstance(part, bytes) else str(part).encode()
        state.update(b"%d:" % len(raw))
        state.update(raw)
    return state.digest()


def generator(*parts: str | int | bytes) -> random.Random:
    """A generator of its own for one named purpose."""
    return random.Random(digest(*parts))


def uuid4_from(raw: bytes) -> str:
    """The first 16 bytes, laid out as a random UUID (RFC 9562, version 4)."""
    text = raw[:16].hex()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{'89ab'[raw[8] >> 4 & 3]}{text[17:20]}-{text[20:]}"


_LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def letters_from(raw: bytes, length: int) -> str:
    """That many letters and digits, as ids such as `task_…` have them; at most as many as there are bytes."""
    return "".join(_LETTERS_AND_DIGITS[byte % len(_LETTERS_AND_DIGITS)] for byte in raw[:length])


def fingerprint(secret: str) -> str:
    """A short name for a key, safe to show: the key itself never reaches a journal, log or report."""
    return f"key:{blake2b(secret.encode(), digest_size=5).hexdigest()}"
