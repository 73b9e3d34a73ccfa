"""Defects about the 600 seconds."""

from __future__ import annotations

from typing import Any

from veocontracts.reference.gateway import Gateway
from veocontracts.reference.mutants.registry import mutant
from veocontracts.reference.store import Job


@mutant("times-out-at-660s", "TIME-01")
class TimesOutAt660(Gateway):
    """The worker allows 660 s."""

    def accept(self, key: str, service: str, fields: dict[str, Any]) -> Job:
        job = super().accept(key, service, fields)
        job.deadline += self.settings.job_timeout / 10
        return job
