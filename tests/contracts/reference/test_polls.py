"""How the reference gateway polls: at its pace, more seldom while polls go wrong, and when it is told to come."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.support.references import Client, with_reference

from veocontracts.reference.settings import Settings
from veocontracts.reference.upstream import AppUpstream, HttpUpstream, Upstream
from veosim import parse_scenario
from veosim.app import create_app
from veosim.seeded import fingerprint
from veosim.server import serving
from veosim.simulator import Simulator
from veosim.units import SECOND

STUCK = "scenario: s\njobs: [{outcome: stuck, queue: 0s}]\n"
BUSY = "respond: {status: 429, headers: {Retry-After: '%d'}}"


def polled(scenario: str, wait: float = 700, **kwargs: Any) -> tuple[list[float], Any]:
    """When a job was polled, in seconds, and how it stood in the end."""

    async def work(client: Client) -> tuple[list[float], Any]:
        job_id = await client.submit({"prompt": "A paper boat"})
        await client.wait(wait)
        polls = [exchange.at / SECOND for exchange in client.simulator.journal if exchange.kind == "poll"]
        return polls, await client.job(job_id)

    return with_reference(work, scenario, **kwargs)


def faults(*entries: str) -> str:
    """A stuck job, and what its polls meet."""
    return STUCK + "exchanges:\n  poll:\n" + "".join(f"    - {{{entry}}}\n" for entry in entries)


def test_a_healthy_job_is_polled_evenly_up_to_its_deadline() -> None:
    """Every 5 s, and once at the deadline itself."""
    polls, job = polled(STUCK)
    assert polls == [5.0 * place for place in range(1, 121)]
    assert job["error"] == {"code": "timeout", "message": "The job timed out after 600 s."}


def test_intervals_double_while_polls_go_wrong() -> None:
    """5 s after the first error, then 10, 20, 40, and never more than 80; the last look is at the deadline."""
    polls, _ = polled(faults("respond: {status: 503}"))
    assert polls == [5, 10, 20, 40, 80, 160, 240, 320, 400, 480, 560, 600]


def test_one_good_answer_brings_the_usual_pace_back() -> None:
    """A job that is under way again is polled every 5 s."""
    polls, _ = polled(faults("when: {nth_of_job: '1..3'}, break: reset"), wait=61)
    assert polls == [5, 10, 20, 40, 45, 50, 55, 60]


def test_a_poll_comes_when_the_upstream_says() -> None:
    """Retry-After counts where it is longer than the pause."""
    polls, _ = polled(faults(f"when: {{nth_of_job: 1}}, {BUSY % 20}", f"when: {{nth_of_job: 2}}, {BUSY % 2}"), wait=41)
    assert polls == [5, 25, 35, 40]


def test_an_upstream_that_asks_for_more_time_than_there_is_is_left_alone() -> None:
    """The job times out without the look at its deadline."""
    polls, job = polled(faults(BUSY % 599))
    assert (polls, job["error"]["code"]) == ([5.0], "timeout")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_passing_status_is_a_missed_poll(status: int) -> None:
    """The job goes on, whatever the body says."""
    _, job = polled(faults(f"when: {{nth_of_job: 1}}, respond: {{status: {status}}}"), wait=30)
    assert job["status"] == "processing"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
def test_a_status_that_speaks_of_the_job_ends_it(status: int) -> None:
    """It fails, with the upstream's reason."""
    _, job = polled(faults(f"when: {{nth_of_job: 1}}, respond: {{status: {status}}}"), wait=30)
    assert (job["status"], job["error"]["code"]) == ("failed", "upstream_error")


@pytest.mark.parametrize(("key", "sent"), [("", ""), ("uk-gateway", fingerprint("Bearer uk-gateway"))])
def test_the_upstream_sees_the_gateways_own_key(key: str, sent: str) -> None:
    """At the submit and at polls; none where it has none."""

    async def work(client: Client) -> set[str]:
        await client.submit({"prompt": "A paper boat"})
        await client.wait(10)
        return {exchange.key for exchange in client.simulator.journal}

    assert with_reference(work, settings=Settings(upstream_key=key)) == {sent}


@pytest.mark.parametrize("over_sockets", [False, True])
def test_each_part_of_an_answer_is_heard(over_sockets: bool) -> None:
    """Of one that is dripped, every byte by itself; of any other, at least one part."""
    scenario = parse_scenario("scenario: s\nexchanges: {poll: [{break: {drip: 1ms}}]}")

    async def work() -> tuple[int, int, int]:
        app = create_app(Simulator(scenario), root="api-video")
        async with serving(app) as url:
            upstream: Upstream = HttpUpstream(url) if over_sockets else AppUpstream(app, "")
            whole: list[None] = []
            made = await upstream.send(
                "POST", "/api/video/from-text", {"prompt": "A boat"}, heard=lambda: whole.append(None)
            )
            job_id, parts = made.body.decode().partition('"job_id":"')[2].partition('"')[0], list[None]()
            answer = await upstream.send("GET", f"/api/video/status/{job_id}", heard=lambda: parts.append(None))
            await upstream.close()
            return len(whole), len(parts), len(answer.body)

    whole, parts, length = asyncio.run(work())
    assert whole >= 1
    assert parts > length // 2 > 10
