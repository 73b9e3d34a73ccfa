"""JUnit's XML as CI servers accept it: what Jenkins' schema and GitLab's reader have in common, as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element


@dataclass(frozen=True, slots=True)
class Allowed:
    """What an element has: attributes that it must have, that it may have, the elements in it, and whether text."""

    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    inside: frozenset[str] = frozenset()
    text: bool = False


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_OUTCOME = Allowed(optional=_names("type message"), text=True)

ELEMENTS = {
    "testsuites": Allowed(optional=_names("name time tests failures errors"), inside=_names("testsuite")),
    "testsuite": Allowed(
        _names("name tests failures errors"),
        _names("skipped time timestamp hostname id package file"),
        _names("properties testcase system-out system-err"),
    ),
    "properties": Allowed(inside=_names("property")),
    "property": Allowed(_names("name value")),
    "testcase": Allowed(
        _names("name classname"), _names("time"), _names("skipped error failure system-out system-err")
    ),
    "failure": _OUTCOME,
    "error": _OUTCOME,
    "skipped": _OUTCOME,
    "system-out": Allowed(text=True),
    "system-err": Allowed(text=True),
}
OUTCOMES = ("skipped", "failure", "error")


def parsed(document: str) -> Element:
    """The root of a document that this repository's own code wrote."""
    return ElementTree.fromstring(document)  # noqa: S314  nobody else's


def problems(document: str) -> list[str]:
    """What a server may refuse, or show wrongly."""
    root = parsed(document)
    if root.tag != "testsuites":
        return [f"begins with {root.tag}"]
    found = [problem for node in root.iter() for problem in _shape(node)]
    for suite in root.iter("testsuite"):
        found += _counts(suite)
    called = Counter((case.get("classname"), case.get("name")) for case in root.iter("testcase"))
    found += [f"two cases are called {name}" for name, times in called.items() if times > 1]
    return [*found, *([] if called else ["no case at all"])]


def _shape(node: Element) -> Iterator[str]:
    allowed = ELEMENTS.get(node.tag)
    if allowed is None:
        yield f"no server knows {node.tag}"
        return
    for name in sorted(allowed.required - set(node.keys())):
        yield f"{node.tag} lacks {name}"
    for name in sorted(set(node.keys()) - allowed.required - allowed.optional):
        yield f"{node.tag} has no {name}"
    for child in node:
        if child.tag not in allowed.inside:
            yield f"{child.tag} does not belong into {node.tag}"
    if not allowed.text and "".join([node.text or "", *(child.tail or "" for child in node)]).strip():
        yield f"text in {node.tag}"


def _counts(suite: Element) -> Iterator[str]:
    cases = suite.findall("testcase")
    for case in cases:
        if sum(child.tag in OUTCOMES for child in case) > 1:
            yield f"{case.get('name')} has more than one outcome"
    real = {"tests": len(cases)} | {
        plural: sum(case.find(tag) is not None for case in cases)
        for plural, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
    }
    for name, number in real.items():
        if suite.get(name) != str(number):
            yield f"{name} is {suite.get(name)}, and there are {number}"


def outcomes(document: str) -> dict[str, str]:
    """The outcome of each case, by its name."""
    return {
        case.get("name", ""): next((child.tag for child in case if child.tag in OUTCOMES), "passed")
        for case in parsed(document).iter("testcase")
    }
