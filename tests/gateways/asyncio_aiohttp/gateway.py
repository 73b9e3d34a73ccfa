"""A video gateway of asyncio and aiohttp: a task for each job, jobs in memory, charges in a file of JSON Lines.

    UPSTREAM_URL=http://127.0.0.1:8410/api-video DATA=FOLDER python gateway.py 8420

Seconds come from the environment too: JOB_TIMEOUT_S (600), POLL_INTERVAL_S (5), RATE_WINDOW_S (60). Keys that begin
with `vk-` may use both services, those with `vn-` none. PLANTED_BUGS=1 turns on the three bugs of planted.yaml.
"""

# ruff: noqa: TID251  a gateway of its own: nobody hands it a clock, ids or chance

from __future__ import annotations

import asyncio
import json
import math
import os
import sys
import uuid
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout, TCPConnector, web
from yarl import URL

JOB_TIMEOUT = float(os.environ.get("JOB_TIMEOUT_S", "600"))
POLL_INTERVAL = float(os.environ.get("POLL_INTERVAL_S", "5"))
RATE_WINDOW = float(os.environ.get("RATE_WINDOW_S", "60"))
SUBMIT_PATIENCE, POLL_PATIENCE, LAST_LOOK = JOB_TIMEOUT / 5, JOB_TIMEOUT / 20, JOB_TIMEOUT / 300
RATE_LIMIT = 60
BUGS = os.environ.get("PLANTED_BUGS") == "1"

PRICE = Decimal("1.50")
PATHS = {"media-video-from-text": "/api/video/from-text", "media-video-from-image": "/api/video/from-image"}
CHOICES = {
    "model": ("veo (Audio)", "veo fast (Audio)"),
    "resolution": ("1080P", "512P"),
    "duration": ("4s", "8s"),
    "aspect_ratio": ("16:9", "9:16"),
}
RESULT_FIELDS = ("status", "video_url", "duration_seconds", "model", "resolution", "aspect_ratio")
LARGEST_REQUEST, LARGEST_ANSWER = 32 << 20, 1 << 20


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


class Ledger:
    """One line for each charge, appended."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def charge(self, job: Job, units: Decimal, amount: Decimal) -> None:
        line = {"at": timestamp(), "key": job.key, "job_id": job.id, "units": float(units), "amount": float(amount)}
        with self.path.open("a") as file:
            file.write(json.dumps(line) + "\n")


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


class Refused(Exception):  # noqa: N818  an answer, not a fault
    def __init__(self, status: int, code: str, message: str, retry_after: int = 0) -> None:
        super().__init__(message)
        self.status, self.code, self.retry_after = status, code, retry_after

    def answer(self) -> web.Response:
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after else {}
        error = {"code": self.code, "message": str(self)}
        return web.json_response({"status": "error", "error": error}, status=self.status, headers=headers)


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
        answer = {"status": "accepted", "message": "Job queued for processing", "job": shown}
        return web.json_response(answer, status=202)

    async def accept(self, request: web.Request, service: str) -> Job:
        key = key_of(request)
        if service not in PATHS:
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


def key_of(request: web.Request) -> str:
    """The known key that a request carries."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.startswith(("vk-", "vn-")):
        raise Refused(401, "unauthorized", "A known API key is required.")
    return key


def checked(service: str, content_type: str, body: bytes) -> dict[str, str]:
    """The fields to send upstream: exact values only, nothing mended, nothing filled in."""
    if content_type != "application/json" and not content_type.endswith("+json"):
        raise Refused(400, "invalid_request", "The content type must be application/json.")
    try:
        data = json.loads(body.decode())
        json.dumps(data, ensure_ascii=False, allow_nan=False).encode()  # no lone surrogates, no NaN
    except (ValueError, RecursionError) as error:
        raise Refused(400, "invalid_request", f"The body is no JSON: {error}.") from error
    if not isinstance(data, dict):
        raise Refused(400, "invalid_request", "The body must be a JSON object.")
    required = "prompt" if service == "media-video-from-text" else "image"
    for name in {"prompt", required}:
        if (name in data and not isinstance(data[name], str)) or (name == required and not data.get(name)):
            raise Refused(400, "invalid_request", f"{name} must be a text.")
    for name, allowed in CHOICES.items():
        if name in data and data[name] not in allowed:
            raise Refused(400, "invalid_request", f"{name} must be one of {', '.join(allowed)}.")
    if BUGS and "prompt" in data:  # planted: trims-the-prompt
        data["prompt"] = data["prompt"].strip()
    return {name: data[name] for name in ("prompt", required, *CHOICES) if name in data}


if __name__ == "__main__":
    gateway = Gateway(os.environ["UPSTREAM_URL"], Path(os.environ["DATA"]))
    web.run_app(gateway.app(), host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None, shutdown_timeout=1)
