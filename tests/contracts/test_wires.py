"""The dialects' rows: they hold for what the simulator's own dialects take and answer."""

import json
from typing import Any

import pytest

from veocontracts.documents import answer_schema, body_schema, document, schemas_at
from veocontracts.pointers import at
from veocontracts.wires import ROLES, WIRES
from veosim.clock import EPOCH
from veosim.dialects import DIALECTS
from veosim.dialects.base import Kind
from veosim.job import Job, Outcome, Plan
from veosim.scenario.variants import Variants


@pytest.mark.parametrize("name", WIRES)
def test_a_row_names_the_dialects_operations(name: str) -> None:
    """Its paths are those of the dialect and of its document."""
    wire, dialect = WIRES[name], DIALECTS[name]
    submits = {each.path for each in dialect.operations if each.kind is Kind.SUBMIT}
    polls = {each.path for each in dialect.operations if each.kind is Kind.POLL}
    assert set(wire.submits.values()) <= submits
    assert wire.job.replace("task_id", "job_id") in polls
    assert {*wire.submits.values(), wire.job} <= document(name)["paths"].keys()


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, wire in WIRES.items() for kind in wire.submits])
def test_a_row_names_the_documents_fields(name: str, kind: str) -> None:
    """Where the suite writes a role, the document has a field."""
    wire = WIRES[name]
    schema = body_schema(document(name), wire.submits[kind])
    places = {role: pointers[0] for role, pointers in wire.fields.items() if role != "image" or kind == "image"}
    assert [role for role, pointer in places.items() if not schemas_at(document(name), schema, pointer)] == []
    assert tuple(wire.fields) == ROLES


@pytest.mark.parametrize("name", WIRES)
def test_the_id_stands_where_the_row_says(name: str) -> None:
    """In the simulator's own answer to a submit."""
    dialect = DIALECTS[name]
    operation, body = dialect.example()
    request = dialect.parse(operation, body, Variants())
    job = Job("ID", name, request, 0, Plan(Outcome.SUCCEED), base="http://u", created_at=EPOCH.second)
    answer = dialect.accepted(operation, [job])
    assert at(json.loads(answer.body), WIRES[name].id) == "ID"


@pytest.mark.parametrize("name", WIRES)
def test_every_word_is_one_of_the_documents(name: str) -> None:
    """Each state word stands in an enum or a const of an answer to a poll."""
    described, wire = document(name), WIRES[name]
    paths = [path for path, item in described["paths"].items() if "get" in item]
    schemas = [answer_schema(described, "get", path, 200) for path in paths]
    nodes = [node for schema in schemas for each in wire.status for node in schemas_at(described, schema, each)]
    known = {word for node in nodes for word in [*node.get("enum", ()), node.get("const")]}
    assert {word for words in wire.words.values() for word in words} <= known


@pytest.mark.parametrize(
    ("name", "request_", "said"),
    [
        ("api-video", {"prompt": "", "image": None, "note": 1}, {"prompt": "", "image": None}),
        ("image-to-video", {"image_url": "u", "aspect_resolution": "720p"}, {"image": "u", "resolution": "720p"}),
        ("generations-seconds", {"images": ["u", "v"], "seconds": "8"}, {"image": "u", "duration": "8"}),
        ("generations-seconds", {"input_reference": "u", "duration": 7}, {"image": "u", "duration": 7}),
        ("generations-metadata", {"metadata": {"durationSeconds": 8}, "size": "x"}, {"resolution": "x", "duration": 8}),
        ("generations-metadata", "no object", {}),
    ],
)
def test_a_request_is_read_by_roles(name: str, request_: Any, said: dict[str, Any]) -> None:
    """Whatever it calls them; what it leaves out is not there."""
    assert WIRES[name].said(request_) == said
