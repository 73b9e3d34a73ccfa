"""How data breaks an OpenAPI document, in short sentences: a JSON pointer, what was found, what was expected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema_rs import ValidationError

from veocontracts.events import INFERRED

STATED = frozenset({"type", "enum", "const", "required"})
"""Keywords that a sample or a table can prove; forms, limits and "nothing else" are always inferred."""
TELLING = ("const", "pattern", "enum")
"""Keywords that tell one alternative from another, the clearest first."""
MOST = 3
"""So many are told of one body."""
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Origin:
    """The schema that was broken.

    Attributes:
        document: in which it stands.
        schema: itself.
        inferred: whether the documents are silent on what has no mark of its own.
        own: whether the document is the gateway's own, whose every word counts.
    """

    document: Mapping[str, Any]
    schema: Mapping[str, Any]
    inferred: bool = False
    own: bool = False


def breaches(origin: Origin, errors: Iterable[ValidationError]) -> tuple[str, ...]:
    """The errors of one body, in words: one sentence for each place in it, sooner one that no inference weakens."""
    told: dict[str, str] = {}
    consequences: dict[str, str] = {}
    for errors_there in (found for error in errors for found in _told(error)):
        place, sentence = _sentence(origin, errors_there)
        # A property that is wrong also counts as unevaluated, which would say it twice.
        kept = consequences if errors_there[0].kind.name == "unevaluatedProperties" else told
        if place not in kept or (kept[place].endswith(INFERRED) and not sentence.endswith(INFERRED)):
            kept[place] = sentence
    return tuple((told or consequences).values())[:MOST]


def _told(error: ValidationError) -> Iterator[list[ValidationError]]:
    """The error itself; in place of "no alternative fits", what is wrong with the one that was meant."""
    branches: list[list[ValidationError]] | None = getattr(error.kind, "context", None)
    if branches is None:
        yield [error]
        return
    meant = _meant(branches)
    if isinstance(meant, str):
        yield [each for branch in branches for each in branch if _pointer(each) == meant]
        return
    for each in meant:
        yield from _told(each)


def _meant(branches: list[list[ValidationError]]) -> list[ValidationError] | str:
    """The alternative whose telling words, such as a status, are those that came; the word's place if it fits none."""
    words = [{_pointer(error) for error in branch if error.kind.name in TELLING} for branch in branches]
    counts = [
        Counter(_pointer(error) for branch in branches for error in branch if error.kind.name == keyword)
        for keyword in TELLING
    ]
    in_most = Counter(word for found in words for word in found)
    order = sorted(in_most, key=lambda word: (-counts[0][word], -in_most[word], -counts[1][word], word))
    for word in order[:1]:
        fitting = [branch for branch, found in zip(branches, words, strict=True) if word not in found]
        return min(fitting, key=len) if fitting else word
    return min(branches, key=len)


def _sentence(origin: Origin, errors: list[ValidationError]) -> tuple[str, str]:
    """One place, and in words: what came there, and what each of the errors expected."""
    error = errors[0]
    missing: str | None = getattr(error.kind, "property", None)
    place = _pointer(error) + (f"/{missing}" if missing is not None else "")
    came = "is missing" if missing is not None else _came(error)
    expected = " or ".join(dict.fromkeys(_expected(origin, each) for each in errors))
    mark = f" {INFERRED}" if any(_is_inferred(origin, each, missing) for each in errors) else ""
    return place, f"{place or 'the body'} {came}, expected {expected}{mark}"


def _expected(origin: Origin, error: ValidationError) -> str:
    keyword, value = str(error.schema_path[-1]), [*_walked(origin, error.evaluation_path[1:])][-1]
    match keyword:
        case "required":
            return "a value"
        case "type":
            return " or ".join(value) if isinstance(value, list) else str(value)
        case "enum":
            return " or ".join(repr(each) for each in value)
        case "const":
            return repr(value)
        case "unevaluatedProperties" | "additionalProperties":
            return "no further fields"
        case _:
            return f"{keyword} {value}"


def _walked(origin: Origin, path: Iterable[str | int]) -> Iterator[Any]:
    """Every node of the document on a way through the schema."""
    node: Any = origin.schema
    yield node
    for part in path:
        node = node[part]
        if part == "$ref":
            names = [name.replace("~1", "/").replace("~0", "~") for name in str(node).removeprefix("#/").split("/")]
            node = origin.document
            for name in names:
                node = node[name]
        yield node


def _is_inferred(origin: Origin, error: ValidationError, missing: str | None) -> bool:
    """Whether the nearest place that says where it comes from, says that it was filled in, if only in part."""
    _, *way, keyword = error.evaluation_path
    if origin.own or keyword not in STATED:
        return not origin.own
    nodes = [*_walked(origin, way)]
    if missing is not None:
        described = nodes[-1].get("properties", {})
        if missing not in described:
            return True
        nodes.append(described[missing])
    marked = [node for node in nodes if isinstance(node, Mapping) and ("x-source" in node or "x-inferred" in node)]
    if not marked:
        return origin.inferred
    return "x-inferred" in marked[-1] if missing is None else "x-source" not in marked[-1]


def _pointer(error: ValidationError) -> str:
    return "".join(f"/{part}" for part in error.instance_path)


def _came(error: ValidationError) -> str:
    """What was found instead."""
    further: list[str] | None = getattr(error.kind, "unexpected", None)
    if further:
        return f"has {_cut(', '.join(sorted(further)))}"
    if error.instance is None:
        return "is null" if error.instance_path else "is no JSON"
    return f"is {_cut(repr(error.instance) if isinstance(error.instance, str) else str(error.instance))}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
