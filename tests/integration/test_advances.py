"""A thousand small advances, with jobs and callbacks in flight all the while, leave the same journal every time."""

import httpx2
import pytest
from tests.support.journals import lines

from veosim.fixture import Upstream
from veosim.receiver import Receiver

SCENARIO = """
scenario: busy
jobs:
  - when: {share: 20%}
    outcome: fail
    run: {uniform: [1s, 90s]}
  - queue: {uniform: [0s, 9s]}
    run: {p50: 30s, p99: 90s}
callbacks:
  delay: {uniform: [0s, 5s]}
  copies: 2
  retry: {attempts: 3, backoff: 1s}
"""
JOBS = 100
KEY = {"Authorization": "Bearer busy"}


def busy(advances: int) -> list[str]:
    """A hundred jobs in twenty-five submits, then small steps through their lives; the journal, without ports."""
    with Upstream(SCENARIO, seed=3) as upstream, Receiver() as receiver, httpx2.Client(headers=KEY) as client:
        receiver.answer(*(500 if number % 5 == 0 else 200 for number in range(JOBS)))
        base = f"{upstream.url_for('image-to-video')}/v1/image_to_video"
        for number in range(JOBS // 4):
            body = {
                "model": "V",
                "prompt": f"Lantern {number} drifts away",
                "image_url": "https://images.example/lantern.png",
                "aspect_ratio": "16:9",
                "aspect_resolution": "720p",
                "duration": 4,
                "generate_count": 4,
                "callback_url": receiver.url,
            }
            assert client.post(base, json=body).status_code == 200
        assert len(upstream.jobs) == JOBS
        for _ in range(advances):
            upstream.clock.advance("150ms")
        told = upstream.journal.matching(kind="callback")
        assert len(told) >= 2 * JOBS
        assert {exchange.status for exchange in told} == {200, 500}
        return list(lines(upstream))


@pytest.mark.parametrize("runs", [2, pytest.param(10, marks=pytest.mark.prove)])
def test_a_thousand_advances_repeat_themselves(runs: int) -> None:
    """Whatever falls due between them falls due in one order, with one outcome."""
    first = busy(1_000)
    assert [busy(1_000) == first for _ in range(runs - 1)] == [True] * (runs - 1)
