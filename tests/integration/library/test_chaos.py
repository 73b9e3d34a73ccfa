"""scenarios/chaos: everything at once, and the same every time."""

import http.client
import json
from collections import Counter

import pytest

from tests.support.scenes import Client, Pending
from veosim.receiver import Receiver

JOBS = 200


def seen(pending: Pending) -> tuple[str, bytes]:
    """What comes back on a connection: `200`, `503`, `reset` or `cut`, and the body."""
    try:
        status, body = pending.answer()
    except ConnectionResetError:
        return "reset", b""
    except http.client.IncompleteRead as cut:
        return "cut", cut.partial
    return str(status), body


def soak(client: Client) -> tuple[Counter[str], Counter[str], Counter[str], list[bytes]]:
    """Submits, polls long after, and downloads: how often each thing came back, and every body."""
    submits, polls, downloads = Counter[str](), Counter[str](), Counter[str]()
    bodies = []
    for number in range(JOBS):
        with client.submitting(prompt=f"Boat {number}") as pending:
            what, body = seen(pending)
        submits[what] += 1
        bodies.append(body)
    client.upstream.clock.advance("1h")
    for job in client.upstream.jobs:
        with client.polling(job.id) as pending:
            what, body = later(client, pending)
        bodies.append(body)
        data = json.loads(body) if what.endswith("200") else {}
        polls[f"{what} {data.get('status', '')}".strip()] += 1
        if "video_url" in data:
            with client.getting(data["video_url"]) as pending:
                what, body = seen(pending)
            downloads[what] += 1
            bodies.append(body)
    return submits, polls, downloads, bodies


def later(client: Client, pending: Pending) -> tuple[str, bytes]:
    """What comes back on a connection, be it ten seconds late."""
    is_slow = client.upstream.journal[-1].fault == "delay: 10s"
    if is_slow:
        client.upstream.clock.advance("9999ms")
        assert pending.so_far() == b""
        client.upstream.clock.advance("1ms")
    what, body = seen(pending)
    return f"late {what}" if is_slow else what, body


@pytest.mark.veosim(scenario="chaos")
def test_chaos(client: Client) -> None:
    """Every ingredient comes back about as often as its share says, and a second soak is the first one again."""
    first = submits, polls, downloads, _ = soak(client)
    client.upstream.reset()
    client.upstream.play("chaos")
    assert soak(client) == first
    print(submits, polls, downloads)
    ends = sum(polls[f"{late}200 {word}"] for word in ("success", "error") for late in ("", "late "))
    assert set(submits) == {"200", "503", "reset"}
    assert set(polls) >= {"200 success", "200 error", "200 processing", "503 error", "reset", "cut"}
    assert set(downloads) == {"200", "cut"}


@pytest.mark.veosim(scenario="chaos")
def test_chaos_tells_twice(client: Client, veosim_receiver: Receiver) -> None:
    """Each job that ends is told of twice, within 20 s of its end."""
    speaker = client.on("image-to-video")
    answers = [
        speaker.submit(callback_url=veosim_receiver.url, prompt=f"Kite {number}", generate_count=4)
        for number in range(5)
    ]
