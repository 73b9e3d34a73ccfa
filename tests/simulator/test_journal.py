"""The journal: what it keeps, finds and waits for."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from veosim.errors import VeosimError
from veosim.journal import Ended, Exchange, Journal, JournalGoneError


def arrived(kind: str = "poll", job_id: str | None = None, *, created: bool = False, operation: str = "") -> Exchange:
    """An exchange as it is when its request has just arrived."""
    return Exchange(0, 5, "api-video", operation, kind, "GET", "/", job_id=job_id, marker=job_id, created=created)


def test_exchanges_are_numbered_in_the_order_of_arrival() -> None:
    """Numbers begin at 1, and closing stamps the exchange that was opened."""
    journal = Journal()
    first, second = journal.open(arrived("submit")), journal.open(arrived())
    journal.close(first, 9)
    assert list(journal) == [
        Exchange(1, 5, "api-video", "", "submit", "GET", "/", answered_at=9),
        Exchange(2, 5, "api-video", "", "poll", "GET", "/"),
    ]
    assert list(journal)[1] is second


def test_what_has_ended_is_counted() -> None:
    """By dialect, kind and status; a reset of the journal takes nothing back, and what is still open is left out."""
    ended: Ended = Counter()
    journal = Journal(ended=ended)
    for kind, status in (("submit", 200), ("poll", 404), ("poll", None), ("poll", 404)):
        exchange = journal.open(arrived(kind))
        exchange.status = status
        journal.close(exchange, 9)
    journal.open(arrived())
    journal.reset()
    assert ended == {("api-video", "submit", 200): 1, ("api-video", "poll", 404): 2, ("api-video", "poll", None): 1}


def test_the_journal_is_bounded_and_counts_what_it_dropped() -> None:
    """The newest stay, numbers go on, and nobody has to guess whether something is missing."""
    journal = Journal(kept=3)
    for _ in range(5):
        journal.open(arrived())
    assert ([exchange.number for exchange in journal], len(journal), journal.dropped) == ([3, 4, 5], 3, 2)


def test_a_full_journal_has_dropped_nothing() -> None:
    """The bound itself is still kept."""
    journal = Journal(kept=3)
    for _ in range(3):
        journal.open(arrived())
    assert (len(journal), journal.dropped) == (3, 0)


def test_reset_forgets_everything() -> None:
    """Numbers and the count of dropped ones start again."""
    journal = Journal(kept=1)
    journal.open(arrived())
    journal.open(arrived())
    journal.reset()
    emptied = (list(journal), len(journal), journal.dropped)
    assert emptied == ([], 0, 0)
    assert journal.open(arrived()).number == 1


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({}, [1, 2, 3]),
        ({"kind": "poll"}, [2, 3]),
        ({"operation": "from-text"}, [1]),
        ({"job_id": "a"}, [1, 2]),
        ({"marker": "b"}, [3]),
        ({"created": True}, [1]),
        ({"created": False}, [2, 3]),
        ({"kind": "poll", "job_id": "a"}, [2]),
        ({"kind": "submit", "job_id": "b"}, []),
    ],
)
def test_matching_exchanges_have_every_value_asked_for(filters: dict[str, Any], numbers: list[int]) -> None:
    """What is not asked for does not matter."""
    journal = Journal()
    journal.open(arrived("submit", "a", created=True, operation="from-text"))
    journal.open(arrived("poll", "a"))
    journal.open(arrived("poll", "b"))
    assert [exchange.number for exchange in journal.matching(**filters)] == numbers


def test_iterating_is_not_disturbed_by_what_arrives() -> None:
    """A reader sees the journal as it was when it began."""
    journal = Journal()
    journal.open(arrived())
    for _ in journal:
        journal.open(arrived())
    assert len(journal) == 2


def test_a_wait_ends_when_its_condition_holds() -> None:
    """It is looked at when an exchange opens and when one closes, and other waiters stay."""

    async def run() -> list[str]:
        journal, seen = Journal(), list[str]()

        async def waiting(name: str, count: int) -> None:
            await journal.wait(lambda: len(journal) >= count, 60, name)
            seen.append(name)

        tasks = [asyncio.create_task(waiting("two", 2)), asyncio.create_task(waiting("one", 1))]
        closing = asyncio.create_task(
            journal.wait(lambda: any(exchange.answered_at for exchange in journal), 60, "an answer")
        )
        await asyncio.sleep(0)
        exchange = journal.open(arrived())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        journal.open(arrived())
        await asyncio.gather(*tasks)
        assert not closing.done()
        journal.close(exchange, 9)
        await closing
        return seen

    assert asyncio.run(run()) == ["one", "two"]


def test_a_wait_for_what_holds_already_returns_at_once() -> None:
    """Nothing has to arrive for it."""
    asyncio.run(Journal().wait(lambda: True, 0, "nothing"))


def test_a_journal_that_is_given_up_ends_its_waits() -> None:
    """All of them, but not those that have been met already."""

    async def run() -> list[object]:
        journal = Journal()
        conditions = (lambda: journal.count == 1, lambda: journal.count == 2, lambda: False)
        tasks = [asyncio.create_task(journal.wait(condition, 60, "it")) for condition in conditions]
        await asyncio.sleep(0)
        journal.open(arrived())
        journal.give_up()
        async with asyncio.timeout(10):
            return [type(end) for end in await asyncio.gather(*tasks, return_exceptions=True)]

    assert asyncio.run(run()) == [type(None), JournalGoneError, JournalGoneError]


def test_a_wait_that_is_not_met_says_what_it_waited_for() -> None:
    """The error names the wish and what there is instead."""

    async def run() -> None:
        journal = Journal()
        journal.open(arrived())
        await journal.wait(lambda: False, 0.001, "2 polls of job 'a'")

    with pytest.raises(VeosimError) as failure:
        asyncio.run(run())
    assert str(failure.value) == "waited 0.001 s for 2 polls of job 'a'; the journal has 1 exchange"
