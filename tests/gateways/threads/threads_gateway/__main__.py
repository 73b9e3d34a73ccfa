"""A video gateway of plain threads: one for each connection, one for each job, and SQLite for what must last.

    python -m threads_gateway --port 8420 --upstream http://127.0.0.1:8410/api-video --data FOLDER

Seconds come from the environment: JOB_TIMEOUT_S (600), POLL_INTERVAL_S (5), RATE_WINDOW_S (60). Keys that begin with
`vk-` may use both services, those with `vn-` none. PLANTED_BUGS=1 turns on the three bugs of planted.yaml.
"""

# ruff: noqa: TID251  a gateway of its own: nobody hands it a clock, ids or chance

from __future__ import annotations

import argparse
import json
import math
import os
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from threads_gateway.orders import REQUIRED, Refused, checked, view
from threads_gateway.store import Store
from threads_gateway.upstream import Worker

RATE_WINDOW = float(os.environ.get("RATE_WINDOW_S", "60"))
RATE_LIMIT, LARGEST_REQUEST = 60, 32 << 20


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
        return 202, {"status": "accepted", "message": "The video will be made.", "job": shown}


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
