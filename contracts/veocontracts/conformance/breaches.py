"""How data breaks an OpenAPI document, in short sentences: a JSON pointer, what was found, what was expected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
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


def breaches(
    document: Mapping[str, Any], errors: Iterable[ValidationError], *, inferred: bool = False
) -> tuple[str, ...]:
    """The errors of one body, in words; `inferred` holds for what has no mark of its own."""
    told = [sentence for error in errors for sentence in _sentences(document, error, inferred)]
    # A property that is wrong also counts as unevaluated, which would say it twice.
    telling = [sentence for keyword, sentence in told if keyword != "unevaluatedProperties"]
    return tuple(dict.fromkeys(telling or [sentence for _, sentence in told]))[:MOST]


def _sentences(document: Mapping[str, Any], error: ValidationError, inferred: bool) -> Iterator[tuple[str, str]]:
    """Keyword and sentence of one error, or of what is wrong with the alternative that was meant."""
    branches: list[list[ValidationError]] | None = getattr(error.kind, "context", None)
    if branches is None:
        yield str(error.schema_path[-1]), _sentence(document, [error], inferred)
        return
    meant = _meant(branches)
    if isinstance(meant, str):
        words = [each for branch in branches for each in branch if _pointer(each) == meant]
        yield str(words[0].schema_path[-1]), _sentence(document, words, inferred)
        return
    for each in meant:
        yield from _sentences(document, each, inferred)


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


def _sentence(document: Mapping[str, Any], errors: list[ValidationError], inferred: bool) -> str:
    """One place, what came there, and what each of the errors expected."""
    error = errors[0]
    missing: str | None = getattr(error.kind, "property", None)
    pointer = _pointer(error)
    place = f"{pointer}/{missing}" if missing is not None else pointer or "the body"
    came = "is missing" if missing is not None else _came(error)
    expected = " or ".join(dict.fromkeys(_expected(document, each) for each in errors))
    mark = f" {INFERRED}" if any(_is_inferred(document, each, missing, inferred) for each in errors) else ""
    return f"{place} {came}, expected {expected}{mark}"


def _expected(document: Mapping[str, Any], error: ValidationError) -> str:
    keyword, value = str(error.schema_path[-1]), _schema(document, error)
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


def _schema(document: Any, error: ValidationError) -> Any:
    for part in error.schema_path:
        document = document[part]
    return document


def _is_inferred(document: Mapping[str, Any], error: ValidationError, missing: str | None, inferred: bool) -> bool:
    """Whether the nearest place that says where it comes from, says that it was filled in, if only in part."""
    *trail, keyword = error.schema_path
    if keyword not in STATED:
        return True
    node: Any = document
    nearest: Mapping[str, Any] = {"x-inferred": ""} if inferred else {"x-source": ""}
    for part in (*trail, *(("properties", missing) if missing is not None else ())):
        if isinstance(node, Mapping) and part not in node:  # required beside the place that describes it
            return True
        node = node[part]
        if isinstance(node, Mapping) and ("x-source" in node or "x-inferred" in node):
            nearest = node
    return "x-inferred" in nearest if missing is None else "x-source" not in nearest


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
