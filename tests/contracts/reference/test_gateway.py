"""The reference gateway keeps what documents 000 and 001 say, answer by answer."""

from typing import Any

import pytest
from tests.support.references import IMAGE, JOB, TEXT, Client, with_reference

from veocontracts.reference.settings import Settings

EXAMPLE = {
    "prompt": "A red kite climbs over a windy beach",
    "model": "veo (Audio)",
    "resolution": "1080P",
    "duration": "4s",
    "aspect_ratio": "16:9",
}
FROM_IMAGE = {**EXAMPLE, "image": "https://images.example/harbour.png?signature=4f1d"}
SERVICES = [(TEXT, EXAMPLE), (IMAGE, FROM_IMAGE)]
ENDED = {"units_consumed": 0.0, "token_cost": 0.0}


@pytest.mark.parametrize(("path", "body"), SERVICES)
def test_the_documents_example_is_answered_field_by_field(path: str, body: dict[str, str]) -> None:
    """The 202 envelope at once; after the upstream's success a completed job of 4.0 units for 6.0 dollars."""
    service = path.rpartition("/")[2]

    async def work(client: Client) -> tuple[Any, Any, Any]:
        _, accepted, _ = await client.send("POST", path, body)
        assert client.loop.time() == 0.0
        await client.wait(30)
        return accepted, await client.job(accepted["job"]["id"]), await client.charges()

    accepted, job, charges = with_reference(work)
    job_id, made = accepted["job"]["id"], job["result_data"]["video_url"]
    assert accepted == {
        "status": "accepted",
        "message": "Job queued for processing",
        "job": {"id": job_id, "status": "queued", "service": service, "created_at": "2026-04-27T10:30:00Z"},
    }
    assert job == {
        "id": job_id,
        "status": "completed",
        "service_name": service,
        "created_at": "2026-04-27T10:30:00Z",
        "completed_at": "2026-04-27T10:30:15Z",
        "result_data": {
            "status": "success",
            "video_url": made,
            "duration_seconds": 4.0,
            "model": "veo (Audio)",
            "resolution": "1080P",
            "aspect_ratio": "16:9",
        },
        "units_consumed": 4.0,
        "token_cost": 6.0,
    }
    assert charges == {
        "charges": [
            {
                "job_id": job_id,
                "service": service,
                "units": 4.0,
                "amount": 6.0,
                "currency": "USD",
                "created_at": "2026-04-27T10:30:15Z",
            }
        ],
        "total": 6.0,
    }


def test_a_job_shows_its_states_in_order() -> None:
    """Queued until the upstream has taken it, processing while the upstream works, completed from its success on."""

    async def work(client: Client) -> list[str]:
        job_id = await client.submit(EXAMPLE)
        seen = []
        for pause in (0, 3, 6, 12, 600):
            await client.wait(pause)
            seen.append((await client.job(job_id))["status"])
        return seen

    slow = "scenario: s\nexchanges: {submit: [{delay: 2s}]}\njobs: [{outcome: succeed, queue: 2s, run: 10s}]"
    assert with_reference(work, slow) == ["queued", "processing", "processing", "completed", "completed"]


@pytest.mark.parametrize(
    ("scenario", "error"),
    [
        (
            "jobs: [{outcome: fail, after: 7s}]",
            {"code": "upstream_error", "message": "The generation failed."},
        ),
        (
            "exchanges: {poll: [{spoil: no-url}]}",
            {"code": "no_video", "message": "The upstream reported success without a video."},
        ),
        (
            "jobs: [{outcome: empty}]",
            {"code": "no_video", "message": "The upstream reported success without a video."},
        ),
        (
            'exchanges: {poll: [{respond: {status: 200, body: \'{"status": "success", "video_url": "No film."}\'}}]}',
            {"code": "no_video", "message": "The upstream reported success without a video."},
        ),
        (
            'exchanges: {poll: [{respond: {status: 200, body: \'{"status": "success", "error": {"code": 3}}\'}}]}',
            {"code": "upstream_error", "message": "The upstream answered 200."},
        ),
        (
            "jobs: [{outcome: stuck}]",
            {"code": "timeout", "message": "The job timed out after 600 s."},
        ),
        (
            "exchanges: {submit: [{respond: {status: 400}}]}",
            {"code": "upstream_error", "message": ""},
        ),
        (
            "exchanges: {submit: [{break: reset}]}",
            {
                "code": "upstream_unreachable",
                "message": "The upstream did not answer: the connection was reset by the app.",
            },
        ),
        (
            "exchanges: {submit: [{break: hang}]}",
            {"code": "timeout", "message": "The job timed out after 600 s."},
        ),
    ],
)
def test_a_failed_job_says_why_and_costs_nothing(scenario: str, error: dict[str, str]) -> None:
    """Whatever the upstream does wrong, the job ends failed, unbilled, as the document has it."""

    async def work(client: Client) -> tuple[Any, Any]:
        job_id = await client.submit(EXAMPLE)
        await client.wait(602)
        return await client.job(job_id), await client.charges()

    job, charges = with_reference(work, f"scenario: s\n{scenario}")
    assert (job["status"], job["error"]["code"]) == ("failed", error["code"])
    assert job["error"]["message"] == (error["message"] or job["error"]["message"])
    assert {name: job[name] for name in ENDED} == ENDED
    assert charges == {"charges": [], "total": 0.0}


def test_the_deadline_is_600_seconds() -> None:
    """A job that never ends runs at 599.9 s and has failed at 600 s."""

    async def work(client: Client) -> list[str]:
        job_id = await client.submit(EXAMPLE)
        seen = []
        for pause in (599.9, 0.2):
            await client.wait(pause)
            seen.append((await client.job(job_id))["status"])
        return seen

    assert with_reference(work, "scenario: s\njobs: [{outcome: stuck}]") == ["processing", "failed"]


@pytest.mark.parametrize(
    ("after", "status"), [("599s", "completed"), ("599900ms", "completed"), ("600100ms", "failed")]
)
def test_a_success_counts_up_to_the_deadline(after: str, status: str) -> None:
    """The last poll is at the deadline itself; what comes later is not billed."""

    async def work(client: Client) -> tuple[str, int]:
        job_id = await client.submit(EXAMPLE)
        await client.wait(700)
        return (await client.job(job_id))["status"], len((await client.charges())["charges"])

    found = with_reference(work, f"scenario: s\njobs: [{{outcome: succeed, after: {after}}}]")
    assert found == (status, int(status == "completed"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"duration": 4}, "duration must be one of '4s', '8s'."),
        ({"duration": "4S"}, "duration must be one of '4s', '8s'."),
        ({"duration": ["4s"]}, "duration must be one of '4s', '8s'."),
        ({"resolution": None}, "resolution must be one of '1080P', '512P'."),
        ({"prompt": ""}, "prompt is required."),
        ({"prompt": 7}, "prompt must be a string."),
        ({"image": {}}, "image must be a string."),
    ],
)
def test_what_is_not_documented_is_refused(change: dict[str, Any], message: str) -> None:
    """A 400 that names the field; no job, no upstream request."""

    async def work(client: Client) -> tuple[Any, int]:
        status, data, _ = await client.send("POST", TEXT, {**EXAMPLE, **change})
        await client.wait(10)
        return (status, data["error"]), len(client.simulator.journal)

    assert with_reference(work) == ((400, {"code": "invalid_request", "message": message}), 0)


def test_keys_open_what_is_theirs() -> None:
    """No key and an unknown one are 401, one without the service 403, another's job and an unknown one 404."""

    async def work(client: Client) -> list[int]:
        job_id = await client.submit(EXAMPLE)
        answers = [
            await client.send("POST", TEXT, EXAMPLE, None),
            await client.send("POST", IMAGE, FROM_IMAGE, "who"),
            await client.send("POST", TEXT, EXAMPLE, "vn-none"),
            await client.send("GET", JOB, None, "vk-other", job_id=job_id),
            await client.send("GET", JOB, None, job_id="no-such-job"),
            await client.send("GET", JOB, None, None, job_id=job_id),
            await client.send("GET", "/v2/charges", None, None),
        ]
        return [status for status, _, _ in answers]

    assert with_reference(work) == [401, 401, 403, 404, 404, 401, 401]


def test_the_61st_submit_of_a_minute_waits() -> None:
    """It is 429 with the seconds to wait; after them the key is served again, and another key all along."""

    async def work(client: Client) -> list[object]:
        for _ in range(60):
            await client.submit(EXAMPLE)
        await client.wait(20.5)
        status, _, headers = await client.send("POST", TEXT, EXAMPLE)
        await client.submit(EXAMPLE, key="vk-other")
        wait = int(headers["retry-after"])
        await client.wait(wait)
        return [status, wait, await client.submit(EXAMPLE) is not None]

    assert with_reference(work) == [429, 40, True]


@pytest.mark.parametrize("status", [429, 503])
def test_a_promised_retry_is_waited_for(status: int) -> None:
    """Where the upstream says that it took nothing on and when to come back, the submit is sent again then."""
    once = f"when: {{nth: 1}}, respond: {{status: {status}, headers: {{Retry-After: '7'}}}}"

    async def work(client: Client) -> tuple[str, list[tuple[str, float]]]:
        job_id = await client.submit(EXAMPLE)
        await client.wait(60)
        seen = [
            (exchange.kind, exchange.at / 1e9) for exchange in client.simulator.journal if exchange.kind == "submit"
        ]
        return (await client.job(job_id))["status"], seen

    found = with_reference(work, f"scenario: s\nexchanges: {{submit: [{{{once}}}]}}")
    assert found == ("completed", [("submit", 0.0), ("submit", 7.0)])


def test_the_price_is_the_settings() -> None:
    """8 s cost 12.0 at the catalogue's price; the model changes nothing."""

    async def work(client: Client) -> tuple[float, float]:
        job_id = await client.submit({**EXAMPLE, "duration": "8s", "model": "veo fast (Audio)"})
        await client.wait(30)
        job = await client.job(job_id)
        return job["units_consumed"], job["token_cost"]

    assert with_reference(work, settings=Settings()) == (8.0, 12.0)


@pytest.mark.parametrize(
    ("delivered", "units"), [("2", 2.0), ("2.5", 2.5), ("4", 4.0), ("10", 4.0), ("0", 4.0), ("true", 4.0), ('"2"', 4.0)]
)
def test_no_more_is_billed_than_was_asked_for_or_delivered(delivered: str, units: float) -> None:
    """Of 4 s, as many as came; more seconds than asked for cost nothing, and what is no duration changes nothing."""
    body = f'{{"status": "success", "video_url": "https://a.example/v.mp4", "duration_seconds": {delivered}}}'

    async def work(client: Client) -> tuple[float, float]:
        await client.submit(EXAMPLE)
        await client.wait(30)
        found = await client.charges()
        return found["charges"][0]["units"], found["total"]

    found = with_reference(work, f"scenario: s\nexchanges: {{poll: [{{respond: {{status: 200, body: '{body}'}}}}]}}")
    assert found == (units, units * 1.5)
