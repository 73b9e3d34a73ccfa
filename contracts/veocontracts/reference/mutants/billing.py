"""Defects about money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from veocontracts.reference.gateway import Gateway
from veocontracts.reference.mutants.registry import mutant
from veocontracts.reference.store import Job
from veocontracts.reference.worker import Ended
from veosim.inprocess import Response


@mutant("bills-status-error", "BILL-06")
class BillsStatusError(Gateway):
    """A 200 with `{status: 'error'}` fails the job but is billed like any other answer with status 200."""

    def failure(self, answer: Response, data: Mapping[str, Any]) -> Ended:
        code = "billed_error" if answer.status == 200 else "upstream_error"
        return Ended(code=code, message=str(data.get("message")))

    def fail(self, job: Job, ended: Ended) -> None:
        super().fail(job, ended)
        if ended.code == "billed_error":
            self.bill(job)
