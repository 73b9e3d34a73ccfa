"""Polling: polls that go wrong once, upstreams that ask for patience, jobs that take long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from veocontracts.bench import Bench
from veocontracts.setting import Setting
from veocontracts.workloads.base import Case, Drive, workload
from veocontracts.workloads.deadline import past_the_deadline
from veocontracts.workloads.drives import one_job
from veosim.units import SECOND

COMMON = frozenset({"LIFE-02", "LIFE-10", "UP-05"})
STUCK = {"outcome": "stuck", "queue": "0s"}
PAGE = {"content_type": "text/html", "body": "<html><body>Bad Gateway</body></html>"}
ERRORS: Mapping[str, Mapping[str, Any]] = {
    **{word: {"break": word} for word in ("reset", "close", "truncate")},
    **{str(status): {"respond": {"status": status}} for status in (429, 502, 503, 504)},
    "502 page": {"respond": {"status": 502, **PAGE}},
    **{word: {"spoil": word} for word in ("html", "bad-json", "empty-body")},
}
"""What may happen to a poll without anything being wrong with the job."""


def _busy(seconds: int, **when: Any) -> dict[str, Any]:
    answer = {"respond": {"status": 429, "headers": {"Retry-After": str(seconds)}}}
    return {"when": when, **answer} if when else answer


@workload("polling")
def polling(setting: Setting) -> Iterable[Case]:
    """One error of each kind, 429 at submit and at polls, a minute of polls, and polls that go wrong for ever."""
    del setting
    for name, error in ERRORS.items():
        once = {"poll": [{"when": {"nth_of_job": 1}, **error}]}
        yield Case(f"poll missed, {name}", _followed(once), COMMON | {"UP-07"})
    later = {"poll": [{"when": {"nth_of_job": 3}, "respond": {"status": 503}}]}
    yield Case("poll missed, the third", _followed(later, run="30s"), COMMON | {"UP-07"})
    # Retry-After is in the gateway's own seconds, which are no history's where time is scaled.
    for place, exchanges in (
        ("submit", {"submit": [_busy(20, nth=1)]}),
        ("one poll", {"poll": [_busy(20, nth_of_job=1)]}),
    ):
        yield Case(f"patience at {place}", _followed(exchanges), COMMON | {"UP-07", "UP-08"}, virtual_only=True)
    always = _past({"poll": [_busy(45)]})
    yield Case("patience at every poll", always, COMMON | {"UP-08", "TIME-09"}, virtual_only=True, slow=True)
    yield Case("polls for a minute", _followed({}, run="60s"), COMMON | {"UP-10"})
    erring = {"poll": [{"respond": {"status": 503}}]}
    yield Case("polls that go wrong for ever", _past(erring), COMMON | {"UP-10", "TIME-09"}, slow=True)


def _followed(exchanges: Mapping[str, Any], run: str = "10s") -> Drive:
    async def drive(bench: Bench) -> None:
        within = bench.terms.timeout + bench.terms.tolerance + bench.terms.grace + 2 * SECOND
        await one_job(bench, within=within, job={"outcome": "succeed", "queue": "2s", "run": run}, exchanges=exchanges)

    return drive


def _past(exchanges: Mapping[str, Any]) -> Drive:
    async def drive(bench: Bench) -> None:
        await past_the_deadline(bench, await bench.submit(bench.order(job=STUCK, exchanges=exchanges)))

    return drive
