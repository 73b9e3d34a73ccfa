"""The reference gateway: the documented CN8 face over api-video (documents 000 and 001).

Where the documents are silent it does what `openapi/cn8-gateway.yaml` marks as inferred. Every step is a small
method, so that a mutant can be wrong in exactly one of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from veocontracts.reference.door import Door, Refused
from veocontracts.reference.settings import Settings
from veocontracts.reference.store import Job, Store
from veocontracts.reference.upstream import Upstream
from veocontracts.reference.worker import Worker
from veosim.clock import rfc3339, wall_now


class Reply:
    """An answer to the client, before it is put into JSON."""

    def __init__(self, status: int, data: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self.status = status
        self.data = data
        self.headers = headers or {}


class Gateway(Door, Worker):
    """One gateway with its own store, worker tasks and clock."""

    def __init__(
        self, upstream: Upstream, store: Store, settings: Settings, wall: Callable[[], datetime] = wall_now
    ) -> None:
        super().__init__()
        self.upstream = upstream
        self.store = store
        self.settings = settings
        self.wall = wall
        self.jobs: dict[str, Job] = {}
        self.tasks: set[asyncio.Task[None]] = set()

    async def submit(self, service: str, authorization: str | None, body: bytes) -> Reply:
        """`POST /v1/proxy/<service>`: 202 and a job, at once."""
        key = self.authenticate(authorization)
        self.authorise(key, service)
        self.admit(key)
        fields = self.validate(service, self.read(body))
        job = self.accept(key, service, fields)
        await self.start(job)
        return self.accepted(job)

    def accept(self, key: str, service: str, fields: dict[str, Any]) -> Job:
        """A new job; its 600 s begin here (inferred)."""
        now = self.now()
        job = Job(self.store.new_id(), key, service, fields, rfc3339(self.wall()), now, now + self.settings.job_timeout)
        self.jobs[job.id] = job
        self.store.save(job)
        return job

    async def start(self, job: Job) -> None:
        """Hand the job to a worker task; the client does not wait for it."""
        task = asyncio.create_task(self.work(job))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def accepted(self, job: Job) -> Reply:
        """The documented 202 (000, 001 Quickstart)."""
        view = {"id": job.id, "status": "queued", "service": job.service, "created_at": job.created_at}
        return Reply(202, {"status": "accepted", "message": "Job queued for processing", "job": view})

    async def read_job(self, job_id: str, authorization: str | None) -> Reply:
        """`GET /v2/jobs/{job_id}`, for the key that submitted it."""
        key = self.authenticate(authorization)
        job = self.find(job_id, key)
        if job is None:
            raise Refused(404, "not_found", "No such job.")
        return Reply(200, self.view(job))

    def find(self, job_id: str, key: str) -> Job | None:
        """A key's own job: live, else from the store."""
        job = self.jobs.get(job_id) or self.store.job(job_id)
        return job if job is not None and job.key == key else None

    def view(self, job: Job) -> dict[str, Any]:
        """The documented job (000, 001 Quickstart); what a failed one shows is inferred."""
        view: dict[str, Any] = {
            "id": job.id,
            "status": job.status,
            "service_name": job.service,
            "created_at": job.created_at,
        }
        if job.status == "completed":
            view |= {"completed_at": job.completed_at, "result_data": job.result} | self.price_tag(job)
        if job.status == "failed":
            view |= {"error": job.error} | self.price_tag(job)
        return view

    def price_tag(self, job: Job) -> dict[str, Any]:
        """What the job cost; 0 for a failed one (inferred)."""
        return {"units_consumed": float(job.units), "token_cost": float(job.cost)}

    async def list_charges(self, authorization: str | None) -> Reply:
        """`GET /v2/charges` (inferred): the key's ledger."""
        charges = self.store.charges(self.authenticate(authorization))
        entries = [
            {
                "job_id": charge.job_id,
                "service": charge.service,
                "units": float(charge.units),
                "amount": float(charge.amount),
                "currency": "USD",
                "created_at": charge.created_at,
            }
            for charge in charges
        ]
        return Reply(200, {"charges": entries, "total": float(sum(charge.amount for charge in charges))})

    async def close(self) -> None:
        """Stop the workers and let go of the store."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.upstream.close()
        self.store.close()
