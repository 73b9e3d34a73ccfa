"""The upstream's side: one request, and a thread that follows one job."""

# ruff: noqa: TID251  a gateway of its own: nobody hands it a clock, ids or chance

from __future__ import annotations

import http.client
import json
import os
import threading
import time
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlsplit

from events_gateway.jobs import BUGS, JOB_TIMEOUT, Job, Jobs

POLL_INTERVAL = float(os.environ.get("POLL_INTERVAL_S", "5"))
PATHS = {"media-video-from-text": "/api/video/from-text", "media-video-from-image": "/api/video/from-image"}
RESULT_FIELDS = ("status", "video_url", "duration_seconds", "model", "resolution", "aspect_ratio")
LARGEST_ANSWER = 1 << 20

STOP = threading.Event()
"""Set once, when the gateway shall end: every wait is a wait for this."""


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
        job, path = self.job, PATHS[self.job.service]
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
