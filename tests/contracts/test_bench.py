"""The bench: it writes down what it saw, whatever the gateway does, and never waits for ever."""

import asyncio
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.support.benches import FunctionGateway, minted, on_a_bench

from veocontracts.bench import Bench
from veocontracts.events import Entry, LedgerRead, Read, Shown, Submit, Webhook
from veocontracts.history import History
from veocontracts.profile import Ledger, load_profile
from veosim.inprocess import Response
from veosim.units import SECOND

GATEWAYS = Path(__file__).parents[1] / "gateways"
JOB_ID = "550e8400-e29b-41d4-a716-446655440000"
ACCEPTED = b'{"status": "accepted", "job": {"id": "%s", "status": "queued"}}' % JOB_ID.encode()
COMPLETED = (
    b'{"id": "j", "status": "completed", "service_name": "s", "created_at": "c", "completed_at": "d", '
    b'"result_data": {"status": "success"}, "units_consumed": 4.0, "token_cost": 6.00}'
)
CHARGES = b'{"charges": [{"job_id": "j", "amount": 6.10, "units": 4}, {"amount": null}, 7]}'


def answering(status: int, body: bytes) -> Any:
    """A gateway that always says the same."""

    async def answer(*_: object) -> Response:
        return Response(status, {"x-a": "b"}, body)

    return answer


def test_a_submit_is_written_down_as_it_was_answered() -> None:
    """Time, key role, request, status, data, headers and job id are in the event; the key itself is not."""

    async def work(bench: Bench, gateway: FunctionGateway) -> tuple[Submit, FunctionGateway]:
        await bench.pause(3 * SECOND)
        return await bench.submit(bench.order(fields={"duration": "8s"})), gateway

    event, gateway = on_a_bench(answering(202, ACCEPTED), work)
    assert (event.at, event.answered_at, event.label, event.key) == (3 * SECOND, 3 * SECOND, "job#1", "main")
    assert (event.service, event.intent, event.status, event.job_id) == (
        "media-video-from-text",
        "valid",
        202,
        JOB_ID,
    )
    assert event.headers == {"x-a": "b"}
    ((method, path, headers, body),) = gateway.asked
    assert (method, path) == ("POST", "/v1/proxy/media-video-from-text")
    assert headers == {"Content-Type": "application/json", "Authorization": f"Bearer {minted()}"}
    assert json.loads(body) == event.request
    assert minted() not in repr(event)


def test_an_event_shows_no_key() -> None:
    """The history has the role of a key that the gateway writes into what it sends to its client."""

    async def work(bench: Bench, _: FunctionGateway) -> History:
        await bench.submit(bench.order())
        told = b'{"id": "e", "data": {"owner": "Bearer %s"}}' % minted().encode()
        bench._world.inbox.take(told, bench.clock.now(), 0)
        return bench.history()

    (found,) = [event for event in on_a_bench(answering(202, ACCEPTED), work).events if isinstance(event, Webhook)]
    assert found.data == {"id": "e", "data": {"owner": "Bearer <key:main>"}}


def test_a_raw_body_is_sent_as_it_is_and_shown_as_text() -> None:
    """Bytes that are no JSON go out under the content type that the order names; the event says what they were."""

    async def work(bench: Bench, gateway: FunctionGateway) -> tuple[Submit, FunctionGateway]:
        return await bench.submit(bench.order(raw="[\xff]", content_type="text/plain")), gateway

    event, gateway = on_a_bench(answering(400, b"{}"), work)
    ((_, _, headers, body),) = gateway.asked
    assert (headers["Content-Type"], body) == ("text/plain", b"[\xff]")
    assert event.request == "b'[\\xff]'"


@pytest.mark.parametrize(
    ("body", "job_id"),
    [
        (b"", None),
        (b"[]", None),
        (b'{"job": null}', None),
        (b'{"job": {"id": 7}}', None),
        (b'{"job": {"id": ""}}', None),
        (b'{"job": {"id": "x"}}', "x"),
    ],
)
def test_only_text_is_a_job_id(body: bytes, job_id: str | None) -> None:
    """A submit without a usable id is kept, without one."""

    async def work(bench: Bench, _: FunctionGateway) -> str | None:
        return (await bench.submit(bench.order())).job_id

    assert on_a_bench(answering(202, body), work) == job_id


def test_a_read_is_told_in_the_suites_terms() -> None:
    """The state word becomes a state, amounts stay exact."""

    async def work(bench: Bench, _: FunctionGateway) -> Read:
        return await bench.read_id("j", intent="valid")

    assert on_a_bench(answering(200, COMPLETED), work).shown == Shown(
        id="j",
        state="completed",
        word="completed",
        service="s",
        created_at="c",
        completed_at="d",
        result={"status": "success"},
        units=Decimal("4.0"),
        cost=Decimal("6.00"),
    )


@pytest.mark.parametrize(
    ("job_id", "path"),
    [
        ("a b/c?d#e", "/v2/jobs/a%20b%2Fc%3Fd%23e"),
        ("../charges", "/v2/jobs/..%2Fcharges"),
        ("\r\nX: y", "/v2/jobs/%0D%0AX%3A%20y"),
        ("🎬", "/v2/jobs/%F0%9F%8E%AC"),
        (JOB_ID, f"/v2/jobs/{JOB_ID}"),
    ],
)
def test_an_id_stays_one_part_of_the_path(job_id: str, path: str) -> None:
    """Whatever a gateway calls its jobs, nothing else is asked for."""

    async def work(bench: Bench, gateway: FunctionGateway) -> str:
        await bench.read_id(job_id, intent="valid")
        return gateway.asked[0][1]

    assert on_a_bench(answering(404, b""), work) == path


def test_a_gateway_that_never_answers_is_left() -> None:
    """After twice the deadline the exchange counts as unanswered, on the history's own clock."""

    async def silent(*_: object) -> Response:
        await asyncio.Event().wait()
        raise AssertionError("never")

    async def work(bench: Bench, _: FunctionGateway) -> tuple[Submit, History, int]:
        submit = await bench.submit(bench.order())
        return submit, bench.history(), bench.clock.now()

    submit, history, now = on_a_bench(silent, work)
    assert (submit.status, submit.answered_at, submit.job_id, now) == (None, None, None, 1200 * SECOND)
    assert history.notes == ("POST /v1/proxy/media-video-from-text: no answer within 1200s",)


def test_a_lost_connection_is_no_answer() -> None:
    """The error's text is a note of the history."""

    async def lost(*_: object) -> Response:
        raise ConnectionResetError("gone")

    async def work(bench: Bench, _: FunctionGateway) -> tuple[int | None, int | None, History]:
        submit = await bench.submit(bench.order())
        read = await bench.read(submit)
        return submit.status, read.status, bench.history()

    submitted, read, history = on_a_bench(lost, work)
    assert (submitted, read) == (None, None)
    assert history.notes == ("POST /v1/proxy/media-video-from-text: gone", "GET /v2/jobs/none: gone")


def test_the_ledger_is_read_entry_by_entry() -> None:
    """Odd entries are kept as they are, for the rules to judge."""

    async def work(bench: Bench, _: FunctionGateway) -> LedgerRead | None:
        return await bench.ledger()

    assert on_a_bench(answering(200, CHARGES), work) == LedgerRead(
        at=0,
        key="main",
        entries=(
            Entry(job_id="j", amount=Decimal("6.10"), units=4),
            Entry(job_id=None, amount=None, units=None),
            Entry(job_id=None, amount=None, units=None),
        ),
    )


@pytest.mark.parametrize(("settle", "waited"), [(None, 30 * SECOND), ("5s", 5 * SECOND), ("0s", 0)])
def test_late_charges_are_waited_for(settle: str | None, waited: int) -> None:
    """As long as the profile says, before the last reading."""

    async def work(bench: Bench, _: FunctionGateway) -> History:
        await bench.settle()
        return bench.history()

    ledger = Ledger.model_validate({"http": {"get": "/charges"}, "settle": settle})
    history = on_a_bench(answering(200, CHARGES), work, ledger=ledger)
    assert [reading.at for reading in history.ledger] == [waited]


def test_watching_ends_with_the_job_or_with_the_time() -> None:
    """A job that completes is read until then; one that does not, until the time given."""
    states = iter([b"queued", b"processing", b"completed"])

    async def answer(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        if method == "POST":
            return Response(202, {}, ACCEPTED)
        return Response(200, {}, b'{"status": "%s"}' % next(states, b"queued"))

    async def work(bench: Bench, _: FunctionGateway) -> list[tuple[str, int]]:
        submit = await bench.submit(bench.order())
        seen = []
        for _turn in range(2):
            shown = await bench.watch(submit, 60 * SECOND, 25 * SECOND)
            seen.append((shown.state if shown else "", bench.clock.now() // SECOND))
        return seen

    assert on_a_bench(answer, work) == [("completed", 50), ("queued", 60)]


@pytest.mark.parametrize(
    ("role", "key"),
    [("main", minted()), ("unentitled", "vn-none"), ("unknown", "no-such-key"), ("none", None)],
)
def test_roles_become_keys(role: str, key: str | None) -> None:
    """A case asks for a role; the header carries that role's key, or is not sent."""

    async def work(bench: Bench, gateway: FunctionGateway) -> str | None:
        await bench.submit(bench.order(), key=role)
        return gateway.asked[0][2].get("Authorization")

    assert on_a_bench(answering(401, b""), work) == (None if key is None else f"Bearer {key}")


def test_a_case_keeps_its_keys() -> None:
    """One role is one key for the whole case, and roles differ."""

    async def work(bench: Bench, gateway: FunctionGateway) -> list[str]:
        for role in ("main", "other", "main"):
            await bench.submit(bench.order(), key=role)
        return [headers["Authorization"] for _, _, headers, _ in gateway.asked]

    assert on_a_bench(answering(401, b""), work) == [f"Bearer {minted(role)}" for role in ("main", "other", "main")]


def test_a_key_that_the_gateway_echoes_becomes_its_role() -> None:
    """Secrets reach neither data nor headers of an event."""

    async def echo(_: str, __: str, headers: Mapping[str, str], ___: bytes) -> Response:
        sent = headers["Authorization"]
        return Response(401, {"x-you-sent": sent}, json.dumps({"bad": sent}).encode())

    async def work(bench: Bench, _: FunctionGateway) -> Submit:
        return await bench.submit(bench.order())

    event = on_a_bench(echo, work)
    assert (event.data, event.headers) == ({"bad": "Bearer <key:main>"}, {"x-you-sent": "Bearer <key:main>"})


def test_reads_are_paced_where_they_count_towards_the_limit() -> None:
    """Fifty of a minute's sixty requests are made at once; the next waits until the first of them is a minute old."""

    async def work(bench: Bench, _: FunctionGateway) -> list[int]:
        submit = await bench.submit(bench.order())
        return [(await bench.read(submit)).at for _ in range(51)]

    body = b'{"id": "j", "status": "queued", "job": {"id": "j"}}'
    assert on_a_bench(answering(202, body), work) == [0] * 51
    assert on_a_bench(answering(202, body), work, counts_polls=True) == [0] * 49 + [60 * SECOND] * 2


def test_a_request_goes_out_in_the_apis_own_fields() -> None:
    """The event has it by roles; what the API wants and nobody asked for is filled in, with values that go together."""

    async def work(bench: Bench, gateway: FunctionGateway) -> tuple[Submit, Any]:
        event = await bench.submit(bench.order(fields={"duration": 12}, image="raw"))
        return event, json.loads(gateway.asked[0][3])

    body = b'{"code": 0, "msg": "ok", "data": {"task_ids": ["i2v-1", "i2v-2"]}}'
    event, sent = on_a_bench(answering(200, body), work, api="image-to-video")
    chosen = {"model": "S", "resolution": "720p", "aspect_ratio": "16:9", "duration": 12}
    assert {name: event.request[name] for name in chosen} == chosen
    assert event.request["image"].startswith("https://images.example/mk-")
    assert sent == {
        "prompt": event.request["prompt"],
        "image_url": event.request["image"],
        "model": "S",
        "aspect_resolution": "720p",
        "aspect_ratio": "16:9",
        "duration": 12,
    }
    assert (event.job_id, event.service) == ("i2v-1", "image-to-video")


def test_a_read_is_of_the_apis_own_path_and_words() -> None:
    """Its state as the terms have it, its result once there is a video, and the problems by its own document."""

    async def work(bench: Bench, gateway: FunctionGateway) -> tuple[Read, str]:
        return await bench.read_id("i2v/1", intent="unknown-id"), gateway.asked[0][1]

    body = b'{"code": 0, "msg": "ok", "data": {"task_id": "t", "status": "SUCCEEDED", "video_url": "u", "duration": 6}}'
    words = {"completed": ("SUCCEEDED",)}
    event, path = on_a_bench(answering(200, body), work, api="image-to-video", words=words)
    assert path == "/v1/image_to_video/i2v%2F1"
    result = {"video_url": "u", "duration_seconds": 6}
    assert event.shown == Shown(id="t", state="completed", word="SUCCEEDED", result=result)
    assert event.problems != ()


@pytest.mark.parametrize(
    ("film", "number", "job_id", "counted"),
    [("17", '"4"', "17", Decimal(4)), ('"f"', "4", "f", 4), ("true", '"four"', None, "four")],
)
def test_an_api_of_its_own_may_number_jobs_and_write_numbers_as_text(
    film: str, number: str, job_id: str | None, counted: Any
) -> None:
    """Whether it does so rightly is for its document to say."""
    output = f'"output": {{"url": "u", "seconds": {number}}}'
    body = f'{{"film": {film}, "progress": "ready", {output}, "bill": {{"seconds": {number}, "dollars": "6.00"}}}}'

    async def work(bench: Bench, _: FunctionGateway) -> tuple[Submit, Read]:
        return await bench.submit(bench.order()), await bench.read_id("17", intent="unknown-id")

    profile = load_profile(GATEWAYS / "acme-profile.yaml")
    submit, read = on_a_bench(answering(201, body.encode()), work, api=profile.api, ledger=profile.ledger)
    assert (submit.job_id, read.shown) == (job_id, None)
    _, read = on_a_bench(answering(200, body.encode()), work, api=profile.api, ledger=profile.ledger)
    assert read.shown is not None
    assert (read.shown.units, read.shown.cost) == (counted, Decimal("6.00"))
    assert read.shown.result == {"video_url": "u", "duration_seconds": counted, "model": None}
