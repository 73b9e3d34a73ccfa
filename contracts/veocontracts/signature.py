"""What a failure looks like, in eight letters: equal for one defect on every run, different for another defect.

What varies from run to run is made alike first: ids, addresses, instants, labels, amounts, counts, durations and long
texts. What tells defects apart stays: words, states, HTTP statuses, and short quoted values such as '4S'.
"""

from __future__ import annotations

import re

from veocontracts.rules.base import Observation
from veosim.seeded import digest

LETTERS = "bcdfghjklmnpqrstvwxz"
"""No digits, so that YAML never reads a signature as a number; no vowels, so that it is never a word."""
LENGTH = 8
LONG = 24
"""A quoted text with more characters is prose, such as a prompt that is drawn from the seed."""

_VARYING = (
    (re.compile(r"Decimal\('([^']*)'\)"), r"\1"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"\w+://[^\s'\"),}\]]+"), "<url>"),
    (re.compile(r"(?<![\w+/-])(?=[\w+/-]*\d)(?=[\w+/-]*[A-Za-z])[\w+/-]{8,}={0,2}"), "<id>"),
    (re.compile(r"\b([a-z]+)#\d+"), r"\1#"),
)
_QUOTED = re.compile(r"""(?<!\w)(?:'(?:[^'\\]|\\.)*(?:'|$)|"(?:[^"\\]|\\.)*(?:"|$))""", re.DOTALL)
_STATUS = re.compile(r"(?:(?<=HTTP )|(?<=status )|(?<=with )|(?<=→ )|^)[1-5]\d\d(?=$|[,;:)]|\.(?!\d)|\s[^a-z\d])")
_NUMBER = re.compile(r"(?<![\w.#])[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w#])")
_NUMERIC = re.compile(r"[-+]?\d+(?:\.\d+)?")
_LIST = re.compile(r"#(?:, #)+")


def signature_of(observation: Observation) -> str:
    """Eight letters that follow from what was expected and what came."""
    raw = digest("signature", alike(observation.expected), alike(observation.actual))
    return "".join(LETTERS[byte % len(LETTERS)] for byte in raw[:LENGTH])


def alike(text: str) -> str:
    """The text with everything made alike that varies from run to run."""
    for pattern, instead in _VARYING:
        text = pattern.sub(instead, text)
    parts, end = [], 0
    for quoted in _QUOTED.finditer(text):
        parts += [_plain(text[end : quoted.start()], first=not end), _value(quoted[0])]
        end = quoted.end()
    return "".join([*parts, _plain(text[end:], first=not end)])


def _plain(text: str, *, first: bool) -> str:
    """Numbers outside of quotes are alike, except for HTTP statuses, which say what happened."""
    kept = {match.start() for match in _STATUS.finditer(text) if match.start() or first}
    numbered = _NUMBER.sub(lambda match: match[0] if match.start() in kept else "#", text)
    return _LIST.sub("#, …", numbered)


def _value(quoted: str) -> str:
    """A short quoted value stays as it is; numbers in quotes and long texts are alike."""
    inner = quoted[1:-1]
    if len(quoted) > LONG or quoted[-1] != quoted[0] or len(quoted) == 1:
        return "<text>"
    return f"{quoted[0]}#{quoted[0]}" if _NUMERIC.fullmatch(inner) else quoted
