"""The client's receiver of webhook events: it keeps what the gateway sends, and may refuse a delivery on purpose."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from veocontracts.events import Webhook
from veocontracts.faces import at, id_text, parse
from veocontracts.profile import Webhooks
from veocontracts.secrets import Secrets
from veocontracts.terms import Terms
from veosim.body import BadBodyError, ClientLeftError, read_body
from veosim.clock import Clock
from veosim.inprocess import App

PATH = "/_veocontracts/webhooks"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery: when it came, after how many exchanges that the upstream had seen, and what it was answered."""

    at: int
    seen: int
    body: bytes
    status: int


@dataclass(slots=True)
class Inbox:
    """Deliveries, oldest first.

    Attributes:
        answers: statuses for the next deliveries; 200 once there are none left.
    """

    deliveries: list[Delivery] = field(default_factory=list)
    answers: deque[int] = field(default_factory=deque)

    def take(self, body: bytes, now: int, seen: int) -> int:
        """Keep a delivery, and say what it is answered with."""
        status = self.answers.popleft() if self.answers else 200
        self.deliveries.append(Delivery(now, seen, body, status))
        return status

    def events(
        self,
        pointers: Webhooks,
        terms: Terms,
        labels: Mapping[str, str],
        since: int,
        secrets: Secrets,
        *,
        alone: bool,
    ) -> Iterator[tuple[int, Webhook]]:
        """The deliveries that belong to a case, each with what the upstream had seen before it; without secrets."""
        for each in self.deliveries:
            data = secrets.in_parsed(parse(each.body), each.body)
            job_id = id_text(at(data, pointers.job))
            label = labels.get(job_id, "nobody") if isinstance(job_id, str) else "nobody"
            if each.at < since or (label == "nobody" and not alone):
                continue
            yield (
                each.seen,
                Webhook(
                    at=each.at,
                    label=label,
                    event_id=at(data, pointers.event_id),
                    job_id=job_id,
                    state=terms.state_of(at(data, pointers.state)),
                    units=at(data, pointers.units),
                    cost=at(data, pointers.cost),
                    data=data,
                    status=each.status,
                ),
            )


def with_inbox(app: App, inbox: Inbox, clock: Clock, seen: Callable[[], int]) -> App:
    """The upstream's app, with the receiver at `PATH` beside it. `seen` tells how many exchanges there were."""

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await app(scope, receive, send)
            return
        try:
            status = inbox.take(await read_body(receive), clock.now(), seen())
        except BadBodyError as error:
            status = error.status
        except ClientLeftError:
            return
        headers = [(b"content-length", b"0")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    return serve
