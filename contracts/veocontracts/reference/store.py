"""The reference gateway's jobs and charges, in SQLite on the loop's own thread: statements take microseconds."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from veosim.seeded import digest, uuid4_from

_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
  id TEXT PRIMARY KEY, key TEXT, service TEXT, status TEXT, created_at TEXT, completed_at TEXT,
  result TEXT, units TEXT, cost TEXT, error_code TEXT, error_message TEXT
);
CREATE TABLE IF NOT EXISTS charges (
  number INTEGER PRIMARY KEY, job_id TEXT, key TEXT, service TEXT, units TEXT, amount TEXT, created_at TEXT
);
"""
_COLUMNS = "id, key, service, status, created_at, completed_at, result, units, cost, error_code, error_message"


@dataclass(slots=True)
class Job:
    """One job of the gateway. `deadline` is on the worker's clock, in its seconds."""

    id: str
    key: str
    service: str
    fields: Mapping[str, Any]
    created_at: str
    started: float = 0.0
    deadline: float = 0.0
    status: str = "queued"
    completed_at: str | None = None
    result: Mapping[str, Any] | None = None
    units: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    error: Mapping[str, str] | None = None
    upstream_id: str | None = None
    notes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Charge:
    """One entry of the ledger."""

    job_id: str | None
    key: str
    service: str
    units: Decimal
    amount: Decimal
    created_at: str


class Store:
    """Jobs and charges. `path` is a file, or `:memory:`."""

    def __init__(self, path: str = ":memory:") -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(_SCHEMA)
        self._made = int(self._db.execute("SELECT count(*) FROM jobs").fetchone()[0])

    def new_id(self) -> str:
        """A job id that this store has not given out before."""
        self._made += 1
        return uuid4_from(digest("reference job", self._made))

    def save(self, job: Job) -> None:
        """Insert or replace a job."""
        error = job.error or {}
        self._db.execute(
            f"INSERT OR REPLACE INTO jobs ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608  a constant
            (
                job.id,
                job.key,
                job.service,
                job.status,
                job.created_at,
                job.completed_at,
                json.dumps(job.result) if job.result is not None else None,
                str(job.units),
                str(job.cost),
                error.get("code"),
                error.get("message"),
            ),
        )

    def job(self, job_id: str) -> Job | None:
        """The job of that id."""
        row = self._db.execute(f"SELECT {_COLUMNS} FROM jobs WHERE id = ?", (job_id,)).fetchone()  # noqa: S608  a constant
        if row is None:
            return None
        return Job(
            id=row[0],
            key=row[1],
            service=row[2],
            fields={},
            created_at=row[4],
            status=row[3],
            completed_at=row[5],
            result=json.loads(row[6]) if row[6] else None,
            units=Decimal(row[7]),
            cost=Decimal(row[8]),
            error={"code": row[9], "message": row[10]} if row[9] else None,
        )

    def add_charge(self, charge: Charge) -> None:
        """Append to the ledger; entries are never changed."""
        self._db.execute(
            "INSERT INTO charges (job_id, key, service, units, amount, created_at) VALUES (?, ?, ?, ?, ?, ?)",
            (charge.job_id, charge.key, charge.service, str(charge.units), str(charge.amount), charge.created_at),
        )

    def charges(self, key: str) -> list[Charge]:
        """A key's ledger, oldest first."""
        rows = self._db.execute(
            "SELECT job_id, key, service, units, amount, created_at FROM charges WHERE key = ? ORDER BY number", (key,)
        )
        return [Charge(row[0], row[1], row[2], Decimal(row[3]), Decimal(row[4]), row[5]) for row in rows]

    def close(self) -> None:
        """Close the database."""
        self._db.close()
