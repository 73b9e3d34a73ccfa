"""Hostile upstream: every way to spoil or break an answer, at the submit, at one poll and at every poll."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from veocontracts.bench import Bench
from veocontracts.setting import Setting
from veocontracts.workloads.base import Case, Drive, workload
from veosim.units import SECOND

FEEDS = frozenset({"ROBUST-01", "LIFE-02", "LIFE-10", "UP-05"})
SLOW = 30 * SECOND
SOON = 25 * SECOND
POLLS_ONLY = frozenset({"goes-back", "no-url", "huge-body"})
ONCE = frozenset({"goes-back", "huge-body"})
"""At one poll only: to go back for ever is to be stuck, and 8 MiB take a while to read."""

Fault = Mapping[str, Any]


def _said(body: str, status: int = 200, **more: Any) -> Fault:
    return {"respond": {"status": status, "body": body, **more}}


FAULTS: Mapping[str, Fault] = {
    **{
        word: {"spoil": word}
        for word in (
            *("bad-json", "empty-body", "html", "wrong-content-type", "unknown-status", "wrong-types", "no-id"),
            *("no-url", "huge-body", "goes-back", "redirect"),
        )
    },
    **{word: {"break": word} for word in ("reset", "close", "truncate", "hang")},
    "drip": {"break": {"drip": "20ms"}},
    "no content": {"respond": {"status": 204}},
    "a list": _said("[]"),
    "null": _said("null"),
    "every field null": _said('{"job_id": null, "status": null, "video_url": null, "duration_seconds": null}'),
    "objects for text": _said(
        '{"job_id": {"id": "1"}, "status": ["success"], "video_url": {"url": "https://x.example"}}'
    ),
    "deep JSON": _said('{"status": ' + "[" * 5_000 + "]" * 5_000 + "}"),
    "an id that is a path": _said('{"job_id": "../../etc", "status": "queued"}'),
}
"""Each fault, as an entry of a scenario's `exchanges`."""


@workload("hostile-upstream")
def hostile(setting: Setting) -> Iterable[Case]:
    """A case for each fault. Where time costs time, one fault alone is at every poll."""
    for name, fault in FAULTS.items():
        lasts = name not in ONCE and "respond" not in fault and (name == "bad-json" or not setting.terms.waits)
        places: list[dict[str, Any]] = [{"poll": [{"when": {"nth_of_job": 1}, **fault}]}]
        if lasts:
            places.append({"poll": [dict(fault)]})
        if name not in POLLS_ONLY:
            places.append({"submit": [dict(fault)]})
        yield Case(f"hostile {name}", _met(places), FEEDS | _more(name), jobs=len(places) + 1, slow=lasts)


def _more(name: str) -> set[str]:
    return {"ROBUST-04"} if name == "unknown-status" else set()


def _met(places: Sequence[Mapping[str, Any]]) -> Drive:
    """Jobs that meet the fault in each place, then a plain one; all are followed to their end."""

    async def drive(bench: Bench) -> None:
        terms = bench.terms
        submits = [await bench.submit(bench.order(exchanges=exchanges)) for exchanges in places]
        await bench.until(submits[0], SOON)
        plain = await bench.submit(bench.order())
        after = terms.timeout + terms.tolerance + terms.grace + SECOND
        for submit in (plain, *submits):
            await bench.watch(submit, after, SLOW)
        for submit in submits:
            await bench.read(submit)
        await bench.settle(plain)

    return drive
