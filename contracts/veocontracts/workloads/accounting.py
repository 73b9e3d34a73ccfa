"""The ledger: jobs of every kind, of two keys, all ended before it is read for good."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from veocontracts.bench import Bench
from veocontracts.events import Submit
from veocontracts.faces import Face
from veocontracts.faces.picks import lengths, wrong
from veocontracts.setting import Setting
from veocontracts.workloads.base import Case, workload
from veosim.units import SECOND

SLOW = 20 * SECOND
ERROR_AT_SUBMIT = {"submit": [{"respond": {"status": 400}}]}
JOBS = 8


def mix(face: Face) -> tuple[tuple[str, dict[str, Any]], ...]:
    """Whose job it is, and what becomes of it: completed, failed, refused upstream, refused, cancelled, timed out."""
    short, long = lengths(face)
    return (
        ("main", {"fields": short}),
        ("other", {"fields": long}),
        ("main", {"job": {"outcome": "fail", "after": "7s"}}),
        ("other", {"exchanges": ERROR_AT_SUBMIT}),
        ("main", wrong(face.services[face.sold("text")], "duration", intent="type")),
        ("main", {"fields": long, "job": {"outcome": "succeed", "after": "40s"}}),
        ("other", {"job": {"outcome": "cancel", "after": "9s"}}),
        ("main", {"job": {"outcome": "stuck", "queue": "0s"}}),
    )


@workload("accounting")
def accounting(setting: Setting) -> Iterable[Case]:
    """One mix of all kinds; two keys with ledgers of their own are needed to tell whose charge is whose."""
    if setting.profile.auth.mint is not None:
        yield Case("charges of two keys", _mix, frozenset({"BILL-12", "BILL-03"}), jobs=JOBS, slow=True)


async def _mix(bench: Bench) -> None:
    """Submit all, follow each to its end, let charges settle, and read each job twice more, then both ledgers."""
    terms = bench.terms
    within = terms.timeout + terms.tolerance + terms.grace + SECOND
    submits: list[Submit] = []
    for role, wishes in mix(bench.face):
        submits.append(await bench.submit(bench.order(**wishes), role))
    for submit in submits:
        await bench.watch(submit, within, SLOW)
    for _ in range(2):
        await bench.pause(max(SLOW, terms.settle))
        for submit in submits:
            if submit.job_id is not None:
                await bench.read(submit)
    for role in ("main", "other"):
        await bench.ledger(role)
