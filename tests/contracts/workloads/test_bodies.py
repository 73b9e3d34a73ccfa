"""The wrong bodies: each is wrong in the way that its kind says, and in no other."""

import json
from typing import Any

import pytest
from tests.support.benches import setting

from veocontracts.rules.enum import BODIES as KINDS
from veocontracts.workloads.bodies import BODIES, JSON, bodies


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
    assert [case.name for case in bodies(setting())] == [f"body {name}" for name, *_ in BODIES]
