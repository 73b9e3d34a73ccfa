"""A video gateway of threads that wait on an event, so that it stops at once; a JSON file for each job.

    python -m events_gateway --port 8420 --upstream http://127.0.0.1:8410/api-video --data FOLDER

Seconds come from the environment: JOB_TIMEOUT_S (600), POLL_INTERVAL_S (5), RATE_WINDOW_S (60). Keys that begin with
`vk-` may use both services, those with `vn-` none. PLANTED_BUGS=1 turns on the three bugs of planted.yaml.
A completed job is its own charge: both are one file, written at once. `charges.py` lists them.
"""

# ruff: noqa: TID251  a gateway of its own: nobody hands it a clock, ids or chance

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIEnvironment

from events_gateway.jobs import Job, Jobs
from events_gateway.orders import REQUIRED, Refused, body_of, checked, key_of
from events_gateway.upstream import STOP, Worker

RATE_WINDOW = float(os.environ.get("RATE_WINDOW_S", "60"))
RATE_LIMIT = 60


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
        if (service := target.removeprefix("POST /v1/proxy/")) in REQUIRED:
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
        fields = checked(REQUIRED[service], environ.get("CONTENT_TYPE", ""), content)
        job = self.jobs.save(Job(key, service, fields))
        shown = {"id": job.id, "status": "queued", "service": service, "created_at": job.created_at}
        Worker(self.jobs, self.upstream, job).start()
        return 202, {"status": "accepted", "message": "The video will be made.", "job": shown}

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
