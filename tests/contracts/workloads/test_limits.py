"""The burst, and the client that comes again when a 429 says so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from tests.support.benches import FunctionGateway, on_a_bench, setting

from veocontracts.bench import Bench
from veocontracts.events import Submit
from veocontracts.timing.modes import Mode
from veocontracts.workloads.limits import limits
from veosim.inprocess import Response
from veosim.units import MILLISECOND, SECOND


def accepted(place: int) -> Response:
    """The documented 202."""
    job = {"id": f"id-{place}", "status": "queued", "service": "s", "created_at": "2026-05-04T09:00:00Z"}
    return Response(202, {}, json.dumps({"status": "accepted", "job": job}).encode())


def came_again(headers: Mapping[str, str], allowed: int = 60, *, paced: bool = False) -> list[int]:
    """When, after the burst, the client submitted again, in nanoseconds; the gateway's 429 has these headers."""
    served = 0

    async def answer(method: str, path: str, sent: Mapping[str, str], body: bytes) -> Response:
        nonlocal served
        del path, sent, body
        served += method == "POST"
        return accepted(served) if served <= allowed or method == "GET" else Response(429, headers, b"{}")

    async def work(bench: Bench, gateway: FunctionGateway) -> list[int]:
        del gateway
        if paced:
            scaled = replace(bench.terms, mode="scaled")
            bench.setting = replace(bench.setting, terms=scaled, mode=Mode("scaled", 60))
        [case] = limits(bench.setting)
        await case.drive(bench)
        return [event.at for event in bench.history().of(Submit) if event.intent == "burst-retry"]

    return on_a_bench(answer, work)


def test_a_client_comes_again_as_soon_as_the_429_says() -> None:
    """A moment after the time that it named."""
    assert came_again({"retry-after": "17"}) == [17 * SECOND + MILLISECOND]


def test_the_gateways_seconds_are_longer_than_the_historys_where_time_is_scaled() -> None:
    """The history's clock runs 60 times as fast as its gateway's."""
    assert came_again({"retry-after": "1"}, paced=True) == [60 * SECOND + MILLISECOND]


@pytest.mark.parametrize("headers", [{}, {"retry-after": "soon"}, {"retry-after": "181"}])
def test_nobody_waits_without_a_time_or_for_more_than_three_windows(headers: Mapping[str, str]) -> None:
    """There is no second try."""
    assert came_again(headers) == []


def test_nobody_comes_again_who_was_not_turned_away() -> None:
    """Without a 429 there is nothing to wait for."""
    assert came_again({"retry-after": "17"}, allowed=1_000) == []


def test_without_fresh_keys_there_is_no_burst() -> None:
    """A limited key needs its window to itself."""
    chosen = setting()
    auth = chosen.profile.auth.model_copy(update={"mint": None})
    assert list(limits(replace(chosen, profile=chosen.profile.model_copy(update={"auth": auth})))) == []
