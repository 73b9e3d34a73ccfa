"""An operation as a section of the page: what it takes, what it answers, what it calls back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from veosim.reference_page.curl import command, variable
from veosim.reference_page.drawing import Drawing, Operation
from veosim.reference_page.markup import Html, breakable, code, el, inline, joined, prose, text
from veosim.reference_page.nodes import Node
from veosim.reference_page.schemas import described, facts_of, named, row, schema, table

Example = tuple[str, str, Any]
"""Name, summary, value."""


def heading(operation: Operation) -> Html:
    """Method and path."""
    return text([method_badge(operation.method), " ", breakable(operation.path)])


def method_badge(method: str) -> Html:
    """A method; its word is the sign, the colour only helps."""
    return el("span", method, class_=f"method {'read' if method in {'GET', 'HEAD'} else 'write'}")


def section(drawing: Drawing, operation: Operation, *, is_served: bool = True, level: int = 2) -> Html:
    """Everything about an operation.

    Args:
        drawing: the page.
        operation: one of the document's, or one of a callback.
        is_served: whether it can be called here; a callback is called by us, so no command is shown for it.
        level: of its heading.
    """
    title_id = drawing.anchor(f"{operation.anchor}-title")
    data = operation.data
    return el(
        "section",
        el(f"h{level}", heading(operation), id=title_id),
        el("p", inline(str(data["summary"])), class_="summary") if data.get("summary") else None,
        prose(data.get("description")),
        el("p", "Deprecated.", class_="facts") if data.get("deprecated") else None,
        drawing.badges(operation.node.mark),
        _key(drawing, operation) if is_served else None,
        _parameters(drawing, operation, level + 1),
        _request(drawing, operation, level + 1, is_served=is_served),
        _responses(drawing, operation, level + 1),
        _callbacks(drawing, operation, level + 1),
        id=operation.anchor,
        aria_labelledby=title_id,
        class_="operation",
    )


def _key(drawing: Drawing, operation: Operation) -> Html:
    ways = drawing.security(operation)
    if not ways or not drawing.has_schemes:
        return Html()
    word = "A key may be sent" if () in ways else "A key is required"
    return el("p", word, ": see ", el("a", "authentication", href="#authentication"), ".", class_="facts")


def _parameters(drawing: Drawing, operation: Operation, level: int) -> Html:
    if not operation.parameters:
        return Html()
    rows = [_parameter_row(drawing, node, f" in {node.data.get('in', '')}") for node in operation.parameters]
    caption = f"Parameters of {operation.method} {operation.path}"
    return text(
        [
            el(f"h{level}", "Parameters"),
            table(caption, ("Parameter", "Type and limits", "Meaning and source"), rows, "fields"),
        ]
    )


def _parameter_row(drawing: Drawing, node: Node, where: str) -> Html:
    inner = drawing.reader.read(node.data.get("schema", {}))
    if "example" in node.data:
        inner = replace(inner, data={**inner.data, "examples": [node.data["example"]]})
    name = named(str(node.data.get("name", "")), is_required=bool(node.data.get("required")))
    about = node if node.data.get("description") else Node({"description": inner.data.get("description")}, node.mark)
    both = Node(about.data, node.mark + inner.mark)
    return row(text([name, el("span", where, class_="where")]), facts_of(drawing, inner), described(drawing, both))


def _request(drawing: Drawing, operation: Operation, level: int, *, is_served: bool) -> Html:
    body = drawing.reader.read(operation.data.get("requestBody"))
    media = _content(body)
    if not media:
        line = _command(drawing, operation, None) if is_served else None
        return text([el(f"h{level}", "Command"), _block(line, "command"), _variables(operation)]) if line else Html()
    need = "required" if body.data.get("required") else "optional"
    parts: list[Html] = [
        el(f"h{level}", "Request body ", el("span", need, class_="need" if need == "required" else "need may")),
        prose(body.data.get("description")),
        drawing.badges(body.mark, expected=False),
    ]
    for media_type, said in media.items():
        caption = f"the body of {operation.method} {operation.path}"
        parts += [el("p", code(media_type), class_="media"), schema(drawing, said.get("schema", {}), caption)]
        for number, (name, summary, value) in enumerate(_examples(drawing, said)):
            line = _command(drawing, operation, (media_type, value)) if is_served else None
            shown = [_block(_pretty(value), "json"), _block(line, "command") if line else Html()]
            parts.append(_example(name, summary, shown, is_open=number == 0))
    return text(parts)


def _variables(operation: Operation) -> Html:
    """What must be set before the command is pasted; the key is told of under authentication."""
    names = [code(variable(str(one.data["name"]))) for one in operation.parameters if one.data.get("required")]
    return el("p", "Set ", joined(names, " and "), " first.", class_="facts") if names else Html()


def _responses(drawing: Drawing, operation: Operation, level: int) -> Html:
    answers = operation.data.get("responses")
    if not isinstance(answers, Mapping):
        return Html()
    drawn = [_response(drawing, operation, str(status), answer, level + 1) for status, answer in answers.items()]
    return text([el(f"h{level}", "Responses"), *drawn])


def _response(drawing: Drawing, operation: Operation, status: str, answer: object, level: int) -> Html:
    node = drawing.reader.read(answer)
    inside: list[Html] = [drawing.badges(node.mark), _headers(drawing, node, status)]
    for media_type, said in _content(node).items():
        caption = f"answer {status} of {operation.method} {operation.path}"
        inside += [el("p", code(media_type), class_="media"), schema(drawing, said.get("schema", {}), caption)]
        inside += [
            _example(name, summary, [_block(_pretty(value), "json")], is_open=number == 0)
            for number, (name, summary, value) in enumerate(_examples(drawing, said))
        ]
    inside.append(_links(drawing, node))
    title = el(f"h{level}", el("span", status, class_="status"), " ", inline(str(node.data.get("description", ""))))
    return el(
        "details",
        el("summary", title),
        el("div", inside, class_="inside"),
        class_="response",
        open=status.startswith(("1", "2", "3")),
        id=drawing.anchor(f"{operation.anchor}-{status}"),
    )


def _headers(drawing: Drawing, node: Node, status: str) -> Html:
    found = node.data.get("headers")
    rows = []
    for name, header in found.items() if isinstance(found, Mapping) else ():
        read = drawing.reader.read(header)
        rows.append(_parameter_row(drawing, Node({**read.data, "name": str(name)}, read.mark), ""))
    head = ("Header", "Type and limits", "Meaning and source")
    return table(f"Headers of answer {status}", head, rows, "fields") if rows else Html()


def _links(drawing: Drawing, node: Node) -> Html:
    """Where an answer leads: the operation, and what of the answer it takes."""
    found = node.data.get("links")
    items = []
    for link in found.values() if isinstance(found, Mapping) else ():
        said = drawing.reader.read(link)
        target = next((one for one in drawing.operations if _is_target(one, said)), None)
        name = el("a", heading(target), href=f"#{target.anchor}") if target else code(str(said.data.get("operationId")))
        taken = said.data.get("parameters")
        pairs = taken.items() if isinstance(taken, Mapping) else ()
        given = [text([" with ", code(str(key)), " from ", code(str(value))]) for key, value in pairs]
        about = inline(f" {said.data.get('description', '')}")
        items.append(el("li", "Next: ", name, given, ".", about, drawing.badges(said.mark, expected=False)))
    return el("ul", items, class_="links") if items else Html()


def _is_target(operation: Operation, link: Node) -> bool:
    if "operationId" in link.data:
        return bool(operation.data.get("operationId") == link.data["operationId"])
    place = f"#/paths/{operation.path.replace('~', '~0').replace('/', '~1')}/{operation.method.lower()}"
    return bool(link.data.get("operationRef") == place)


def _callbacks(drawing: Drawing, operation: Operation, level: int) -> Html:
    found = operation.data.get("callbacks")
    parts: list[Html] = []
    for name, callback in found.items() if isinstance(found, Mapping) else ():
        read = drawing.reader.read(callback)
        calls = drawing.operations_in(read.data, f"{operation.anchor}-{name}-")
        parts.append(el(f"h{level}", "Callback ", code(str(name))))
        parts.append(el("p", "The upstream calls this address of yours.", class_="facts"))
        parts.append(drawing.badges(read.mark, expected=False))
        parts += [section(drawing, call, is_served=False, level=level + 1) for call in calls]
    return text(parts)


def _content(node: Node) -> dict[str, Mapping[str, Any]]:
    found = node.data.get("content")
    pairs = found.items() if isinstance(found, Mapping) else ()
    return {str(media_type): said for media_type, said in pairs if isinstance(said, Mapping)}


def _examples(drawing: Drawing, said: Mapping[str, Any]) -> list[Example]:
    """The examples of a media type, named or not; else those of its schema."""
    if isinstance(named_ones := said.get("examples"), Mapping):
        read = {str(name): drawing.reader.read(one).data for name, one in named_ones.items()}
        return [(name, str(one.get("summary", "")), one["value"]) for name, one in read.items() if "value" in one]
    if "example" in said:
        return [("example", "", said["example"])]
    values = drawing.reader.read(said.get("schema", {})).data.get("examples")
    return (
        [(f"example {number}", "", value) for number, value in enumerate(values, 1)] if isinstance(values, list) else []
    )


def _example(name: str, summary: str, blocks: list[Html], *, is_open: bool) -> Html:
    title = ["Example ", code(name), text([": ", inline(summary)]) if summary else ""]
    return el("details", el("summary", title), blocks, class_="example", open=is_open)


def _block(content: str, class_: str) -> Html:
    return el("pre", code(content), class_=class_)


def _pretty(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False, default=str)


def first_command(drawing: Drawing) -> str:
    """A line for the operation that one tries first: a submit with its first example, else whatever comes first."""
    for operation in drawing.operations:
        for media_type, said in _content(drawing.reader.read(operation.data.get("requestBody"))).items():
            for _, _, value in _examples(drawing, said):
                return _command(drawing, operation, (media_type, value))
    return _command(drawing, drawing.operations[0], None) if drawing.operations else ""


def _command(drawing: Drawing, operation: Operation, body: tuple[str, Any] | None) -> str:
    needed = [node.data for node in operation.parameters if node.data.get("required")]
    query = "&".join(f"{one['name']}={{{one['name']}}}" for one in needed if one.get("in") == "query")
    headers = {str(one["name"]): f"{{{one['name']}}}" for one in needed if one.get("in") == "header"}
    ways = drawing.security(operation)
    if ways and () not in ways:
        for scheme in ways[0]:
            headers.update(_key_header(scheme.data))
    url = f"{drawing.base}{operation.path}" + (f"?{query}" if query else "")
    return command(operation.method, url, headers, body)


def _key_header(scheme: Mapping[str, Any]) -> dict[str, str]:
    if scheme.get("type") == "apiKey":
        return {str(scheme["name"]): "{API_KEY}"} if scheme.get("in") == "header" else {}
    return {"Authorization": "Bearer {API_KEY}"}
