"""Which part of a file a GET asks for: entity tags and byte ranges, after RFC 9110 sections 13 and 14.

Files here have a strong entity tag and no date, so a condition that is a date never holds. Tags that are lists, such as
those of If-None-Match, are read leniently: what is no entity tag in them is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """An answer without its content type: a status, headers, and the bytes to send."""

    status: int
    headers: dict[str, str]
    body: bytes


# Sections 8.8.3, and 14.1.1 with 14.1.2; names of units know no case (14.1).
_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')
_RANGE = re.compile(r"bytes=(?:(?P<first>[0-9]+)-(?P<last>[0-9]*)|-(?P<suffix>[0-9]+))", re.IGNORECASE)
_DIGITS = 18
"""Digits that are enough for any file; longer numbers are cut to this many, and stay beyond every end (14.1.2)."""


def select(data: bytes, etag: str, headers: Mapping[str, str]) -> Part:
    """What a GET of `data` is answered, conditions first, then the range (13.2.2).

    Args:
        data: the whole file.
        etag: its strong entity tag, quotes included.
        headers: the request's, by lower-case names; if-none-match, if-range and range are read.

    Returns:
        200 with everything; 206 with a slice; 304 with nothing; 416 with nothing where the range begins behind the end.
    """
    if _is_known(etag, headers.get("if-none-match", "")):
        return Part(304, {"ETag": etag}, b"")
    whole = Part(200, {"ETag": etag, "Accept-Ranges": "bytes"}, data)
    wanted = _RANGE.fullmatch(headers.get("range", "").strip())
    # 13.1.5: a date, a weak tag or another tag means that the client's part is of another file.
    if wanted is None or headers.get("if-range", etag).strip() != etag:
        return whole
    return _slice(whole, wanted)


def _is_known(etag: str, conditions: str) -> bool:
    """If-None-Match names the file: `*` names any, and tags are compared weakly, W/ or not (13.1.2, 8.8.3.2)."""
    return conditions.strip() == "*" or etag in (tag.removeprefix("W/") for tag in _TAG.findall(conditions))


def _slice(whole: Part, wanted: re.Match[str]) -> Part:
    """One range of the file.

    Everything is sent where 14.2 lets a server ignore the field: several ranges and malformed ones (which do not get
    here), a last position before the first, an empty file. A unit other than bytes must be ignored, and is.
    """
    size = len(whole.body)
    if wanted["suffix"]:
        first, last = max(size - _number(wanted["suffix"]), 0), size - 1
    else:
        first = _number(wanted["first"])
        last = _number(wanted["last"]) if wanted["last"] else max(first, size - 1)
        if last < first:
            return whole
    if not size:
        return whole
    if first >= size:
        return Part(416, {"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"}, b"")
    last = min(last, size - 1)
    return Part(206, whole.headers | {"Content-Range": f"bytes {first}-{last}/{size}"}, whole.body[first : last + 1])


def _number(digits: str) -> int:
    return int(digits.lstrip("0")[:_DIGITS] or 0)
