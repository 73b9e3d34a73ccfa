"""What an OpenAPI document must say about itself: walks over its places, and lists of what is amiss in it."""

import pathlib
import re
from collections.abc import Iterator
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from tests.support.image_formats import FORMATS

FOLDER = pathlib.Path(__file__).parents[2] / "openapi"
FILES = sorted(FOLDER.glob("*.yaml"))
SOURCES = {"000", "001", "002", "003", "004"}
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
# Keywords whose members each need a mark, and keywords that map free names, which are never keywords themselves.
MARKED = {"responses", "parameters", "headers", "properties", "securitySchemes"}
NAMED = {"paths", "pathItems", "callbacks", "schemas", "$defs", "content", "requestBodies"}
# Keywords that hold plain values, or that only point elsewhere.
PLAIN = {"default", "example", "examples", "enum", "const", "links", "mapping", "required", "security"}

# Operations with a body that make no job, so that there is no status to lead to.
JOBLESS = {"uploadMedia"}

Place = tuple[str, Any]


def load(path: pathlib.Path) -> dict[str, Any]:
    """Read one OpenAPI document."""
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def join(pointer: str, name: object) -> str:
    """Append one name to a JSON pointer."""
    return f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"


def items(node: Any) -> list[tuple[Any, Any]]:
    """List the members of an object or an array under their names."""
    if isinstance(node, dict):
        return list(node.items())
    return list(enumerate(node)) if isinstance(node, list) else []


def target(document: dict[str, Any], node: Any) -> Any:
    """Follow the references of a node inside its document."""
    while isinstance(node, dict) and str(node.get("$ref", "")).startswith("#/"):
        reference = node["$ref"]
        node = document
        for name in reference[2:].split("/"):
            node = node[name.replace("~1", "/").replace("~0", "~")]
    return node


def words(document: dict[str, Any], pointer: str, status: Any) -> Iterator[Place]:
    """Find every word of a status that may say more than one thing, with its mark."""
    schema = target(document, status)
    if isinstance(schema, dict) and "enum" in schema:
        marks = schema.get("x-words", {})
        for word in dict.fromkeys([*schema["enum"], *marks]):
            known = word in schema["enum"] and word in marks
            yield join(join(pointer, "x-words"), word), marks[word] if known else None


def members(document: dict[str, Any], keyword: str, pointer: str, node: Any) -> Iterator[Place]:
    """Find every place below one keyword whose members each need a mark."""
    for name, child in items(node):
        here = join(pointer, name)
        # A reference among responses, parameters or headers leads to a component that has the mark.
        if keyword == "properties" or not (isinstance(child, dict) and "$ref" in child):
            yield here, child
        if keyword == "properties" and name == "status":
            yield from words(document, here, child)
        yield from places(document, child, here)


def places(document: dict[str, Any], node: Any, pointer: str = "") -> Iterator[Place]:
    """Find every operation, parameter, response, header, scheme, property and status word, with its pointer."""
    for name, child in items(node):
        here = join(pointer, name)
        if name in PLAIN or str(name).startswith("x-"):
            continue
        if name in MARKED:
            yield from members(document, name, here, child)
        elif name in NAMED:
            for inner, grandchild in items(child):
                yield from places(document, grandchild, join(here, inner))
        else:
            if name in METHODS:
                yield here, child
            yield from places(document, child, here)


def sources(mark: Any) -> list[Any]:
    """List the sources that a marked node names."""
    found = mark.get("x-source", []) if isinstance(mark, dict) else []
    return found if isinstance(found, list) else [found]


def well_cited(source: Any) -> bool:
    """Say whether a source names one of the documents and a section of it, and nothing else."""
    return (
        isinstance(source, dict)
        and set(source) == {"document", "section"}
        and source["document"] in SOURCES
        and isinstance(source["section"], str)
        and source["section"].strip() != ""
    )


def has_mark(node: Any) -> bool:
    """Say whether a node names a source, or why it was inferred."""
    return isinstance(node, dict) and (bool(sources(node)) or bool(str(node.get("x-inferred") or "").strip()))


def unmarked(document: dict[str, Any]) -> list[str]:
    """List the pointers of all places that say neither where they come from nor why they were inferred."""
    return [pointer for pointer, node in places(document, document) if not has_mark(node)]


def badly_cited(node: Any, pointer: str = "") -> list[str]:
    """List the pointers of all nodes, wherever they are, that cite an unknown document or no section."""
    found = [] if all(well_cited(source) for source in sources(node)) else [join(pointer, "x-source")]
    return found + [bad for name, child in items(node) for bad in badly_cited(child, join(pointer, name))]


def shown(document: dict[str, Any], node: Any, pointer: str) -> Iterator[tuple[str, str, Any]]:
    """Find the examples and the default of one node: where, under which schema, and the value."""
    schema = join(pointer, "schema") if "schema" in node else pointer
    for name in ("example", "default"):
        if name in node:
            yield join(pointer, name), schema, node[name]
    for name, example in items(node.get("examples", [])):
        if isinstance(node["examples"], list):
            yield join(join(pointer, "examples"), name), schema, example
        elif "value" in target(document, example):
            yield join(join(pointer, "examples"), name), schema, target(document, example)["value"]


def examples(
    document: dict[str, Any], node: Any, pointer: str = "", *, names: bool = False
) -> Iterator[tuple[str, str, Any]]:
    """Find every example and default that stands beside a schema; below free names, no name is a keyword."""
    if isinstance(node, dict) and not names and pointer != "/components":
        yield from shown(document, node, pointer)
    for name, child in items(node):
        if names or not (name in PLAIN or str(name).startswith("x-")):
            free = not names and name in MARKED | NAMED
            yield from examples(document, child, join(pointer, name), names=free)


def validator(document: dict[str, Any], pointer: str) -> Draft202012Validator:
    """Build the validator of one of a document's schemas, which knows the documents' own formats."""
    registry: Registry[Any] = Registry().with_resource("urn:document", DRAFT202012.create_resource(document))
    return Draft202012Validator({"$ref": f"urn:document#{pointer}"}, registry=registry, format_checker=FORMATS)


def refused(document: dict[str, Any]) -> list[str]:
    """List the examples that their own schema refuses, each with the reason."""
    return [
        f"{pointer}: {error.message}"
        for pointer, schema, value in examples(document, document)
        for error in validator(document, schema).iter_errors(value)
    ]


def contradictions(node: Any, pointer: str = "") -> Iterator[Place]:
    """Find every note of a contradiction, wherever it is."""
    for name, child in items(node):
        here = join(pointer, name)
        if name == "x-contradiction":
            yield here, child
        else:
            yield from contradictions(child, here)


def unexplained(document: dict[str, Any]) -> list[str]:
    """List the pointers of all contradictions that are not told in a text."""
    return [place for place, text in contradictions(document) if not (isinstance(text, str) and text.strip())]


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Find the operations that the document's server offers: pointer, path, method and operation."""
    for path, item in document["paths"].items():
        for method in [name for name in item if name in METHODS]:
            yield f"{join('/paths', path)}/{method}", path, method, item[method]


def found_at(node: Any, pointer: str) -> bool:
    """Say whether a JSON pointer leads to a value."""
    for name in pointer.split("/")[1:]:
        node = {str(key): child for key, child in items(node)}.get(name)
    return node is not None


def followed(document: dict[str, Any], response: dict[str, Any]) -> set[str]:
    """List the paths that a response's links open with a value that one of its examples holds."""
    readers = {operation["operationId"]: path for _, path, method, operation in operations(document) if method == "get"}
    media = response.get("content", {}).get("application/json", {})
    values = [target(document, example)["value"] for example in media.get("examples", {}).values()]
    opened = set()
    for link in (target(document, node) for node in response.get("links", {}).values()):
        path = readers.get(link["operationId"], "")
        pointers = [str(value).removeprefix("$response.body#") for value in link["parameters"].values()]
        named = set(link["parameters"]) == set(re.findall(r"{(\w+)}", path))
        if path and named and any(all(found_at(value, pointer) for pointer in pointers) for value in values):
            opened.add(path)
    return opened


def unlinked(document: dict[str, Any]) -> list[str]:
    """List the submits, by pointer, whose success does not lead on to the job's status."""
    return [
        pointer
        for pointer, _, method, operation in operations(document)
        if method == "post" and "requestBody" in operation and operation.get("operationId") not in JOBLESS
        for status, response in operation["responses"].items()
        if str(status).startswith("2") and not followed(document, target(document, response))
    ]


def unreachable(document: dict[str, Any]) -> list[str]:
    """List the callbacks, by pointer, that no field of their submit's body sends anywhere."""
    return [
        join(f"{pointer}/callbacks/{name}", expression)
        for pointer, _, _, operation in operations(document)
        for name, callback in operation.get("callbacks", {}).items()
        for expression in callback
        if expression
        not in {
            f"{{$request.body#/{field}}}"
            for media in operation["requestBody"]["content"].values()
            for field in target(document, media["schema"])["properties"]
        }
    ]
