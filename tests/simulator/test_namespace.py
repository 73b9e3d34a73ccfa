"""One tenant of a simulator."""

import asyncio
from collections.abc import Mapping

import pytest

from veosim import Job, ManualClock, Outcome, Plan, parse_scenario
from veosim.callbacks.sign import LOCAL_SECRET
from veosim.job import JobRequest
from veosim.journal import Exchange
from veosim.namespace import KEPT, Common, Kept, Namespace, Seconds
from veosim.outbound.base import Receipt
from veosim.units import SECOND

FIRST, SECOND_ONE = parse_scenario("scenario: first\nseed: 3\n"), parse_scenario("scenario: second\n")
MARKER = "mk-0123456789"


async def post(url: str, headers: Mapping[str, str], body: bytes) -> Receipt:
    """Nothing is sent."""
    return Receipt(200, "", "answered")


def made(kept: Kept = KEPT) -> tuple[Namespace, ManualClock]:
    """A namespace as new, and its clock."""
    clock = ManualClock()
    return Namespace("run-7", Common(FIRST, 9, clock, post, LOCAL_SECRET, kept)), clock


def job(name: str, outcome: Outcome = Outcome.SUCCEED, run: int = 5, **changes: float) -> Job:
    """A job of four seconds of video, submitted at 0."""
    request = JobRequest("from-text", "", "a kite", "veo", 4.0, "1080P", "16:9", {})
    return Job(name, "api-video", request, 0, Plan(outcome, 0, run * SECOND, None, changes.get("duration_s")))


def moved(clock: ManualClock, seconds: int) -> None:
    """Move the clock."""
    asyncio.run(clock.advance(seconds * SECOND))


class TestPlay:
    def test_it_lasts_as_long_as_it_was_told(self) -> None:
        """To the nanosecond; after that the first one begins anew."""
        namespace, clock = made()
        first = namespace.stage
        namespace.play(SECOND_ONE, lasting=10 * SECOND)
        assert (namespace.stage.scenario, namespace.until) == (SECOND_ONE, 10 * SECOND)
        asyncio.run(clock.advance(10 * SECOND - 1))
        assert namespace.stage.scenario is SECOND_ONE
        asyncio.run(clock.advance(1))
        assert (namespace.until, namespace.stage.scenario) == (None, FIRST)
        assert namespace.stage is not first

    def test_another_one_ends_it(self) -> None:
        """And with it the time that it had."""
        namespace, clock = made()
        namespace.play(SECOND_ONE, lasting=10 * SECOND)
        namespace.play(SECOND_ONE)
        moved(clock, 60)
        assert (namespace.stage.scenario, namespace.until) == (SECOND_ONE, None)

    def test_seeds(self) -> None:
        """A scenario's own comes before the simulator's."""
        namespace, _ = made()
        assert namespace.stage.seed == 3
        namespace.play(SECOND_ONE)
        assert namespace.stage.seed == 9

    def test_what_is_chosen_keeps_its_counters(self) -> None:
        """A tag's or a key's scenario is one stage, until another scenario has its name."""
        namespace, _ = made()
        stage = namespace.stage_for(None, SECOND_ONE)
        assert namespace.stage_for(None, SECOND_ONE) is stage
        other = parse_scenario("scenario: second\nabout: Changed.\n")
        assert namespace.stage_for(None, other).scenario is other

    def test_a_marker_comes_first(self) -> None:
        """What was handed in for one job is played for it, whatever it asks for."""
        namespace, _ = made()
        namespace.play(SECOND_ONE, marker=MARKER)
        assert namespace.marked((f"a kite {MARKER}", "")) == MARKER
        assert namespace.marked(("a kite mk-9999999999",)) is None
        assert namespace.stage_for(MARKER, FIRST).scenario is SECOND_ONE
        assert namespace.stage.scenario is FIRST


class TestKept:
    def test_the_oldest_that_has_ended_makes_room(self) -> None:
        """One that still runs stays, and is looked at again later."""
        namespace, clock = made(Kept(jobs=2))
        dropped = [namespace.add(job("a", Outcome.STUCK)), namespace.add(job("b")), namespace.add(job("c"))]
        assert dropped == [[], [], []]
        moved(clock, 5)
        assert set(namespace.add(job("d"))) == {"b", "c"}
        assert (list(namespace.jobs), namespace.dropped) == (["a", "d"], 2)

    def test_seconds_are_not_forgotten(self) -> None:
        """Asked for by all, delivered by those that brought a video, at the length that it has."""
        namespace, clock = made(Kept(jobs=1))
        for each in (job("a"), job("b", Outcome.EMPTY), job("c", Outcome.FAIL), job("d", duration_s=2.5)):
            namespace.add(each)
        assert namespace.seconds() == Seconds(16.0, 0.0)
        moved(clock, 5)
        namespace.add(job("e", Outcome.STUCK))
        assert len(namespace.jobs) < 5
        assert namespace.seconds() == Seconds(20.0, 6.5)

    def test_a_long_journal_is_cut(self) -> None:
        """Each namespace has a journal of its own, whose exchanges carry its name."""
        namespace, _ = made(Kept(exchanges=2))
        for _ in range(3):
            namespace.journal.open(Exchange(0, 0, "", "", "", "GET", "/"))
        assert [(each.number, each.namespace) for each in namespace.journal] == [(2, "run-7"), (3, "run-7")]
        assert namespace.journal.dropped == 1


def test_a_reset_leaves_nothing() -> None:
    """No jobs, counts, scenarios or markers of before."""
    namespace, clock = made(Kept(jobs=1))
    namespace.play(SECOND_ONE, lasting=60 * SECOND)
    namespace.play(SECOND_ONE, marker=MARKER)
    namespace.stage_for(None, SECOND_ONE)
    for name in ("a", "b"):
        namespace.add(job(name, run=0))
    namespace.journal.open(Exchange(0, 0, "", "", "", "GET", "/"))
    moved(clock, 1)
    namespace.reset()
    found = (namespace.jobs, namespace.dropped, namespace.seconds(), len(namespace.journal), namespace.until)
    assert found == ({}, 0, Seconds(), 0, None)
    assert (namespace.stage.scenario, namespace.marked((MARKER,))) == (FIRST, None)


@pytest.mark.parametrize("what", ["opened", "closed"])
def test_watchers_are_told(what: str) -> None:
    """Of each exchange, once the journal says so too."""
    told: list[tuple[str, int, int | None]] = []
    common = Common(
        FIRST,
        9,
        ManualClock(),
        post,
        LOCAL_SECRET,
        KEPT,
        [lambda what, exchange: told.append((what, exchange.number, exchange.answered_at))],
    )
    journal = Namespace("a", common).journal
    exchange = journal.open(Exchange(0, 0, "", "", "", "GET", "/"))
    if what == "closed":
        journal.close(exchange, 5)
    assert told[-1] == (what, 1, 5 if what == "closed" else None)
