"""A gateway that the smoke level must stop at: it accepts every job, or none, and calls what it is told to call.

`python astray.py PORT LOG STATUS [URL [KEY [BODY]]]`: LOG gets a line for each POST; with a URL it is posted there, as
it came or with BODY in its place, with KEY, or with the client's if that is `client`. STATUS `die` ends the process at
the first POST.
"""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

PORT, LOG, STATUS, URL, KEY, BODY = (*sys.argv[1:], *[""] * 6)[:6]
ACCEPTED = b'{"status": "accepted", "message": "ok", "job": {"id": "job-1", "status": "queued"}}'


class Gateway(BaseHTTPRequestHandler):
    """Answers at once."""

    def do_GET(self) -> None:
        """It is up, and knows its only job."""
        self._answer(200, b"{}")

    def do_POST(self) -> None:
        """A submit, to whatever path."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with Path(LOG).open("a", encoding="utf-8") as log:
            log.write(f"POST {self.path}\n")
        print("asked with", self.headers.get("Authorization"), flush=True)  # noqa: T201  its log
        if STATUS == "die":
            os._exit(3)
        if URL:
            self._forward(BODY.encode() or body)
        self._answer(int(STATUS), ACCEPTED)

    def _forward(self, body: bytes) -> None:
        key = self.headers.get("Authorization", "") if KEY == "client" else f"Bearer {KEY}"
        headers = {"Content-Type": "application/json", "Authorization": key}
        try:
            with urllib.request.urlopen(urllib.request.Request(URL, body, headers), timeout=10) as answer:  # noqa: S310
                answer.read()
        except urllib.error.HTTPError as error:
            print("upstream said", error.code, flush=True)  # noqa: T201  its log

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(PORT)), Gateway).serve_forever()
