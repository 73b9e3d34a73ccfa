"""Callbacks of the upstream: proved by their signature, heard once, and never needed, since polls go on beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from veocontracts.reference.door import Refused
from veocontracts.reference.image_to_video import ImageToVideo, task_of
from veocontracts.reference.replies import Reply
from veocontracts.reference.signatures import Signature
from veocontracts.reference.store import Job
from veocontracts.reference.worker import Ended

MOST_HEARD = 10_000
CALLBACKS = "/callbacks/image-to-video"

Word = asyncio.Future[Mapping[str, Any]]
"""A task's end, once a callback has told of it."""


class CallbackGateway(ImageToVideo):
    """One word for each task: whoever waits for it first, the callback or the worker, makes room for it.

    Attributes:
        callback_url: what the upstream is given; callbacks come to `CALLBACKS` below the gateway's own address.
        callback_secret: what they are signed with.
    """

    callback_url: str = ""
    callback_secret: str = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words: dict[str, Word] = {}

    def payload(self, job: Job) -> dict[str, Any]:
        """The vendor's fields, and where to call, if that is known."""
        return super().payload(job) | ({"callback_url": self.callback_url} if self.callback_url else {})

    async def receive_callback(self, headers: Mapping[str, str], body: bytes) -> Reply:
        """`POST` to the callback_url; what was heard already is taken again, and changes nothing."""
        if not self.is_proved(Signature(headers), body):
            raise Refused(401, "unauthorized", "The callback carries no fresh signature of the upstream.")
        task = task_of(self.read(body))
        task_id = task.get("task_id")
        if not isinstance(task_id, str) or not task_id:
            raise Refused(400, "invalid_request", "data.task_id is missing.")
        if self.is_over(task):
            self.hear(task_id, task)
        return Reply(200, {"status": "success"})

    def is_proved(self, signature: Signature, body: bytes) -> bool:
        """Whether it was signed with the shared secret, and lately."""
        return signature.is_fresh(self.wall().timestamp()) and signature.is_of(self.callback_secret, body)

    def hear(self, task_id: str, task: Mapping[str, Any]) -> None:
        """Keep a task's end, also where no job has this task yet; the first word holds."""
        word = self.word(task_id)
        if not word.done():
            word.set_result(task)

    def word(self, task_id: str) -> Word:
        """The task's word, told or not; the oldest of too many is forgotten."""
        if task_id not in self.words:
            self.words[task_id] = asyncio.get_running_loop().create_future()
            while len(self.words) > MOST_HEARD:
                del self.words[next(iter(self.words))]
        return self.words[task_id]

    async def follow(self, job: Job) -> Ended:
        """Wait for the callback, and poll meanwhile; whichever tells of the end first settles the job, alone."""
        word = self.word(str(job.upstream_id))
        polling = asyncio.create_task(super().follow(job))
        either: set[asyncio.Future[Any]] = {word, polling}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            return self.end(job, word.result()) if word.done() else polling.result()
        finally:
            polling.cancel()
