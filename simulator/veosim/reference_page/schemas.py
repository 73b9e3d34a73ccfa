"""Schemas as tables of fields, with their alternatives and conditions below."""

from __future__ import annotations

from veosim.reference_page.drawing import Drawing
from veosim.reference_page.facts import bounds, literal, type_of
from veosim.reference_page.markup import Html, breakable, code, el, joined, prose, text
from veosim.reference_page.nodes import Node
from veosim.reference_page.shapes import Choice, Field, Rule, Shape, Word

_HOW_MANY = {"oneOf": "exactly one of these", "anyOf": "at least one of these"}


def schema(drawing: Drawing, node: object, caption: str) -> Html:
    """A schema with everything in it; `caption` names its table for those who cannot see what stands above."""
    return _shape(drawing, drawing.shape(node), caption)


def _shape(drawing: Drawing, shape: Shape, caption: str, required: frozenset[str] = frozenset()) -> Html:
    """A shape; `required` are names that it needs without saying so itself."""
    node = shape.node
    return text(
        [
            prose(node.data.get("description")),
            _root(drawing, node, is_whole=not shape.fields),
            drawing.badges(node.mark, expected=False),
            _fields(drawing, shape.fields, caption, required),
            _elsewhere(shape),
            _words(drawing, shape.words),
            *(_choice(drawing, choice, caption) for choice in shape.choices),
            *(_rule(drawing, rule, caption) for rule in shape.rules),
        ]
    )


def _root(drawing: Drawing, node: Node, *, is_whole: bool) -> Html:
    """The type and the limits of the schema itself; an object with fields needs no word for its type."""
    kind = type_of(drawing.reader, node)
    facts = bounds(node)
    if kind and (is_whole or kind != "object") and not (kind == "object" and not facts):
        facts = [code(kind), *facts]
    return el("p", joined(facts), class_="facts") if facts else Html()


def facts_of(drawing: Drawing, node: Node) -> Html:
    """Type and limits in a line: `string`, one of `a`, `b`, default `a`."""
    kind = type_of(drawing.reader, node)
    parts = [el("span", kind, class_="type")] if kind else []
    return text(el("div", part) for part in [*parts, *bounds(node)]) or text("any value")


def table(caption: str, head: tuple[str, ...], rows: list[Html], class_: str) -> Html:
    """A table that stays one for a screen reader where a narrow screen shows its rows as blocks."""
    titles = el("tr", [el("th", title, scope="col", role="columnheader") for title in head], role="row")
    return el(
        "table",
        el("caption", caption),
        el("thead", titles, role="rowgroup"),
        el("tbody", rows, role="rowgroup"),
        class_=class_,
        role="table",
    )


def row(name: Html, *cells: Html) -> Html:
    """One row of such a table, its first cell the heading."""
    return el(
        "tr", el("th", name, scope="row", role="rowheader"), [el("td", cell, role="cell") for cell in cells], role="row"
    )


def described(drawing: Drawing, node: Node, *, expected: bool = True) -> Html:
    """What a field means, and where it comes from; `expected` is False where it is enough that its owner says so."""
    return text([prose(node.data.get("description")), drawing.badges(node.mark, expected=expected)])


def named(name: str, *, is_required: bool | None) -> Html:
    """A field's name, and whether it must be there; None where that is no question."""
    if is_required is None:
        return breakable(name)
    need = el("span", "required" if is_required else "optional", class_="need" if is_required else "need may")
    return text([breakable(name), " ", need])


def _fields(drawing: Drawing, fields: list[Field], caption: str, required: frozenset[str]) -> Html:
    if not fields:
        return Html()
    rows = [
        row(
            named(entry.path, is_required=True if entry.path in required else entry.is_required),
            text([facts_of(drawing, entry.node), _cut(entry)]),
            described(drawing, entry.node, expected=entry.is_required is not None),
        )
        for entry in fields
    ]
    return table(f"Fields of {caption}", ("Field", "Type and limits", "Meaning and source"), rows, "fields")


def _cut(entry: Field) -> Html:
    if not entry.is_cut:
        return Html()
    return el("div", "again ", code(entry.node.name)) if entry.node.name else el("div", "not drawn any deeper")


def _elsewhere(shape: Shape) -> Html:
    names = [code(str(name)) for name in shape.required_elsewhere]
    return el("p", "Also required: ", joined(names), ".", class_="facts") if names else Html()


def _words(drawing: Drawing, words: list[Word]) -> Html:
    """The words of each status, a table per field."""
    by_path: dict[str, list[Word]] = {}
    for word in words:
        by_path.setdefault(word.path, []).append(word)
    return text(
        table(
            f"Words of {path or 'the value'}",
            ("Word", "Meaning and source"),
            [row(code(one.word), text([prose(one.about), drawing.badges(one.mark)])) for one in group],
            "words",
        )
        for path, group in by_path.items()
    )


def _choice(drawing: Drawing, choice: Choice, caption: str) -> Html:
    """Alternatives; those that are only a type or a limit make a list, the others unfold."""
    who = joined([code(path) if path else text("The value") for path in choice.paths], " and ")
    lead = text([who, " is " if len(choice.paths) == 1 else " are each ", _HOW_MANY[choice.keyword], ":"])
    if all(_is_small(option) for option in choice.options):
        return el(
            "div", el("p", lead), el("ul", [_small(drawing, option.node) for option in choice.options]), class_="choice"
        )
    telling = _telling(choice.options)
    options = [
        el(
            "details",
            el("summary", _title(option, number, telling)),
            el(
                "div",
                _shape(drawing, option, f"{_plain_title(option, number)} in {caption}", choice.required),
                class_="inside",
            ),
            open=True,
        )
        for number, option in enumerate(choice.options, 1)
    ]
    return el("div", el("p", lead), options, class_="choice")


def _small(drawing: Drawing, node: Node) -> Html:
    """An alternative in a list: its name, its limits, its text and its badges."""
    name = text([el("strong", node.name), ": "]) if node.name else Html()
    kind = type_of(drawing.reader, node)
    facts = joined([*([kind] if kind else []), *bounds(node)])
    about = prose(node.data.get("description"))
    return el("li", name, facts, about, drawing.badges(node.mark, expected=False))


def _is_small(shape: Shape) -> bool:
    return not (shape.fields or shape.choices or shape.rules or shape.words)


def _plain_title(shape: Shape, number: int) -> str:
    return str(shape.node.data.get("title") or shape.node.name or f"Alternative {number}")


def _title(shape: Shape, number: int, telling: str) -> Html:
    """An alternative's name, with its values of the field that tells the alternatives apart."""
    found = next((_values(entry) for entry in shape.fields if entry.path == telling), [])
    name = el("strong", _plain_title(shape, number))
    return text([name, " with ", code(telling), " ", joined(map(literal, found), " or ")]) if found else name


def _telling(options: tuple[Shape, ...]) -> str:
    """The field whose constants differ most between alternatives, such as `status`; "" where none does."""
    constants: dict[str, set[str]] = {}
    for entry in (entry for option in options for entry in option.fields if "const" in entry.node.data):
        constants.setdefault(entry.path, set()).add(literal(entry.node.data["const"]))
    best = max(constants, key=lambda path: len(constants[path]), default="")
    return best if len(constants.get(best, ())) > 1 else ""


def _values(entry: Field) -> list[object]:
    """All values that a field can have, where they are listed."""
    data = entry.node.data
    return [data["const"]] if "const" in data else list(data.get("enum", ()))


def _rule(drawing: Drawing, rule: Rule, caption: str) -> Html:
    if rule.then is None and rule.otherwise is None:
        return el("p", el("strong", "Refused when "), rule.when, ".", class_="rule")
    cases = [("When ", rule.then), ("Unless ", rule.otherwise)]
    return text(
        el(
            "div",
            el("p", el("strong", lead), rule.when, ":"),
            _shape(drawing, shape, f"a condition in {caption}", rule.required),
            class_="rule",
        )
        for lead, shape in cases
        if shape is not None
    )
