"""The reference pages, read back with a parser: sound HTML, nothing left out, nothing passed off, nothing unescaped."""

import json
import re
import shlex
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from veosim import reference_page
from veosim.reference_page import Served, index, page
from veosim.resources import openapi, openapi_files

BASE = "http://127.0.0.1:8410/here"
NAMES = sorted(openapi_files())
VOID = {"meta", "link", "br", "wbr"}
MARKS = ("x-source", "x-inferred", "x-contradiction")
# Keywords that hold plain values, in which a `properties` would be no list of fields.
PLAIN = {"default", "example", "examples", "enum", "const", "links", "security"}
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# Keywords below which names are free; those of components are not, since references name them.
FREE = frozenset(
    {"paths", "callbacks", "responses", "content", "headers", "properties", "examples", "x-words", "x-documents"}
)
EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;"


@dataclass
class Element:
    """One element with what is in it."""

    tag: str
    attributes: dict[str, str | None]
    children: list["Element | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text inside, its white space evened out; blocks and badges are divided by a space."""
        return " ".join(self._text().split())

    def _text(self) -> str:
        inner = "".join(child if isinstance(child, str) else child._text() for child in self.children)
        return f" {inner} " if self.tag in {"p", "li", "div", "td", "th", "pre", "summary", "caption"} else inner

    def all(self, *tags: str, class_: str = "") -> list["Element"]:
        """Every element below of these tags, in order, with this class if one is named."""
        found = []
        for child in self.children:
            if isinstance(child, Element):
                classes = (child.attributes.get("class") or "").split()
                if (not tags or child.tag in tags) and (not class_ or class_ in classes):
                    found.append(child)
                found += child.all(*tags, class_=class_)
        return found


class Parser(HTMLParser):
    """Builds a tree, and fails at the first end tag that does not end what was opened last."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"<{tag}> has an attribute twice"
        element = Element(tag, dict(attrs))
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].tag == tag, f"</{tag}> where <{self._open[-1].tag}> is open"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)

    def finished(self) -> Element:
        """The tree, once all is closed."""
        self.close()
        assert [element.tag for element in self._open] == [""]
        return self.root


def parsed(html: bytes) -> Element:
    """A page as a tree."""
    parser = Parser()
    parser.feed(html.decode("utf-8"))
    return parser.finished()


def drawn(document: dict[str, Any]) -> Element:
    """A document's page as a tree."""
    return parsed(page(document, BASE, "../"))


@pytest.fixture(scope="module", params=NAMES)
def bundled(request: pytest.FixtureRequest) -> tuple[Any, Element]:
    """Each bundled document with its page."""
    document = openapi(request.param)
    return document, drawn(dict(document))


def small(schema: object, **operation: Any) -> dict[str, Any]:
    """A document with one submit, whose body has this schema."""
    post = {"operationId": "submit", "requestBody": {"content": {"application/json": {"schema": schema}}}, **operation}
    return {"openapi": "3.1.0", "info": {"title": "Small"}, "paths": {"/jobs": {"post": post}}}


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Path, method and operation of everything that is served."""
    return placed(document["paths"])


def placed(paths: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Paths in the document's order, methods in one that is the same for all."""
    return [(path, method, item[method]) for path, item in paths.items() for method in METHODS if method in item]


def rows(tree: Element, class_: str = "fields") -> list[list[str]]:
    """The cells of every row of the tables of a class, heads left out."""
    found = [row for table in tree.all("table", class_=class_) for row in table.all("tr")[1:]]
    return [[cell.text for cell in row.all("th", "td")] for row in found]


def marked(node: object, at: str = "") -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every property and every word of a status in a document: which of the two, its name, its own node."""
    if isinstance(node, list):
        for one in node:
            yield from marked(one, at)
    if not isinstance(node, dict):
        return
    for name, child in node.items():
        if at in {"properties", "x-words"}:
            yield at, name, child
        inner = name if name in {"properties", "x-words"} and at != "properties" else ""
        if inner == "x-words" or at == "properties" or not (name in PLAIN or name.startswith("x-")):
            yield from marked(child, inner)


def told(node: object) -> list[str]:
    """What a page has to say of a node's origin."""
    if not isinstance(node, dict):
        return []
    sources = node.get("x-source", [])
    found = [f"{one['document']}, {one['section']}" for one in (sources if isinstance(sources, list) else [sources])]
    found += [f"contradiction: {node['x-contradiction']}"] if "x-contradiction" in node else []
    lead = "inferred in part: " if found and sources else "inferred: "
    return [" ".join(one.split()) for one in found + ([f"{lead}{node['x-inferred']}"] if "x-inferred" in node else [])]


def says(cell: str, claim: str) -> bool:
    """Whether a cell makes a claim; documents that share a heading are named together, and a field adds a source."""
    number, _, section = claim.partition(", ")
    if re.fullmatch(r"\d{3}", number):
        return re.search(rf"documents? [\d and]*{number}[\d and]*, {re.escape(section)}", cell) is not None
    return claim in cell or claim.replace("inferred: ", "inferred in part: ", 1) in cell


class TestSoundness:
    """What makes a page sound HTML that everybody can use."""

    def test_ids_are_unique_and_links_lead_somewhere(self, bundled: tuple[Any, Element]) -> None:
        """No id comes twice; each `#` link, and each label by reference, has its target."""
        _, tree = bundled
        ids = Counter(element.attributes["id"] for element in tree.all() if "id" in element.attributes)
        targets = {
            str(value).removeprefix("#")
            for element in tree.all()
            for name, value in element.attributes.items()
            if name == "aria-labelledby" or (name == "href" and str(value).startswith("#"))
        }
        assert [name for name, count in ids.items() if count > 1] == []
        assert targets - set(ids) == set()
        assert {"main", "legend", "documents"} <= targets

    def test_headings_go_down_one_level_at_a_time(self, bundled: tuple[Any, Element]) -> None:
        """There is one h1, and no level is skipped on the way down."""
        _, tree = bundled
        levels = [int(element.tag[1]) for element in tree.all(*(f"h{level}" for level in range(1, 9)))]
        assert (levels[0], levels.count(1), max(levels) <= 6) == (1, 1, True)
        assert [(a, b) for a, b in pairwise(levels) if b > a + 1] == []

    def test_landmarks(self, bundled: tuple[Any, Element]) -> None:
        """A page has its language, its title, one of each landmark, and begins with a way past the list."""
        document, tree = bundled
        assert [len(tree.all(tag)) for tag in ("header", "nav", "main", "footer")] == [1, 1, 1, 1]
        assert [tree.all("html")[0].attributes["lang"], tree.all("title")[0].text] == ["en", document["info"]["title"]]
        first = tree.all("a")[0]
        assert (first.text, first.attributes["href"]) == ("Skip to the content", "#main")

    def test_nothing_is_fetched_and_nothing_runs(self, bundled: tuple[Any, Element]) -> None:
        """There is no script, no image, no address elsewhere; the links are the page's own, JSON and the index."""
        _, tree = bundled
        assert tree.all("script", "img", "iframe", "object") == []
        links = {element.attributes.get("href") for element in tree.all("a")}
        assert {link for link in links if not str(link).startswith("#")} == {"openapi.json", "../"}
        assert {element.attributes["href"] for element in tree.all("link")} == {"data:,"}
        style = tree.all("style")[0].text
        assert ("url(" in style, "@import" in style, "prefers-color-scheme: dark" in style) == (False, False, True)


class TestCompleteness:
    """Whatever a bundled document has is on its page."""

    def test_every_operation_is_listed_and_drawn(self, bundled: tuple[Any, Element]) -> None:
        """The list at the side and the sections name the same operations: what is served, then what is sent."""
        document, tree = bundled
        sent = placed(document.get("webhooks", {}))
        wanted = [f"{method.upper()} {path}" for path, method, _ in (*operations(document), *sent)]
        listed = [link.text for link in tree.all("nav")[0].all("a") if link.all(class_="method")]
        sections = [one.all("h2")[0].text for one in tree.all("section", class_="operation") if one.all("h2")]
        assert (listed, sections) == (wanted, wanted)

    def test_every_property_shows_where_it_comes_from(self, bundled: tuple[Any, Element]) -> None:
        """Each has a row with all its sources, or with its mark as inferred, and its contradictions."""
        document, tree = bundled
        cells = [
            (re.split(r"[.\s]", name.replace(" required", "").replace(" optional", ""))[-1], told_there)
            for name, _, told_there in rows(tree)
        ]
        lost = [
            (name, claim)
            for kind, name, node in marked(document)
            for claim in told(node)
            if kind == "properties" and not any(one == name and says(cell, claim) for one, cell in cells)
        ]
        assert lost == []

    def test_every_status_word_shows_where_it_comes_from(self, bundled: tuple[Any, Element]) -> None:
        """Each has a row in a table of words."""
        document, tree = bundled
        cells = rows(tree, "words")
        lost = [
            (word, claim)
            for kind, word, node in marked(document)
            for claim in told(node)
            if kind == "x-words" and not any(name == word and says(cell, claim) for name, cell in cells)
        ]
        assert lost == []

    def test_no_field_lacks_a_mark(self, bundled: tuple[Any, Element]) -> None:
        """The bundled documents leave nothing open."""
        _, tree = bundled
        assert [element.text for element in tree.all(class_="unmarked")] == []

    def test_every_example_is_shown(self, bundled: tuple[Any, Element]) -> None:
        """Each request example is there as JSON and in a command that sends just that."""
        document, tree = bundled
        shown = [json.loads(block.text) for block in tree.all("pre", class_="json") if block.text[0] in "{["]
        sent = [shlex.split(block.text) for block in tree.all("pre", class_="command")]
        bodies = [json.loads(words[words.index("-d") + 1]) for words in sent if "-d" in words]
        for _, _, operation in operations(document):
            media = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            for example in media.get("examples", {}).values():
                assert example["value"] in shown
                assert example["value"] in bodies

    def test_the_legend_shows_each_kind_of_mark(self, bundled: tuple[Any, Element]) -> None:
        """It comes before the first operation."""
        _, tree = bundled
        legend, first = tree.all("ul", class_="legend")[0], tree.all("section", class_="operation")[0]
        order = [element for element in tree.all() if element is legend or element is first]
        assert order[0] is legend
        assert [mark.text for mark in legend.all("li", class_="mark")] == [
            "document 002, Body",
            "inferred: why",
            "document 002, Body",
            "inferred in part: why",
            "contradiction: what",
        ]


def poisoned(node: Any, at: str = "") -> Any:
    """A document with markup in every text and every free name, whose references still lead where they did."""
    if isinstance(node, dict):
        return {
            f"{key}{EVIL}" if at in FREE else key: value
            if key == "$ref"
            else poisoned(value, "" if at in {*FREE, "components"} else key)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [poisoned(one) for one in node]
    return f"{node}{EVIL}" if isinstance(node, str) else node


class TestEscaping:
    """Text of a document never becomes markup."""

    @pytest.mark.parametrize("name", NAMES)
    def test_markup_in_a_document_is_text(self, name: str) -> None:
        """With tags in every string, the page has the same tags and attributes as without."""
        tree = drawn(poisoned(openapi(name)))
        clean = drawn(dict(openapi(name)))
        assert "<script>" in tree.text
        assert tree.all("script", "img") == []
        assert kinds(tree) <= kinds(clean)

    def test_markup_in_the_arguments_is_text(self) -> None:
        """The base and the link home are escaped too."""
        tree = parsed(page(small({}), f"http://x/{EVIL}", f"../{EVIL}"))
        assert tree.all("script", "img") == []
        assert tree.all("p", class_="home")[0].all("a")[0].attributes == {"href": f"../{EVIL}"}


def kinds(tree: Element) -> set[tuple[str, str]]:
    """Every tag with every attribute that it has somewhere."""
    return {(element.tag, name) for element in tree.all() for name in ("", *element.attributes)}


class TestSchemas:
    """How schemas are laid out."""

    def test_fields_lie_flat_with_their_limits(self) -> None:
        """Objects and lists inside are named by their path."""
        schema = {
            "type": "object",
            "required": ["prompt"],
            "properties": {
                "prompt": {"type": "string", "minLength": 1, "maxLength": 9, "x-inferred": "A guess."},
                "size": {
                    "enum": ["1", "true", "big"],
                    "default": "big",
                    "examples": ["left out beside the list"],
                    "x-source": {"document": "003", "section": "B"},
                },
                "parts": {
                    "type": "array",
                    "maxItems": 3,
                    "items": {"type": "object", "required": ["n"], "properties": {"n": {"type": ["integer", "null"]}}},
                },
            },
        }
        assert rows(drawn(small(schema))) == [
            ["prompt required", "string at least 1 character at most 9 characters", "inferred: A guess."],
            ["size optional", 'one of "1", "true", big default big', "document 003, B"],
            ["parts optional", "array of object at most 3 items", "no source given"],
            ["parts[].n required", "integer or null", "no source given"],
        ]

    def test_a_keyword_without_words_is_shown_as_it_is(self) -> None:
        """No limit is dropped because this page does not know it."""
        ((_, limits, _),) = rows(drawn(small({"properties": {"x": {"type": "string", "x-odd": {"a": 1}}}})))
        assert limits == 'string x-odd: {"a": 1}'

    def test_a_reference_and_what_stands_beside_it_both_count(self) -> None:
        """The nearer words win, and both marks are shown: a documented field of inferred form is inferred in part."""
        document = small(
            {
                "properties": {
                    "id": {
                        "$ref": "#/components/schemas/Id",
                        "description": "Near.",
                        "x-source": {"document": "000", "section": "A"},
                    }
                }
            }
        )
        document["components"] = {"schemas": {"Id": {"type": "string", "description": "Far.", "x-inferred": "Form."}}}
        assert rows(drawn(document)) == [["id optional", "string", "Near. document 000, A inferred in part: Form."]]

    def test_all_of_is_one_table(self) -> None:
        """Properties of all parts are rows; one that several parts narrow has all their limits."""
        base = {"required": ["a"], "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}}
        schema = {"allOf": [base], "properties": {"a": {"const": "x"}}}
        assert [row[:2] for row in rows(drawn(small(schema)))] == [
            ["a required", "string always x"],
            ["b optional", "integer"],
        ]

    def test_alternatives_unfold(self) -> None:
        """Each has its name, its values of the field that tells them apart, and its own table."""
        dog = {"title": "Dog", "properties": {"object": {"const": "pet"}, "kind": {"const": "dog"}}}
        document = small({"required": ["kind"], "oneOf": [{"$ref": "#/components/schemas/Cat"}, dog]})
        cat = {"object": {"const": "pet"}, "kind": {"const": "cat"}, "lives": {"type": "integer"}}
        document["components"] = {"schemas": {"Cat": {"properties": cat}}}
        (choice,) = drawn(document).all("div", class_="choice")
        assert choice.all("p")[0].text == "The value is exactly one of these:"
        assert [one.text for one in choice.all("summary")] == ["Cat with kind cat", "Dog with kind dog"]
        assert [row[:2] for row in rows(choice)] == [
            ["object optional", "always pet"],
            ["kind required", "always cat"],
            ["lives optional", "integer"],
            ["object optional", "always pet"],
            ["kind required", "always dog"],
        ]

    def test_small_alternatives_are_a_list(self) -> None:
        """Fields with the same ones share it."""
        document = small({"properties": {name: {"$ref": "#/components/schemas/Url"} for name in ("a", "b")}})
        schemas = {
            "Url": {"anyOf": [{"$ref": "#/components/schemas/Web"}, {"$ref": "#/components/schemas/None"}]},
            "Web": {"type": "string", "format": "uri", "x-inferred": "A guess."},
            "None": {"const": ""},
        }
        document["components"] = {"schemas": schemas}
        (choice,) = drawn(document).all("div", class_="choice")
        assert choice.text == (
            'a and b are each at least one of these: Web: string (uri) inferred: A guess. None: always ""'
        )

    def test_a_circle_ends(self) -> None:
        """A schema that holds itself is drawn once, and named where it comes again."""
        document = small({"$ref": "#/components/schemas/Tree"})
        tree = {
            "properties": {
                "left": {"$ref": "#/components/schemas/Tree"},
                "all": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
            },
            "oneOf": [{"$ref": "#/components/schemas/Tree"}, {"type": "null"}],
        }
        document["components"] = {"schemas": {"Tree": tree}}
        assert [row[:2] for row in rows(drawn(document))] == [
            ["left optional", "object again Tree"],
            ["all optional", "array of object"],
            ["all[]", "object again Tree"],
        ]

    def test_a_reference_that_only_leads_to_itself_ends(self) -> None:
        """Two references to each other are nothing, not an endless page."""
        document = small({"$ref": "#/components/schemas/A"})
        document["components"] = {
            "schemas": {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}
        }
        assert rows(drawn(document)) == []

    def test_depth_is_bounded(self) -> None:
        """Beyond eight levels a field is named, and what is inside it is not."""
        schema: dict[str, Any] = {"type": "string"}
        for _ in range(12):
            schema = {"properties": {"x": schema}}
        assert [row[0].count("x") for row in rows(drawn(small(schema)))] == [1, 2, 3, 4, 5, 6, 7, 8]
        assert rows(drawn(small(schema)))[-1][1] == "object not drawn any deeper"

    @pytest.mark.parametrize(
        ("schema", "words"),
        [
            (
                {
                    "if": {"properties": {"model": {"const": "V"}}, "required": ["model"]},
                    "then": {"required": ["image"]},
                },
                "When model is V: Also required: image.",
            ),
            (
                {"if": {"required": ["a", "b"]}, "else": {"properties": {"c": False}}},
                "Unless a and b are there:",
            ),
            ({"not": {"required": ["job_id"]}}, "Refused when job_id is there."),
            (
                {"not": {"anyOf": [{"required": ["a"]}, {"properties": {"m": {"pattern": "^v"}}}]}},
                "Refused when a is there or m is of the form ^v.",
            ),
            (
                {"if": {"properties": {"m": {"not": {"enum": ["x", "y"]}}}}, "then": {"required": ["z"]}},
                "When m is never x or y: Also required: z.",
            ),
        ],
    )
    def test_conditions_are_half_sentences(self, schema: object, words: str) -> None:
        """What must hold, and what then does."""
        assert " ".join(rule.text for rule in drawn(small(schema)).all(class_="rule")).startswith(words)

    def test_what_is_never_allowed_stands_beside_the_type(self) -> None:
        """A limit in a `not` needs no rule of its own."""
        tree = drawn(small({"properties": {"code": {"type": "integer", "not": {"const": 0}}}}))
        assert rows(tree) == [["code optional", "integer never 0", "no source given"]]
        assert tree.all(class_="rule") == []


class TestOperations:
    """What an operation's section holds."""

    def test_a_command_asks_for_the_key_and_the_id(self) -> None:
        """Parameters are variables of the shell, and so is the key where one is required."""
        document = small({})
        document["security"] = [{"key": []}]
        document["components"] = {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}}
        parameters = [
            {"name": "job_id", "in": "path", "required": True},
            {"name": "n", "in": "query", "required": True},
        ]
        document["paths"] = {"/jobs/{job_id}": {"parameters": parameters, "get": {"x-inferred": "A guess."}}}
        tree = drawn(document)
        assert [block.text for block in tree.all("pre")] == [
            f'curl -s "{BASE}/jobs/${{JOB_ID}}?n=${{N}}" -H "Authorization: Bearer ${{API_KEY}}"'
        ]
        assert "Set JOB_ID and N first." in tree.text
        assert "A key is required: see authentication." in tree.text

    @pytest.mark.parametrize(
        ("ways", "headers", "said"),
        [
            ([{"key": []}], ["-H", "x-api-key: ${API_KEY}"], "A key is required: see authentication."),
            ([{}, {"key": []}], [], "A key may be sent: see authentication."),
            ([], [], ""),
        ],
    )
    def test_a_key_is_sent_where_one_is_required(self, ways: list[Any], headers: list[str], said: str) -> None:
        """In the header that the scheme names; an operation's own security counts before the document's."""
        document = small({}, security=ways)
        document["security"] = [{"other": []}]
        document["components"] = {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "x-api-key"}}}
        document["paths"]["/jobs"]["post"]["requestBody"]["content"]["application/json"]["example"] = 1
        tree = drawn(document)
        (line,) = tree.all("pre", class_="command")
        sent = ["-H", "Content-Type: application/json", "-d", "1"]
        assert shlex.split(line.text) == ["curl", "-s", f"{BASE}/jobs", *headers, *sent]
        facts = tree.all("section", class_="operation")[0].all("p", class_="facts")
        assert [one.text for one in facts] == ([said] if said else [])

    @pytest.mark.skipif(shutil.which("sh") is None, reason="the command is for a shell")
    def test_a_shell_reads_the_command_as_it_is_meant(self) -> None:
        """Quotes, dollars and line breaks of the JSON arrive; a variable in the address is filled in."""
        value = {"prompt": 'It\'s $HOME, `here`\n"there" \\ done'}
        post = {"requestBody": {"content": {"application/json": {"example": value}}}}
        document = {"info": {}, "paths": {"/a$b/{job_id}": {"post": post}}}
        line = drawn(document).all("pre", class_="command")[0].all("code")[0].children[0]
        script = f"curl() {{ printf '%s\\0' \"$@\"; }}; JOB_ID='7 8'; {line}"
        run = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, timeout=20)
        assert run.stdout.split("\0")[:-1] == [
            "-s",
            f"{BASE}/a$b/7 8",
            "-H",
            "Content-Type: application/json",
            "-d",
            json.dumps(value),
        ]

    def test_a_form_is_sent_part_by_part(self) -> None:
        """A multipart example has a `-F` for each field."""
        content = {"multipart/form-data": {"example": {"prompt": "A fox", "seconds": 8}}}
        (line,) = drawn(small({}, requestBody={"content": content})).all("pre", class_="command")
        assert shlex.split(line.text) == ["curl", "-s", f"{BASE}/jobs", "-F", "prompt=A fox", "-F", "seconds=8"]

    def test_answers_show_headers_links_and_examples(self) -> None:
        """A success is unfolded, a failure is folded; a link leads to the section of its operation."""
        document = small({})
        document["paths"]["/jobs/{id}"] = {"get": {"operationId": "read"}}
        answer = {
            "description": "Queued.",
            "headers": {"Retry-After": {"schema": {"type": "integer"}, "x-inferred": "Good practice."}},
            "content": {"application/json": {"examples": {"one": {"summary": "First", "value": {"id": 1}}}}},
            "links": {"status": {"operationId": "read", "parameters": {"id": "$response.body#/id"}}},
            "x-source": {"document": "001", "section": "Sent"},
        }
        document["paths"]["/jobs"]["post"]["responses"] = {"202": answer, "400": {"description": "Refused."}}
        accepted, refused = drawn(document).all("details", class_="response")
        assert accepted.text == (
            "202 Queued. document 001, Sent Headers of answer 202 Header Type and limits Meaning and source "
            "Retry-After optional integer inferred: Good practice. application/json "
            'Example one: First { "id": 1 } Next: GET /jobs/{id} with id from $response.body#/id.'
        )
        assert refused.text == "400 Refused. no source given"
        assert ["open" in accepted.attributes, "open" in refused.attributes] == [True, False]
        assert [link.attributes["href"] for link in accepted.all("a")] == ["#read"]

    def test_a_callback_is_a_section_of_its_operation(self) -> None:
        """It has its expression, its body and the answers that are expected, and no command."""
        call = {
            "summary": "A job has ended.",
            "x-source": {"document": "002", "section": "Callback"},
            "requestBody": {
                "content": {
                    "application/json": {"schema": {"properties": {"id": {"type": "string"}}}, "example": {"id": "x"}}
                }
            },
            "responses": {"2XX": {"description": "Taken."}},
        }
        callbacks = {"ended": {"{$request.body#/callback_url}": {"post": call}}}
        outer, inner = drawn(small({}, callbacks=callbacks)).all("section", class_="operation")
        assert inner in outer.all("section")
        assert [heading.text for heading in outer.all("h3")][-1] == "Callback ended"
        assert inner.all("h4")[0].text == "POST {$request.body#/callback_url}"
        assert rows(inner) == [["id optional", "string", "no source given"]]
        assert inner.all("pre", class_="command") == []
        assert [one.text for one in inner.all("details", class_="response")] == ["2XX Taken. no source given"]

    def test_operations_without_ids_still_have_anchors_of_their_own(self) -> None:
        """Names that come out alike, or like a part of the page, are told apart."""
        operations = {"/a-b": {"get": {}}, "/a/b": {"get": {}}, "/c": {"get": {"operationId": "legend"}}}
        tree = drawn({"info": {"title": "T"}, "paths": operations})
        assert [one.attributes["id"] for one in tree.all("section", class_="operation")] == [
            "get-a-b",
            "get-a-b-2",
            "legend-2",
        ]


def test_descriptions_have_paragraphs_code_and_marked_guesses() -> None:
    """Blank lines divide paragraphs, backticks make code, an inferred remark is marked; nothing else is Markdown."""
    document = small({})
    document["info"]["description"] = "One `a < b`\nline.\n\n**Two** (inferred from x) [no](http://link.example)"
    paragraphs = drawn(document).all("main")[0].all("p")[1:3]
    assert [one.text for one in paragraphs] == [
        "One a < b line.",
        "**Two** (inferred from x) [no](http://link.example)",
    ]
    assert [[inner.tag for inner in one.all()] for one in paragraphs] == [["code"], ["mark"]]


def test_a_page_without_an_index_has_no_link_to_it() -> None:
    """A dialect at the root is alone."""
    assert parsed(page(small({}), BASE)).all(class_="home") == []


def test_a_page_is_drawn_the_same_every_time() -> None:
    """Nothing of it depends on what was drawn before."""
    assert page(openapi(NAMES[0]), BASE) == page(openapi(NAMES[0]), BASE)


def test_the_index_lists_what_is_served() -> None:
    """Name, documents, operations, links, base and a command, for each dialect."""
    document: dict[str, Any] = small({"properties": {"a": {"type": "string"}}}, summary="Ask for a job.")
    document["info"] = {"title": "Small", "x-documents": {"002": "A page", "003": "Another"}}
    document["paths"]["/jobs"]["post"]["requestBody"]["content"]["application/json"]["example"] = {"a": "b"}
    tree = parsed(index([Served("one", f"{BASE}/one", document), Served("two", BASE, small({}), folder="elsewhere/")]))
    first, second = tree.all("section")
    assert first.text == (
        f"one Small From documents 002, 003. Base URL: {BASE}/one POST /jobs Ask for a job. "
        f"curl -s {BASE}/one/jobs -H 'Content-Type: application/json' -d '{{\"a\": \"b\"}}' "
        "Reference of one · openapi.json of one"
    )
    assert [link.attributes["href"] for link in first.all("a")] == ["one/", "one/", "one/openapi.json"]
    assert [link.attributes["href"] for link in second.all("a")] == [
        "elsewhere/",
        "elsewhere/",
        "elsewhere/openapi.json",
    ]


def test_the_index_of_nothing_is_a_page() -> None:
    """Even so it is sound."""
    assert [one.text for one in parsed(index([])).all("h1")] == ["veosim: a fake upstream for Google Veo gateways"]


def colours(theme: str) -> dict[str, str]:
    """The named colours of one theme of the style."""
    return dict(re.findall(r"--(\w[\w-]*): (#[0-9a-f]{6});", theme))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2 has it, from 1 to 21."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(theme: int) -> None:
    """Every pair that the style uses has the contrast of level AA, 4.5, in both themes."""
    style = (Path(reference_page.__file__).parent / "style.css").read_text("utf-8")
    found = colours(re.findall(r":root \{(.*?)\}", style, re.DOTALL)[theme])
    pairs = [(name, behind) for name in ("text", "quiet", "link") for behind in ("page", "soft")]
    pairs += [(name, "page") for name in ("read", "write", "inferred")]
    pairs += [(name, f"{name}-soft") for name in ("source", "inferred", "against")]
    assert {pair: ratio for pair in pairs if (ratio := contrast(found[pair[0]], found[pair[1]])) < 4.5} == {}
