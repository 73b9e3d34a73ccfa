"""Whole pages: one per OpenAPI document, and the index of what is served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from veosim.reference_page.drawing import Drawing, Operation, listed
from veosim.reference_page.marks import Mark, badges
from veosim.reference_page.markup import Html, breakable, code, el, inline, joined, prose, text
from veosim.reference_page.operations import first_command, method_badge, section

_STYLE = Path(__file__).with_name("style.css")
_LEGEND = (
    (Mark(sources=(("002", "Body"),)), "A document says so: its number, and the heading under which it does."),
    (Mark(inferred=("why",)), "No document says so. We filled it in, for the reason given: do not take it for a fact."),
    (
        Mark(sources=(("002", "Body"),), inferred=("why",)),
        "A document says a part of it; the reason tells what is ours.",
    ),
    (Mark(contradictions=("what",)), "The documents disagree, or one with itself; the note says which side is taken."),
)


@dataclass(frozen=True, slots=True)
class Served:
    """One dialect in the index.

    Attributes:
        name: of the dialect.
        base: where it is served, such as `http://127.0.0.1:8410/api-video`.
        document: its OpenAPI document.
        folder: where its page is, seen from the index; its `openapi.json` lies beside it. "" means `<name>/`.
    """

    name: str
    base: str
    document: Mapping[str, Any]
    folder: str = ""

    @property
    def page(self) -> str:
        """The link to its page."""
        return self.folder or f"{self.name}/"


def page(document: Mapping[str, Any], base: str, home: str | None = None) -> bytes:
    """An OpenAPI 3.1 document as HTML in UTF-8, to be served at an address that ends with a slash.

    Args:
        document: plain data, with `info.x-documents` and, wherever they belong, the marks that start with `x-`.
        base: the URL that its paths hang on, for the commands.
        home: a link to the index, if there is one.
    """
    drawing = Drawing(document, base)
    info = document.get("info", {})
    title = str(info.get("title", "API"))
    main = el(
        "main",
        _about(drawing, info),
        _legend(),
        _documents(drawing),
        _authentication(drawing),
        [section(drawing, operation) for operation in drawing.operations],
        _webhooks(drawing),
        id="main",
    )
    top = el("header", _home(home), el("h1", title), _summary(info))
    return _html(title, [top, el("div", _contents(drawing), main, class_="columns"), _footer(info)])


def index(dialects: Sequence[Served]) -> bytes:
    """What is served, as HTML in UTF-8: for each dialect its documents, operations, links and a command to try."""
    title = "veosim: a fake upstream for Google Veo gateways"
    top = el(
        "header",
        el("h1", title),
        el("p", "Each dialect is one documented HTTP API. Nothing here costs anything, and no video is real."),
    )
    return _html(title, [top, el("main", [_card(number, one) for number, one in enumerate(dialects)], id="main")])


def _card(number: int, served: Served) -> Html:
    drawing = Drawing(served.document, served.base)
    info = served.document.get("info", {})
    numbers = list(listed(served.document))
    title_id = f"dialect-{number}"
    rows = [
        el("li", method_badge(operation.method), " ", breakable(operation.path), _brief(operation))
        for operation in drawing.operations
    ]
    return el(
        "section",
        el("h2", el("a", served.name, href=served.page), id=title_id),
        el("p", inline(str(info.get("summary") or info.get("title", "")))),
        el(
            "p",
            f"From document{'' if len(numbers) == 1 else 's'} {', '.join(numbers)}. " if numbers else "",
            class_="facts",
        ),
        el("p", "Base URL: ", breakable(served.base)),
        el("ul", rows, class_="plain"),
        el("pre", code(first_command(drawing)), class_="command"),
        el(
            "p",
            el("a", f"Reference of {served.name}", href=served.page),
            " · ",
            el("a", f"openapi.json of {served.name}", href=f"{served.page}openapi.json"),
        ),
        class_="operation",
        aria_labelledby=title_id,
    )


def _brief(operation: Operation) -> Html:
    return text([" ", el("span", inline(str(operation.data.get("summary", ""))), class_="brief")])


def _html(title: str, body: Sequence[Html]) -> bytes:
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        # An empty icon: else a browser asks the upstream for one, and the journal shows a request that nobody made.
        el("link", rel="icon", href="data:,"),
        el("title", title),
        el("style", Html(_STYLE.read_text("utf-8"))),
    )
    skip = el("a", "Skip to the content", href="#main", class_="skip")
    return f"<!doctype html>\n{el('html', head, el('body', skip, body), lang='en')}\n".encode()


def _home(home: str | None) -> Html:
    return el("p", el("a", "All dialects", href=home), class_="home") if home else Html()


def _summary(info: Mapping[str, Any]) -> Html:
    return el("p", inline(str(info["summary"])), class_="summary") if info.get("summary") else Html()


def _about(drawing: Drawing, info: Mapping[str, Any]) -> Html:
    return text(
        [
            el(
                "p",
                "Base URL: ",
                breakable(drawing.base),
                " · ",
                el("a", "openapi.json", href="openapi.json"),
            ),
            prose(info.get("description")),
        ]
    )


def _legend() -> Html:
    rows = [el("li", badges(mark, {}, expected=False), el("p", meaning)) for mark, meaning in _LEGEND]
    return el(
        "section",
        el("h2", "What the marks mean", id="legend-title"),
        el("ul", rows, class_="legend"),
        id="legend",
        aria_labelledby="legend-title",
    )


def _documents(drawing: Drawing) -> Html:
    titles = listed(drawing.document)
    if not titles:
        return Html()
    rows = [
        el("tr", el("th", code(number), scope="row", id=drawing.documents[number]), el("td", inline(title)))
        for number, title in titles.items()
    ]
    head = el("tr", el("th", "Document", scope="col"), el("th", "Title", scope="col"))
    return el(
        "section",
        el("h2", "Documents that this rests on", id="documents-title"),
        el("table", el("thead", head), el("tbody", rows), class_="documents"),
        id="documents",
        aria_labelledby="documents-title",
    )


def _authentication(drawing: Drawing) -> Html:
    components = drawing.document.get("components")
    schemes = components.get("securitySchemes", {}) if isinstance(components, Mapping) else {}
    items = []
    for name in schemes:
        node = drawing.scheme(str(name))
        how = joined([code(str(node.data[key])) for key in ("type", "scheme", "in", "name") if key in node.data])
        items.append(
            el("li", code(str(name)), ": ", how, prose(node.data.get("description")), drawing.badges(node.mark))
        )
    if not items:
        return Html()
    return el(
        "section",
        el("h2", "Authentication", id="authentication-title"),
        el("ul", items, class_="plain"),
        el("p", "The commands below take the key from the variable ", code("API_KEY"), " where one is required."),
        id="authentication",
        aria_labelledby="authentication-title",
    )


def _contents(drawing: Drawing) -> Html:
    parts = [("legend", "What the marks mean")]
    parts += [("documents", "Documents")] if drawing.documents else []
    parts += [("authentication", "Authentication")] if drawing.has_schemes else []
    plain = [el("li", el("a", word, href=f"#{anchor}")) for anchor, word in parts]
    listed_ones = [_entry(operation) for operation in (*drawing.operations, *drawing.webhooks)]
    return el(
        "nav",
        el("h2", "On this page"),
        el("ul", plain, listed_ones),
        aria_label="On this page",
    )


def _entry(operation: Operation) -> Html:
    name = text([method_badge(operation.method), " ", breakable(operation.path)])
    return el("li", el("a", name, href=f"#{operation.anchor}"), _brief(operation))


def _webhooks(drawing: Drawing) -> Html:
    return text(section(drawing, operation, is_served=False) for operation in drawing.webhooks)


def _footer(info: Mapping[str, Any]) -> Html:
    licence = info.get("license", {}).get("name")
    words = [f"Version {info['version']}." if "version" in info else "", f"Licence: {licence}." if licence else ""]
    return el("footer", el("p", " ".join(word for word in words if word)))
