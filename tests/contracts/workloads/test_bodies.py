"""The wrong bodies: each is wrong in the way that its kind says, and in no other."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from tests.support.benches import FunctionGateway, on_a_bench, setting

from veocontracts.bench import Bench
from veocontracts.documents import JSON
from veocontracts.faces import face
from veocontracts.rules.enum import BODIES as KINDS
from veocontracts.workloads.bodies import bodies, kinds
from veosim.inprocess import Response

BODIES = [each for name in ("cn8-gateway", "generations-metadata") for each in kinds(face(name))]


def parsed(raw: str) -> Any:
    """What the bytes say as JSON, or the error."""
    try:
        return json.loads(raw.encode("latin-1").decode())
    except ValueError as error:
        return error


@pytest.mark.parametrize(("name", "kind", "raw", "content_type"), BODIES)
def test_a_body_is_wrong_as_its_kind_says(name: str, kind: str, raw: str, content_type: str) -> None:
    """No JSON; JSON that is no object; a body under another content type."""
    found = parsed(raw)
    right = {
        "empty": not raw.strip(),
        "malformed": isinstance(found, ValueError) and raw.strip() != "",
        "no-object": not isinstance(found, ValueError | dict),
        "content-type": content_type != JSON,
    }
    assert [each for each, holds in right.items() if holds] in ([kind], ["malformed", kind]), name
    assert (content_type != JSON) == (kind == "content-type")


def test_every_kind_is_tried_once_at_least() -> None:
    """Each part of ENUM-06 has its occasion."""
    assert {kind for _, kind, _, _ in BODIES} == set(KINDS)
    wrong = [case.name for case in bodies(setting()) if "ENUM-06" in case.feeds]
    assert wrong == [f"body {name}" for name, *_ in kinds(setting().face)]


async def nowhere(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
    """No gateway sells anything."""
    del method, path, headers, body
    return Response(404, {}, b"{}")


def test_a_charset_makes_no_body_wrong() -> None:
    """The last case is a valid order under a content type that says UTF-8."""
    *_, last = bodies(setting())

    async def work(bench: Bench, gateway: FunctionGateway) -> tuple[str, str]:
        await last.drive(bench)
        [story] = bench.history().stories
        return story.submit.intent, gateway.asked[0][2]["Content-Type"]

    assert on_a_bench(nowhere, work) == ("valid", "application/json; charset=utf-8")
