"""The reference gateway over image-to-video: its fields, its callbacks, and polls beside them."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
from tests.support.references import IMAGE, KEY, Client, with_reference

from veocontracts.reference.callbacks import CALLBACKS, MOST_HEARD, CallbackGateway
from veocontracts.reference.image_to_video import ImageToVideo
from veocontracts.reference.settings import Settings
from veocontracts.reference.store import Job, Store
from veosim.callbacks.sign import LOCAL_SECRET, signed
from veosim.clock import wall_now
from veosim.inprocess import Response, call
from veosim.scenario.callbacks import Manner

URL = "https://images.example/harbour.png?signature=4f1d"
PNG = "iVBORw0KGgoAAAANSUhEUgAAABAAAAAJAQAAAAATUZGfAAAADklEQVR42mP4/58BBwIA8igR72CeMk4AAAAASUVORK5CYII="
BODY = {"image": URL, "prompt": "Gulls cross the frame", "duration": "8s", "resolution": "512P"}
SILENT = "scenario: s\njobs: [{outcome: stuck, queue: 0s}]\ncallbacks: {copies: 0}"
VIDEO = "https://videos.example/harbour.mp4"
OVER: dict[str, Any] = {
    "dialect": "image-to-video",
    "callback_url": "http://gateway.invalid/callbacks/image-to-video",
    "callback_secret": LOCAL_SECRET.value,
}


def sent(client: Client) -> list[dict[str, Any]]:
    """What the gateway submitted upstream."""
    return [json.loads(exchange.request) for exchange in client.simulator.journal if exchange.kind == "submit"]


def notification(task_id: str, status: str = "SUCCEEDED", **fields: Any) -> bytes:
    """What the vendor posts (002, Callback Example)."""
    task = {"task_id": task_id, "status": status, "video_url": VIDEO, "thumbnail_url": "", "error_message": ""}
    return json.dumps({"code": 0, "msg": "ok", "task_type": "image_to_video", "data": task | fields}).encode()


async def told(client: Client, body: bytes, manner: Manner = "good") -> int:
    """The status that a callback is answered with."""
    headers: Mapping[str, str] = signed(LOCAL_SECRET, "msg_1", wall_now(), body, manner)
    return (await call(client.app, "POST", CALLBACKS, headers, body)).status


async def submitted(client: Client) -> tuple[str, str]:
    """A job, and its upstream id."""
    job_id = await client.submit(BODY, IMAGE)
    await client.wait(1)
    return job_id, next(iter(client.simulator.jobs))


def test_the_clients_fields_become_the_vendors() -> None:
    """As the module says, and the simulator, which holds them to document 002, takes them."""

    async def work(client: Client) -> list[dict[str, Any]]:
        await client.submit(BODY, IMAGE)
        await client.submit({"image": PNG}, IMAGE)
        await client.wait(1)
        assert [exchange.status for exchange in client.simulator.journal] == [200, 200]
        return sent(client)

    usual = {"model": "V", "aspect_ratio": "16:9", "generate_audio": True, "callback_url": OVER["callback_url"]}
    assert with_reference(work, SILENT, **OVER) == [
        usual | {"prompt": BODY["prompt"], "image_url": URL, "aspect_resolution": "720p", "duration": 8},
        usual
        | {
            "prompt": "The scene comes to life.",
            "image_url": f"data:image/png;base64,{PNG}",
            "aspect_resolution": "1080p",
            "duration": 4,
        },
    ]


@pytest.mark.parametrize(
    ("image", "uri"),
    [
        ("HTTPS://images.example/a.png", "HTTPS://images.example/a.png"),
        ("data:image/webp;base64,UklGRg==", "data:image/webp;base64,UklGRg=="),
        ("UklGRg==", "data:image/webp;base64,UklGRg=="),
        ("/9j/4AAQ", "data:image/jpeg;base64,/9j/4AAQ"),
    ],
)
def test_an_image_becomes_a_uri(image: str, uri: str) -> None:
    """An address stays as it is; base64 text says what it is."""
    store = Store()
    assert ImageToVideo(NoUpstream(), store, Settings()).image_url(image) == uri
    store.close()


class NoUpstream:
    """Answers everything alike."""

    async def send(self, *_: object, **__: object) -> Response:
        """An empty object."""
        return Response(200, {}, b"{}")

    async def close(self) -> None:
        """Nothing is held."""


def test_a_prompt_that_the_vendor_cannot_take_is_not_sent() -> None:
    """Neither cut nor forwarded in vain: the job fails, unbilled."""

    async def work(client: Client) -> tuple[Any, int]:
        job_id = await client.submit({"image": URL, "prompt": "x" * 1001}, IMAGE)
        await client.wait(1)
        return await client.job(job_id), len(client.simulator.journal)

    job, asked = with_reference(work, SILENT, **OVER)
    assert (job["status"], job["error"]["code"], job["token_cost"], asked) == ("failed", "invalid_request", 0.0, 0)


def test_only_the_image_service_is_offered() -> None:
    """The vendor makes no video from a prompt alone."""

    async def work(client: Client) -> int:
        headers = {"Authorization": f"Bearer {KEY}"}
        return (await call(client.app, "POST", "/v1/proxy/media-video-from-text", headers, b"{}")).status

    assert with_reference(work, SILENT, **OVER) == 404


def test_a_callback_completes_and_bills_the_job_at_once() -> None:
    """With the documented result, without waiting for a poll; a second one changes nothing."""

    async def work(client: Client) -> tuple[list[int], Any, Any]:
        job_id, task_id = await submitted(client)
        first = await told(client, notification(task_id))
        await client.wait(0.1)
        seen = await client.job(job_id)
        second = await told(client, notification(task_id, video_url="https://videos.example/other.mp4"))
        third = await told(client, notification(task_id, "FAILED"))
        await client.wait(600)
        assert await client.job(job_id) == seen
        return [first, second, third], seen, await client.charges()

    statuses, job, charges = with_reference(work, SILENT, **OVER)
    assert statuses == [200, 200, 200]
    assert job["result_data"] == {
        "status": "success",
        "video_url": VIDEO,
        "duration_seconds": 8.0,
        "model": "veo (Audio)",
        "resolution": "512P",
        "aspect_ratio": "16:9",
    }
    assert [charge["amount"] for charge in charges["charges"]] == [12.0]


@pytest.mark.parametrize(
    ("fields", "code", "message"),
    [
        ({"status": "FAILED", "error_message": "Refused by a filter."}, "upstream_error", "Refused by a filter."),
        ({"status": "FAILED"}, "upstream_error", "The video could not be generated."),
        ({"video_url": ""}, "no_video", "The upstream reported success without a video."),
    ],
)
def test_a_callback_fails_the_job(fields: dict[str, str], code: str, message: str) -> None:
    """With the vendor's reason, unbilled."""

    async def work(client: Client) -> Any:
        job_id, task_id = await submitted(client)
        await told(client, notification(task_id, **fields))
        await client.wait(0.1)
        return await client.job(job_id)

    job = with_reference(work, SILENT, **OVER)
    assert (job["status"], job["error"], job["token_cost"]) == ("failed", {"code": code, "message": message}, 0.0)


@pytest.mark.parametrize("manner", ["none", "bad", "expired"])
def test_an_unproved_callback_is_refused(manner: Manner) -> None:
    """It settles nothing."""

    async def work(client: Client) -> tuple[int, str]:
        job_id, task_id = await submitted(client)
        status = await told(client, notification(task_id), manner)
        await client.wait(3)
        return status, (await client.job(job_id))["status"]

    assert with_reference(work, SILENT, **OVER) == (401, "processing")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b'{"data": {"status": "SUCCEEDED"}}', 400),
        (b'{"data": {"task_id": 7, "status": "SUCCEEDED"}}', 400),
        (b'{"data": {"task_id": "i2v-0", "status": "PROCESSING"}}', 200),
        (b'{"data": {"task_id": "i2v-0", "status": ["SUCCEEDED"]}}', 200),
    ],
)
def test_a_callback_that_tells_nothing_does_no_harm(body: bytes, status: int) -> None:
    """Without a task it is refused; without an end it is taken."""

    async def work(client: Client) -> int:
        return await told(client, body)

    assert with_reference(work, SILENT, **OVER) == status


def test_a_callback_before_the_submits_answer_is_kept() -> None:
    """The job completes as soon as it knows its task, whatever polls say."""
    slow = SILENT + "\nexchanges: {submit: [{delay: 20s}]}"

    async def work(client: Client) -> tuple[str, str]:
        job_id = await client.submit(BODY, IMAGE)
        await client.wait(10)
        await told(client, notification(next(iter(client.simulator.jobs))))
        before = (await client.job(job_id))["status"]
        await client.wait(11)
        return before, (await client.job(job_id))["status"]

    assert with_reference(work, slow, **OVER) == ("queued", "completed")


def test_a_late_callback_changes_nothing() -> None:
    """After 600 s the job has failed for good."""

    async def work(client: Client) -> tuple[int, Any, Any]:
        job_id, task_id = await submitted(client)
        await client.wait(600)
        status = await told(client, notification(task_id))
        await client.wait(30)
        return status, await client.job(job_id), await client.charges()

    status, job, charges = with_reference(work, SILENT, **OVER)
    assert (status, job["error"]["code"], charges["charges"]) == (200, "timeout", [])


@pytest.mark.parametrize(("outcome", "status"), [("succeed", "completed"), ("fail", "failed")])
def test_polls_find_what_no_callback_told(outcome: str, status: str) -> None:
    """The upstream that never calls back is asked."""
    scenario = f"scenario: s\njobs: [{{outcome: {outcome}, after: 12s}}]\ncallbacks: {{copies: 0}}"

    async def work(client: Client) -> tuple[Any, list[float]]:
        job_id = await client.submit(BODY, IMAGE)
        await client.wait(60)
        polls = [exchange.at / 1e9 for exchange in client.simulator.journal if exchange.kind == "poll"]
        return await client.job(job_id), polls

    job, polls = with_reference(work, scenario, **OVER)
    assert (job["status"], polls) == (status, [5, 10, 15])


@pytest.mark.parametrize(
    ("exchanges", "message"),
    [
        ("submit: [{respond: {status: 503}}]", "The scenario answers 503."),
        (
            'submit: [{respond: {status: 200, body: \'{"code": 0, "data": {"task_ids": []}}\'}}]',
            "The upstream gave no task id.",
        ),
        ("poll: [{respond: {status: 410}}]", "The scenario answers 410."),
    ],
)
def test_a_vendor_that_refuses_fails_the_job(exchanges: str, message: str) -> None:
    """With its reason, unbilled; never sent again."""

    async def work(client: Client) -> tuple[Any, int]:
        job_id = await client.submit(BODY, IMAGE)
        await client.wait(60)
        return await client.job(job_id), len(sent(client))

    job, submits = with_reference(work, f"{SILENT}\nexchanges: {{{exchanges}}}", **OVER)
    assert (job["status"], job["error"]["code"], job["token_cost"], submits) == ("failed", "upstream_error", 0.0, 1)
    assert job["error"]["message"] == message


def test_a_poll_that_makes_no_sense_is_a_missed_one() -> None:
    """The callback still counts."""
    scenario = SILENT + "\nexchanges: {poll: [{respond: {status: 502}}]}"

    async def work(client: Client) -> str:
        job_id, task_id = await submitted(client)
        await client.wait(60)
        await told(client, notification(task_id))
        await client.wait(0.1)
        return str((await client.job(job_id))["status"])

    assert with_reference(work, scenario, **OVER) == "completed"


def test_what_was_heard_is_bounded() -> None:
    """The oldest of too many tasks that nobody asked for is forgotten."""

    async def work() -> tuple[int, bool]:
        store = Store()
        gateway = CallbackGateway(NoUpstream(), store, Settings())
        for number in range(MOST_HEARD + 1):
            gateway.hear(f"i2v-{number}", {"status": "SUCCEEDED"})
        store.close()
        return len(gateway.words), "i2v-0" in gateway.words

    assert asyncio.run(work()) == (MOST_HEARD, False)


def test_without_an_address_the_upstream_is_not_asked_to_call() -> None:
    """Polls alone are enough."""
    store = Store()
    gateway = CallbackGateway(NoUpstream(), store, Settings())
    job = Job("j", "vk-1", "media-video-from-image", {"image": URL}, "2026-04-27T10:30:00Z")
    assert "callback_url" not in gateway.payload(job)
    store.close()
