"""The reference gateway's jobs and charges, in SQLite on the loop's own thread: statements take microseconds."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from veosim.seeded import digest, uuid4_from

_COLUMNS = (
    "id, key, service, fields, created_at, due, status, completed_at, result, units, cost, error, upstream_id, event"
)
_JOBS = f"CREATE TABLE IF NOT EXISTS jobs ({_COLUMNS}, PRIMARY KEY (id)) WITHOUT ROWID"
_CHARGES = (
    "CREATE TABLE IF NOT EXISTS charges (number INTEGER PRIMARY KEY, job_id, key, service, units, amount, created_at)"
)
_PRAGMAS = ("PRAGMA locking_mode=EXCLUSIVE", "PRAGMA synchronous=OFF", "PRAGMA journal_mode=PERSIST")
"""For speed. Nothing is flushed to the disk: what was written outlives the process that wrote it, also one that is
killed, but not the machine's own crash, which no case here brings about. One process has the file to itself."""
_SAVE = f"INSERT OR REPLACE INTO jobs ({_COLUMNS}) VALUES ({', '.join('?' * 14)})"  # noqa: S608  constants
_LOAD = f"SELECT {_COLUMNS} FROM jobs"  # noqa: S608  a constant

NEVER = datetime.max.replace(tzinfo=UTC)
Notice = Literal["", "due", "sent"]
"""Whether a job's end still has to be announced to the webhook's receiver."""


@dataclass(slots=True)
class Job:
    """One job of the gateway.

    Attributes:
        started: when it was accepted, on the worker's clock, in its seconds; `deadline` likewise.
        due: the deadline as a wall instant, which another worker's clock can be set by.
        event: whether its end was announced.
        misses: how many polls in a row said nothing of it; not stored.
        not_before: when the upstream may be asked again; not stored.
        notes: what is not stored.
    """

    id: str
    key: str
    service: str
    fields: Mapping[str, Any]
    created_at: str
    started: float = 0.0
    deadline: float = 0.0
    due: datetime = NEVER
    status: str = "queued"
    completed_at: str | None = None
    result: Mapping[str, Any] | None = None
    units: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    error: Mapping[str, str] | None = None
    upstream_id: str | None = None
    event: Notice = ""
    misses: int = 0
    not_before: float = 0.0
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Whether nothing about it changes any more."""
        return self.status in {"completed", "failed"}


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
        for statement in (*_PRAGMAS, _JOBS, _CHARGES):
            self._db.execute(statement)
        self._made = int(self._db.execute("SELECT count(*) FROM jobs").fetchone()[0])

    @contextmanager
    def together(self) -> Iterator[None]:
        """All that the block writes, or nothing of it."""
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def new_id(self) -> str:
        """A job id that this store has not given out before, in this process or in an earlier one."""
        self._made += 1
        return uuid4_from(digest("reference job", self._made))

    def save(self, job: Job) -> None:
        """Insert or replace a job."""
        row = (
            *(job.id, job.key, job.service, json.dumps(job.fields), job.created_at, job.due.isoformat()),
            *(job.status, job.completed_at, _text(job.result), str(job.units), str(job.cost), _text(job.error)),
            *(job.upstream_id, job.event),
        )
        self._db.execute(_SAVE, row)

    def job(self, job_id: str) -> Job | None:
        """The job of that id."""
        row = self._db.execute(f"{_LOAD} WHERE id = ?", (job_id,)).fetchone()
        return None if row is None else _job(row)

    def unfinished(self) -> list[Job]:
        """The jobs that had not ended, and those whose end was not announced, oldest first."""
        rows = self._db.execute(f"{_LOAD} WHERE status IN ('queued', 'processing') OR event = 'due' ORDER BY due, id")
        return [_job(row) for row in rows]

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


def _text(data: Mapping[str, Any] | None) -> str | None:
    return None if data is None else json.dumps(data)


def _job(row: tuple[Any, ...]) -> Job:
    return Job(
        id=row[0],
        key=row[1],
        service=row[2],
        fields=json.loads(row[3]),
        created_at=row[4],
        due=datetime.fromisoformat(row[5]),
        status=row[6],
        completed_at=row[7],
        result=json.loads(row[8]) if row[8] else None,
        units=Decimal(row[9]),
        cost=Decimal(row[10]),
        error=json.loads(row[11]) if row[11] else None,
        upstream_id=row[12],
        event=row[13],
    )
