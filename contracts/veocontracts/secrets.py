"""What must not be written down, and the one mark that stands for it: `<key:main>`, `<ACME_PASSWORD>`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from string import Formatter
from typing import Any
from xml.sax.saxutils import escape

TOLD = 4
"""Characters of a text of the environment that is hidden in what a gateway writes, where it may be a whole secret; a
shorter one would be found in the midst of words."""
REPORTED = 8
"""Characters of a text that is hidden in answers, which rules read, and in our own reports: a shorter one is a made-up
one, or a word that they need. Keys that a case uses, and those of the pattern of minted ones, are hidden always."""
BESIDE_NUMBER = 2
"""Characters that a pattern of minted keys has beside its number; with fewer, every number would be taken for a key."""

MINTED = "key:minted"
"""The name of a key of the pattern whose role is not known."""

_TELLING = re.compile(r"KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTHORIZATION|COOKIE", re.IGNORECASE)
_FIELDS = (r"\d+", r"[0-9A-Fa-f]+", r"\d+(?:[,_]\d+)*", r"\s*\S+\s*")
"""What a number may look like, by its format; the first that fits counts."""
_BEGINS = r"(?:(?<![^\W_])|(?<=\\[bfnrt])|(?<=%[0-9A-Fa-f][0-9A-Fa-f]))"
"""Where a minted key may begin: `k-{n}` is none in `task-7`; before it may stand a JSON or URL escape."""
_NUMBERS = (1, 48_879, 1_000_003)
_WORD_BEFORE, _WORD_AFTER = re.compile(r"""[^\s,;&"']*$"""), re.compile(r"""^[^\s,;&"']*""")
_JSON_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_XML_TEXT = re.compile(r'="([^"]*)"|>([^<>]+)<')
_IN_ATTRIBUTE = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#09;"}


def beginning_of(text: str, most: int) -> str:
    """No more than so many characters, and whole words: of a secret that was cut in two nobody would know the rest."""
    return text if len(text) <= most else _WORD_BEFORE.sub("…", text[:most], count=1)


def end_of(text: str, most: int) -> str:
    """The same of its end."""
    return text if len(text) <= most else _WORD_AFTER.sub("…", text[-most:], count=1)


def tells_of_secret(name: str) -> bool:
    """Whether what has this name, such as a variable or a header, is a secret."""
    return _TELLING.search(name) is not None


@dataclass(frozen=True)
class Secrets:
    """Texts that must not be written down.

    Where two begin at one place, the longer one is replaced.

    Attributes:
        known: their names; a mark is a name in angle brackets.
        mint: a pattern of further keys, with `{n}` for a number, as a profile's `auth.mint`; "" for none.
    """

    known: Mapping[str, str] = field(default_factory=dict)
    mint: str = ""

    def and_of(self, more: Mapping[str, str]) -> Secrets:
        """These and more; of two names for one text, the one in `more` counts."""
        return Secrets({**self.known, **more}, self.mint)

    def at_least(self, length: int) -> Secrets:
        """Only texts of so many characters; the pattern stays."""
        return Secrets({text: name for text, name in self.known.items() if len(text) >= length}, self.mint)

    def in_text(self, text: str) -> str:
        """A text with a mark for each of them, also where JSON spells it inside the text."""
        if not any(word in text for word in self._spelled) and not (self._shape and self._shape.search(text)):
            return text
        return self._pattern.sub(self._mark, text)

    def in_data(self, data: Any) -> Any:
        """JSON data with marks in its texts and names; numbers stay."""
        if isinstance(data, str):
            return self.in_text(data)
        if isinstance(data, dict):
            return {self.in_text(name): self.in_data(item) for name, item in data.items()}
        if isinstance(data, list):
            return [self.in_data(item) for item in data]
        return data

    def in_parsed(self, data: Any, body: bytes) -> Any:
        r"""The same for data that was read from a JSON body, which is cheaper to look at than the data.

        A body without a backslash spells every text as it is; with one, `\u0041` may stand for any character.
        """
        if data is None or (b"\\" not in body and not any(word in body for word in self._bytes)):
            return data
        return self.in_data(data)

    def in_json(self, document: str) -> str:
        """A JSON document with marks in its texts and names, else as it was."""
        return _JSON_TEXT.sub(lambda found: self._again(found[0], json.loads, json.dumps), document)

    def in_xml(self, document: str) -> str:
        """An XML document, as ElementTree writes it, with marks in its texts and attributes, else as it was."""

        def again(found: re.Match[str]) -> str:
            if found[1] is not None:
                return f'="{self._again(found[1], unescape, _attribute)}"'
            return f">{self._again(found[2], unescape, escape)}<"

        return _XML_TEXT.sub(again, document)

    def _again(self, spelled: str, read: Callable[[str], str], spell: Callable[[str], str]) -> str:
        text = read(spelled)
        hidden = self.in_text(text)
        return spelled if hidden == text else spell(hidden)

    def _mark(self, found: re.Match[str]) -> str:
        return f"<{self._spelled.get(found[0], MINTED)}>"

    @cached_property
    def _spelled(self) -> Mapping[str, str]:
        """The names by every spelling."""
        return {each: name for text, name in self.known.items() if text for each in _spellings(text)} | {
            text: name for text, name in self.known.items() if text
        }

    @cached_property
    def _bytes(self) -> tuple[bytes, ...]:
        return tuple(text.encode(errors="surrogateescape") for text in self.known if text)

    @cached_property
    def _shape(self) -> re.Pattern[str] | None:
        """What minted keys look like."""
        parts = list(Formatter().parse(self.mint))
        if sum(len(literal) for literal, *_ in parts) < BESIDE_NUMBER:
            return None
        shapes = [
            re.compile(_BEGINS + "".join(_part(literal, name, each) for literal, name, *_ in parts)) for each in _FIELDS
        ]
        made = [self.mint.format(n=number) for number in _NUMBERS]
        return next(shape for shape in shapes if all(map(shape.fullmatch, made)))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """All of them: longest first, and a known key that goes on behind a minted one before that."""
        words = sorted(self._spelled, key=len, reverse=True)
        shape = self._shape
        if shape is None:
            return re.compile("|".join(map(re.escape, words)))
        longer = [word for word in words if (found := shape.match(word)) and found.end() < len(word)]
        others = [word for word in words if word not in longer]
        return re.compile("|".join([*map(re.escape, longer), shape.pattern, *map(re.escape, others)]))


def _spellings(text: str) -> Iterator[str]:
    """As JSON spells it, with characters beyond ASCII and without."""
    for ascii_only in (True, False):
        yield json.dumps(text, ensure_ascii=ascii_only)[1:-1]


def _attribute(text: str) -> str:
    return escape(text, _IN_ATTRIBUTE)


def _part(literal: str, name: str | None, number: str) -> str:
    return re.escape(literal) + (number if name is not None else "")
