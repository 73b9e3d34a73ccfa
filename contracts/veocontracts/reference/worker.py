"""The worker: submits a job upstream, polls until an end or the deadline, and settles it once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from veocontracts.reference.settings import Settings
from veocontracts.reference.store import Job, Store
from veocontracts.reference.upstream import Upstream
from veocontracts.reference.webhooks import Webhooks
from veosim.body import BadBodyError, parse_json
from veosim.clock import rfc3339
from veosim.inprocess import Response

RETRY_DIGITS = 4
"""A longer Retry-After is no promise: it lies beyond every deadline."""

DOUBLINGS = 4
"""So often the pause between two polls grows: to 80 s of 600."""

TRANSIENT = frozenset({408, 425, 429})
"""Statuses below 500 that say nothing of the job (RFC 9110, RFC 8470, RFC 6585)."""

UNDER_WAY = ("queued", "processing")
"""Status words of a job that the upstream works on (000, 001 Quickstart)."""

RESULT_FIELDS = ("status", "video_url", "duration_seconds", "model", "resolution", "aspect_ratio")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a job ended upstream: a result, or the reason why there is none.

    Attributes:
        status: HTTP status of the upstream's answer that ended it; 0 where none did.
    """

    result: Mapping[str, Any] | None = None
    code: str = ""
    message: str = ""
    status: int = 0


def data_of(answer: Response) -> dict[str, Any]:
    """The answer's JSON object, or {} where it is none."""
    try:
        data = parse_json(answer.body)
    except BadBodyError:
        return {}
    return data if isinstance(data, dict) else {}


class Worker(Webhooks):
    """Double polling as documented (000, 001 Guides: Async lifecycle)."""

    settings: Settings
    store: Store
    upstream: Upstream
    services: Mapping[str, str]
    wall: Callable[[], datetime]

    def now(self) -> float:
        """The loop's clock, in seconds."""
        return asyncio.get_running_loop().time()

    async def work(self, job: Job) -> None:
        """A job's whole life: the deadline covers submit and polls together, and ends with one last look."""
        await self.conclude(job, self.until_deadline(job))

    async def conclude(self, job: Job, ending: Awaitable[Ended]) -> None:
        """Wait for the job's end, and settle it."""
        try:
            ended = await ending
        except Exception as error:  # any at all: nobody waits for this task, so the job would stay in flight for ever
            ended = Ended(code="internal_error", message=f"The gateway itself failed: {type(error).__name__}.")
        self.settle(job, ended)

    async def until_deadline(self, job: Job) -> Ended:
        """How the job ends, at the deadline at the latest."""
        return await self.in_time(job, self.generate(job))

    async def in_time(self, job: Job, ending: Awaitable[Ended]) -> Ended:
        """What comes of it before the deadline, or the last look."""
        try:
            async with asyncio.timeout_at(job.deadline):
                return await ending
        except TimeoutError:
            return await self.last_look(job)

    async def generate(self, job: Job) -> Ended:
        """Submit once, then poll."""
        refusal = await self.submit_upstream(job)
        return refusal or await self.follow(job)

    async def submit_upstream(self, job: Job) -> Ended | None:
        """One submit; whatever may have been accepted is never sent again."""
        while True:
            try:
                path, key = self.services[job.service], self.upstream_key(job)
                answer = await self.upstream.send("POST", path, self.payload(job), key)
            except ConnectionError as error:
                return Ended(code="upstream_unreachable", message=f"The upstream did not answer: {error}.")
            wait = self.may_retry(answer)
            if wait is None:
                break
            await asyncio.sleep(wait)
        return self.read_submit(job, answer)

    def payload(self, job: Job) -> dict[str, Any]:
        """The client's fields as they came: what was left out stays out."""
        return dict(job.fields)

    def upstream_key(self, job: Job) -> str:  # noqa: ARG002  mutants look at the job
        """The gateway's own key; the client's is nobody else's business."""
        return self.settings.upstream_key

    def asked_to_wait(self, answer: Response) -> float | None:
        """The seconds that an answer asks to wait, or None."""
        after = answer.headers.get("retry-after", "")
        plain = after.isascii() and after.isdecimal() and len(after) <= RETRY_DIGITS
        return float(after) if plain else None

    def may_retry(self, answer: Response) -> float | None:
        """Seconds to wait where the upstream itself says that it took nothing on, else None."""
        return self.asked_to_wait(answer) if answer.status in {429, 503} else None

    def read_submit(self, job: Job, answer: Response) -> Ended | None:
        """The upstream's job id, or the end of the job."""
        data = data_of(answer)
        upstream_id = data.get("job_id")
        if answer.status >= 400 or data.get("status") == "error":
            return self.failure(answer, data)
        if not isinstance(upstream_id, str) or not upstream_id:
            return Ended(code="upstream_error", message="The upstream gave no job id.")
        job.upstream_id, job.status = upstream_id, "processing"
        self.store.save(job)
        return None

    def failure(self, answer: Response, data: Mapping[str, Any]) -> Ended:
        """The upstream's own reason."""
        message = str(data.get("message") or f"The upstream answered {answer.status}.")
        return Ended(code="upstream_error", message=message, status=answer.status)

    async def follow(self, job: Job) -> Ended:
        """Poll until the upstream reports an end."""
        while True:
            await asyncio.sleep(self.pause(job))
            ended = await self.poll(job, self.settings.poll_patience)
            if ended is not None:
                return ended

    def pause(self, job: Job) -> float:
        """Seconds until the next poll: twice as long after each miss in a row, and as long as the upstream asks for."""
        growing = self.settings.poll_interval * 2.0 ** min(DOUBLINGS, max(0, job.misses - 1))
        return max(growing, job.not_before - self.now())

    async def poll(self, job: Job, patience: float) -> Ended | None:
        """One poll; None where the job goes on, or where the answer was lost or made no sense."""
        try:
            async with asyncio.timeout(patience):
                answer = await self.ask(job)
        except (ConnectionError, TimeoutError):
            self.missed(job)
            return None
        return self.read_status(job, answer)

    async def ask(self, job: Job, heard: Callable[[], None] | None = None) -> Response:
        """The upstream's answer to one poll."""
        return await self.upstream.send("GET", self.status_path(job), key=self.upstream_key(job), heard=heard)

    def missed(self, job: Job, wait: float = 0.0) -> None:
        """A poll that said nothing of the job, and how long the upstream asks to be left alone."""
        job.misses += 1
        job.not_before = self.now() + wait

    def status_path(self, job: Job) -> str:
        """Where the upstream tells how far a job has come."""
        return f"/api/video/status/{job.upstream_id}"

    def read_status(self, job: Job, answer: Response) -> Ended | None:
        """Success, failure, or neither yet. A transient error is a missed poll."""
        data = data_of(answer)
        if answer.status == 200 and data.get("status") == "success":
            return self.read_success(answer, data)
        refused = answer.status < 500 and answer.status not in TRANSIENT and data.get("status") == "error"
        if answer.status in {401, 403, 404, 410} or refused:
            return self.failure(answer, data)
        if answer.status == 200 and data.get("status") in UNDER_WAY:
            job.misses = 0
        else:
            self.missed(job, self.asked_to_wait(answer) or 0.0)
        return None

    def read_success(self, answer: Response, data: Mapping[str, Any]) -> Ended:
        """A success with a video; with an error beside it, or without a video, it is a failure."""
        if data.get("error"):
            return self.failure(answer, data)
        if not self.has_video(data):
            return Ended(code="no_video", message="The upstream reported success without a video.")
        return Ended(result={name: data[name] for name in RESULT_FIELDS if name in data})

    def has_video(self, data: Mapping[str, Any]) -> bool:
        """Whether `video_url` is an address: not missing, and not the text of an error."""
        return str(data.get("video_url")).startswith(("http://", "https://"))

    async def last_look(self, job: Job) -> Ended:
        """The poll at the deadline itself: a success that is ready by now still counts."""
        may_ask = job.upstream_id and job.not_before <= self.now()
        ended = await self.poll(job, self.settings.last_look) if may_ask else None
        return ended or self.timed_out(job)

    def timed_out(self, job: Job) -> Ended:  # noqa: ARG002  mutants look at the job
        """The end of a job that took too long."""
        return Ended(code="timeout", message=f"The job timed out after {self.settings.job_timeout:g} s.")

    def settle(self, job: Job, ended: Ended) -> None:
        """Complete and bill, or fail; once. The end, its charge and its event are stored together or not at all."""
        with self.store.together():
            if ended.result is None:
                self.fail(job, ended)
            else:
                self.complete(job, ended.result)
            job.event = self.notice(job)
            self.store.save(job)
        self.announce(job)

    def complete(self, job: Job, result: Mapping[str, Any]) -> None:
        """The upstream reported success: the job is done, and billed."""
        job.status, job.result = "completed", result
        job.completed_at = rfc3339(self.wall())
        self.bill(job)

    def fail(self, job: Job, ended: Ended) -> None:
        """No video, no charge."""
        job.status, job.error = "failed", {"code": ended.code, "message": ended.message}
