"""Where a thing comes from: `x-source`, `x-inferred` and `x-contradiction`, as data and as badges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from veosim.reference_page.markup import Html, el, inline, joined, text


@dataclass(frozen=True, slots=True)
class Mark:
    """What a node says of its own origin.

    Attributes:
        sources: pairs of document number and section.
        inferred: why it was filled in, where the documents are silent.
        contradictions: where the documents disagree with themselves, and what was chosen.
    """

    sources: tuple[tuple[str, str], ...] = ()
    inferred: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sources or self.inferred)

    def __add__(self, other: Mark) -> Mark:
        return Mark(
            tuple(dict.fromkeys(self.sources + other.sources)),
            tuple(dict.fromkeys(self.inferred + other.inferred)),
            tuple(dict.fromkeys(self.contradictions + other.contradictions)),
        )


def mark_of(node: Mapping[str, Any]) -> Mark:
    """The marks of one node; each may be one or a list."""
    return Mark(
        tuple(
            (str(source.get("document", "")), str(source.get("section", "")))
            for source in _several(node.get("x-source"))
            if isinstance(source, Mapping)
        ),
        tuple(str(why).strip() for why in _several(node.get("x-inferred"))),
        tuple(str(what).strip() for what in _several(node.get("x-contradiction"))),
    )


def _several(value: object) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def badges(mark: Mark, documents: Mapping[str, str], *, expected: bool = True) -> Html:
    """A mark as a list of badges, which are told apart by their words and borders, not by colour alone.

    Args:
        mark: what to show.
        documents: anchors of the documents that the page lists, by number.
        expected: say so where there is no mark at all.
    """
    items = [el("li", cited(number, documents), class_="mark source") for number in _by_section(mark)]
    lead = "inferred in part: " if mark.sources else "inferred: "
    items += [el("li", el("strong", lead), inline(why), class_="mark inferred") for why in mark.inferred]
    items += [
        el("li", el("strong", "contradiction: "), inline(what), class_="mark contradiction")
        for what in mark.contradictions
    ]
    if expected and not mark:
        items.append(el("li", "no source given", class_="mark unmarked"))
    return el("ul", items, class_="marks") if items else Html()


def _by_section(mark: Mark) -> list[tuple[tuple[str, ...], str]]:
    """The sources, with documents that have the same section under the same heading taken together."""
    numbers: dict[str, list[str]] = {}
    for number, section in mark.sources:
        numbers.setdefault(section, []).append(number)
    return [(tuple(sorted(found)), section) for section, found in numbers.items()]


def cited(source: tuple[tuple[str, ...], str], documents: Mapping[str, str]) -> Html:
    """`document 002, Body`, the number leading to the list of documents where it is in there."""
    numbers, section = source
    links = [
        el("a", number, href=f"#{documents[number]}") if number in documents else text(number) for number in numbers
    ]
    return text(["documents " if len(links) > 1 else "document ", joined(links, " and "), ", ", section])
