"""HTML as a type: only this module makes it, and everything that is not HTML yet is escaped on its way in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

_VOID = frozenset({"meta", "link", "br", "wbr"})
_CODE = re.compile(r"`([^`]+)`")
_INFERRED = re.compile(r"(\([^()]*\binferred\b[^()]*\))")
_BLANK_LINES = re.compile(r"\n\s*\n")


class Html(str):
    """Finished markup; it is never escaped again."""

    __slots__ = ()


Child = str | Iterable[str] | None


def text(child: Child) -> Html:
    """A child as markup: HTML as it stands, other text escaped, several joined, None as nothing."""
    if child is None:
        return Html()
    if isinstance(child, Html):
        return child
    if isinstance(child, str):
        return Html(escape(child))
    return Html("".join(text(one) for one in child))


def el(tag: str, /, *children: Child, **attributes: str | bool | None) -> Html:
    """An element. `class_` is written `class`, `aria_label` is `aria-label`; None and False leave an attribute out."""
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(value)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    return Html(f"<{tag}{written}>" if tag in _VOID else f"<{tag}{written}>{''.join(map(text, children))}</{tag}>")


def code(value: str) -> Html:
    """Something literal."""
    return el("code", value)


def joined(parts: Iterable[str], between: str = ", ") -> Html:
    """Parts in a row, escaped one by one."""
    return Html(escape(between).join(text(part) for part in parts))


def inline(source: str) -> Html:
    """Text on one line, in which `backticks` make code; no other Markdown is known.

    A remark in brackets that says "inferred" is marked, so that it stands out as much as a badge does.
    """
    pieces = _CODE.split(source)  # literal text and code take turns
    return text(code(piece) if number % 2 else _remarks(piece) for number, piece in enumerate(pieces))


def _remarks(source: str) -> Html:
    pieces = _INFERRED.split(source)
    return text(el("mark", piece) if number % 2 else piece for number, piece in enumerate(pieces))


def prose(source: object) -> Html:
    """Text in paragraphs, which blank lines divide; nothing where there is none."""
    paragraphs = _BLANK_LINES.split(source.strip()) if isinstance(source, str) else []
    return text(el("p", inline(paragraph)) for paragraph in paragraphs if paragraph)


def breakable(path: str) -> Html:
    """A URL's or a field's path as code, which a narrow screen may break before its slashes and dots."""
    return el("code", Html(re.sub(r"(?<=\w)(?=[/.]\w)|(?<=[\]}*])(?=[/.])", "<wbr>", escape(path))))
