"""The reference gateway: the documented CN8 face over api-video (documents 000 and 001).

Where the documents are silent it does what `openapi/cn8-gateway.yaml` marks as inferred. Every step is a small
method, so that a mutant can be wrong in exactly one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from veocontracts.reference.door import Refused
from veocontracts.reference.recovery import Recovery
from veocontracts.reference.replies import Reply
from veocontracts.reference.settings import SERVICES, Settings
from veocontracts.reference.store import Job, Store
from veocontracts.reference.uploads import Uploads
from veocontracts.reference.upstream import Upstream
from veocontracts.reference.webhooks import Receiver
from veosim.clock import rfc3339, wall_now

__all__ = ["Gateway", "Reply"]


class Gateway(Uploads, Recovery):
    """One gateway with its own store, worker tasks and clock."""

    services: Mapping[str, str] = SERVICES

    def __init__(
        self,
        upstream: Upstream,
        store: Store,
        settings: Settings,
        wall: Callable[[], datetime] = wall_now,
        receiver: Receiver | None = None,
    ) -> None:
        super().__init__()
        self.upstream = upstream
        self.store = store
        self.settings = settings
        self.wall = wall
        self.receiver = receiver
        self.jobs: dict[str, Job] = {}

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
        now, wall, long = self.now(), self.wall(), self.settings.job_timeout
        job = Job(self.store.new_id(), key, service, fields, rfc3339(wall), now, now + long)
        job.due = wall + timedelta(seconds=long)
        self.jobs[job.id] = job
        self.store.save(job)
        return job

    async def start(self, job: Job) -> None:
        """Hand the job to a worker task; the client does not wait for it."""
        self.spawn(self.work(job))

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
        """Stop the workers in the midst of what they do, and let go of everything."""
        await self.halt()
        await self.upstream.close()
        if self.receiver is not None:
            await self.receiver.host.close()
        self.store.close()
