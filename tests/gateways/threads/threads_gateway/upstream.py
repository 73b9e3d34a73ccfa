"""The upstream's side: one request, and a thread that follows one job."""

# ruff: noqa: TID251  a gateway of its own: nobody hands it a clock, ids or chance

from __future__ import annotations

import json
import math
import os
import sqlite3
import time
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from threading import Thread
from typing import Any
from urllib.parse import quote

from threads_gateway.store import BUGS, JOB_TIMEOUT, Store

POLL_INTERVAL = float(os.environ.get("POLL_INTERVAL_S", "5"))
SUBMIT_PATIENCE, POLL_PATIENCE, LAST_LOOK = JOB_TIMEOUT / 5, JOB_TIMEOUT / 20, JOB_TIMEOUT / 300
PATHS = {"media-video-from-text": "/api/video/from-text", "media-video-from-image": "/api/video/from-image"}
RESULT_FIELDS = ("status", "video_url", "duration_seconds", "model", "resolution", "aspect_ratio")
LARGEST_ANSWER = 1 << 20


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
        url, body = self.upstream + PATHS[self.job["service"]], self.job["fields"].encode()
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
