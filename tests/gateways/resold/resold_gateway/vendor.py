"""The vendor's side (document 002): one request, and a worker that follows jobs by callbacks and by slow polls."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx2

from resold_gateway.jobs import BUGS, JOB_TIMEOUT, POLL_INTERVAL, Job

SUBMIT_PATIENCE, POLL_PATIENCE, LAST_LOOK = JOB_TIMEOUT / 5, JOB_TIMEOUT / 20, JOB_TIMEOUT / 300
LARGEST_ANSWER, LONGEST_PROMPT, MOST_WORDS = 1 << 20, 1000, 10_000
LACKS = ("lastFrame", "referenceImages", "negativePrompt", "storageUri")
"""What 004 sells and 002 does not, so that the task fails, as 004 shows it for a mix that a model cannot do.

V does take up to three reference images, for 8 s, but in a mode of its own. That this mode has no first frame, which
004 always has, is inferred: 002 says which field each mode requires, and not what else it takes.
"""


@dataclass
class Answer:
    """What the vendor said: status 0 where it did not, `data` {} where that was no JSON object."""

    status: int
    data: dict[str, Any]
    retry_after: float | None = None
    refused: bool = False

    @property
    def task(self) -> dict[str, Any]:
        found = self.data.get("data")
        return found if isinstance(found, dict) else {}

    @property
    def reason(self) -> str:
        return str(self.data.get("msg") or f"The vendor answered {self.status}.")


async def ask(client: httpx2.AsyncClient, method: str, path: str, body: object, patience: float) -> Answer:
    """One request, which takes so many seconds at most, however slowly its answer comes."""
    content = b""
    try:
        async with asyncio.timeout(patience), client.stream(method, path, json=body) as answer:
            async for chunk in answer.aiter_bytes():
                content += chunk
                if len(content) > LARGEST_ANSWER:
                    return Answer(0, {"msg": "The vendor's answer does not end."})
    except (httpx2.HTTPError, TimeoutError) as error:
        message = f"The vendor did not answer: {type(error).__name__}."
        return Answer(0, {"msg": message}, refused=isinstance(error, httpx2.ConnectError))
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        data = None
    after = answer.headers.get("retry-after", "")
    wait = float(after) if after.isascii() and after.isdecimal() and len(after) < 5 else None
    return Answer(answer.status_code, data if isinstance(data, dict) else {}, wait)


Word = asyncio.Future[dict[str, Any]]
"""A task's end, once a callback has told of it."""


class Worker:
    """Follows jobs at the vendor. Only a job's own task settles it, whoever told of the end."""

    def __init__(self, client: httpx2.AsyncClient, callback_url: str) -> None:
        self.client, self.callback_url = client, callback_url
        self.words: dict[str, Word] = {}

    def word(self, task_id: str) -> Word:
        """Also of a task that no job knows yet: a callback may come before the submit's answer."""
        if task_id not in self.words:
            self.words[task_id] = asyncio.get_running_loop().create_future()
            while len(self.words) > MOST_WORDS:
                del self.words[next(iter(self.words))]
        return self.words[task_id]

    def hear(self, task: dict[str, Any]) -> None:
        """The first word holds; what comes again changes nothing."""
        word = self.word(str(task.get("task_id")))
        if task.get("status") in ("SUCCEEDED", "FAILED") and not word.done():
            word.set_result(task)

    async def work(self, job: Job) -> None:
        """A job's whole life: one deadline for submit and polls together, and a last look at it."""
        try:
            async with asyncio.timeout_at(job.deadline):
                await self.submit(job)
                await self.follow(job)
        except TimeoutError:
            await self.look(job, LAST_LOOK)
            if not job.over:
                job.fail(f"The task timed out after {JOB_TIMEOUT:g} s.")
        except Exception as error:  # nobody waits for this task: without an end the job would hang for ever
            job.fail(f"The gateway itself failed: {type(error).__name__}.")
            raise

    async def submit(self, job: Job) -> None:
        """Once; again only where the vendor surely took nothing on."""
        lacking = [name for name in LACKS if job.order["metadata"].get(name)]
        if len(job.order["prompt"]) > LONGEST_PROMPT:
            lacking.append(f"a prompt of more than {LONGEST_PROMPT} characters")
        if lacking:
            job.fail(f"The provider behind this model makes no video from an image with {', '.join(lacking)}.")
            return
        names = ("model", "prompt", "image_url", "aspect_ratio", "aspect_resolution", "duration", "generate_audio")
        body = {name: job.order[name] for name in names} | {"callback_url": self.callback_url}
        while True:
            answer = await ask(self.client, "POST", "/v1/image_to_video", body, SUBMIT_PATIENCE)
            busy = answer.status in {429, 503} and answer.retry_after is not None
            if not busy and not answer.refused:
                break
            await asyncio.sleep(answer.retry_after or POLL_INTERVAL)  # why: a gateway waits in real time
        ids = answer.task.get("task_ids")
        if not 200 <= answer.status < 300:
            job.fail(answer.reason)
        elif not isinstance(ids, list) or not ids or not isinstance(ids[0], str) or not ids[0]:
            job.fail("The vendor gave no task id.")
        else:
            job.task_id, job.status = ids[0], "processing"

    async def follow(self, job: Job) -> None:
        """Wait for the callback; poll whenever it has not come for a while, ever more seldom while polls go wrong."""
        misses, wait = 0, POLL_INTERVAL
        while not job.over:
            if (await asyncio.wait({self.word(job.task_id)}, timeout=wait))[0]:
                settle(job, self.word(job.task_id).result())
                return
            answer = await self.look(job, POLL_PATIENCE)
            misses = 0 if answer.task.get("status") in ("QUEUED", "PROCESSING") else misses + 1
            wait = max(POLL_INTERVAL * 2 ** min(3, max(0, misses - 1)), answer.retry_after or 0)

    async def look(self, job: Job, patience: float) -> Answer:
        """One poll, which may settle the job. A status that says nothing of it is a missed poll."""
        if not job.task_id:
            return Answer(0, {})
        answer = await ask(self.client, "GET", f"/v1/image_to_video/{quote(job.task_id, safe='')}", None, patience)
        if self.word(job.task_id).done():  # the callback came meanwhile
            settle(job, self.word(job.task_id).result())
        elif answer.status == 200 and answer.task.get("status") in ("SUCCEEDED", "FAILED"):
            settle(job, answer.task)
        elif answer.status in {401, 403, 404, 410}:
            job.fail(answer.reason)
        return answer


def settle(job: Job, task: dict[str, Any]) -> None:
    """Complete and charge, or fail and charge nothing; nothing awaits in here, so nobody sees one without the other."""
    url = task.get("video_url")
    if task["status"] == "FAILED":
        job.fail(str(task.get("error_message") or "The video could not be generated."))
        if BUGS:  # planted: charges-what-failed
            job.charge(None)
    elif not str(url).startswith(("http://", "https://")):
        job.fail("The vendor reported success without a video.")
    else:
        job.complete(str(url))
        job.charge(task.get("duration"))
