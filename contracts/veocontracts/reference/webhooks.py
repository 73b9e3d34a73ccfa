"""The event that tells the client's receiver of a job's end.

Documents 000 and 001 (Guides: Async lifecycle) say that one may be published; all that is done here is inferred.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from veocontracts.reference.store import Job, Notice
from veocontracts.reference.tasks import Tasks
from veocontracts.reference.till import Till
from veocontracts.reference.upstream import Upstream
from veosim.seeded import digest, uuid4_from


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where events go."""

    host: Upstream
    path: str


class Webhooks(Tasks, Till):
    """One event for each job, with the same id in every delivery."""

    receiver: Receiver | None

    def notice(self, job: Job) -> Notice:  # noqa: ARG002  mutants look at the job
        """What is stored with a job that has just ended, so that its event outlives a restart."""
        return "due" if self.receiver is not None else ""

    def announce(self, job: Job) -> None:
        """Begin to deliver the event, if there is one to deliver."""
        if job.event == "due" and self.receiver is not None:
            self.spawn(self.deliver(job, self.receiver))

    async def deliver(self, job: Job, receiver: Receiver) -> None:
        """Send the event until it is taken; what was given up is tried again at the next start."""
        for attempt in range(self.settings.webhook_attempts):
            if attempt:
                await asyncio.sleep(self.settings.webhook_backoff * 2 ** (attempt - 1))
            if await self.hand_over(receiver, self.event(job)):
                job.event = "sent"
                self.store.save(job)
                return

    async def hand_over(self, receiver: Receiver, event: dict[str, Any]) -> bool:
        """One delivery; whether the receiver took it."""
        try:
            async with asyncio.timeout(self.settings.webhook_patience):
                answer = await receiver.host.send("POST", receiver.path, event)
        except (ConnectionError, TimeoutError):
            return False
        return answer.status // 100 == 2

    def event(self, job: Job) -> dict[str, Any]:
        """What is sent: the job's end and its price; the rest is read from the job."""
        told = {"id": job.id, "service_name": job.service, "status": job.status}
        return {"id": self.event_id(job), "type": f"job.{job.status}", "data": told | self.price_tag(job)}

    def event_id(self, job: Job) -> str:
        """It follows from the job alone, so no delivery can have another one."""
        return f"evt_{uuid4_from(digest('reference event', job.id)).replace('-', '')}"
