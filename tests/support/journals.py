"""One story told to every dialect over sockets, and the journal that it leaves, spelled so that runs compare."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from collections.abc import Iterator

import httpx2

from veosim.dialects import DIALECTS
from veosim.dialects.base import Kind
from veosim.fixture import Upstream
from veosim.receiver import Receiver

SCENARIO = """
scenario: eventful
jobs:
  - when: {nth: [2, 5]}
    outcome: fail
    queue: {uniform: [1s, 9s]}
  - when: {nth: 3}
    outcome: filtered
  - when: {nth: 4}
    outcome: stuck
  - outcome: succeed
    queue: {uniform: [0s, 5s]}
    run: {uniform: [1s, 60s]}
exchanges:
  submit:
    - when: {nth: 6}
      respond: {status: 503}
  poll:
    - when: {nth_of_job: 2}
      respond: {status: 502, body: "<html>", content_type: text/html}
callbacks:
  delay: {uniform: [0s, 3s]}
  copies: 2
  retry: {attempts: 3, backoff: 1s}
"""
VOLATILE = frozenset({"webhook-timestamp", "webhook-signature"})
KEY = {"Authorization": "Bearer story"}
_PORT = re.compile(r"127\.0\.0\.1:\d+")


def tell(upstream: Upstream, receiver: Receiver) -> None:
    """Submits in every dialect, each twice alike, then time, polls, a cancel and a download."""
    receiver.answer(500, 200, 503, 500)
    with httpx2.Client(headers=KEY) as client:
        for name, dialect in DIALECTS.items():
            base = upstream.url_for(name)
            operation, body = dialect.example()
            for _ in range(2):
                client.post(f"{base}{operation.path}", json={**body, "callback_url": receiver.url})
        polls = [
            f"{upstream.url_for(job.dialect)}{operation.path.format(job_id=job.id)}"
            for job in upstream.jobs
            for operation in DIALECTS[job.dialect].operations
            if operation.kind is not Kind.SUBMIT and operation.kind is not Kind.CANCEL
        ]
        for seconds in (0, 4, 20, 60):
            upstream.clock.advance(f"{seconds}s")
            for url in polls:
                client.get(url)
        last = upstream.jobs[-1]
        client.get(f"{upstream.url_for(last.dialect)}/media/{last.id}/video.mp4", headers={"Range": "bytes=0-99"})


def lines(upstream: Upstream) -> Iterator[str]:
    """The journal, one line an exchange, without ports and without what follows from the real time."""
    for exchange in upstream.journal:
        fields = {
            field.name: getattr(exchange, field.name)
            for field in dataclasses.fields(exchange)
            if field.name != "headers"
        }
        fields["sent_headers"] = {
            name: value for name, value in exchange.sent_headers.items() if name.lower() not in VOLATILE
        }
        yield _PORT.sub("127.0.0.1:PORT", json.dumps(fields, default=lambda raw: raw.decode("latin-1")))


def journal(seed: int) -> list[str]:
    """What one run of the story leaves."""
    with Upstream(SCENARIO, seed=seed) as upstream, Receiver() as receiver:
        tell(upstream, receiver)
        return list(lines(upstream))


if __name__ == "__main__":
    sys.stdout.write("\n".join(journal(int(sys.argv[1]))))
