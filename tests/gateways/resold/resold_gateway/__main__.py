"""A reseller: sells one vendor's API (document 004, generations-metadata), and buys at another's (002, image-to-video).

    python -m resold_gateway --port 8420 --upstream http://127.0.0.1:8410/image-to-video --public-url http://127.0.0.1:8420

The vendor calls back, signed by Standard Webhooks with CALLBACK_SECRET (inferred: document 002 knows no signature, and
003, which asks for one, names no scheme); a slow poll goes on beside it, so that a lost callback loses no job. More
from the environment: JOB_TIMEOUT_S (600), POLL_INTERVAL_S (20), RATE_WINDOW_S (60) and UPSTREAM_KEY. Keys that begin
with `vk-` may buy, those with `vn-` not. PLANTED_BUGS=1 turns on the three bugs of planted.yaml. Jobs are kept in
memory; GET /charges lists what a key has paid.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import uvicorn
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from resold_gateway.jobs import BUGS, JOB_TIMEOUT, RATE_WINDOW, Job
from resold_gateway.orders import Refused, object_of, ordered
from resold_gateway.vendor import Worker

CALLBACKS = "/callbacks/image-to-video"
RATE_LIMIT, LARGEST_REQUEST = 60, 32 << 20


class Gateway:
    def __init__(self, upstream: str, public_url: str) -> None:
        self.upstream, self.public_url = upstream, public_url
        self.webhook = Webhook(os.environ["CALLBACK_SECRET"])
        self.jobs: dict[str, Job] = {}
        self.windows: dict[str, deque[float]] = {}
        self.tasks: set[asyncio.Task[None]] = set()

    def app(self) -> Starlette:
        routes = [
            Route("/healthz", self.health),
            Route("/v1/video/generations", self.submit, methods=["POST"]),
            Route("/v1/video/generations/{task_id}", self.read),
            Route("/v1/videos/{task_id}/content", self.content),
            Route("/charges", self.charges),
            Route(CALLBACKS, self.callback, methods=["POST"]),
        ]
        return Starlette(routes=routes, lifespan=self.lifespan, exception_handlers={Refused: answered})

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        headers = {"authorization": f"Bearer {os.environ.get('UPSTREAM_KEY', 'resold')}"}
        limits = httpx2.Limits(max_connections=None)
        async with httpx2.AsyncClient(
            base_url=self.upstream, headers=headers, limits=limits, timeout=None, trust_env=False
        ) as client:
            self.worker = Worker(client, self.public_url + CALLBACKS)
            yield
            for task in self.tasks:
                task.cancel()
            await asyncio.gather(*self.tasks, return_exceptions=True)

    async def health(self, _: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def submit(self, request: Request) -> Response:
        """The client is answered; the job's task asks the vendor."""
        key = key_of(request)
        if not key.startswith("vk-"):
            raise Refused(403, "forbidden", "This key buys no videos.")
        self.admit(key)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and not kind.endswith("+json"):
            raise Refused(400, "invalid_request", "The content type must be application/json.")
        order = ordered(object_of(await body_of(request)))
        job = Job(key, order, asyncio.get_running_loop().time() + JOB_TIMEOUT)
        self.jobs[job.id] = job
        task = asyncio.create_task(self.worker.work(job))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return JSONResponse({"task_id": job.id})

    def find(self, request: Request) -> Job:
        key, job = key_of(request), self.jobs.get(request.path_params["task_id"])
        if job is None or job.key != key:
            raise Refused(400, "task_not_exist", "No task has this id.")
        return job

    async def read(self, request: Request) -> Response:
        """004's samples: the envelope says success of a failure too, whose reason stands where the URL would."""
        job = self.find(request)
        url = job.told
        if job.status == "succeeded":
            url = f"{self.public_url}/v1/videos/{job.id}/content"
        data = {"bytes_base64_encoded": "", "error": None, "format": "mp4", "metadata": None}
        data |= {"status": job.status, "task_id": job.id, "url": url}
        return JSONResponse({"code": "success", "message": "", "data": data})

    async def content(self, request: Request) -> Response:
        """The video lies at the vendor's."""
        job = self.find(request)
        if job.status != "succeeded":
            raise Refused(409, "not_ready", "There is no video.")
        return RedirectResponse(job.told, 302)

    async def charges(self, request: Request) -> Response:
        key = key_of(request)
        found = [
            {"job_id": job.id, "units": float(units), "amount": float(amount), "currency": "USD"}
            for job in self.jobs.values()
            if job.key == key
            for units, amount in job.charges
        ]
        return JSONResponse({"charges": found})

    async def callback(self, request: Request) -> Response:
        """Believed where its signature (inferred, see above) is the vendor's, and fresh."""
        content = await body_of(request)
        try:
            if not BUGS or "webhook-signature" in request.headers:  # planted: believes-unsigned-callbacks
                self.webhook.verify(content, dict(request.headers), json_parse=False)
        except (WebhookVerificationError, ValueError) as error:
            raise Refused(401, "unauthorized", "The callback carries no fresh signature of the vendor.") from error
        task = object_of(content).get("data")
        if not isinstance(task, dict):
            raise Refused(400, "invalid_request", "The callback tells of no task.")
        self.worker.hear(task)
        return JSONResponse({"code": 0, "msg": "ok"})

    def admit(self, key: str) -> None:
        """60 submits in any minute."""
        now, window = asyncio.get_running_loop().time(), self.windows.setdefault(key, deque())
        while window and window[0] <= now - RATE_WINDOW:
            window.popleft()
        if len(window) >= RATE_LIMIT:
            wait = max(1, math.ceil(window[0] + RATE_WINDOW - now))
            raise Refused(429, "rate_limited", "Too many requests for this key.", wait)
        window.append(now)


def answered(_: Request, refused: Exception) -> Response:
    """What a client gets that is turned away."""
    assert isinstance(refused, Refused)  # Starlette asks for no other
    headers = {"Retry-After": str(refused.retry_after)} if refused.retry_after else {}
    return JSONResponse({"code": refused.code, "message": str(refused), "data": None}, refused.status, headers)


def key_of(request: Request) -> str:
    """The known key that a request carries."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.startswith(("vk-", "vn-")):
        raise Refused(401, "unauthorized", "A known API key is required.")
    return key


async def body_of(request: Request) -> bytes:
    """The whole body, up to a size."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > LARGEST_REQUEST:
            raise Refused(413, "request_too_large", f"A body has at most {LARGEST_REQUEST} bytes.")
    return bytes(content)


def main() -> None:
    """Serve until a signal."""
    parser = argparse.ArgumentParser(description="A reseller of one vendor's API over another's.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--upstream", required=True, metavar="URL")
    parser.add_argument("--public-url", required=True, metavar="URL", help="where the vendor and clients reach it")
    chosen = parser.parse_args()
    app = Gateway(chosen.upstream, chosen.public_url).app()
    uvicorn.run(app, port=chosen.port, log_level="warning", access_log=False, timeout_keep_alive=75)


if __name__ == "__main__":
    main()
