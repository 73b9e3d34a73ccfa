"""What a key was charged in all: a balance before, during and after."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from tests.support.benches import FunctionGateway, on_a_bench
from tests.support.ledgers import MAIN, accepting

from veocontracts.bench import Bench
from veocontracts.events import Entry, LedgerRead, Submit
from veocontracts.history import History
from veocontracts.profile import Ledger
from veosim.inprocess import Response
from veosim.units import SECOND

GET = {"get": "/v2/balance"}


def sampled(*told: bytes, spec: dict[str, Any], own_keys: bool = True, key: str = "main") -> History:
    """One job, and a reading a second after it for each further answer of the balance."""
    left, asked = iter(told), []

    async def answer(method: str, path: str, headers: Any, body: bytes) -> Response:
        del body
        if method == "POST":
            return accepting()
        asked.append((method, path, headers["Authorization"]))
        body = next(left)
        return Response(200 if body else 500, {}, body)

    async def work(bench: Bench, _: FunctionGateway) -> History:
        await bench.submit(bench.order(), key)
        for _number in told[1:]:
            await bench.pause(SECOND)
            await bench.ledger(key)
        return bench.history()

    found = on_a_bench(answer, work, ledger=Ledger.model_validate({"balance": spec}), own_keys=own_keys)
    assert asked == [("GET", "/v2/balance", f"Bearer {MAIN}")] * len(asked)
    return found


def totals(history: History) -> Sequence[tuple[int, Decimal | None]]:
    """What each reading showed, and when, in seconds."""
    assert all(reading.entries is None for reading in history.ledger)
    return [(reading.at // SECOND, reading.total) for reading in history.ledger]


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        (GET, (b'{"balance": 100.00}', b'{"balance": 100}', b'{"balance": "94.00"}')),
        (
            {**GET, "amount": "/used", "falls": False, "amounts_in": "micros"},
            (b'{"used": 7}', b'{"used": 7}', b'{"used": 6000007}'),
        ),
        (
            {**GET, "amount": "/left", "amounts_in": "cents"},
            (b'{"left": -250}', b'{"left": -250}', b'{"left": -850}'),
        ),
    ],
)
def test_what_counts_is_how_far_it_moved(spec: dict[str, Any], told: tuple[bytes, ...]) -> None:
    """Since the look that was taken before the key was first used; exact, whatever it is counted in."""
    history = sampled(*told, spec=spec)
    assert isinstance(history.events[1], Submit)
    assert totals(history) == [(0, Decimal(0)), (1, Decimal(0)), (2, Decimal(6))]
    assert history.notes == ()


def test_a_look_that_fails_is_left_out() -> None:
    """With a note; the next one counts from the first again."""
    history = sampled(b'{"balance": 9}', b"", b'{"balance": "?"}', b'{"balance": 3}', spec=GET)
    assert totals(history) == [(0, Decimal(0)), (3, Decimal(6))]
    assert history.notes == (
        "the ledger could not be read: GET /v2/balance: 500",
        "the ledger could not be read: GET /v2/balance shows no amount at '/balance': '?'",
    )


def test_submits_that_go_out_together_have_one_first_look() -> None:
    """All of them wait for it."""
    asked = []

    async def answer(method: str, *_: object) -> Response:
        asked.append(method)
        await asyncio.sleep(1)  # why: the gateway takes a virtual second, so that all submits wait for one look
        return accepting() if method == "POST" else Response(200, {}, b'{"balance": 9}')

    async def work(bench: Bench, _: FunctionGateway) -> History:
        await asyncio.gather(*(bench.submit(bench.order()) for _number in range(3)))
        return bench.history()

    history = on_a_bench(answer, work, ledger=Ledger.model_validate({"balance": GET}))
    assert asked == ["GET", "POST", "POST", "POST"]
    assert totals(history) == [(1, Decimal(0))]


def test_without_a_first_look_there_is_no_total() -> None:
    """It is not tried again: what has moved since, nobody knows."""
    history = sampled(b"", b'{"balance": 3}', spec=GET)
    assert (history.ledger, history.notes) == ([], ("the ledger could not be read: GET /v2/balance: 500",))


def test_keys_that_others_use_have_no_total() -> None:
    """They move the balance too."""
    assert sampled(b'{"balance": 9}', b'{"balance": 3}', spec=GET, own_keys=False).ledger == []


def test_keys_of_nobody_are_not_looked_at() -> None:
    """They have no account."""
    assert sampled(b'{"balance": 9}', spec=GET, key="unknown").ledger == []


def test_a_key_s_only_job_was_charged_what_the_total_moved() -> None:
    """One entry for each time that it was found moved; the readings keep their totals."""
    history = sampled(*(b'{"balance": %d}' % left for left in (100, 100, 94, 94, 100)), spec=GET)
    charge, back = Entry(job_id="job-1", amount=Decimal(6)), Entry(job_id="job-1", amount=Decimal(-6))
    (story,) = history.stories
    assert [(reading.entries, reading.total) for reading in story.ledger] == [
        ((), Decimal(0)),
        ((), Decimal(0)),
        ((charge,), Decimal(6)),
        ((charge,), Decimal(6)),
        ((charge, back), Decimal(0)),
    ]


def test_beside_a_list_both_are_kept() -> None:
    """In one reading; what the list tells of a job goes before what the balance lets guess."""

    async def answer(method: str, path: str, headers: Any, body: bytes) -> Response:
        del headers, body
        told = {"/list": b'{"charges": [{"job_id": "job-1", "amount": 6}]}', "/v2/balance": b'{"balance": 3}'}
        return accepting() if method == "POST" else Response(200, {}, told[path])

    async def work(bench: Bench, _: FunctionGateway) -> History:
        await bench.submit(bench.order())
        await bench.ledger()
        return bench.history()

    history = on_a_bench(answer, work, ledger=Ledger.model_validate({"balance": GET, "http": {"get": "/list"}}))
    listed = LedgerRead(at=0, key="main", entries=(Entry(job_id="job-1", amount=6),), total=Decimal(0))
    assert history.ledger == [LedgerRead(at=0, key="main", total=Decimal(0)), listed]
    assert history.stories[0].ledger == [listed]
