"""Failure matrix: what the upstream does wrong at submit and at poll, and what must come of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from veocontracts.bench import Bench
from veocontracts.setting import Setting
from veocontracts.workloads.base import Case, workload
from veocontracts.workloads.drives import one_job
from veosim.units import SECOND

COMMON = frozenset({"LIFE-02", "LIFE-10", "BILL-08", "UP-01", "UP-05"})
ENVELOPE = '{"status": "error", "message": "The upstream could not make this video."}'
"""Documents 000 and 001 have it; another dialect's failures come with HTTP 200 in words of its own."""


def _submit(**entry: Any) -> dict[str, Any]:
    return {"exchanges": {"submit": [entry]}}


def _poll(**entry: Any) -> dict[str, Any]:
    return {"exchanges": {"poll": [entry]}}


IN_ENVELOPE = "200 error"
FAIL_AFTER = {"outcome": "fail", "after": "7s"}
FAILURES: tuple[tuple[str, dict[str, Any], frozenset[str]], ...] = (
    ("job fails", {"job": FAIL_AFTER}, frozenset({"BILL-06"})),
    (f"{IN_ENVELOPE} at submit", _submit(respond={"status": 200, "body": ENVELOPE}), frozenset({"BILL-06"})),
    (f"{IN_ENVELOPE} at the first poll", _poll(respond={"status": 200, "body": ENVELOPE}), frozenset({"BILL-06"})),
    *(
        (f"{status} at submit", _submit(respond={"status": status}), frozenset({"BILL-04"}))
        for status in (400, 401, 403, 404, 409, 422, 429)
    ),
    *(
        (f"{status} at submit", _submit(respond={"status": status}), frozenset({"BILL-05"}))
        for status in (500, 502, 503, 504)
    ),
    *(
        (f"{status} at every poll", _poll(respond={"status": status}), frozenset({"BILL-05"}))
        for status in (500, 502, 503, 504)
    ),
    *(
        (f"{status} after accept", _submit(accept=True, respond={"status": status}), frozenset({"BILL-05"}))
        for status in (500, 502, 504)
    ),
    ("hang after accept", _submit(accept=True, **{"break": "hang"}), frozenset({"ACC-05", "BILL-07"})),
    ("reset after accept", _submit(accept=True, **{"break": "reset"}), frozenset()),
    ("reset at submit", _submit(**{"break": "reset"}), frozenset()),
    ("one 502 at poll", _poll(when={"nth_of_job": 1}, respond={"status": 502}), frozenset({"BILL-05"})),
    ("one reset at poll", _poll(when={"nth_of_job": 1}, **{"break": "reset"}), frozenset()),
)


REFUSED_AT_POLL = (400, 401, 403, 404, 409, 410, 422)
"""What a gateway may take for the end, or ride out until its deadline."""


@workload("failure-matrix")
def failures(setting: Setting) -> Iterable[Case]:
    """Every failure, for every service; polls that are refused, for one."""
    within = setting.terms.timeout + setting.terms.tolerance + setting.terms.grace + 2 * SECOND
    others = setting.profile.upstream.dialect != "api-video"
    for name, wishes, feeds in FAILURES:
        if others and name.startswith(IN_ENVELOPE):
            continue
        for service in setting.face.services:
            yield _case(f"failure {service} {name}", service, wishes, COMMON | feeds, within)
    service = next(iter(setting.face.services))
    for status in REFUSED_AT_POLL:
        wishes = _poll(respond={"status": status})
        yield _case(f"failure {service} {status} at every poll", service, wishes, COMMON | {"BILL-04"}, within)


def _case(name: str, service: str, wishes: dict[str, Any], feeds: frozenset[str], within: int) -> Case:
    async def drive(bench: Bench) -> None:
        await one_job(bench, service, within, **wishes)

    return Case(name, drive, feeds, slow=any(word in name for word in ("hang", "every poll")))
