"""A video gateway of asyncio and aiohttp: a task for each job, jobs in memory, charges in a file of JSON Lines.

    UPSTREAM_URL=http://127.0.0.1:8410/api-video DATA=FOLDER python -m aiohttp_gateway 8420

Seconds come from the environment too: JOB_TIMEOUT_S (600), POLL_INTERVAL_S (5), RATE_WINDOW_S (60). Keys that begin
with `vk-` may use both services, those with `vn-` none. PLANTED_BUGS=1 turns on the three bugs of planted.yaml.
"""

from __future__ import annotations

import asyncio
import math
import os
import sys
from collections import deque
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import ClientSession, TCPConnector, web

from aiohttp_gateway.jobs import BUGS, Job, Ledger
from aiohttp_gateway.orders import REQUIRED, Refused, checked, key_of
from aiohttp_gateway.upstream import JOB_TIMEOUT, Worker

RATE_WINDOW = float(os.environ.get("RATE_WINDOW_S", "60"))
RATE_LIMIT, LARGEST_REQUEST = 60, 32 << 20


class Gateway:
    def __init__(self, upstream: str, data: Path) -> None:
        self.upstream, self.ledger = upstream, Ledger(data / "charges.jsonl")
        self.jobs: dict[str, Job] = {}
        self.windows: dict[str, deque[float]] = {}
        self.tasks: set[asyncio.Task[None]] = set()

    def app(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST_REQUEST)
        app.cleanup_ctx.append(self.run)
        app.router.add_get("/healthz", self.health)
        app.router.add_get("/v2/jobs/{job_id}", self.read)
        app.router.add_post("/v1/proxy/{service}", self.submit)
        return app

    async def run(self, _: web.Application) -> AsyncIterator[None]:
        """The session upstream lives as long as the server, and so do the jobs."""
        async with ClientSession(connector=TCPConnector(limit=0)) as session:
            self.worker = Worker(session, self.upstream, self.ledger)
            yield
            for task in self.tasks:
                task.cancel()
            await asyncio.gather(*self.tasks, return_exceptions=True)

    async def health(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def read(self, request: web.Request) -> web.Response:
        try:
            key, job = key_of(request), self.jobs.get(request.match_info["job_id"])
            if job is None or job.key != key:
                raise Refused(404, "not_found", "No such job.")
        except Refused as refused:
            return refused.answer()
        shown = {"id": job.id, "status": job.status, "service_name": job.service, "created_at": job.created_at}
        return web.json_response(shown | job.end)

    async def submit(self, request: web.Request) -> web.Response:
        """The client is answered; the job's task asks the upstream."""
        try:
            job = await self.accept(request, request.match_info["service"])
        except Refused as refused:
            return refused.answer()
        shown = {"id": job.id, "status": job.status, "service": job.service, "created_at": job.created_at}
        answer = {"status": "accepted", "message": "The video will be made.", "job": shown}
        return web.json_response(answer, status=202)

    async def accept(self, request: web.Request, service: str) -> Job:
        key = key_of(request)
        if service not in REQUIRED:
            raise Refused(404, "not_found", "No such service.")
        if not key.startswith("vk-"):
            raise Refused(403, "service_not_allowed", f"This key does not allow {service}.")
        self.admit(key)
        try:
            fields = checked(service, request.content_type, await request.read())
        except web.HTTPRequestEntityTooLarge as error:
            raise Refused(413, "payload_too_large", f"A body has at most {LARGEST_REQUEST} bytes.") from error
        job = Job(key, service, fields, asyncio.get_running_loop().time() + JOB_TIMEOUT)
        if BUGS:  # planted: charges-at-submit
            self.ledger.charge(job, *job.cost(None))
        self.jobs[job.id] = job
        task = asyncio.create_task(self.worker.work(job))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return job

    def admit(self, key: str) -> None:
        """60 submits in any minute."""
        now, window = asyncio.get_running_loop().time(), self.windows.setdefault(key, deque())
        while window and window[0] <= now - RATE_WINDOW:
            window.popleft()
        if len(window) >= RATE_LIMIT:
            wait = max(1, math.ceil(window[0] + RATE_WINDOW - now))
            raise Refused(429, "rate_limited", "Too many requests for this key.", wait)
        window.append(now)


if __name__ == "__main__":
    gateway = Gateway(os.environ["UPSTREAM_URL"], Path(os.environ["DATA"]))
    web.run_app(gateway.app(), host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None, shutdown_timeout=1)
