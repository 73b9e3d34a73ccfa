"""A reseller: sells one vendor's API (document 004, generations-metadata), and buys at another's (002, image-to-video).

    python gateway.py --port 8420 --upstream http://127.0.0.1:8410/image-to-video --public-url http://127.0.0.1:8420

The vendor calls back, signed by Standard Webhooks with CALLBACK_SECRET; a slow poll goes on beside it, so that a lost
callback loses no job. More from the environment: JOB_TIMEOUT_S (600), POLL_INTERVAL_S (20), RATE_WINDOW_S (60) and
UPSTREAM_KEY. Keys that begin with `vk-` may buy, those with `vn-` not. PLANTED_BUGS=1 turns on the three bugs of
planted.yaml. Jobs are kept in memory; GET /charges lists what a key has paid.
"""

# ruff: noqa: TID251  a gateway of its own: nobody hands it a clock, ids or chance

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import math
import os
import re
import secrets
import string
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import httpx2
import uvicorn
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

JOB_TIMEOUT = float(os.environ.get("JOB_TIMEOUT_S", "600"))
POLL_INTERVAL = float(os.environ.get("POLL_INTERVAL_S", "20"))
RATE_WINDOW = float(os.environ.get("RATE_WINDOW_S", "60"))
SUBMIT_PATIENCE, POLL_PATIENCE, LAST_LOOK = JOB_TIMEOUT / 5, JOB_TIMEOUT / 20, JOB_TIMEOUT / 300
RATE_LIMIT = 60
BUGS = os.environ.get("PLANTED_BUGS") == "1"

PRICE = Decimal("1.50")
CALLBACKS = "/callbacks/image-to-video"
LARGEST_REQUEST, LARGEST_ANSWER, LONGEST_PROMPT, MOST_WORDS = 32 << 20, 1 << 20, 1000, 10_000
LETTERS = string.ascii_letters + string.digits
MODEL = re.compile(r"veo-[23]\.[0-9]+-[a-z0-9.-]+")
CHOICES = {
    "aspectRatio": ("16:9", "9:16"),
    "durationSeconds": (8, 4, 6),
    "resolution": ("720p", "1080p", "4k"),
    "personGeneration": ("allow_adult", "allow_all"),
    "sampleCount": (1, 2, 3, 4),
}
"""The first of each is sent where the client leaves the field out; 004 names no defaults."""
LACKS = ("lastFrame", "referenceImages", "negativePrompt", "storageUri")
"""What this vendor sells and that one does not: the task fails, as 004 shows it for a mix that a model cannot do."""
PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}


@dataclass
class Job:
    key: str
    order: dict[str, Any]
    deadline: float
    id: str = field(default_factory=lambda: "task_" + "".join(secrets.choice(LETTERS) for _ in range(32)))
    task_id: str = ""
    status: str = "queued"
    told: str = ""
    charges: list[tuple[Decimal, Decimal]] = field(default_factory=list)

    @property
    def over(self) -> bool:
        return self.status in {"succeeded", "failed"}

    def complete(self, video_url: str, told: object) -> None:
        """Billed are the seconds that were asked for, or as many as came, where those are fewer."""
        asked = Decimal(self.order["duration"])
        given = isinstance(told, int | float) and not isinstance(told, bool) and told > 0
        units = min(asked, Decimal(str(told))) if given else asked
        self.status, self.told = "succeeded", video_url
        self.charges.append((units, (units * PRICE).quantize(Decimal("0.01"))))

    def fail(self, reason: str) -> None:
        self.status, self.told = "failed", reason


@dataclass
class Answer:
    """What the vendor said: status 0 where it did not, `data` {} where that was no JSON object."""

    status: int
    data: dict[str, Any]
    retry_after: float | None = None
    refused: bool = False

    @property
    def task(self) -> dict[str, Any]:
        found = self.data.get("data")
        return found if isinstance(found, dict) else {}

    @property
    def reason(self) -> str:
        return str(self.data.get("msg") or f"The vendor answered {self.status}.")


Word = asyncio.Future[dict[str, Any]]
"""A task's end, once a callback has told of it."""


class Worker:
    """Follows jobs at the vendor. Only a job's own task settles it, whoever told of the end."""

    def __init__(self, client: httpx2.AsyncClient, callback_url: str) -> None:
        self.client, self.callback_url = client, callback_url
        self.words: dict[str, Word] = {}

    def word(self, task_id: str) -> Word:
        """Also of a task that no job knows yet: a callback may come before the submit's answer."""
        if task_id not in self.words:
            self.words[task_id] = asyncio.get_running_loop().create_future()
            while len(self.words) > MOST_WORDS:
                del self.words[next(iter(self.words))]
        return self.words[task_id]

    def hear(self, task: dict[str, Any]) -> None:
        """The first word holds; what comes again changes nothing."""
        word = self.word(str(task.get("task_id")))
        if task.get("status") in ("SUCCEEDED", "FAILED") and not word.done():
            word.set_result(task)

    async def ask(self, method: str, path: str, body: dict[str, Any] | None, patience: float) -> Answer:
        """One request, which takes so many seconds at most, however slowly its answer comes."""
        content = b""
        try:
            async with asyncio.timeout(patience), self.client.stream(method, path, json=body) as answer:
                async for chunk in answer.aiter_bytes():
                    content += chunk
                    if len(content) > LARGEST_ANSWER:
                        return Answer(0, {"msg": "The vendor's answer does not end."})
        except (httpx2.HTTPError, TimeoutError) as error:
            message = f"The vendor did not answer: {type(error).__name__}."
            return Answer(0, {"msg": message}, refused=isinstance(error, httpx2.ConnectError))
        try:
            data = json.loads(content)
        except (ValueError, RecursionError):
            data = None
        after = answer.headers.get("retry-after", "")
        wait = float(after) if after.isascii() and after.isdecimal() and len(after) < 5 else None
        return Answer(answer.status_code, data if isinstance(data, dict) else {}, wait)

    async def work(self, job: Job) -> None:
        """A job's whole life: one deadline for submit and polls together, and a last look at it."""
        try:
            async with asyncio.timeout_at(job.deadline):
                if await self.submit(job):
                    await self.follow(job)
        except TimeoutError:
            await self.look(job, LAST_LOOK)
            if not job.over:
                job.fail(f"The task timed out after {JOB_TIMEOUT:g} s.")
        except Exception as error:  # nobody waits for this task: without an end the job would hang for ever
            job.fail(f"The gateway itself failed: {type(error).__name__}.")
            raise

    async def submit(self, job: Job) -> bool:
        """Once; again only where the vendor surely took nothing on. Whether there is a task to follow."""
        lacking = [name for name in LACKS if job.order["metadata"].get(name)]
        if lacking or len(job.order["prompt"]) > LONGEST_PROMPT:
            problem = "a prompt of more than 1000 characters" if not lacking else ", ".join(lacking)
            job.fail(f"The provider behind this model does not take {problem}.")
            return False
        names = ("model", "prompt", "image_url", "aspect_ratio", "aspect_resolution", "duration", "generate_audio")
        body = {name: job.order[name] for name in names} | {"callback_url": self.callback_url}
        while True:
            answer = await self.ask("POST", "/v1/image_to_video", body, SUBMIT_PATIENCE)
            busy = answer.status in {429, 503} and answer.retry_after is not None
            if not busy and not answer.refused:
                break
            await asyncio.sleep(answer.retry_after or POLL_INTERVAL)  # why: a gateway waits in real time
        ids = answer.task.get("task_ids")
        if not 200 <= answer.status < 300:
            job.fail(answer.reason)
        elif not isinstance(ids, list) or not ids or not isinstance(ids[0], str) or not ids[0]:
            job.fail("The vendor gave no task id.")
        else:
            job.task_id, job.status = ids[0], "processing"
        return not job.over

    async def follow(self, job: Job) -> None:
        """Wait for the callback; poll whenever it has not come for a while, ever more seldom while polls go wrong."""
        misses, wait = 0, POLL_INTERVAL
        while not job.over:
            if (await asyncio.wait({self.word(job.task_id)}, timeout=wait))[0]:
                self.settle(job, self.word(job.task_id).result())
                return
            answer = await self.look(job, POLL_PATIENCE)
            misses = 0 if answer.task.get("status") in ("QUEUED", "PROCESSING") else misses + 1
            wait = max(POLL_INTERVAL * 2 ** min(3, max(0, misses - 1)), answer.retry_after or 0)

    async def look(self, job: Job, patience: float) -> Answer:
        """One poll, which may settle the job. A status that says nothing of it is a missed poll."""
        if not job.task_id:
            return Answer(0, {})
        answer = await self.ask("GET", f"/v1/image_to_video/{quote(job.task_id, safe='')}", None, patience)
        if self.word(job.task_id).done():  # the callback came meanwhile
            self.settle(job, self.word(job.task_id).result())
        elif answer.status == 200 and answer.task.get("status") in ("SUCCEEDED", "FAILED"):
            self.settle(job, answer.task)
        elif answer.status in {401, 403, 404, 410}:
            job.fail(answer.reason)
        return answer

    def settle(self, job: Job, task: dict[str, Any]) -> None:
        url = task.get("video_url")
        if task["status"] == "FAILED":
            job.fail(str(task.get("error_message") or "The video could not be generated."))
        elif not str(url).startswith(("http://", "https://")):
            job.fail("The vendor reported success without a video.")
        else:
            job.complete(str(url), task.get("duration"))


class Refused(Exception):  # noqa: N818  an answer, not a fault
    def __init__(self, status: int, code: str, message: str, retry_after: int = 0) -> None:
        super().__init__(message)
        self.status, self.code, self.retry_after = status, code, retry_after

    def answer(self) -> Response:
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after else {}
        return JSONResponse({"code": self.code, "message": str(self), "data": None}, self.status, headers)


Handler = Callable[[Request], Awaitable[Response]]


class Gateway:
    def __init__(self, upstream: str, public_url: str) -> None:
        self.upstream, self.public_url = upstream, public_url
        self.webhook = Webhook(os.environ["CALLBACK_SECRET"])
        self.jobs: dict[str, Job] = {}
        self.windows: dict[str, deque[float]] = {}
        self.tasks: set[asyncio.Task[None]] = set()

    def app(self) -> Starlette:
        def route(path: str, method: str, handler: Handler) -> Route:
            async def endpoint(request: Request) -> Response:
                try:
                    return await handler(request)
                except Refused as refused:
                    return refused.answer()

            return Route(path, endpoint, methods=[method])

        routes = [
            route("/healthz", "GET", self.health),
            route("/v1/video/generations", "POST", self.submit),
            route("/v1/video/generations/{task_id}", "GET", self.read),
            route("/v1/videos/{task_id}/content", "GET", self.content),
            route("/charges", "GET", self.charges),
            route(CALLBACKS, "POST", self.callback),
        ]
        return Starlette(routes=routes, lifespan=self.lifespan)

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
        job = self.jobs.get(request.path_params["task_id"])
        if BUGS and job is not None and "authorization" not in request.headers:  # planted: reads-without-a-key
            return job
        key = key_of(request)
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
        """Believed where its signature is the vendor's, and fresh."""
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


def object_of(body: bytes) -> dict[str, Any]:
    """A JSON object without lone surrogates and NaN."""
    try:
        data = json.loads(body.decode())
        json.dumps(data, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise Refused(400, "invalid_request", f"The body is no JSON: {error}.") from error
    if not isinstance(data, dict):
        raise Refused(400, "invalid_request", "The body must be a JSON object.")
    return data


def ordered(data: dict[str, Any]) -> dict[str, Any]:
    """What to order at the vendor, for a request that 004 allows: exact values only, nothing mended."""
    require(isinstance(data.get("model"), str) and MODEL.fullmatch(data["model"]), "model must name a Veo model")
    require(isinstance(data.get("prompt"), str) and data["prompt"], "prompt must be a text")
    image, metadata = picture("image", data.get("image")), data.get("metadata", {})
    require(isinstance(metadata, dict), "metadata must be an object")
    chosen = {name: metadata.get(name, allowed[0]) for name, allowed in CHOICES.items()}
    if BUGS and isinstance(chosen["aspectRatio"], str) and chosen["aspectRatio"] != "9:16":
        chosen["aspectRatio"] = "16:9"  # planted: falls-back-to-landscape
    for name, allowed in CHOICES.items():
        right = chosen[name] in allowed and not isinstance(chosen[name], bool)
        require(right, f"metadata.{name} must be one of {', '.join(map(str, allowed))}")
    checked_lacks(metadata)
    return {
        "model": "V",
        "prompt": data["prompt"],
        "image_url": image,
        "aspect_ratio": chosen["aspectRatio"],
        "aspect_resolution": chosen["resolution"],
        "duration": int(chosen["durationSeconds"]),
        "generate_audio": not data["model"].startswith("veo-2."),
        "metadata": metadata,
    }


def checked_lacks(metadata: dict[str, Any]) -> None:
    """What the vendor cannot do must be right all the same."""
    require(isinstance(metadata.get("negativePrompt", ""), str), "metadata.negativePrompt must be a text")
    storage = metadata.get("storageUri", "gs://bucket")
    require(isinstance(storage, str) and re.match("gs://.", storage), "metadata.storageUri must begin with gs://")
    if "lastFrame" in metadata:
        picture("metadata.lastFrame", metadata["lastFrame"])
    references = metadata.get("referenceImages", [])
    require(isinstance(references, list) and len(references) <= 3, "metadata.referenceImages are three at most")
    for each in references:
        kind = each.get("referenceType") if isinstance(each, dict) else None
        require(kind in ("asset", "style"), "referenceType must be asset or style")
        picture("metadata.referenceImages", each.get("image"))


def picture(name: str, found: object) -> str:
    """The base64 text of a picture, as the URI that the vendor wants."""
    if isinstance(found, str) and found.isascii():
        try:
            content = base64.b64decode(found, validate=True)
        except ValueError:
            content = b""
        for begins, kind in PICTURES.items():
            if content.startswith(begins):
                return f"data:{kind};base64,{found}"
    raise Refused(400, "invalid_request", f"{name} must be a PNG, JPEG or WebP file in base64.")


def require(right: object, problem: str) -> None:
    """Refuse with 400 unless it is right."""
    if not right:
        raise Refused(400, "invalid_request", f"{problem}.")


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
