"""Each dialect's server against its OpenAPI document: two accounts of one API, written apart, that must agree.

A dialect takes part by standing in `veosim.dialects.DIALECTS`. That the check can fail is shown by changing one thing
on either side.
"""

import asyncio
import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
from tests.support.double_entry.check import Tally, judged, matrix, operation_faults
from tests.support.double_entry.combined import combinations
from tests.support.double_entry.document import Described, Document
from tests.support.double_entry.flips import document_flips, flipped, known_values, seeded, server_flips
from tests.support.double_entry.formats import JUDGES
from tests.support.double_entry.generated import MODES, generated
from tests.support.double_entry.life import (
    CHOICES,
    ENDS,
    cancel_faults,
    default_faults,
    key_faults,
    life_faults,
    raw_faults,
    reached,
    unknown_faults,
)

from veosim.dialects import DIALECTS
from veosim.dialects.base import Answer
from veosim.resources import openapi

DOCUMENTS = {name: Document(openapi(name), JUDGES.get(name)) for name in DIALECTS}
SUBMITS = [(name, operation) for name, document in DOCUMENTS.items() for operation in document.submits]

WITHOUT_EFFECT = {
    # A table beside the model has the values of each family, and refuses one that only the model gained.
    "image-to-video": ("aspect_resolution gained '720px'", "duration gained 1004"),
    # The same table; and both forms of a number of seconds mean the same.
    "generations-seconds": ("seconds gained '4x'", "seconds assumes 8"),
}
"""Changes of a model after which the server does just what it did."""

each_dialect = pytest.mark.parametrize("dialect", DIALECTS)
each_submit = pytest.mark.parametrize(("dialect", "operation"), SUBMITS, ids=[f"{n} {o}" for n, o in SUBMITS])


def sizes(some: int, many: int) -> pytest.MarkDecorator:
    """How much to try: some of it on every run, many times as much as a long proof."""
    return pytest.mark.parametrize("number", [some, pytest.param(many, marks=pytest.mark.prove)])


def tallied(dialect: str, operation: Described, number: int, limit: int = 5) -> Tally:
    """The near misses and that many combinations."""
    bodies = chain(matrix(operation, known_values(dialect)), combinations(operation, number))
    return asyncio.run(judged(dialect, operation, bodies, limit=limit))


def differs(dialect: str, operation: Described, kind: str = "") -> bool:
    """Whether a search of usual length finds a disagreement: over defaults if one was changed, or over bodies."""
    if kind == "assumes":
        return bool(asyncio.run(default_faults(dialect, operation)))
    return bool(tallied(dialect, operation, 300, limit=1).faults)


@each_dialect
def test_both_know_the_same_operations(dialect: str) -> None:
    """Neither lists a method and a path that the other does not."""
    assert operation_faults(DOCUMENTS[dialect], dialect) == []


@each_dialect
def test_an_operation_of_one_side_only_is_noticed(dialect: str) -> None:
    """A document with one path renamed differs in that path, on both sides."""
    data = dict(DOCUMENTS[dialect].data)
    (first, item), *others = data["paths"].items()
    renamed = Document({**data, "paths": {f"{first}/again": item, **dict(others)}})
    assert len(operation_faults(renamed, dialect)) == 2 * len(item)


@each_dialect
def test_each_described_format_is_judged(dialect: str) -> None:
    """No format of a document passes because nobody looks."""
    document = DOCUMENTS[dialect]
    assert document.formats_used <= document.formats_known


@each_dialect
def test_the_links_lead_to_each_operation(dialect: str) -> None:
    """Whatever takes the id of a job is reached from the answer to a submit, and so is tried."""
    document = DOCUMENTS[dialect]
    assert {str(each) for each in document.operations if "{" in each.path} == {str(each) for each in reached(document)}


@pytest.mark.parametrize(
    ("dialect", "operation", "number"),
    [
        pytest.param(
            *(dialect, operation, number),
            id=f"{number}-{dialect} {operation}",
            marks=[pytest.mark.prove] if number == 2000 or dialect.startswith("generations") else [],
        )
        for dialect, operation in SUBMITS
        for number in (100, 2000)
    ],
)
def test_both_judge_a_body_alike(dialect: str, operation: Described, number: int) -> None:
    """Examples, near misses of every value and bound, and combinations: valid is accepted, invalid is refused."""
    tally = tallied(dialect, operation, number)
    assert tally.faults == []
    assert min(tally.counts["valid"], tally.counts["invalid"]) >= 50


SLOW = ("image-to-video", "positive")
"""Its data URIs take Schemathesis half a minute, however few bodies are drawn."""
DRAWN = [
    pytest.param(
        *(dialect, operation, mode, number),
        id=f"{number}-{mode}-{dialect} {operation}",
        marks=[pytest.mark.prove] if number == 600 or (dialect, mode) == SLOW else [],
    )
    for dialect, operation in SUBMITS
    for mode in MODES
    for number in (20, 600)
]


@pytest.mark.parametrize(("dialect", "operation", "mode", "number"), DRAWN)
def test_both_judge_a_generated_body_alike(dialect: str, operation: Described, mode: str, number: int) -> None:
    """What Schemathesis makes of the document is judged by the document, and most of it is what it is meant to be."""
    bodies = list(generated(operation, mode, number))
    tally = asyncio.run(judged(dialect, operation, bodies))
    assert tally.faults == []
    if mode == "positive":
        # Schemathesis may follow a pattern and forget the format beside it; nothing else excuses an invalid body.
        assert [body for _, body in bodies if operation.refuses(body, formats=False)] == []
        assert tally.counts["valid"] >= number // 3
    else:
        # Two of its negations may cancel each other out: such a body is valid, and judged as that.
        assert tally.counts["invalid"] >= 30
        assert tally.counts["valid"] <= tally.counts["invalid"] // 10


@each_submit
@pytest.mark.parametrize("outcome", ENDS)
def test_every_answer_of_a_job_is_as_described(dialect: str, operation: Described, outcome: str) -> None:
    """For each example, what the links lead to fits its schema while the job waits, runs and has ended."""
    found = [
        asyncio.run(life_faults(dialect, operation, body, outcome, choices))
        for body in operation.examples().values()
        for choices in CHOICES.get(dialect, ("",))
    ]
    assert [fault for faults in found for fault in faults] == []


@each_submit
def test_every_answer_to_a_change_of_a_job_is_as_described(dialect: str, operation: Described) -> None:
    """A cancel, where there is one, and the poll after it, in each moment of a job."""
    assert asyncio.run(cancel_faults(dialect, operation, next(iter(operation.examples().values())))) == []


@each_dialect
def test_an_unknown_job_is_answered_as_described(dialect: str) -> None:
    """Ids of no job are answered 404 where the document lists it, and otherwise 400."""
    assert asyncio.run(unknown_faults(DOCUMENTS[dialect], dialect)) == []


@each_dialect
def test_a_key_is_asked_for_as_described(dialect: str) -> None:
    """401 where the document demands a key and none comes, and everywhere where only one key is taken."""
    assert asyncio.run(key_faults(DOCUMENTS[dialect], dialect)) == []


@each_submit
def test_what_is_no_object_or_too_large_is_refused_as_described(dialect: str, operation: Described) -> None:
    """400 for what is no JSON object, 413 one byte above the limit, and neither at the limit."""
    assert asyncio.run(raw_faults(dialect, operation)) == []


@each_submit
def test_both_assume_the_same_defaults(dialect: str, operation: Described) -> None:
    """A field that is left out makes the same job as its documented default."""
    assert asyncio.run(default_faults(dialect, operation)) == []


@each_submit
@sizes(1, 1000)
def test_a_change_in_the_document_is_noticed(dialect: str, operation: Described, number: int) -> None:
    """One value renamed, or one bound tightened, in the schema of a body."""
    flips = seeded(document_flips(operation), number, dialect, str(operation))
    assert flips
    unnoticed = []
    for flip in flips:
        document = flip.made(operation.document)
        if not differs(dialect, Described(document, operation.method, operation.path)):
            unnoticed.append(str(flip))
    assert unnoticed == []


@each_dialect
@sizes(1, 1000)
def test_a_change_in_the_server_is_noticed(dialect: str, number: int) -> None:
    """One listed value lost, gained, or assumed in place of the default, in a model of a body."""
    flips = seeded(server_flips(DOCUMENTS[dialect], dialect), number, dialect)
    assert flips
    unnoticed = set()
    for flip in flips:
        with flipped(dialect, flip):
            if not any(differs(dialect, operation, flip.kind) for operation in DOCUMENTS[dialect].submits):
                unnoticed.add(flip.change)
    assert unnoticed == {flip.change for flip in flips} & set(WITHOUT_EFFECT.get(dialect, ()))


def answer_faults(dialect: str) -> Iterator[str]:
    """Disagreements over answers, in each of the ways to get one."""
    yield from asyncio.run(unknown_faults(DOCUMENTS[dialect], dialect))
    for operation in DOCUMENTS[dialect].submits:
        for body in operation.examples().values():
            choices = CHOICES.get(dialect, ("",))[0]
            yield from asyncio.run(life_faults(dialect, operation, body, "succeed", choices))
        yield from asyncio.run(raw_faults(dialect, operation))


@each_dialect
@pytest.mark.parametrize("name", ["accepted", "status", "unknown_job", "error", "callback"])
def test_a_change_in_an_answer_is_noticed(dialect: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A renamed field is found in every kind of answer, and in a callback where the document describes one."""
    kind = type(DIALECTS[dialect])
    original = getattr(kind, name)

    def changed(self: Any, *args: Any) -> Any:
        answer = original(self, *args)
        return renamed(answer) if isinstance(answer, bytes) else Answer(answer.status, renamed(answer.body))

    monkeypatch.setattr(kind, name, changed)
    is_described = name != "callback" or any("callbacks" in each.node for each in DOCUMENTS[dialect].submits)
    assert any(answer_faults(dialect)) is is_described


@each_dialect
def test_a_changed_word_of_status_is_noticed(dialect: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A word that the document does not know is found in the answer to a poll."""
    kind = type(DIALECTS[dialect])
    original = kind.status

    def changed(self: Any, *args: Any) -> Answer:
        answer = original(self, *args)
        return Answer(answer.status, answer.body.replace(b'"status":"', b'"status":"un'))

    monkeypatch.setattr(kind, "status", changed)
    assert any(answer_faults(dialect))


def renamed(body: bytes) -> bytes:
    """The same object with its first field under another name."""
    (name, value), *others = json.loads(body).items()
    return json.dumps({f"{name}_": value, **dict(others)}).encode()
