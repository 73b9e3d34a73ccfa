"""Defects in what the upstream sees."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from veocontracts.reference.gateway import Gateway
from veocontracts.reference.mutants.registry import mutant
from veocontracts.reference.store import Job
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


@mutant("image-query-dropped", "UP-03")
class ImageQueryDropped(Gateway):
    """The image's URL loses its query, and with it the signature."""

    def payload(self, job: Job) -> dict[str, Any]:
        fields = super().payload(job)
        if "image" in fields:
            fields["image"] = fields["image"].partition("?")[0]
        return fields


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
