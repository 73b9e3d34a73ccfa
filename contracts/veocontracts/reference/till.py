"""Money: units, cost, and the one charge of a completed job (000, 001 Pricing)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from veocontracts.reference.settings import Settings
from veocontracts.reference.store import Charge, Job, Store
from veosim.clock import rfc3339


class Till:
    """Bills on success, and on nothing else."""

    settings: Settings
    store: Store
    wall: Callable[[], datetime]

    def asked(self, job: Job) -> Decimal:
        """The seconds that were asked for."""
        return Decimal(str(job.fields.get("duration", "4s")).removesuffix("s"))

    def units(self, job: Job) -> Decimal:
        """The seconds that were asked for, or as many as were delivered, where those are fewer (inferred)."""
        told = (job.result or {}).get("duration_seconds")
        given = isinstance(told, int | float) and not isinstance(told, bool) and told > 0
        return min(self.asked(job), Decimal(str(told))) if given else self.asked(job)

    def cost(self, job: Job, units: Decimal) -> Decimal:  # noqa: ARG002  the price depends on nothing else about a job
        """Units at the catalogue's price."""
        return units * self.settings.price

    def bill(self, job: Job) -> None:
        """Price a job that has just completed, and charge its key once."""
        job.units = self.units(job)
        job.cost = self.cost(job, job.units)
        self.charge(job, job.units, job.cost)

    def charge(self, job: Job, units: Decimal, amount: Decimal) -> None:
        """One entry in the ledger."""
        self.store.add_charge(Charge(job.id, job.key, job.service, units, amount, rfc3339(self.wall())))

    def price_tag(self, job: Job) -> dict[str, Any]:
        """What the job cost; 0 for a failed one (inferred)."""
        return {"units_consumed": float(job.units), "token_cost": float(job.cost)}
