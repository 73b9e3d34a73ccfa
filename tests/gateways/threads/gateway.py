"""A video gateway of plain threads: one for each connection, one for each job, and SQLite for what must last.

    python gateway.py --port 8420 --upstream http://127.0.0.1:8410/api-video --data FOLDER

Seconds come from the environment: JOB_TIMEOUT_S (600), POLL_INTERVAL_S (5), RATE_WINDOW_S (60). Keys that begin with
`vk-` may use both services, those with `vn-` none. PLANTED_BUGS=1 turns on the three bugs of planted.yaml.
"""

# ruff: noqa: TID251  a gateway of its own: nobody hands it a clock, ids or chance

from __future__ import annotations

import argparse
import json
import math
import os
import sqlite3
import time
import urllib.request
import uuid
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from http.client import HTTPException, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any, ClassVar
from urllib.parse import quote, unquote, urlsplit

JOB_TIMEOUT = float(os.environ.get("JOB_TIMEOUT_S", "600"))
POLL_INTERVAL = float(os.environ.get("POLL_INTERVAL_S", "5"))
RATE_WINDOW = float(os.environ.get("RATE_WINDOW_S", "60"))
SUBMIT_PATIENCE, POLL_PATIENCE, LAST_LOOK = JOB_TIMEOUT / 5, JOB_TIMEOUT / 20, JOB_TIMEOUT / 300
RATE_LIMIT = 60
BUGS = os.environ.get("PLANTED_BUGS") == "1"

PRICE = Decimal("1.50")
UPSTREAM_PATHS = {"media-video-from-text": "/api/video/from-text", "media-video-from-image": "/api/video/from-image"}
REQUIRED = {"media-video-from-text": "prompt", "media-video-from-image": "image"}
CHOICES = {
    "model": ("veo (Audio)", "veo fast (Audio)"),
    "resolution": ("1080P", "512P"),
    "duration": ("4s", "8s"),
    "aspect_ratio": ("16:9", "9:16"),
}
RESULT_FIELDS = ("status", "video_url", "duration_seconds", "model", "resolution", "aspect_ratio")
LARGEST_REQUEST, LARGEST_ANSWER = 32 << 20, 1 << 20

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


class Refused(Exception):  # noqa: N818  an answer, not a fault
    def __init__(self, status: int, code: str, message: str, retry_after: int = 0) -> None:
        super().__init__(message)
        self.status, self.code, self.retry_after = status, code, retry_after


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


@dataclass(frozen=True)
class Answer:
    """What the upstream said: status 0 where it did not, `data` {} where that was no JSON object.

    Attributes:
        refused: nobody listened, so nothing was taken on.
    """

    status: int
    data: dict[str, Any]
    retry_after: float | None = None
    refused: bool = False

    @property
    def reason(self) -> str:
        return str(self.data.get("message") or f"The upstream answered {self.status}.")


# No handler for redirects or proxies, and none that takes a status for an error: every answer is an answer.
OPENER = urllib.request.OpenerDirector()
OPENER.add_handler(urllib.request.HTTPHandler())
OPENER.add_handler(urllib.request.HTTPSHandler())


def ask(method: str, url: str, body: bytes | None, patience: float | None) -> Answer:
    """One request upstream; `patience` holds for each wait on the socket, and for the whole answer."""
    headers = {"Content-Type": "application/json", "Authorization": "Bearer threads-gateway"}
    request = urllib.request.Request(url, body, headers, method=method)  # noqa: S310  the owner's URL
    until = time.time() + (patience or math.inf)
    try:
        with OPENER.open(request, timeout=patience) as answer:
            return read_answer(answer, until)
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)  # urllib wraps what went wrong before the answer
        message = f"The upstream did not answer: {reason}."
        return Answer(0, {"message": message}, refused=isinstance(reason, ConnectionRefusedError))


def read_answer(answer: HTTPResponse, until: float) -> Answer:
    """An answer as it comes, however slowly, up to an instant and a size.

    Raises:
        TimeoutError: it takes longer, or is larger.
    """
    content = b""
    while chunk := answer.read1(65536):
        content += chunk
        if time.time() > until or len(content) > LARGEST_ANSWER:
            raise TimeoutError("the answer does not end")
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        data = None
    after = answer.headers.get("Retry-After", "")
    wait = float(after) if after.isascii() and after.isdecimal() and len(after) < 5 else None
    return Answer(answer.status, data if isinstance(data, dict) else {}, wait)


class Worker(Thread):
    """One job's life, in a thread of its own."""

    def __init__(self, store: Store, upstream: str, job: sqlite3.Row) -> None:
        super().__init__(daemon=True)
        self.store, self.upstream, self.job = store, upstream, job
        self.deadline, self.upstream_id = job["deadline"], job["upstream_id"]

    def run(self) -> None:
        try:
            if self.upstream_id or self.submit():
                self.follow()
        except Exception as error:  # nobody waits for this thread: without an end the job would hang for ever
            self.store.fail(self.job, "internal_error", f"The gateway itself failed: {type(error).__name__}.")
            raise

    def submit(self) -> bool:
        """Once; again only where the upstream surely took nothing on. Whether there is a job to follow."""
        url, body = self.upstream + UPSTREAM_PATHS[self.job["service"]], self.job["fields"].encode()
        while time.time() < self.deadline:
            answer = ask("POST", url, body, None if BUGS else SUBMIT_PATIENCE)  # planted: waits-for-ever
            if answer.status in {429, 503} and answer.retry_after is not None:
                self.sleep(answer.retry_after)
            elif answer.refused:
                self.sleep(POLL_INTERVAL)
            else:
                return self.taken_on(answer)
        self.time_out()
        return False

    def taken_on(self, answer: Answer) -> bool:
        given = answer.data.get("job_id")
        if not 200 <= answer.status < 300 or answer.data.get("status") == "error":
            self.store.fail(self.job, "upstream_error", answer.reason)
        elif not isinstance(given, str) or not given:
            self.store.fail(self.job, "upstream_error", "The upstream gave no job id.")
        else:
            self.upstream_id = given
            sql = "UPDATE jobs SET status = 'processing', upstream_id = ? WHERE id = ?"
            return self.store.write(sql, given, self.job["id"]) == 1
        return False

    def follow(self) -> None:
        """Poll until an end, ever more seldom while polls go wrong; the last one is at the deadline itself."""
        url, misses, wait = f"{self.upstream}/api/video/status/{quote(self.upstream_id, safe='')}", 0, POLL_INTERVAL
        while time.time() < self.deadline:
            self.sleep(wait)
            left = self.deadline - time.time()
            answer = ask("GET", url, None, min(POLL_PATIENCE, max(left, LAST_LOOK)))
            if self.ended(answer):
                return
            misses = 0 if answer.data.get("status") in {"queued", "processing"} else misses + 1
            wait = max(POLL_INTERVAL * 2 ** min(4, max(0, misses - 1)), answer.retry_after or 0)
        self.time_out()

    def ended(self, answer: Answer) -> bool:
        """Whether an answer settles the job. A status that says nothing of it is a missed poll."""
        if answer.status == 200 and answer.data.get("status") == "success" and not answer.data.get("error"):
            if str(answer.data.get("video_url")).startswith(("http://", "https://")):
                result = {name: answer.data[name] for name in RESULT_FIELDS if name in answer.data}
                self.store.complete(self.job, result)
            else:
                self.store.fail(self.job, "no_video", "The upstream reported success without a video.")
            return True
        said = answer.status == 200 and (answer.data.get("status") == "error" or bool(answer.data.get("error")))
        if said or answer.status in {401, 403, 404, 410}:
            self.store.fail(self.job, "upstream_error", answer.reason)
            return True
        return False

    def time_out(self) -> None:
        self.store.fail(self.job, "timeout", f"The job timed out after {JOB_TIMEOUT:g} s.")

    def sleep(self, wait: float) -> None:
        # why: a thread polls in real time; never past the deadline
        time.sleep(max(0.0, min(wait, self.deadline - time.time())))


class Gateway(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, store: Store, upstream: str) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.store, self.upstream = store, upstream
        self.windows: dict[str, deque[float]] = {}
        self.lock = Lock()

    def recover(self) -> None:
        """Follow what the last run left; what may have been taken on without an answer is never sent again."""
        for job in self.store.read("SELECT * FROM jobs WHERE status IN ('queued', 'processing')"):
            if job["upstream_id"]:
                Worker(self.store, self.upstream, job).start()
            else:
                self.store.fail(job, "interrupted", "The gateway was restarted before the upstream had answered.")

    def admit(self, key: str) -> None:
        """60 submits in any minute."""
        with self.lock:
            now, window = time.time(), self.windows.setdefault(key, deque())
            while window and window[0] <= now - RATE_WINDOW:
                window.popleft()
            if len(window) >= RATE_LIMIT:
                wait = max(1, math.ceil(window[0] + RATE_WINDOW - now))
                raise Refused(429, "rate_limited", "Too many requests for this key.", wait)
            window.append(now)


class Handler(BaseHTTPRequestHandler):
    server: Gateway
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    submits: ClassVar = {f"/v1/proxy/{service}": service for service in REQUIRED}

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing: a client's requests are not this gateway's news."""

    def answer(self) -> None:
        try:
            status, data, after = *self.route(self.body()), 0
        except Refused as refused:
            error = {"code": refused.code, "message": str(refused)}
            status, data, after = refused.status, {"status": "error", "error": error}, refused.retry_after
        content = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if after:
            self.send_header("Retry-After", str(after))
        self.end_headers()
        self.wfile.write(content)

    def body(self) -> bytes:
        """The whole of it, read before anything is answered: what follows on the connection is the next request."""
        length = self.headers.get("Content-Length", "0")
        known = length.isascii() and length.isdecimal() and "Transfer-Encoding" not in self.headers
        if not known or int(length) > LARGEST_REQUEST:
            self.close_connection = True
            raise Refused(413, "payload_too_large", f"A body says its length, at most {LARGEST_REQUEST} bytes.")
        return self.rfile.read(int(length))

    def route(self, body: bytes) -> tuple[int, dict[str, Any]]:
        path = urlsplit(self.path).path
        if self.command == "GET" and path == "/healthz":
            return 200, {"status": "ok"}
        if self.command == "POST" and path in self.submits:
            return self.submit(self.submits[path], body)
        if self.command == "GET" and path.startswith("/v2/jobs/"):
            job = self.server.store.find(unquote(path.removeprefix("/v2/jobs/")), self.key())
            if job is not None:
                return 200, view(job)
        raise Refused(404, "not_found", "There is nothing here.")

    def key(self) -> str:
        scheme, _, key = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key.startswith(("vk-", "vn-")):
            raise Refused(401, "unauthorized", "A known API key is required.")
        return key

    def submit(self, service: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """The job is stored, and the client answered; its thread asks the upstream."""
        key = self.key()
        if not key.startswith("vk-"):
            raise Refused(403, "service_not_allowed", f"This key does not allow {service}.")
        self.server.admit(key)
        job = self.server.store.add(key, service, checked(service, self.headers.get_content_type(), body))
        Worker(self.server.store, self.server.upstream, job).start()
        shown = {"id": job["id"], "status": "queued", "service": service, "created_at": job["created_at"]}
        return 202, {"status": "accepted", "message": "Job queued for processing", "job": shown}


def checked(service: str, content_type: str, body: bytes) -> str:
    """The fields to send upstream, as JSON: exact values only, nothing mended, nothing filled in."""
    if content_type != "application/json" and not content_type.endswith("+json"):
        raise Refused(400, "invalid_request", "The content type must be application/json.")
    try:
        data = json.loads(body.decode())
        json.dumps(data, ensure_ascii=False, allow_nan=False).encode()  # no lone surrogates, no NaN
    except (ValueError, RecursionError) as error:
        raise Refused(400, "invalid_request", f"The body is no JSON: {error}.") from error
    if not isinstance(data, dict):
        raise Refused(400, "invalid_request", "The body must be a JSON object.")
    required = REQUIRED[service]
    for name in {"prompt", required}:
        if (name in data and not isinstance(data[name], str)) or (name == required and not data.get(name)):
            raise Refused(400, "invalid_request", f"{name} must be a text.")
    for name, allowed in CHOICES.items():
        if name in data and data[name] not in allowed:
            raise Refused(400, "invalid_request", f"{name} must be one of {', '.join(allowed)}.")
    return json.dumps({name: data[name] for name in ("prompt", required, *CHOICES) if name in data})


def view(job: sqlite3.Row) -> dict[str, Any]:
    """A job as its client sees it."""
    shown: dict[str, Any] = {
        "id": job["id"],
        "status": job["status"],
        "service_name": job["service"],
        "created_at": job["created_at"],
    }
    price = {"units_consumed": float(job["units"]), "token_cost": float(job["cost"])}
    if job["status"] == "completed":
        shown |= {"completed_at": job["completed_at"], "result_data": json.loads(job["result"]), **price}
    if job["status"] == "failed":
        shown |= {"error": json.loads(job["error"]), **price}
    return shown


def main() -> None:
    """Take up what was left, then serve until the process ends."""
    parser = argparse.ArgumentParser(description="A video gateway of plain threads and SQLite.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--upstream", required=True, metavar="URL")
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    chosen = parser.parse_args()
    gateway = Gateway(chosen.port, Store(chosen.data / "gateway.sqlite"), chosen.upstream)
    gateway.recover()
    gateway.serve_forever()


if __name__ == "__main__":
    main()
