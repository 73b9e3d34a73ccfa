"""The client's receiver of webhook events: what came, when, and for which job."""

import asyncio
from decimal import Decimal

from veocontracts.events import Webhook
from veocontracts.inbox import PATH, Inbox, with_inbox
from veocontracts.profile import Webhooks
from veocontracts.secrets import Secrets
from veocontracts.terms import Terms
from veosim import ManualClock, Simulator
from veosim.app import create_app
from veosim.inprocess import call
from veosim.units import SECOND

NONE = Secrets()
EVENT = b'{"id": "e-1", "data": {"id": "j", "status": "completed", "units_consumed": 4, "token_cost": 6.10}}'
SEEN = Webhook(
    at=SECOND,
    label="job#1",
    event_id="e-1",
    job_id="j",
    state="completed",
    units=4,
    cost=Decimal("6.10"),
    data={
        "id": "e-1",
        "data": {"id": "j", "status": "completed", "units_consumed": 4, "token_cost": Decimal("6.10")},
    },
    status=503,
)


def delivered(*bodies: bytes, answers: tuple[int, ...] = ()) -> tuple[Inbox, list[int]]:
    """An inbox after these deliveries, at second 1, and what each was answered."""

    async def work() -> tuple[Inbox, list[int]]:
        clock, inbox = ManualClock(), Inbox()
        await clock.advance(SECOND)
        inbox.answers.extend(answers)
        app = with_inbox(create_app(Simulator(clock=clock), root="api-video"), inbox, clock, lambda: 7)
        found = [await call(app, "POST", PATH, {}, body) for body in bodies]
        assert (await call(app, "GET", "/api/video/status/x")).status == 404
        return inbox, [answer.status for answer in found]

    return asyncio.run(work())


def test_a_delivery_belongs_to_its_job() -> None:
    """With its event id, state and charge, read where the profile says; it may be refused on purpose once."""
    inbox, statuses = delivered(EVENT, EVENT, answers=(503,))
    found = list(inbox.events(Webhooks(), Terms(), {"j": "job#1"}, 0, NONE, alone=False))
    assert statuses == [503, 200]
    assert found[0] == (7, SEEN)
    assert found[1][1].status == 200


def test_a_job_s_number_is_its_id() -> None:
    """As everywhere: an API may number its jobs."""
    inbox, _ = delivered(b'{"data": {"id": 7}}')
    ((_, found),) = inbox.events(Webhooks(), Terms(), {"7": "job#1"}, 0, NONE, alone=False)
    assert (found.label, found.job_id) == ("job#1", "7")


def test_a_delivery_of_nobodys_job() -> None:
    """Is seen where one case is alone; what came before a case began is not."""
    inbox, statuses = delivered(b"not JSON", b'{"data": {"id": 7}}')
    assert statuses == [200, 200]
    assert list(inbox.events(Webhooks(), Terms(), {}, 0, NONE, alone=False)) == []
    assert list(inbox.events(Webhooks(), Terms(), {}, 2 * SECOND, NONE, alone=True)) == []
    (_, first), (_, second) = inbox.events(Webhooks(), Terms(), {}, 0, NONE, alone=True)
    assert (first.label, first.data, second.job_id) == ("nobody", None, "7")


def test_too_large_a_body_is_refused() -> None:
    """As the simulator's own bodies are."""
    inbox, statuses = delivered(b" " * (33 * 1024 * 1024))
    assert (inbox.deliveries, statuses) == ([], [413])


def test_an_event_shows_no_secret() -> None:
    """Keys of the case's client, and what the gateway was given, wherever it writes them."""
    body = b'{"id": "e-1", "data": {"id": "j"}, "owner": "vk-\\u0031", "sig": ["Bearer up-123456"], "vk-1": null}'
    inbox, _ = delivered(body)
    secrets = Secrets({"vk-1": "key:main", "up-123456": "key:upstream"})
    ((_, found),) = inbox.events(Webhooks(), Terms(), {"j": "job#1"}, 0, secrets, alone=False)
    assert found.data == {
        "id": "e-1",
        "data": {"id": "j"},
        "owner": "<key:main>",
        "sig": ["Bearer <key:upstream>"],
        "<key:main>": None,
    }
