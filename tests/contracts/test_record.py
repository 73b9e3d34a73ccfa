"""The record of a case: everything in order of time, and at one instant in order of cause."""

import asyncio
import json

from tests.support.benches import CASE, Answerer, FunctionGateway, minted, on_a_bench, setting
from tests.support.ledgers import accepting

from veocontracts.bench import Bench
from veocontracts.caller import Caller
from veocontracts.events import Event, Submit
from veocontracts.inbox import Inbox
from veocontracts.keys import Keys
from veocontracts.record import Record
from veocontracts.steps import Origin
from veocontracts.targets.log import GatewayLog
from veocontracts.world import World
from veosim.app import create_app
from veosim.clock import ManualClock
from veosim.inprocess import Response, call
from veosim.simulator import Simulator
from veosim.units import SECOND


async def nothing(*_: object) -> Response:
    """Nothing is asked of this gateway."""
    raise AssertionError


def a_record(log: GatewayLog | None = None, inbox: Inbox | None = None) -> Record:
    """One that has just begun; 2 s have passed on its clock."""
    chosen, gateway, clock = setting(), FunctionGateway(nothing), ManualClock()
    asyncio.run(clock.advance(2 * SECOND))
    keys = Keys(chosen.profile.auth, 60, 60)
    world = World(gateway, Simulator(clock=clock), clock, keys, alone=True, log=log, inbox=inbox or Inbox())
    return Record(chosen, world, Caller(gateway, keys, SECOND, chosen.profile, Origin(0, CASE)), lone=False)


def a_submit(at: int = 2 * SECOND, *, key: str = "main", job_id: str | None = None) -> Submit:
    """One that the record may be about."""
    return Submit(at=at, label="job#1", key=key, service="media-video-from-text", request={}, job_id=job_id)


def test_at_one_instant_causes_come_first() -> None:
    """The client's submit, what it made the gateway submit upstream, the next submit, and what that one made."""

    def forwarding(bench: Bench) -> Answerer:
        app = create_app(bench._world.simulator, root="api-video")

        async def answer(_: str, __: str, ___: object, body: bytes) -> Response:
            await call(app, "POST", "/api/video/from-text", {}, body)
            return accepting()

        return answer

    async def work(bench: Bench, gateway: FunctionGateway) -> list[tuple[str, str, int]]:
        gateway.answer = forwarding(bench)
        for _ in range(2):
            await bench.submit(bench.order())
        events: list[Event] = list(bench.history().events)
        return [(type(event).__name__, getattr(event, "label", ""), event.at) for event in events]

    assert on_a_bench(nothing, work) == [
        ("Submit", "job#1", 0),
        ("UpstreamSubmit", "job#1", 0),
        ("Submit", "job#2", 0),
        ("UpstreamSubmit", "job#2", 0),
    ]


def test_a_webhook_event_comes_after_what_the_upstream_had_seen() -> None:
    """It bears the label of the job that it names; one from before the case is none of it."""
    inbox = Inbox()
    for at in (SECOND, 2 * SECOND):
        inbox.take(json.dumps({"data": {"id": "j-1"}}).encode(), at, 0)
    record = a_record(inbox=inbox)
    record.add(a_submit(job_id="j-1"), 0)
    found = [(type(event).__name__, getattr(event, "label", ""), event.at) for event in record.events({})]
    assert found == [("Submit", "job#1", 2 * SECOND), ("Webhook", "job#1", 2 * SECOND)]


def test_a_key_has_the_jobs_that_it_was_given() -> None:
    """Not those of another key, and not what was refused."""
    record = a_record()
    record.add(a_submit(job_id="j-1"), 0)
    record.add(a_submit(job_id="j-2", key="other"), 0)
    record.add(a_submit(), 0)
    assert (record.jobs("main"), record.jobs("other"), record.jobs("unentitled")) == ({"j-1"}, {"j-2"}, set())


def test_charges_are_read_now() -> None:
    """At the clock's time, and among the events."""
    record = a_record()
    read = record.add_charges("main", (), None)
    assert (read.at, read.key, read.entries, read.total) == (2 * SECOND, "main", (), None)
    assert record.events({}) == (read,)


def test_what_was_asked_and_written_before_the_case_is_none_of_it() -> None:
    """Of the upstream, and in the gateway's log; keys in it are hidden by whoever keeps the log."""

    async def work(bench: Bench, _: FunctionGateway) -> list[str]:
        app = create_app(bench._world.simulator, root="api-video")
        await call(app, "GET", "/api/video/status/earlier")
        await bench.pause(SECOND)
        record = Record(bench.setting, bench._world, bench.caller, lone=False)
        await call(app, "GET", "/api/video/status/later")
        return [exchange.path for exchange in record.asked()]

    assert on_a_bench(nothing, work) == ["/api/video/status/later"]
    log = GatewayLog(lambda text: text.replace(minted(), "<key:main>"))
    log.file.write(b"earlier\n")
    record = a_record(log)
    log.file.write(f"later, of {minted()}\n".encode())
    assert record.log() == ["later, of <key:main>"]
    log.close()
    assert a_record().log() == []
