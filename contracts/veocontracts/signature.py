"""What a failure looks like, in eight letters: equal for one defect on every run, different for another defect.

What varies from run to run is made alike first: ids, addresses, instants, labels, amounts, counts, durations and long
texts. What tells defects apart stays: words, states, HTTP statuses, and short quoted values such as '4S'. Of amounts,
counts and durations the rough size stays: whether what came is too much or too little, and about how far off it is, so
that a charge that is a billionth too high does not excuse one that is ten times too high.
"""

from __future__ import annotations

import re
from decimal import Decimal

from veocontracts.rules.base import Observation
from veosim.seeded import digest

LETTERS = "bcdfghjklmnpqrstvwxz"
"""No digits, so that YAML never reads a signature as a number; no vowels, so that it is never a word."""
LENGTH = 8
LONG = 42
"""A quoted text with more characters, its quotes among them, is prose."""
PROSE = 24
"""So is one with more than these that has several words or an id in it, such as a prompt drawn from the seed."""
FACTORS = (
    (Decimal("1.01"), "within 1 %"),
    (Decimal("1.1"), "within 10 %"),
    (Decimal(2), "up to 2 times"),
    (Decimal(10), "up to 10 times"),
)
BEYOND = "beyond"

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
_ONE = re.compile(r"\bone\b")
_LIST = re.compile(r"#(?:, #)+")


def signature_of(observation: Observation) -> str:
    """Eight letters that follow from what was expected and what came."""
    expected, actual = observation.expected, observation.actual
    raw = digest("signature", alike(expected), alike(actual), *off(expected, actual))
    return "".join(LETTERS[byte % len(LETTERS)] for byte in raw[:LENGTH])


def off(expected: str, actual: str) -> tuple[str, ...]:
    """Which way the first number that came misses the one that was expected, and about how far; nothing without both.

    Of a sum such as `4.0 * 1.50 = 6.000` its result counts. A number after an HTTP status is left alone: the status
    was what came.
    """
    wanted = _first(_ONE.sub("1", expected).rpartition("=")[2])
    came = _first(actual)
    if wanted is None or came is None:
        return ()
    if wanted == came:
        return ("equal",)
    side = "too much" if came > wanted else "too little"
    less, more = sorted((abs(wanted), abs(came)))
    if not less or (wanted < 0) != (came < 0):
        return (side, BEYOND)
    return (side, next((name for factor, name in FACTORS if more <= factor * less), BEYOND))


def _first(text: str) -> Decimal | None:
    """The first number outside of quotes, unless an HTTP status comes before it."""
    for pattern, instead in _VARYING:
        text = pattern.sub(instead, text)
    text = _QUOTED.sub("''", text)
    number = _NUMBER.search(text)
    if number is None or any(match.start() <= number.start() for match in _STATUS.finditer(text)):
        return None
    return Decimal(number[0])


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
    """A short quoted value stays as it is; long texts are alike."""
    prose = len(quoted) > PROSE and (quoted.count(" ") > 2 or "<" in quoted)
    if prose or len(quoted) > LONG or quoted[-1] != quoted[0] or len(quoted) == 1:
        return "<text>"
    return quoted
