"""scenarios/chaos: everything at once, and the same every time."""

import http.client
import json
from collections import Counter

import pytest
from tests.support.scenes import Client, Pending

from veosim.receiver import Receiver

JOBS = 400


class Soak:
    """Submits, one poll of each job long after its end, and a download wherever there is a video.

    Attributes:
        seen: how often each thing came back: the kind of exchange, then `200`, `503`, `reset` or `cut`, the word of a
            poll, `empty` where a success has no video, and `late` where the answer took ten seconds.
        bodies: of all answers, in order.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self.seen = Counter[str]()
        self.bodies: list[bytes] = []
        for number in range(JOBS):
            with client.submitting(prompt=f"Boat {number}") as pending:
                self._note("submit", *answer_on(pending))
        client.upstream.clock.advance("1h")
        for job in client.upstream.jobs:
            self._follow(job.id)

    def _follow(self, job: str) -> None:
        with self._client.polling(job) as pending:
            what, body = self._in_time(pending)
        data = json.loads(body) if what.endswith("200") else {}
        url = data.get("video_url")
        is_empty = data.get("status") == "success" and url is None
        self._note("poll", " ".join(filter(None, (what, data.get("status"), "empty" if is_empty else ""))), body)
        if url is not None:
            with self._client.getting(url) as pending:
                self._note("content", *answer_on(pending))

    def _note(self, kind: str, what: str, body: bytes) -> None:
        self.seen[f"{kind} {what}"] += 1
        self.bodies.append(body)

    def _in_time(self, pending: Pending) -> tuple[str, bytes]:
        upstream = self._client.upstream
        if "delay" not in upstream.journal[-1].fault:
            return answer_on(pending)
        upstream.clock.advance("9999ms")
        assert pending.so_far() == b""
        upstream.clock.advance("1ms")
        what, body = answer_on(pending)
        return f"late {what}", body


def answer_on(pending: Pending) -> tuple[str, bytes]:
    """The status and the body that come back on a connection, or how it ended instead."""
    try:
        status, body = pending.answer()
    except ConnectionResetError:
        return "reset", b""
    except http.client.IncompleteRead as cut:
        return "cut", cut.partial
    return str(status), body


SHARES = {
    "submit 503": 0.03,
    "submit reset": 0.02,
    "poll 503": 0.04,
    "poll reset": 0.02,
    "poll cut": 0.02,
    "poll 200 error": 0.15,
    "poll 200 success empty": 0.015,
    "poll 200 processing": 0.015,
    "content cut": 0.05,
}
"""Of all jobs; a failed one is shown by nine polls of ten."""


@pytest.mark.veosim(scenario="chaos")
def test_chaos(client: Client) -> None:
    """Every ingredient comes back about as often as its share says, and a second soak is the first one again."""
    first = Soak(client)
    late = sum(count for what, count in first.seen.items() if what.startswith("poll late 200 "))
    client.upstream.reset()
    client.upstream.play("chaos")
    second = Soak(client)
    assert {what for what, share in SHARES.items() if not share / 4 < first.seen[what] / JOBS < share * 2} == set()
    assert 0.005 < late / JOBS < 0.04
    assert (second.seen, second.bodies) == (first.seen, first.bodies)


@pytest.mark.veosim(scenario="chaos")
def test_chaos_tells_twice(client: Client, veosim_receiver: Receiver) -> None:
    """Each job that ends is told of twice, also those of a submit whose answer was lost; others never."""
    for number in range(20):
        with client.on("image-to-video").submitting(
            prompt=f"Kite {number}", generate_count=4, callback_url=veosim_receiver.url
        ) as pending:
            answer_on(pending)
    client.upstream.clock.advance("1h")
    told = Counter(received.json()["data"]["task_id"] for received in veosim_receiver.received)
    jobs = client.upstream.jobs
    assert told == {job.id: 2 for job in jobs if job.ends_at is not None}
    assert len(told) < len(jobs) < 80
