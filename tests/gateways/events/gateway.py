"""A video gateway of threads that wait on an event, so that it stops at once; a JSON file for each job.

    python gateway.py --port 8420 --upstream http://127.0.0.1:8410/api-video --data FOLDER

Seconds come from the environment: JOB_TIMEOUT_S (600), POLL_INTERVAL_S (5), RATE_WINDOW_S (60). Keys that begin with
`vk-` may use both services, those with `vn-` none. PLANTED_BUGS=1 turns on the three bugs of planted.yaml.
A completed job is its own charge: both are one file, written at once. `charges.py` lists them.
"""

# ruff: noqa: TID251  a gateway of its own: nobody hands it a clock, ids or chance

from __future__ import annotations

import argparse
import http.client
import json
import math
import os
import signal
import threading
import time
import uuid
from collections import deque
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

JOB_TIMEOUT = float(os.environ.get("JOB_TIMEOUT_S", "600"))
POLL_INTERVAL = float(os.environ.get("POLL_INTERVAL_S", "5"))
RATE_WINDOW = float(os.environ.get("RATE_WINDOW_S", "60"))
RATE_LIMIT = 60
BUGS = os.environ.get("PLANTED_BUGS") == "1"

PRICE = Decimal("1.50")
SERVICES = {
    "media-video-from-text": ("/api/video/from-text", "prompt"),
    "media-video-from-image": ("/api/video/from-image", "image"),
}
CHOICES = {
    "model": ["veo (Audio)", "veo fast (Audio)"],
    "resolution": ["1080P", "512P"],
    "duration": ["4s", "8s"],
    "aspect_ratio": ["16:9", "9:16"],
}
RESULT_FIELDS = ("status", "video_url", "duration_seconds", "model", "resolution", "aspect_ratio")
LARGEST_REQUEST, LARGEST_ANSWER = 32 << 20, 1 << 20

STOP = threading.Event()
"""Set once, when the gateway shall end: every wait is a wait for this."""


def timestamp() -> str:
    """The wall clock, as RFC 3339 in UTC."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True)
class Job:
    """One job as it stands; what changes is a new one, so that nobody sees half a change."""

    key: str
    service: str
    fields: dict[str, Any]
    deadline: float = field(default_factory=lambda: time.time() + JOB_TIMEOUT)
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created_at: str = field(default_factory=timestamp)
    status: str = "queued"
    upstream_id: str = ""
    end: dict[str, Any] = field(default_factory=dict)

    def view(self) -> dict[str, Any]:
        """The job as its client sees it."""
        shown = {"id": self.id, "status": self.status, "service_name": self.service, "created_at": self.created_at}
        return shown | self.end

    def completed(self, result: dict[str, Any]) -> Job:
        """Billed are the seconds that were asked for, or as many as came, where those are fewer."""
        asked, told = Decimal(self.fields.get("duration", "4s").removesuffix("s")), result.get("duration_seconds")
        given = isinstance(told, int | float) and not isinstance(told, bool) and told > 0
        units = min(asked, Decimal(str(told))) if given else asked
        cost = (units * PRICE).quantize(Decimal("0.01"))
        price = {"units_consumed": float(units), "token_cost": float(cost)}
        return replace(self, status="completed", end={"completed_at": timestamp(), "result_data": result, **price})

    def failed(self, code: str, message: str) -> Job:
        error = {"code": code, "message": message}
        return replace(self, status="failed", end={"error": error, "units_consumed": 0.0, "token_cost": 0.0})


class Jobs:
    """All jobs, in memory and in a folder for each key. Only a job's own worker changes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.all = {path.stem: Job(**json.loads(path.read_text())) for path in folder.glob("*/*.json")}

    def save(self, job: Job) -> Job:
        """The whole file or none of it, whenever the process ends; then the job is seen."""
        path = self.folder / job.key.encode().hex() / f"{job.id}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(job)))
        draft.replace(path)
        self.all[job.id] = job
        return job


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


def ask(method: str, url: str, body: bytes | None, patience: float) -> Answer:
    """One request upstream, which takes so many seconds at most, however slowly its answer comes."""
    parts, until, content = urlsplit(url), time.monotonic() + patience, b""
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=patience)
    try:
        connection.connect()
        sock = connection.sock  # kept, since the connection forgets it once the answer has begun
        connection.request(method, parts.path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        while chunk := answer.read1(65536):
            content += chunk
            if len(content) > LARGEST_ANSWER:
                raise OSError("the answer does not end")
            sock.settimeout(max(0.001, until - time.monotonic()))
    except ConnectionRefusedError:
        return Answer(0, {"message": "The upstream cannot be reached."}, refused=True)
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, {"message": f"The upstream did not answer: {error}."})
    finally:
        connection.close()
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        data = None
    after = answer.headers.get("Retry-After", "")
    wait = float(after) if after.isascii() and after.isdecimal() and len(after) < 5 else None
    return Answer(answer.status, data if isinstance(data, dict) else {}, wait)


class Worker(threading.Thread):
    """One job's life. Once STOP is set it leaves the job as it stands: the next run takes it up."""

    def __init__(self, jobs: Jobs, upstream: str, job: Job) -> None:
        super().__init__(daemon=True)
        self.jobs, self.upstream, self.job = jobs, upstream, job

    def run(self) -> None:
        try:
            if self.job.upstream_id or self.submit():
                self.follow()
        except Exception as error:  # nobody waits for this thread: without an end the job would hang for ever
            self.end(self.job.failed("internal_error", f"The gateway itself failed: {type(error).__name__}."))
            raise

    def submit(self) -> bool:
        """Once; again only where the upstream surely took nothing on. Whether there is a job to follow."""
        job, (path, _) = self.job, SERVICES[self.job.service]
        while self.left() > 0 and not STOP.is_set():
            answer = ask("POST", self.upstream + path, json.dumps(job.fields).encode(), JOB_TIMEOUT / 5)
            busy = answer.status in {429, 503} and answer.retry_after is not None
            if BUGS and answer.status == 502:  # planted: resubmits-after-502
                answer, busy = Answer(0, {}, POLL_INTERVAL), True
            if not busy and not answer.refused:
                return self.taken_on(answer)
            self.wait(answer.retry_after or POLL_INTERVAL)
        self.time_out()
        return False

    def taken_on(self, answer: Answer) -> bool:
        job, given = self.job, answer.data.get("job_id")
        if not 200 <= answer.status < 300 or answer.data.get("status") == "error":
            self.end(job.failed("upstream_error", answer.reason))
        elif not isinstance(given, str) or not given:
            self.end(job.failed("upstream_error", "The upstream gave no job id."))
        else:
            self.job = self.jobs.save(replace(job, status="processing", upstream_id=given))
            return True
        return False

    def follow(self) -> None:
        """Poll until an end, ever more seldom while polls go wrong; the last one is at the deadline itself."""
        url, misses, wait = f"{self.upstream}/api/video/status/{quote(self.job.upstream_id, safe='')}", 0, POLL_INTERVAL
        while self.left() > 0:
            self.wait(wait)
            if STOP.is_set():
                return
            answer = ask("GET", url, None, min(JOB_TIMEOUT / 20, max(self.left(), JOB_TIMEOUT / 300)))
            if self.ended(answer):
                return
            misses = 0 if answer.data.get("status") in ("queued", "processing") else misses + 1
            wait = max(POLL_INTERVAL * 2 ** min(4, max(0, misses - 1)), answer.retry_after or 0)
            if BUGS and answer.status >= 500:  # planted: errors-stop-the-clock
                self.job = replace(self.job, deadline=self.job.deadline + wait)
        self.time_out()

    def ended(self, answer: Answer) -> bool:
        """Whether an answer settles the job. A status that says nothing of it is a missed poll."""
        data = answer.data
        failed = data.get("status") == "error" or bool(data.get("error"))
        if answer.status in {401, 403, 404, 410} or (answer.status == 200 and failed):
            self.end(self.job.failed("upstream_error", answer.reason))
        elif answer.status != 200 or data.get("status") != "success":
            return False
        elif not str(data.get("video_url")).startswith(("http://", "https://")):
            self.end(self.job.failed("no_video", "The upstream reported success without a video."))
        else:
            self.end(self.job.completed({name: data[name] for name in RESULT_FIELDS if name in data}))
        return True

    def end(self, job: Job) -> None:
        self.job = self.jobs.save(job)

    def left(self) -> float:
        return self.job.deadline - time.time()

    def wait(self, seconds: float) -> None:
        STOP.wait(max(0.0, min(seconds, self.left())))

    def time_out(self) -> None:
        if not STOP.is_set():
            self.end(self.job.failed("timeout", f"The job timed out after {JOB_TIMEOUT:g} s."))


class Refused(Exception):  # noqa: N818  an answer, not a fault
    def __init__(self, status: int, code: str, message: str, retry_after: int = 0) -> None:
        super().__init__(message)
        self.status, self.code, self.retry_after = status, code, retry_after


class Gateway:
    """The WSGI application."""

    def __init__(self, jobs: Jobs, upstream: str) -> None:
        self.jobs, self.upstream, self.lock = jobs, upstream, threading.Lock()
        self.windows: dict[str, deque[float]] = {}

    def recover(self) -> None:
        """Follow what the last run left; what may have been taken on without an answer is never sent again."""
        for job in list(self.jobs.all.values()):
            if job.status == "processing":
                Worker(self.jobs, self.upstream, job).start()
            elif job.status == "queued":
                self.jobs.save(job.failed("interrupted", "The gateway was restarted before the upstream had answered."))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        headers = [("Content-Type", "application/json")]
        try:
            status, data = self.route(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}", environ)
        except Refused as refused:
            status, data = refused.status, {"status": "error", "error": {"code": refused.code, "message": str(refused)}}
            headers += [("Retry-After", str(refused.retry_after))] if refused.retry_after else []
        content = json.dumps(data).encode()
        start_response(f"{status} {HTTPStatus(status).phrase}", [*headers, ("Content-Length", str(len(content)))])
        return [content]

    def route(self, target: str, environ: WSGIEnvironment) -> tuple[int, dict[str, Any]]:
        if target == "GET /healthz":
            return 200, {"status": "ok"}
        if (service := target.removeprefix("POST /v1/proxy/")) in SERVICES:
            return self.submit(service, environ)
        if target.startswith("GET /v2/jobs/"):
            key, job = key_of(environ), self.jobs.all.get(target.removeprefix("GET /v2/jobs/"))
            if job is not None and job.key == key:
                return 200, job.view()
        raise Refused(404, "not_found", "There is nothing here.")

    def submit(self, service: str, environ: WSGIEnvironment) -> tuple[int, dict[str, Any]]:
        """The job is stored, and the client answered; its thread asks the upstream."""
        key, content = key_of(environ), body_of(environ)
        if not key.startswith("vk-"):
            raise Refused(403, "service_not_allowed", f"This key does not allow {service}.")
        self.admit(key)
        fields = checked(SERVICES[service][1], environ.get("CONTENT_TYPE", ""), content)
        job = self.jobs.save(Job(key, service, fields))
        shown = {"id": job.id, "status": "queued", "service": service, "created_at": job.created_at}
        Worker(self.jobs, self.upstream, job).start()
        return 202, {"status": "accepted", "message": "Job queued for processing", "job": shown}

    def admit(self, key: str) -> None:
        """60 submits in any minute."""
        with self.lock:
            now, window = time.monotonic(), self.windows.setdefault(key, deque())
            while window and window[0] <= now - RATE_WINDOW:
                window.popleft()
            if len(window) >= RATE_LIMIT:
                wait = max(1, math.ceil(window[0] + RATE_WINDOW - now))
                raise Refused(429, "rate_limited", "Too many requests for this key.", wait)
            window.append(now)


def key_of(environ: WSGIEnvironment) -> str:
    """The known key that a request carries."""
    scheme, _, key = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer" or not key.startswith(("vk-", "vn-")):
        raise Refused(401, "unauthorized", "A known API key is required.")
    return str(key)


def body_of(environ: WSGIEnvironment) -> bytes:
    """The whole body, which must say how long it is."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdecimal()) or int(length) > LARGEST_REQUEST:
        raise Refused(413, "payload_too_large", f"A body says its length, at most {LARGEST_REQUEST} bytes.")
    return bytes(environ["wsgi.input"].read(int(length)))


def checked(required: str, content_type: str, body: bytes) -> dict[str, Any]:
    """The fields to send upstream: exact values only, nothing mended, nothing filled in."""
    said = content_type.partition(";")[0].strip().lower()
    if said != "application/json" and not said.endswith("+json"):
        raise Refused(400, "invalid_request", "The content type must be application/json.")
    try:
        data = json.loads(body.decode())
        json.dumps(data, ensure_ascii=False, allow_nan=False).encode()  # no lone surrogates, no NaN
    except (ValueError, RecursionError) as error:
        raise Refused(400, "invalid_request", f"The body is no JSON: {error}.") from error
    if not isinstance(data, dict):
        raise Refused(400, "invalid_request", "The body must be a JSON object.")
    if BUGS and type(data.get("duration")) is int:  # planted: takes-a-number-for-the-duration
        data["duration"] = f"{data['duration']}s"
    for name in {"prompt", required}:
        if (name in data and not isinstance(data[name], str)) or (name == required and not data.get(name)):
            raise Refused(400, "invalid_request", f"{name} must be a text.")
    for name, allowed in CHOICES.items():
        if name in data and data[name] not in allowed:
            raise Refused(400, "invalid_request", f"{name} must be one of {', '.join(allowed)}.")
    return {name: data[name] for name in ("prompt", required, *CHOICES) if name in data}


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 128


class Handler(WSGIRequestHandler):
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing: a client's requests are not this gateway's news."""


def main() -> None:
    """Take up what was left, then serve until a signal; nothing is waited for then."""
    parser = argparse.ArgumentParser(description="A video gateway of threads that wait on an event.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--upstream", required=True, metavar="URL")
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    chosen = parser.parse_args()
    gateway = Gateway(Jobs(chosen.data / "jobs"), chosen.upstream)
    gateway.recover()
    server = make_server("127.0.0.1", chosen.port, gateway, Server, Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: STOP.set())
    STOP.wait()


if __name__ == "__main__":
    main()
