"""Command lines that work when they are pasted, once the variables in them are set."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from typing import Any

_VARIABLE = re.compile(r"\{([^{}]+)\}")
FORM = "multipart/form-data"


def variable(name: str) -> str:
    """The shell variable that stands for a parameter: `job_id` is `JOB_ID`."""
    return re.sub(r"\W", "_", name).upper()


def quoted(template: str) -> str:
    """A shell word in which each `{name}` is a variable."""
    pieces = _VARIABLE.split(template)  # literal text and names take turns
    if len(pieces) == 1:
        return shlex.quote(template)
    written = [
        f"${{{variable(piece)}}}" if number % 2 else re.sub(r'([\\"$`])', r"\\\1", piece)
        for number, piece in enumerate(pieces)
    ]
    return f'"{"".join(written)}"'


def command(method: str, url: str, headers: Mapping[str, str], body: tuple[str, Any] | None = None) -> str:
    """A curl line.

    Args:
        method: the HTTP method.
        url: the whole address; `{name}` in it becomes a shell variable.
        headers: names with values; `{name}` in a value becomes a shell variable too.
        body: a media type with the value to send, if any.
    """
    words = ["curl", "-s"]
    if method.upper() not in {"GET", "POST"} or (method.upper() == "POST" and body is None):
        words += ["-X", method.upper()]
    words.append(quoted(url))
    for name, value in headers.items():
        words += ["-H", quoted(f"{name}: {value}")]
    if body is not None:
        words += _body(*body)
    return " ".join(words)


def _body(media_type: str, value: Any) -> list[str]:
    if media_type == FORM and isinstance(value, Mapping):
        return [word for name, part in value.items() for word in ("-F", shlex.quote(f"{name}={_plain(part)}"))]
    return ["-H", shlex.quote(f"Content-Type: {media_type}"), "-d", shlex.quote(_plain(value))]


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
