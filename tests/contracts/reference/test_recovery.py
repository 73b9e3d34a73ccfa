"""The reference gateway after a restart: nothing is lost, nothing is made twice, and nothing is billed twice."""

from pathlib import Path
from typing import Any

import pytest
from tests.support.references import Client, with_reference

BODY = {"prompt": "A paper boat drifts", "duration": "8s"}
HANGS = "scenario: s\njobs: [{outcome: succeed, after: 20s}]\nexchanges: {submit: [{accept: true, break: hang}]}"
STUCK = "scenario: s\njobs: [{outcome: stuck, queue: 0s}]"


def succeeds(after: str) -> str:
    """A scenario in which every job does."""
    return f"scenario: s\njobs: [{{outcome: succeed, after: {after}}}]"


def restarted(path: Path, scenario: str, before: float, down: float, after: float) -> tuple[Any, Any, int, list[float]]:
    """A job that a restart came upon: the job, its key's charges, the upstream's submits, and when it polled."""

    async def work(client: Client) -> tuple[Any, Any, int, list[float]]:
        job_id = await client.submit(BODY)
        await client.wait(before)
        await client.restart(down)
        await client.wait(after)
        kinds = [exchange.kind for exchange in client.simulator.journal]
        polls = [exchange.at / 1e9 for exchange in client.simulator.journal if exchange.kind == "poll"]
        return await client.job(job_id), await client.charges(), kinds.count("submit"), polls

    return with_reference(work, scenario, database=str(path / "gateway.sqlite"))


def test_a_job_in_flight_is_polled_on(tmp_path: Path) -> None:
    """It completes, billed once by what was asked for, and was submitted once."""
    job, charges, submits, polls = restarted(tmp_path, succeeds("31s"), 12, 4, 60)
    assert (job["status"], job["units_consumed"], job["token_cost"]) == ("completed", 8.0, 12.0)
    assert [charge["amount"] for charge in charges["charges"]] == [12.0]
    assert (submits, polls) == (1, [5, 10, 21, 26, 31])


def test_a_success_while_the_gateway_was_down_is_found(tmp_path: Path) -> None:
    """The upstream is asked again."""
    job, charges, submits, _ = restarted(tmp_path, succeeds("14s"), 12, 30, 10)
    assert (job["status"], len(charges["charges"]), submits) == ("completed", 1, 1)


def test_a_job_without_an_upstream_id_fails_and_is_not_submitted_again(tmp_path: Path) -> None:
    """The upstream may have taken it on, so a second submit might make a second video."""
    job, charges, submits, polls = restarted(tmp_path, HANGS, 12, 0, 60)
    assert (job["status"], job["error"]["code"], job["token_cost"]) == ("failed", "interrupted", 0.0)
    assert (charges["charges"], submits, polls) == ([], 1, [])


def test_a_completed_job_stays_as_it_was(tmp_path: Path) -> None:
    """Not polled, not billed, not changed."""

    async def work(client: Client) -> tuple[Any, Any, Any, int, int]:
        job_id = await client.submit(BODY)
        await client.wait(30)
        first, polls = await client.job(job_id), len(client.simulator.journal)
        await client.restart()
        await client.wait(30)
        after = len(client.simulator.journal)
        return first, await client.job(job_id), await client.charges(), polls, after

    first, second, charges, before, after = with_reference(work, database=str(tmp_path / "gateway.sqlite"))
    assert (first["status"], second) == ("completed", first)
    assert (len(charges["charges"]), after) == (1, before)


@pytest.mark.parametrize(("before", "down"), [(300, 100), (10, 0), (599, 0)])
def test_the_deadline_stays_where_it_was(tmp_path: Path, before: float, down: float) -> None:
    """A restart buys no time, also one just before the 600 s."""

    async def work(client: Client) -> tuple[str, str, str]:
        job_id = await client.submit(BODY)
        await client.wait(before)
        await client.restart(down)
        await client.wait(599.9 - before - down)
        running = (await client.job(job_id))["status"]
        await client.wait(0.2)
        job = await client.job(job_id)
        return running, job["status"], job["error"]["code"]

    outcome = with_reference(work, STUCK, database=str(tmp_path / "gateway.sqlite"))
    assert outcome == ("processing", "failed", "timeout")


def test_a_success_after_the_deadline_is_not_looked_for(tmp_path: Path) -> None:
    """A gateway that was down when the time was up fails the job without a look, since a success may be too late."""
    job, charges, _, polls = restarted(tmp_path, succeeds("620s"), 12, 700, 5)
    assert (job["error"]["code"], charges["charges"], polls) == ("timeout", [], [5, 10])


def test_ids_stay_unique_over_restarts(tmp_path: Path) -> None:
    """A new job of a new process is no old one."""

    async def work(client: Client) -> set[str]:
        seen = set()
        for _ in range(3):
            seen.add(await client.submit(BODY))
            await client.restart()
        return seen

    assert len(with_reference(work, database=str(tmp_path / "gateway.sqlite"))) == 3
