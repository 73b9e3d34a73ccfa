"""Defects about the events that the gateway sends."""

from __future__ import annotations

from typing import Any

from veocontracts.reference.gateway import Gateway
from veocontracts.reference.mutants.registry import mutant
from veocontracts.reference.store import Job
from veocontracts.reference.webhooks import Receiver


@mutant("webhook-never-fires", "HOOK-01")
class WebhookNeverFires(Gateway):
    """The event of a job's end is stored, and nobody sends it."""

    async def deliver(self, job: Job, receiver: Receiver) -> None:
        """Nothing is sent."""


@mutant("webhook-sent-twice", "HOOK-01")
class WebhookSentTwice(Gateway):
    """Two parts of the gateway see a job's end, and each publishes an event with an id of its own."""

    async def deliver(self, job: Job, receiver: Receiver) -> None:
        await super().deliver(job, receiver)
        event = self.event(job)
        await self.hand_over(receiver, event | {"id": f"{event['id']}-2"})


@mutant("webhook-id-per-delivery", "HOOK-01")
class WebhookIdPerDelivery(Gateway):
    """An event that is sent again gets a new id, so its receiver cannot tell that it has it already."""

    async def hand_over(self, receiver: Receiver, event: dict[str, Any]) -> bool:
        self.uploads_made += 1
        return await super().hand_over(receiver, event | {"id": f"{event['id']}-{self.uploads_made}"})


@mutant("webhook-before-billing", "HOOK-01")
class WebhookBeforeBilling(Gateway):
    """The event is drawn up before the job is billed, and tells of a completed job that costs nothing."""

    def event(self, job: Job) -> dict[str, Any]:
        event = super().event(job)
        event["data"] |= {"units_consumed": 0.0, "token_cost": 0.0}
        return event


@mutant("webhook-says-completed", "HOOK-01")
class WebhookSaysCompleted(Gateway):
    """Every job that has ended is announced as completed."""

    def event(self, job: Job) -> dict[str, Any]:
        event = super().event(job)
        event["data"]["status"] = "completed"
        return event
