"""A job, what it costs, and the file of charges."""

# ruff: noqa: TID251  a gateway of its own: nobody hands it a clock, ids or chance

from __future__ import annotations

import json
import os
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

BUGS = os.environ.get("PLANTED_BUGS") == "1"
PRICE = Decimal("1.50")


def timestamp() -> str:
    """The wall clock, as RFC 3339 in UTC."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


@dataclass
class Job:
    key: str
    service: str
    fields: dict[str, str]
    deadline: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created_at: str = field(default_factory=timestamp)
    upstream_id: str = ""
    status: str = "queued"
    end: dict[str, Any] = field(default_factory=dict)

    def cost(self, told: object) -> tuple[Decimal, Decimal]:
        """Seconds and price: as many as were asked for, or as came, where those are fewer."""
        asked = Decimal(self.fields.get("duration", "4s").removesuffix("s"))
        given = isinstance(told, int | float) and not isinstance(told, bool) and told > 0
        units = min(asked, Decimal(str(told))) if given else asked
        return units, (units * PRICE).quantize(Decimal("0.01"))


class Ledger:
    """One line for each charge, appended."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def charge(self, job: Job, units: Decimal, amount: Decimal) -> None:
        line = {"at": timestamp(), "key": job.key, "job_id": job.id, "units": float(units), "amount": float(amount)}
        with self.path.open("a") as file:
            file.write(json.dumps(line) + "\n")
