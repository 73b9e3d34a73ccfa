"""Defects in what the upstream sees."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from veocontracts.reference.door import Refused
from veocontracts.reference.gateway import Gateway, Reply
from veocontracts.reference.mutants.registry import mutant
from veocontracts.reference.settings import ENUMS, SERVICES
from veocontracts.reference.store import Job
from veocontracts.reference.upstream import Heard
from veocontracts.reference.worker import Ended
from veosim.inprocess import Response


@mutant("resubmits-after-502", "UP-01")
class ResubmitsAfter502(Gateway):
    """A submit that was answered with 502 is sent again after a minute."""

    def may_retry(self, answer: Response) -> float | None:
        return self.settings.job_timeout / 10 if answer.status == 502 else super().may_retry(answer)


@mutant("resubmits-after-hang", "UP-01")
class ResubmitsAfterHang(Gateway):
    """A submit that was not answered in six minutes is sent again."""

    async def submit_upstream(self, job: Job) -> Ended | None:
        try:
            async with asyncio.timeout(self.settings.job_timeout * 0.6):
                return await super().submit_upstream(job)
        except TimeoutError:
            return await super().submit_upstream(job)


@mutant("resubmits-after-reset", "UP-01")
class ResubmitsAfterReset(Gateway):
    """A submit whose connection broke is sent once more."""

    async def submit_upstream(self, job: Job) -> Ended | None:
        ended = await super().submit_upstream(job)
        broke = ended is not None and ended.code == "upstream_unreachable"
        return await super().submit_upstream(job) if broke else ended


@mutant(
    "retries-in-its-own-words",
    "UP-01",
    UP_03="the second order's prompt is not the client's",
    UP_06="beside a refused request nobody can tell whose the second job is",
)
class RetriesInItsOwnWords(Gateway):
    """What the upstream could not make is ordered once more, with a prompt that no client wrote."""

    async def generate(self, job: Job) -> Ended:
        ended = await super().generate(job)
        if ended.result is None and job.upstream_id:
            milder = self.payload(job) | {"prompt": "A calm landscape in soft light."}
            await self.upstream.send("POST", self.services[job.service], milder, self.upstream_key(job))
        return ended


@mutant("prompt-trimmed", "UP-03")
class PromptTrimmed(Gateway):
    """Spaces around the prompt are cut off."""

    def payload(self, job: Job) -> dict[str, Any]:
        fields = super().payload(job)
        return fields | ({"prompt": fields["prompt"].strip()} if "prompt" in fields else {})


@mutant("prompt-cut", "UP-03")
class PromptCut(Gateway):
    """A prompt longer than 1000 characters loses its end."""

    def payload(self, job: Job) -> dict[str, Any]:
        fields = super().payload(job)
        return fields | ({"prompt": fields["prompt"][:1000]} if "prompt" in fields else {})


@mutant("prompt-made-up", "UP-03")
class PromptMadeUp(Gateway):
    """An image without a prompt is sent with one that the client never wrote."""

    def payload(self, job: Job) -> dict[str, Any]:
        return {"prompt": "Animate this picture."} | super().payload(job)


@mutant("image-reencoded", "UP-03")
class ImageReencoded(Gateway):
    """Raw base64 is wrapped into a data URI."""

    def payload(self, job: Job) -> dict[str, Any]:
        fields = super().payload(job)
        image = fields.get("image", "")
        if image and not image.startswith(("http", "data:")):
            fields["image"] = f"data:image/png;base64,{image}"
        return fields


@mutant("image-query-dropped", "UP-03", UPLOAD_01="an uploaded file's address loses its query too")
class ImageQueryDropped(Gateway):
    """The image's URL loses its query, and with it the signature."""

    def payload(self, job: Job) -> dict[str, Any]:
        fields = super().payload(job)
        if "image" in fields:
            fields["image"] = fields["image"].partition("?")[0]
        return fields


@mutant("wrong-default-sent-upstream", "UP-04", ENUM_04="the result shows that value")
class WrongDefaultSentUpstream(Gateway):
    """An aspect ratio that the client left out is sent as 9:16."""

    def payload(self, job: Job) -> dict[str, Any]:
        return {"aspect_ratio": "9:16"} | super().payload(job)


@mutant("rate-limited-still-queued", "UP-06")
class RateLimitedStillQueued(Gateway):
    """A submit that is answered with 429 becomes a job all the same."""

    async def submit(self, service: str, authorization: str | None, body: bytes) -> Reply:
        try:
            return await super().submit(service, authorization, body)
        except Refused as refused:
            if refused.status == 429:
                fields = self.validate(service, self.read(body))
                await self.start(self.accept(self.authenticate(authorization), service, fields))
            raise


@mutant("forbidden-still-queued", "UP-06")
class ForbiddenStillQueued(Gateway):
    """A submit for a service that the key does not allow is answered with 403, and becomes a job all the same."""

    async def submit(self, service: str, authorization: str | None, body: bytes) -> Reply:
        try:
            return await super().submit(service, authorization, body)
        except Refused as refused:
            if refused.status == 403:
                fields = self.validate(service, self.read(body))
                await self.start(self.accept(self.authenticate(authorization), service, fields))
            raise


@mutant("refused-still-sent-upstream", "UP-06")
class RefusedStillSentUpstream(Gateway):
    """What is wrong in a refused request is left out, and the rest is sent upstream before the client gets its 400."""

    async def submit(self, service: str, authorization: str | None, body: bytes) -> Reply:
        try:
            return await super().submit(service, authorization, body)
        except Refused as refused:
            if refused.status == 400:
                fields = {name: value for name, value in self.read(body).items() if name not in ENUMS}
                await self.upstream.send("POST", SERVICES[service], fields)
            raise


@mutant("keeps-polling-after-the-end", "UP-05")
class KeepsPollingAfterTheEnd(Gateway):
    """A completed job is polled three times more."""

    async def work(self, job: Job) -> None:
        await super().work(job)
        for _ in range(3 if job.status == "completed" else 0):
            await asyncio.sleep(self.settings.poll_interval)
            await self.poll(job, self.settings.poll_patience)


@mutant("polls-its-own-id", "UP-05")
class PollsItsOwnId(Gateway):
    """The first poll asks the upstream for the gateway's id; its 404 counts as a missed poll."""

    async def poll(self, job: Job, patience: float) -> Ended | None:
        if job.notes.setdefault("polled", False):
            return await super().poll(job, patience)
        job.notes["polled"] = True
        with suppress(ConnectionError):
            await self.upstream.send("GET", f"/api/video/status/{job.id}")
        return None


@mutant("polls-another-jobs-id", "UP-05")
class PollsAnotherJobsId(Gateway):
    """A job's first poll asks for the gateway's first job, and what comes is thrown away."""

    async def ask(self, job: Job, heard: Heard | None = None) -> Response:
        first = next(iter(self.jobs.values()))
        if first.upstream_id is None or first is job or job.notes.get("asked"):
            return await super().ask(job, heard)
        job.notes["asked"] = True
        await super().ask(first, heard)
        raise ConnectionResetError("that was another job's")


@mutant("client-key-forwarded", "UP-09")
class ClientKeyForwarded(Gateway):
    """The upstream is called with the client's own key."""

    def upstream_key(self, job: Job) -> str:
        return job.key
