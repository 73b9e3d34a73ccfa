"""Bodies that are no JSON object, bodies that are said to be something else, and one that is said to be UTF-8."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from veocontracts.bench import Bench
from veocontracts.documents import JSON
from veocontracts.faces import Face
from veocontracts.pictures import picture
from veocontracts.setting import Setting
from veocontracts.workloads.base import Case, Drive, workload
from veocontracts.workloads.drives import one_job

FEEDS = frozenset({"ENUM-06", "BILL-11"})
PROMPT = "a snail crosses a leaf {marker}"


def whole(face: Face) -> str:
    """A body that would be taken, in the API's own fields, with `{marker}` in its prompt."""
    service = face.services[face.sold("text")]
    request: dict[str, Any] = {"prompt": PROMPT}
    if service.images:
        request["image"] = picture(service.images[0], "{marker}", bytes(range(10)))
    chosen = {name: value for name, value in service.combinations[0].items() if name in face.chosen}
    return json.dumps(service.wire(request | chosen))


def kinds(face: Face) -> Iterator[tuple[str, str, str, str]]:
    """Name, kind, body, and what it is said to be."""
    taken = whole(face)
    yield "nothing", "empty", "", JSON
    yield "spaces alone", "empty", " \r\n\t", JSON
    yield "cut off", "malformed", taken[:-1], JSON
    yield "two objects", "malformed", taken * 2, JSON
    yield "single quotes", "malformed", taken.replace('"', "'"), JSON
    yield "a comma too many", "malformed", taken[:-1] + ",}", JSON
    yield "no UTF-8", "malformed", taken.replace("snail", "sna\xefl\xff"), JSON
    yield "a list", "no-object", f"[{taken}]", JSON
    yield "a string", "no-object", json.dumps(PROMPT), JSON
    yield "a number", "no-object", "4", JSON
    yield "null", "no-object", "null", JSON
    yield "plain text", "content-type", taken, "text/plain"
    yield "a form", "content-type", "prompt=a+snail+{marker}", "application/x-www-form-urlencoded"


@workload("bodies")
def bodies(setting: Setting) -> Iterable[Case]:
    """Each for one service: a body is read before its fields are."""
    for name, about, raw, content_type in kinds(setting.face):
        yield Case(f"body {name}", _body(about, raw, content_type), FEEDS)
    yield Case("body with a charset", _with_charset, frozenset({"ENUM-01", "ACC-01"}))


def _body(about: str, raw: str, content_type: str) -> Drive:
    async def drive(bench: Bench) -> None:
        await one_job(bench, raw=raw, content_type=content_type, intent="body", about=about)

    return drive


async def _with_charset(bench: Bench) -> None:
    """Many clients name the charset of their JSON, though it has but one."""
    await one_job(bench, content_type=f"{JSON}; charset=utf-8")
