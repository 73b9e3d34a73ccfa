"""The errors that people read: what is wrong, where, and what would be right."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from dataclasses import dataclass


class VeosimError(Exception):
    """Anything that a user can mend; its text is shown without a traceback."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file that somebody wrote.

    Attributes:
        source: the file's name as the user gave it.
        line: 1-based line.
        column: 1-based column.
        where: the place in the data, such as `jobs[0].outcome`.
        message: what is wrong, with the value found.
        allowed: what would be right, or "".
        hint: a did-you-mean or a fix, or "".
    """

    source: str
    line: int
    column: int
    where: str
    message: str
    allowed: str = ""
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.source}:{self.line}:{self.column}"
        text = f"{place}: {self.where}: {self.message}" if self.where else f"{place}: {self.message}"
        if self.allowed:
            text += f"; allowed: {self.allowed}"
        if self.hint:
            text += f"; {self.hint}"
        return text


class SourceError(VeosimError):
    """A file that cannot be used, with every problem found in it."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))

    def __reduce__(self) -> tuple[type[SourceError], tuple[list[Problem]]]:
        return type(self), (self.problems,)  # exceptions are made again from their text; this one from its problems


def did_you_mean(found: object, allowed: Iterable[str]) -> str:
    """The nearest allowed word as a question, or "" where none is near."""
    near = difflib.get_close_matches(str(found), list(allowed), n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else ""


def near_names(found: str, allowed: Iterable[str]) -> str:
    """The nearest of many names as a question, at most five of them and the nearest first, or "" where none is near."""
    near = [repr(name) for name in difflib.get_close_matches(found, list(allowed), n=5, cutoff=0.6)]
    return f"did you mean {' or '.join(filter(None, (', '.join(near[:-1]), near[-1])))}?" if near else ""


def shown(value: object, limit: int = 80) -> str:
    """A value as one short printable line, safe for terminals: control characters escaped, long ones cut."""
    text = printable(repr(value))
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def written(value: object) -> str:
    """A value that stood in JSON or YAML, as `shown`, but `null`, `true` and `false` as they are written there."""
    return json.dumps(value) if value is None or isinstance(value, bool) else shown(value)


def printable(text: str) -> str:
    """Text with everything escaped that a terminal would act on."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
