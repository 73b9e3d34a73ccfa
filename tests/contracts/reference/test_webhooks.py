"""The reference gateway's events: one for each job, the same in every delivery, and not lost by a restart."""

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.support.references import TEXT, Client, with_reference

from veocontracts.inbox import PATH, Inbox, with_inbox
from veosim.clock import ManualClock
from veosim.inprocess import App

BODY = {"prompt": "A paper boat drifts"}
FAILS = "scenario: s\njobs: [{outcome: fail, after: 7s}]"
URL = f"http://upstream.invalid{PATH}"


class Receiver:
    """The client's receiver beside the upstream; it refuses what it is told to."""

    def __init__(self, *answers: int) -> None:
        self.inbox = Inbox()
        self.inbox.answers.extend(answers)

    def beside(self, app: App) -> App:
        """The upstream's app with the receiver in it."""
        return with_inbox(app, self.inbox, ManualClock(), lambda: 0)

    @property
    def events(self) -> list[Any]:
        """What came, in order."""
        return [json.loads(each.body) for each in self.inbox.deliveries]


async def one_job(client: Client) -> str:
    """A job, and a minute in which it ends."""
    job_id: str = await client.submit(BODY, TEXT)
    await client.wait(60)
    return job_id


def test_a_completed_job_is_announced_with_its_price() -> None:
    """Once, after it was billed."""
    receiver = Receiver()
    job_id = with_reference(one_job, webhook_url=URL, beside=receiver.beside)
    [event] = receiver.events
    assert event["id"].startswith("evt_")
    assert event == {
        "id": event["id"],
        "type": "job.completed",
        "data": {
            "id": job_id,
            "service_name": "media-video-from-text",
            "status": "completed",
            "units_consumed": 4.0,
            "token_cost": 6.0,
        },
    }


def test_a_failed_job_is_announced_free_of_charge() -> None:
    """With its state."""
    receiver = Receiver()
    with_reference(one_job, FAILS, webhook_url=URL, beside=receiver.beside)
    [event] = receiver.events
    assert (event["type"], event["data"]["status"], event["data"]["token_cost"]) == ("job.failed", "failed", 0.0)


def test_a_refused_event_is_sent_again_as_it_was() -> None:
    """Until it is taken, with growing pauses."""
    receiver = Receiver(503, 302, 500)
    with_reference(one_job, webhook_url=URL, beside=receiver.beside)
    first, *others = receiver.events
    assert others == [first] * 3


def test_an_event_is_given_up_after_five_attempts() -> None:
    """A receiver that never takes it is left alone."""
    receiver = Receiver(*[500] * 9)

    async def work(client: Client) -> None:
        await one_job(client)
        await client.wait(600)

    with_reference(work, webhook_url=URL, beside=receiver.beside)
    assert len(receiver.events) == 5


def test_an_event_outlives_a_restart(tmp_path: Path) -> None:
    """What was not taken before it is sent after it, with the same id; what was taken is not."""
    receiver = Receiver(500)

    async def work(client: Client) -> None:
        await client.submit(BODY)
        await client.wait(16)
        assert len(receiver.events) == 1
        await client.restart()
        await client.wait(60)
        await client.restart()
        await client.wait(60)

    with_reference(work, webhook_url=URL, beside=receiver.beside, database=str(tmp_path / "gateway.sqlite"))
    first, *others = receiver.events
    assert others == [first]


def test_a_receiver_that_hangs_is_asked_again() -> None:
    """Ten seconds are enough for an answer."""
    asked = []

    def beside(app: App) -> App:
        async def serve(scope: Any, receive: Any, send: Any) -> None:
            if scope["path"] == PATH:
                asked.append(round(asyncio.get_running_loop().time()))
                await asyncio.sleep(1000)  # why: the loop is virtual, so this is a jump
            await app(scope, receive, send)

        return serve

    with_reference(one_job, webhook_url=URL, beside=beside)
    assert asked == [15, 27, 41, 59]


def test_without_a_receiver_nothing_is_sent() -> None:
    """The gateway keeps no event for nobody."""
    receiver = Receiver()
    with_reference(one_job, beside=receiver.beside)
    assert receiver.events == []
