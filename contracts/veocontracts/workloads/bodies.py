"""Bodies that are no JSON object, bodies that are said to be something else, and one that is said to be UTF-8."""

from __future__ import annotations

from collections.abc import Iterable

from veocontracts.bench import Bench, Setting
from veocontracts.workloads.base import Case, Drive, workload
from veocontracts.workloads.drives import one_job

FEEDS = frozenset({"ENUM-06", "BILL-11"})
PROMPT = '"a snail crosses a leaf {marker}"'
OBJECT = f'{{"prompt": {PROMPT}}}'
JSON = "application/json"
BODIES: tuple[tuple[str, str, str, str], ...] = (
    ("nothing", "empty", "", JSON),
    ("spaces alone", "empty", " \r\n\t", JSON),
    ("cut off", "malformed", OBJECT[:-1], JSON),
    ("two objects", "malformed", OBJECT * 2, JSON),
    ("single quotes", "malformed", OBJECT.replace('"', "'"), JSON),
    ("a comma too many", "malformed", OBJECT[:-1] + ",}", JSON),
    ("no UTF-8", "malformed", OBJECT.replace("snail", "sna\xefl\xff"), JSON),
    ("a list", "no-object", f"[{OBJECT}]", JSON),
    ("a string", "no-object", PROMPT, JSON),
    ("a number", "no-object", "4", JSON),
    ("null", "no-object", "null", JSON),
    ("plain text", "content-type", OBJECT, "text/plain"),
    ("a form", "content-type", "prompt=a+snail+{marker}", "application/x-www-form-urlencoded"),
)
"""Name, kind, body, and what it is said to be."""


@workload("bodies")
def bodies(setting: Setting) -> Iterable[Case]:
    """Each for one service: a body is read before its fields are."""
    del setting
    for name, about, raw, content_type in BODIES:
        yield Case(f"body {name}", _body(about, raw, content_type), FEEDS)
    yield Case("body with a charset", _with_charset, frozenset({"ENUM-01", "ACC-01"}))


def _body(about: str, raw: str, content_type: str) -> Drive:
    async def drive(bench: Bench) -> None:
        await one_job(bench, raw=raw, content_type=content_type, intent="body", about=about)

    return drive


async def _with_charset(bench: Bench) -> None:
    """Many clients name the charset of their JSON, though it has but one."""
    await one_job(bench, content_type=f"{JSON}; charset=utf-8")
