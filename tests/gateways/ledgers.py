"""The reference gateway with every kind of ledger: a balance, a header, a file of charges beside its database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import MutableMapping
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

from veocontracts.reference import app
from veocontracts.reference.store import Charge, Job, Store
from veosim.inprocess import App

BALANCE = Decimal(1000)
CHARGES = "charges.jsonl"
BOOKS = "books.sqlite"
"""A database of its own: the gateway locks its other one."""


def create(
    upstream_url: str, upstream_app: App | None = None, *, folder: str, early: bool = False, **settings: Any
) -> App:
    """A gateway that keeps its books in `folder`; one that is `early` charges each job as it accepts it."""
    inner = app.create(upstream_url, upstream_app, database=f"{folder}/gateway.sqlite", **settings)

    class FilingStore(Store):
        def add_charge(self, charge: Charge) -> None:
            super().add_charge(charge)
            if not early:
                note(folder, charge.job_id, charge.key, charge.amount)

        def save(self, job: Job) -> None:
            super().save(job)
            if early and job.status == "queued" and job.upstream_id is None:
                note(folder, job.id, job.key, Decimal(6))

    opened(folder).close()

    async def gateway(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            with patch.object(app, "Store", FilingStore):
                await inner(scope, receive, send)
        elif scope["path"] == "/v2/balance":
            key = dict(scope["headers"])[b"authorization"].decode().removeprefix("Bearer ")
            used = spent(folder, key)
            await answer(send, {"balance": str(BALANCE - used), "used_micros": int(used * 1_000_000)})
        elif scope["method"] == "GET" and scope["path"].startswith("/v2/jobs/"):
            await inner(scope, receive, Telling(send))
        else:
            await inner(scope, receive, send)

    return gateway


def note(folder: str, job_id: str | None, key: str, amount: Decimal) -> None:
    """Write a charge into the file and into the books."""
    row = {"job_id": job_id, "key": key, "cents": int(amount * 100), "type": "charge"}
    with (Path(folder) / CHARGES).open("a") as file:
        file.write(json.dumps(row) + "\n")
    with closing(opened(folder)) as books, books:
        books.execute("INSERT INTO charges VALUES (?, ?, ?)", (job_id, key, str(amount)))


def opened(folder: str) -> sqlite3.Connection:
    """The books."""
    books = sqlite3.connect(f"{folder}/{BOOKS}")
    books.execute("CREATE TABLE IF NOT EXISTS charges (job_id TEXT, key TEXT, amount TEXT)")
    return books


def spent(folder: str, key: str) -> Decimal:
    """What a key was charged."""
    with closing(opened(folder)) as books:
        rows = books.execute("SELECT amount FROM charges WHERE key = ?", (key,)).fetchall()
    return sum((Decimal(amount) for (amount,) in rows), Decimal(0))


async def answer(send: Any, data: object) -> None:
    """A whole answer."""
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(data).encode()})


class Telling:
    """Sends a job's answer with its cost in a header."""

    def __init__(self, send: Any) -> None:
        self._send = send
        self._start: MutableMapping[str, Any] = {}

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        """The start waits for the body."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        cost = json.loads(message["body"], parse_float=Decimal).get("token_cost")
        told = [] if cost is None else [(b"x-charged", str(cost).encode())]
        await self._send({**self._start, "headers": [*self._start["headers"], *told]})
        await self._send(message)
