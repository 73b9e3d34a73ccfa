"""Jobs, what they cost, and the folder that keeps them."""

# ruff: noqa: TID251  a gateway of its own: nobody hands it a clock, ids or chance

from __future__ import annotations

import json
import os
import time
import uuid
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

JOB_TIMEOUT = float(os.environ.get("JOB_TIMEOUT_S", "600"))
BUGS = os.environ.get("PLANTED_BUGS") == "1"
PRICE = Decimal("1.50")


def timestamp() -> str:
    """The wall clock, as RFC 3339 in UTC."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True)
class Job:
    """One job as it stands; what changes is a new one, so that nobody sees half a change."""

    key: str
    service: str
    fields: dict[str, Any]
    deadline: float = field(default_factory=lambda: time.time() + JOB_TIMEOUT)
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created_at: str = field(default_factory=timestamp)
    status: str = "queued"
    upstream_id: str = ""
    end: dict[str, Any] = field(default_factory=dict)

    def view(self) -> dict[str, Any]:
        """The job as its client sees it."""
        shown = {"id": self.id, "status": self.status, "service_name": self.service, "created_at": self.created_at}
        return shown | self.end

    def completed(self, result: dict[str, Any]) -> Job:
        """Billed are the seconds that were asked for, or as many as came, where those are fewer."""
        asked, told = Decimal(self.fields.get("duration", "4s").removesuffix("s")), result.get("duration_seconds")
        given = isinstance(told, int | float) and not isinstance(told, bool) and told > 0
        units = min(asked, Decimal(str(told))) if given else asked
        cost = (units * PRICE).quantize(Decimal("0.01"))
        price = {"units_consumed": float(units), "token_cost": float(cost)}
        return replace(self, status="completed", end={"completed_at": timestamp(), "result_data": result, **price})

    def failed(self, code: str, message: str) -> Job:
        error = {"code": code, "message": message}
        return replace(self, status="failed", end={"error": error, "units_consumed": 0.0, "token_cost": 0.0})


class Jobs:
    """All jobs, in memory and in a folder for each key. Only a job's own worker changes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.all = {path.stem: Job(**json.loads(path.read_text())) for path in folder.glob("*/*.json")}

    def save(self, job: Job) -> Job:
        """The whole file or none of it, whenever the process ends; then the job is seen."""
        path = self.folder / job.key.encode().hex() / f"{job.id}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(job)))
        draft.replace(path)
        self.all[job.id] = job
        return job
