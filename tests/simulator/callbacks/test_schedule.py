"""Callbacks on a manual clock, with a receiver that follows a script."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from veosim.callbacks import schedule
from veosim.callbacks.schedule import Callbacks
from veosim.callbacks.sign import LOCAL_SECRET
from veosim.clock import HeldError, ManualClock, monotonic
from veosim.dialects.base import Dialect
from veosim.job import Job, JobRequest, JobView, Outcome, Plan
from veosim.journal import Exchange, Journal
from veosim.outbound.base import Receipt
from veosim.scenario.callbacks import CallbackRules
from veosim.units import MILLISECOND, SECOND
from veosim.yamlfile import check, read_tree

URL = "http://127.0.0.1:9/hook"
OK = Receipt(200, "", "answered")
BUSY = Receipt(503, "", "answered")
GONE = Receipt(410, "", "answered")
LATE = Receipt(None, "timed out after 5 s", "timeout")
CLOSED = Receipt(None, "connection refused", "refused")
FORBIDDEN = Receipt(None, "refused: not here", "forbidden")

Sent = list[tuple[float, str, str]]


def rules(text: str = "{}") -> CallbackRules:
    """The `callbacks:` block of a scenario."""
    return check(CallbackRules, read_tree(text, "f.yaml"))


def dialect(*, signs: bool = False) -> Dialect:
    """One whose callbacks hold the id and the state of their job."""

    def callback(job: Job, view: JobView) -> bytes:
        return json.dumps([job.id, view.state]).encode()

    return cast("Dialect", SimpleNamespace(signs=signs, callback=callback))


def job(name: str, ends: float = 1, outcome: Outcome = Outcome.SUCCEED, submitted: float = 0) -> Job:
    """A job that ends so many seconds after its submit."""
    request = JobRequest("from-text", "", "A paper crane", "m", 4, "720p", "16:9", {})
    plan = Plan(outcome, 0, round(ends * SECOND))
    return Job(name, "made-up", request, round(submitted * SECOND), plan, f"mk-{name}")


@dataclass
class Bench:
    """Callbacks whose receiver answers by a script; without one it takes everything."""

    script: dict[str, list[Receipt]] = field(default_factory=dict)
    clock: ManualClock = field(default_factory=lambda: ManualClock(settle_limit=50 * MILLISECOND))
    journal: Journal = field(default_factory=Journal)
    sent: Sent = field(default_factory=list)
    turns: Callable[[str], int] = lambda _: 0
    hanging: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.callbacks = Callbacks(self.clock, self.journal, self.post, LOCAL_SECRET)

    async def post(self, url: str, _: Mapping[str, str], body: bytes) -> Receipt:
        """Note what comes, take some turns of the loop, and answer the next of the script."""
        assert url == URL
        name, state = json.loads(body)
        self.sent.append((self.clock.now() / SECOND, name, state))
        if name in self.hanging:
            await asyncio.Event().wait()
        for _turn in range(self.turns(name)):
            await asyncio.sleep(0)
        left = self.script.get(name, [])
        return left.pop(0) if left else OK

    def expect(self, *jobs: Job, says: str = "{}", signs: bool = False) -> None:
        """One submit of these jobs."""
        self.callbacks.expect(jobs, dialect(signs=signs), rules(says), URL)

    @property
    def counts(self) -> tuple[int, int, int]:
        """Sent, failed, pending."""
        return self.callbacks.sent, self.callbacks.failed, self.callbacks.pending

    @property
    def notes(self) -> list[tuple[float, str | None, int | None, str]]:
        """When, which job, status and note of every exchange in the journal."""
        return [(each.at / SECOND, each.job_id, each.status, each.note) for each in self.journal]


def played(work: Callable[[Bench], Coroutine[Any, Any, None]], bench: Bench | None = None) -> Bench:
    """A bench after this work."""
    bench = bench or Bench()
    asyncio.run(work(bench))
    return bench


def advanced(bench: Bench, *seconds: float) -> None:
    """What a test of one submit does: move the clock, by steps."""

    async def run() -> None:
        for step in seconds:
            assert await bench.clock.advance(round(step * SECOND)) == []

    asyncio.run(run())


def test_a_callback_is_sent_as_its_job_ends() -> None:
    """Not an instant before; its body shows the job as a poll at that instant would."""
    bench = Bench()
    bench.expect(job("a", 2.5))
    advanced(bench, 2.4)
    before = (list(bench.sent), bench.counts)
    advanced(bench, 0.2)
    assert before == ([], (0, 0, 1))
    assert (bench.sent, bench.counts) == ([(2.5, "a", "succeeded")], (1, 0, 0))


def test_the_journal_keeps_the_whole_exchange() -> None:
    """Every field; nothing else stays behind."""
    bench = Bench()
    bench.expect(job("a"))
    advanced(bench, 1)
    assert list(bench.journal) == [
        Exchange(
            number=1,
            at=SECOND,
            dialect="made-up",
            operation="callback",
            kind="callback",
            method="POST",
            path=URL,
            request=b'["a", "succeeded"]',
            job_id="a",
            marker="mk-a",
            status=200,
            sent_headers={"content-type": "application/json"},
            answered_at=SECOND,
        )
    ]
    assert (bench.callbacks._deliveries, bench.callbacks._heap, bench.callbacks._appointed) == ({}, [], set())


@pytest.mark.parametrize(
    ("outcome", "sent"),
    [
        (Outcome.FAIL, [(1.0, "a", "failed")]),
        (Outcome.STUCK, []),
    ],
)
def test_every_end_is_told_and_only_an_end(outcome: Outcome, sent: Sent) -> None:
    """A job that never ends has no callback, and nothing is pending for it."""
    bench = Bench()
    bench.expect(job("a", 1, outcome))
    advanced(bench, 3600)
    assert (bench.sent, bench.callbacks.pending) == (sent, 0)


def test_no_copies_are_never_sent() -> None:
    """A scenario that loses every callback."""
    bench = Bench()
    bench.expect(job("a"), says="{copies: 0}")
    advanced(bench, 3600)
    assert (bench.sent, bench.counts, len(bench.journal)) == ([], (0, 0, 0), 0)


def test_a_delay_is_drawn_once_for_each_job_and_always_the_same() -> None:
    """It follows from the job's id alone."""

    def times() -> Sent:
        bench = Bench()
        for name in ("a", "b"):
            bench.expect(job(name), says="{delay: {uniform: [1s, 9s]}}")
        advanced(bench, 10)
        return sorted(bench.sent)

    first, second = times(), times()
    assert first == second
    assert len({at for at, _, _ in first}) == 2
    assert all(2 <= at <= 10 for at, _, _ in first)


def test_copies_follow_each_other_job_by_job() -> None:
    """One submit's callbacks go out one after the other, however long each takes."""
    bench = Bench(turns=lambda name: {"a": 9}.get(name, 0))
    bench.expect(job("a"), job("b"), says="{copies: 2}")
    advanced(bench, 1)
    assert [name for _, name, _ in bench.sent] == ["a", "a", "b", "b"]
    assert (bench.notes, bench.counts) == (
        [
            (1, "a", 200, "copy 1 of 2"),
            (1, "a", 200, "copy 2 of 2"),
            (1, "b", 200, "copy 1 of 2"),
            (1, "b", 200, "copy 2 of 2"),
        ],
        (4, 0, 0),
    )


def test_reversed_waits_for_the_last_and_sends_it_first() -> None:
    """Jobs that never end are not waited for; another submit is not held up."""
    bench = Bench()
    bench.expect(
        job("a", 1), job("b", 7), job("c", 3), job("d", outcome=Outcome.STUCK), says="{order: reversed, delay: 1s}"
    )
    bench.expect(job("e", 2))
    advanced(bench, 60)
    assert [(at, name) for at, name, _ in bench.sent] == [(2, "e"), (8, "c"), (8, "b"), (8, "a")]


def test_an_earlier_end_is_told_earlier() -> None:
    """A job that is forced or cancelled is told once, at its new end, and never again."""
    bench, one = Bench(), job("a", 100)
    bench.expect(one)
    advanced(bench, 5)
    one.plan = Plan(Outcome.FAIL, 0, 5 * SECOND)
    bench_now = bench.clock.now()
    asyncio.run(amend(bench, one))
    advanced(bench, 200)
    assert (bench_now, bench.sent, bench.counts) == (5 * SECOND, [(5, "a", "failed")], (1, 0, 0))


async def amend(bench: Bench, *jobs: Job) -> None:
    """Tell of changed plans, and let what is due run."""
    for each in jobs:
        bench.callbacks.amended(each)
    assert await bench.clock.advance(0) == []


def test_a_plan_that_changes_there_and_back_is_told_once() -> None:
    """The stale entry and the one that is right again are for the same instant."""
    bench, one = Bench(), job("a", 3)
    bench.expect(one)
    plan = one.plan
    for changed in (replace(plan, run=9 * SECOND), plan, replace(plan, outcome=Outcome.STUCK), plan):
        one.plan = changed
        asyncio.run(amend(bench, one))
    advanced(bench, 60)
    assert (bench.sent, bench.counts) == ([(3, "a", "succeeded")], (1, 0, 0))


def test_a_job_that_never_ended_may_be_given_an_end() -> None:
    """It is scheduled then; in a reversed submit the others are held for it from then on."""
    bench = Bench()
    first, second = job("a", 4), job("b", outcome=Outcome.STUCK)
    bench.expect(first, second, says="{order: reversed}")
    advanced(bench, 1)
    second.plan = Plan(Outcome.SUCCEED, 0, 6 * SECOND)
    asyncio.run(amend(bench, second))
    advanced(bench, 10)
    assert [(at, name) for at, name, _ in bench.sent] == [(6, "b"), (6, "a")]


def test_what_was_sent_stays_sent() -> None:
    """An amendment after the callback, or of a job that has none, changes nothing."""
    bench, one = Bench(), job("a")
    bench.expect(one)
    advanced(bench, 1)
    one.plan = Plan(Outcome.SUCCEED, 0, 9 * SECOND)
    asyncio.run(amend(bench, one, job("nobody's")))
    advanced(bench, 60)
    assert len(bench.sent) == 1


def test_what_does_not_arrive_is_tried_again_on_the_clock() -> None:
    """Waits grow by the factor; the journal says what came and what comes."""
    bench = Bench({"a": [BUSY, LATE, CLOSED]})
    bench.expect(job("a"), says="{retry: {attempts: 5, backoff: 2s, factor: 2}}")
    advanced(bench, 60)
    assert (bench.notes, bench.counts) == (
        [
            (1, "a", 503, "attempt 1 of 5: answered 503; next in 2s"),
            (3, "a", None, "attempt 2 of 5: timed out after 5 s; next in 4s"),
            (7, "a", None, "attempt 3 of 5: connection refused; next in 8s"),
            (15, "a", 200, "attempt 4 of 5"),
        ],
        (1, 0, 0),
    )


@pytest.mark.parametrize(
    ("says", "receipts", "notes"),
    [
        ("{}", [CLOSED], [(1, "a", None, "connection refused; given up")]),
        ("{}", [BUSY], [(1, "a", 503, "answered 503; given up")]),
        (
            "{retry: {attempts: 2}}",
            [BUSY, BUSY],
            [
                (1, "a", 503, "attempt 1 of 2: answered 503; next in 2s"),
                (3, "a", 503, "attempt 2 of 2: answered 503; given up"),
            ],
        ),
        ("{retry: {attempts: 2}}", [GONE], [(1, "a", 410, "attempt 1 of 2: answered 410; given up")]),
        (
            "{retry: {attempts: 2, after: [4xx, 5xx, timeout, refused]}}",
            [FORBIDDEN],
            [(1, "a", None, "attempt 1 of 2: refused: not here; given up")],
        ),
    ],
)
def test_what_is_given_up_says_why(says: str, receipts: list[Receipt], notes: list[object]) -> None:
    """After the last attempt, or after something that is not listed."""
    bench = Bench({"a": receipts})
    bench.expect(job("a"), says=says)
    advanced(bench, 60)
    assert (bench.notes, bench.counts, bench.callbacks._deliveries) == (notes, (0, 1, 0), {})


def test_each_copy_has_attempts_of_its_own() -> None:
    """One copy that fails does not repeat the other."""
    bench = Bench({"a": [BUSY, OK, OK]})
    bench.expect(job("a"), says="{copies: 2, retry: {attempts: 2}}")
    advanced(bench, 60)
    assert (bench.notes, bench.counts) == (
        [
            (1, "a", 503, "copy 1 of 2, attempt 1 of 2: answered 503; next in 2s"),
            (1, "a", 200, "copy 2 of 2, attempt 1 of 2"),
            (3, "a", 200, "copy 1 of 2, attempt 2 of 2"),
        ],
        (2, 0, 0),
    )


@pytest.mark.parametrize("slow", ["a", "b", "c"])
def test_the_journal_does_not_depend_on_who_is_quick(slow: str) -> None:
    """At one instant, attempts stand in the order of their submits, first ones and repeats alike."""
    bench = Bench({name: [BUSY] for name in "abc"}, turns=lambda name: 20 if name == slow else 0)
    for name in "abc":
        bench.expect(job(name), says="{copies: 2, retry: {attempts: 2}}")
    advanced(bench, 60)
    assert [(each.number, each.at / SECOND, each.job_id) for each in bench.journal] == [
        (1, 1, "a"),
        (2, 1, "a"),
        (3, 1, "b"),
        (4, 1, "b"),
        (5, 1, "c"),
        (6, 1, "c"),
        (7, 3, "a"),
        (8, 3, "b"),
        (9, 3, "c"),
    ]


def test_submits_go_out_side_by_side() -> None:
    """A receiver that hangs is named, and holds up neither the others nor time."""
    bench = Bench(hanging={"a"})

    async def work(bench: Bench) -> None:
        bench.expect(job("a"), job("b"), says="{copies: 2, retry: {attempts: 2}}")
        bench.expect(job("c"))
        late = f"callback of a to {URL!r}, copy 1 of 2, attempt 1 of 2"
        assert await bench.clock.advance(2 * SECOND) == [late]
        assert bench.callbacks.unsettled == [late]

    played(work, bench)
    assert (sorted((name, at) for at, name, _ in bench.sent), bench.counts) == ([("a", 1), ("c", 1)], (1, 0, 4))


def test_the_first_attempts_can_be_waited_for() -> None:
    """A submit whose callbacks come before its answer waits for one attempt of each copy, arrived or not."""
    bench, seen = Bench({"a": [BUSY, OK], "b": [CLOSED]}, turns=lambda _: 5), list[object]()

    async def work(bench: Bench) -> None:
        jobs = [job("a", 0), job("b", 0), job("c", 50)]
        bench.expect(*jobs, says="{copies: 2, retry: {attempts: 2}}")
        async with asyncio.timeout(10):
            await bench.callbacks.first_attempts([*jobs, job("nobody's")])
        seen.extend([list(bench.sent), bench.counts])

    played(work, bench)
    first = [(0, "a", "succeeded")] * 2 + [(0, "b", "succeeded")] * 2
    assert seen == [first, (2, 0, 4)]


def test_reset_forgets_everything() -> None:
    """What runs is cancelled and writes nothing more; what was due is not sent; whoever waits is told."""
    bench = Bench(hanging={"a"})

    async def work(bench: Bench) -> None:
        jobs = [job("a", 0)]
        bench.expect(*jobs, says="{retry: {attempts: 2}}")
        bench.expect(job("b", 5))
        waiting = asyncio.create_task(bench.callbacks.first_attempts(jobs))
        await bench.journal.wait(lambda: len(bench.journal) > 0, 10, "the callback")
        await asyncio.sleep(0)
        bench.callbacks.reset()
        bench.journal.reset()
        async with asyncio.timeout(10):
            with pytest.raises(HeldError, match="the simulator was reset"):
                await waiting
        assert (bench.callbacks.unsettled, bench.counts) == ([], (0, 0, 0))
        bench.expect(job("c", 5))
        assert await bench.clock.advance(60 * SECOND) == []

    played(work, bench)
    assert ([name for _, name, _ in bench.sent], bench.counts) == (["a", "c"], (1, 0, 0))
    assert bench.notes == [(5, "c", 200, "")]


@dataclass
class Deaf:
    """A receiver that never answers; an attempt is given up after so many real seconds."""

    limit: float
    sent: list[str] = field(default_factory=list)
    most: int = 0
    now: int = 0

    async def post(self, _: str, __: Mapping[str, str], body: bytes) -> Receipt:
        """Note who comes, and wait."""
        self.sent.append(json.loads(body)[0])
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(self.limit)  # why: real time is what is tested
        self.now -= 1
        return LATE


def test_what_waits_too_long_for_its_turn_goes_out_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    """A receiver that hangs costs the time of one attempt, however many are sent to it; their order stays."""
    monkeypatch.setattr(schedule, "IN_TURN", 0.05)
    deaf, clock, journal = Deaf(0.4), ManualClock(settle_limit=2 * SECOND), Journal()
    callbacks = Callbacks(clock, journal, deaf.post, LOCAL_SECRET)

    async def run() -> tuple[list[str], float]:
        jobs = [job(name, 0) for name in "abcd"]
        callbacks.expect(jobs, dialect(), rules("{copies: 5}"), URL)
        began = monotonic()
        waiting = asyncio.create_task(callbacks.first_attempts(jobs))
        unsettled = await clock.advance(SECOND)
        await waiting
        return unsettled, (monotonic() - began) / SECOND

    unsettled, took = asyncio.run(run())
    assert (unsettled, callbacks.failed, callbacks.pending) == ([], 20, 0)
    assert deaf.sent == [name for name in "abcd" for _ in range(5)]
    assert (deaf.most, took < 1) == (20, True)


def test_a_quick_receiver_is_sent_one_at_a_time() -> None:
    """Nobody is overtaken while turns last."""
    deaf, clock = Deaf(0.001), ManualClock()
    callbacks = Callbacks(clock, Journal(), deaf.post, LOCAL_SECRET)
    callbacks.expect([job(name) for name in "abcd"], dialect(), rules("{copies: 5}"), URL)
    assert asyncio.run(clock.advance(SECOND)) == []
    assert (deaf.most, len(deaf.sent)) == (1, 20)


def test_the_name_of_what_is_under_way_keeps_its_secrets() -> None:
    """The query of a URL is not shown; the first attempt without an end is named."""
    clock = ManualClock(settle_limit=20 * MILLISECOND)

    async def post(_: str, __: Mapping[str, str], body: bytes) -> Receipt:
        if json.loads(body)[0] == "b":
            await asyncio.Event().wait()
        return OK

    async def run() -> list[str]:
        callbacks = Callbacks(clock, Journal(), post, LOCAL_SECRET)
        callbacks.expect([job("a"), job("b"), job("c")], dialect(), rules(), f"{URL}?token=hunter2")
        unsettled = await clock.advance(SECOND)
        assert callbacks.unsettled == unsettled
        callbacks.reset()
        return unsettled

    assert asyncio.run(run()) == [f"callback of b to '{URL}?…'"]


@pytest.mark.parametrize(
    ("signs", "says", "names", "fault"),
    [
        (False, "{}", [], ""),
        (True, "{}", ["webhook-id", "webhook-signature", "webhook-timestamp"], ""),
        (True, "{sign: none}", [], "sign: none"),
        (False, "{sign: good}", ["webhook-id", "webhook-signature", "webhook-timestamp"], ""),
        (True, "{sign: bad}", ["webhook-id", "webhook-signature", "webhook-timestamp"], "sign: bad"),
        (True, "{sign: expired}", ["webhook-id", "webhook-signature", "webhook-timestamp"], "sign: expired"),
    ],
)
def test_callbacks_are_signed_as_documented_unless_the_scenario_says_otherwise(
    signs: bool, says: str, names: list[str], fault: str
) -> None:
    """The journal shows what was sent, and which fault the scenario asked for."""
    bench = Bench()
    bench.expect(job("a"), says=says, signs=signs)
    advanced(bench, 1)
    [exchange] = bench.journal
    assert (sorted(exchange.sent_headers), exchange.fault) == (["content-type", *names], fault)


def test_the_message_id_names_the_callback_in_every_copy_and_attempt() -> None:
    """Two jobs have two; they follow from the jobs' ids."""
    bench = Bench({"a": [BUSY]})
    bench.expect(job("a"), job("b"), says="{copies: 2, sign: good, retry: {attempts: 2}}")
    advanced(bench, 60)
    ids = {(each.job_id, each.sent_headers["webhook-id"]) for each in bench.journal}
    assert len(bench.journal) == 5
    assert sorted(ids) == [("a", "msg_77e719fbfeeb1a89f7c1c192fe1"), ("b", "msg_f9a742569488bcd2baefed0fbda")]


def test_what_is_kept_does_not_grow_with_what_was_sent() -> None:
    """Finished deliveries are forgotten, with their entries, appointments and tasks."""
    bench = Bench({"j7": [BUSY] * 3})
    for number in range(200):
        bench.expect(job(f"j{number}", 1 + number % 5), says="{copies: 2, retry: {attempts: 2}}")
    advanced(bench, 60)
    callbacks = bench.callbacks
    left = [len(kept) for kept in (callbacks._deliveries, callbacks._heap, callbacks._appointed, callbacks._running)]
    assert (left, bench.counts) == ([0, 0, 0, 0], (399, 1, 0))
