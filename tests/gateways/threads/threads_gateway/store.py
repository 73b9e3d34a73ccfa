"""Jobs and charges in SQLite, and how long a job may take."""

# ruff: noqa: TID251  a gateway of its own: nobody hands it a clock, ids or chance

from __future__ import annotations

import json
import os
import sqlite3
import time
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from threading import Lock
from typing import Any

JOB_TIMEOUT = float(os.environ.get("JOB_TIMEOUT_S", "600"))
BUGS = os.environ.get("PLANTED_BUGS") == "1"
PRICE = Decimal("1.50")
SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS jobs (id TEXT PRIMARY KEY, key TEXT, service TEXT, fields TEXT, created_at TEXT,
    deadline REAL, status TEXT, upstream_id TEXT, completed_at TEXT, result TEXT, units TEXT, cost TEXT, error TEXT);
CREATE TABLE IF NOT EXISTS charges (number INTEGER PRIMARY KEY, job_id TEXT UNIQUE, key TEXT, units TEXT, amount TEXT,
    created_at TEXT);
"""


def timestamp() -> str:
    """The wall clock, as RFC 3339 in UTC."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


class Store:
    """Jobs and charges: one connection, one statement at a time."""

    def __init__(self, path: Path) -> None:
        self.lock = Lock()
        self.db = sqlite3.connect(path, check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        self.db.executescript(SCHEMA)

    def write(self, sql: str, *values: object) -> int:
        with self.lock, self.db:
            return self.db.execute(sql, values).rowcount

    def read(self, sql: str, *values: object) -> list[sqlite3.Row]:
        with self.lock:
            return self.db.execute(sql, values).fetchall()

    def add(self, key: str, service: str, fields: str) -> sqlite3.Row:
        job_id = str(uuid.uuid4())
        self.write(
            "INSERT INTO jobs (id, key, service, fields, created_at, deadline, status, units, cost)"
            " VALUES (?, ?, ?, ?, ?, ?, 'queued', '0', '0')",
            *(job_id, key, service, fields, timestamp(), time.time() + JOB_TIMEOUT),
        )
        return self.read("SELECT * FROM jobs WHERE id = ?", job_id)[0]

    def find(self, job_id: str, key: str) -> sqlite3.Row | None:
        if BUGS:  # planted: reads-any-key
            found = self.read("SELECT * FROM jobs WHERE id = ?", job_id)
        else:
            found = self.read("SELECT * FROM jobs WHERE id = ? AND key = ?", job_id, key)
        return found[0] if found else None

    def complete(self, job: sqlite3.Row, result: dict[str, Any]) -> None:
        """The end and its one charge, together or not at all; a job that has ended stays as it is."""
        units, now = units_of(json.loads(job["fields"]), result), timestamp()
        cost = (units * PRICE).quantize(Decimal("0.01"))
        with self.lock, self.db:
            ended = self.db.execute(
                "UPDATE jobs SET status = 'completed', completed_at = ?, result = ?, units = ?, cost = ?"
                " WHERE id = ? AND status IN ('queued', 'processing')",
                (now, json.dumps(result), str(units), str(cost), job["id"]),
            )
            if ended.rowcount:
                self.db.execute(
                    "INSERT INTO charges (job_id, key, units, amount, created_at) VALUES (?, ?, ?, ?, ?)",
                    (job["id"], job["key"], str(units), str(cost), now),
                )

    def fail(self, job: sqlite3.Row, code: str, message: str) -> None:
        self.write(
            "UPDATE jobs SET status = 'failed', error = ? WHERE id = ? AND status IN ('queued', 'processing')",
            *(json.dumps({"code": code, "message": message}), job["id"]),
        )


def units_of(fields: dict[str, Any], result: dict[str, Any]) -> Decimal:
    """The seconds that were asked for, or as many as came, where those are fewer."""
    asked = Decimal(str(fields.get("duration", "4s")).removesuffix("s"))
    if BUGS:  # planted: bills-the-default
        asked = Decimal(fields.get("duration_seconds", 4))
    told = result.get("duration_seconds")
    given = isinstance(told, int | float) and not isinstance(told, bool) and told > 0
    return min(asked, Decimal(str(told))) if given else asked
