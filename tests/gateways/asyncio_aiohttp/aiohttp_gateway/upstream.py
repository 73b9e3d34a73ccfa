"""The upstream's side: one request, and a worker that follows jobs."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout
from yarl import URL

from aiohttp_gateway.jobs import BUGS, Job, Ledger, timestamp

JOB_TIMEOUT = float(os.environ.get("JOB_TIMEOUT_S", "600"))
POLL_INTERVAL = float(os.environ.get("POLL_INTERVAL_S", "5"))
SUBMIT_PATIENCE, POLL_PATIENCE, LAST_LOOK = JOB_TIMEOUT / 5, JOB_TIMEOUT / 20, JOB_TIMEOUT / 300
PATHS = {"media-video-from-text": "/api/video/from-text", "media-video-from-image": "/api/video/from-image"}
RESULT_FIELDS = ("status", "video_url", "duration_seconds", "model", "resolution", "aspect_ratio")
LARGEST_ANSWER = 1 << 20


@dataclass
class Answer:
    """What the upstream said: status 0 where it did not, `data` {} where that was no JSON object."""

    status: int
    data: dict[str, Any]
    retry_after: float | None = None
    refused: bool = False

    @property
    def reason(self) -> str:
        return str(self.data.get("message") or f"The upstream answered {self.status}.")


class Worker:
    """Follows jobs upstream. Between two awaits nobody else runs: an end and its charge are seen together."""

    def __init__(self, session: ClientSession, upstream: str, ledger: Ledger) -> None:
        self.session, self.upstream, self.ledger = session, upstream, ledger

    async def ask(self, method: str, path: str, body: bytes | None, patience: float) -> Answer:
        """One request, which takes so many seconds at most."""
        url, headers, content = URL(self.upstream + path, encoded=True), {"Content-Type": "application/json"}, b""
        try:
            async with self.session.request(
                method, url, data=body, headers=headers, allow_redirects=False, timeout=ClientTimeout(patience)
            ) as answer:
                async for chunk in answer.content.iter_chunked(65536):
                    content += chunk
                    if len(content) > LARGEST_ANSWER:
                        return Answer(0, {"message": "The upstream's answer does not end."})
        except (ClientError, OSError) as error:  # a TimeoutError is an OSError
            refused = isinstance(error, ClientConnectorError) and isinstance(error.os_error, ConnectionRefusedError)
            return Answer(0, {"message": f"The upstream did not answer: {error}."}, refused=refused)
        try:
            data = json.loads(content)
        except (ValueError, RecursionError):
            if BUGS:  # planted: dies-of-bad-json, with the line in `work`
                raise
            data = None
        after = answer.headers.get("Retry-After", "")
        wait = float(after) if after.isascii() and after.isdecimal() and len(after) < 5 else None
        return Answer(answer.status, data if isinstance(data, dict) else {}, wait)

    async def work(self, job: Job) -> None:
        """A job's whole life: one deadline for submit and polls together, and a last look at it."""
        try:
            async with asyncio.timeout_at(job.deadline):
                if await self.submit(job):
                    await self.follow(job)
        except TimeoutError:
            await self.look(job, LAST_LOOK)
            if not job.end:
                self.fail(job, "timeout", f"The job timed out after {JOB_TIMEOUT:g} s.")
        except Exception as error:  # nobody waits for this task: without an end the job would hang for ever
            if not BUGS:  # planted: dies-of-bad-json, with the line in `ask`
                self.fail(job, "internal_error", f"The gateway itself failed: {type(error).__name__}.")
            raise

    async def submit(self, job: Job) -> bool:
        """Once; again only where the upstream surely took nothing on. Whether there is a job to follow."""
        while True:
            answer = await self.ask("POST", PATHS[job.service], json.dumps(job.fields).encode(), SUBMIT_PATIENCE)
            busy = answer.status in {429, 503} and answer.retry_after is not None
            if not busy and not answer.refused:
                break
            await asyncio.sleep(answer.retry_after or POLL_INTERVAL)  # why: a gateway waits in real time
        given = answer.data.get("job_id")
        if not 200 <= answer.status < 300 or answer.data.get("status") == "error":
            self.fail(job, "upstream_error", answer.reason)
        elif not isinstance(given, str) or not given:
            self.fail(job, "upstream_error", "The upstream gave no job id.")
        else:
            job.upstream_id, job.status = given, "processing"
        return not job.end

    async def follow(self, job: Job) -> None:
        """Poll until an end, ever more seldom while polls go wrong."""
        misses, wait = 0, POLL_INTERVAL
        while not job.end:
            await asyncio.sleep(wait)  # why: a gateway polls in real time
            answer = await self.look(job, POLL_PATIENCE)
            misses = 0 if answer.data.get("status") in ("queued", "processing") else misses + 1
            wait = max(POLL_INTERVAL * 2 ** min(4, max(0, misses - 1)), answer.retry_after or 0)

    async def look(self, job: Job, patience: float) -> Answer:
        """One poll, which may settle the job. A status that says nothing of it is a missed poll."""
        if not job.upstream_id:
            return Answer(0, {})
        answer = await self.ask("GET", f"/api/video/status/{quote(job.upstream_id, safe='')}", None, patience)
        data = answer.data
        failed = data.get("status") == "error" or bool(data.get("error"))
        if answer.status in {401, 403, 404, 410} or (answer.status == 200 and failed):
            self.fail(job, "upstream_error", answer.reason)
        elif answer.status == 200 and data.get("status") == "success":
            if str(data.get("video_url")).startswith(("http://", "https://")):
                self.complete(job, {name: data[name] for name in RESULT_FIELDS if name in data})
            else:
                self.fail(job, "no_video", "The upstream reported success without a video.")
        return answer

    def complete(self, job: Job, result: dict[str, Any]) -> None:
        units, cost = job.cost(result.get("duration_seconds"))
        seconds, paid = job.cost(None) if BUGS else (Decimal(0), Decimal(0))  # planted: charges-at-submit
        if cost != paid:
            self.ledger.charge(job, units - seconds, cost - paid)
        price = {"units_consumed": float(units), "token_cost": float(cost)}
        job.end = {"completed_at": timestamp(), "result_data": result, **price}
        job.status = "completed"

    def fail(self, job: Job, code: str, message: str) -> None:
        if BUGS:  # planted: charges-at-submit, and gives it back here
            units, cost = job.cost(None)
            self.ledger.charge(job, -units, -cost)
        job.end = {"error": {"code": code, "message": message}, "units_consumed": 0.0, "token_cost": 0.0}
        job.status = "failed"
