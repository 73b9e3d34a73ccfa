"""What the upstream saw: every exchange, in the order of arrival, with a bound on what is kept."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from veosim.errors import VeosimError

KEPT = 100_000
KEPT_BYTES = 256 * 1024 * 1024


class JournalGoneError(VeosimError):
    """What was waited for cannot come any more: the journal was given up with its namespace."""


@dataclass(slots=True)
class Exchange:
    """One HTTP request and its answer: a client's to the upstream, or a callback's to its receiver.

    Its `repr` leaves out bodies, which are long, and signatures.

    Attributes:
        number: 1 for the first exchange since the last reset.
        at: when the request had arrived whole, on the simulator's clock.
        key: fingerprint of the credentials, "" where none came.
        operation: the dialect's operation, or "" where no operation matched.
        kind: a dialect's kind of operation, `callback`, or "" (no operation matched).
        created: whether this exchange created the job `job_id`.
        status: HTTP status answered, or None while open and where the answer was withheld.
        headers: the answer's headers, beyond those of every answer.
        sent_headers: the headers that a callback was sent with; a request's own headers are not kept.
        fault: the fault that the scenario asked for, such as `break: reset`.
        note: what a reader of the journal should know, such as why a request was refused.
        namespace: the tenant that it belongs to.
        unknown_job: a poll for an id that no job of this dialect has.
    """

    number: int
    at: int
    dialect: str
    operation: str
    kind: str
    method: str
    path: str
    key: str = ""
    request: bytes = field(default=b"", repr=False)
    job_id: str | None = None
    marker: str | None = None
    created: bool = False
    status: int | None = None
    answer: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    sent_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    answered_at: int | None = None
    fault: str = ""
    note: str = ""
    unknown_job: bool = False
    namespace: str = "default"


Watcher = Callable[[str, Exchange], None]
"""Told, on the loop, that an exchange was `opened` or `closed`, once the journal says so too; must not raise."""


Ended = Counter[tuple[str, str, int | None]]
"""How many exchanges have ended, by dialect, kind and status."""


class Journal:
    """The exchanges of one namespace. Iterating gives those still kept; `dropped` counts the others.

    Args:
        kept: exchanges.
        kept_bytes: of their bodies.
        namespace: stamped on each exchange.
        watchers: told of each; whoever joins later is told from then on.
        ended: counts each exchange that ends, by its dialect, kind and status.
    """

    def __init__(
        self,
        kept: int = KEPT,
        kept_bytes: int = KEPT_BYTES,
        *,
        namespace: str = "default",
        watchers: Sequence[Watcher] = (),
        ended: Ended | None = None,
    ) -> None:
        self._exchanges: deque[Exchange] = deque()
        self._kept = kept
        self._kept_bytes = kept_bytes
        self._bytes = 0
        self._count = 0
        self._waiters: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []
        self._namespace = namespace
        self._watchers = watchers
        self._ended: Ended = Counter() if ended is None else ended
        self.dropped = 0

    @property
    def count(self) -> int:
        """How many exchanges have been opened since the last reset, kept or not."""
        return self._count

    def __len__(self) -> int:
        return len(self._exchanges)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(tuple(self._exchanges))

    def open(self, exchange: Exchange) -> Exchange:
        """Number and keep an exchange."""
        self._count += 1
        exchange.number, exchange.namespace = self._count, self._namespace
        self._exchanges.append(exchange)
        self._weigh(len(exchange.request))
        if self._watchers or self._waiters:
            self._tell("opened", exchange)
        return exchange

    def close(self, exchange: Exchange, now: int) -> None:
        """Stamp the end of an exchange."""
        exchange.answered_at = now
        self._ended[exchange.dialect, exchange.kind, exchange.status] += 1
        if exchange.answer and self._holds(exchange):
            self._weigh(len(exchange.answer))
        if self._watchers or self._waiters:
            self._tell("closed", exchange)

    def _weigh(self, more: int) -> None:
        """Count the bytes of bodies, and drop the oldest exchanges beyond either bound; the newest always stays."""
        self._bytes += more
        while len(self._exchanges) > self._kept or (self._bytes > self._kept_bytes and len(self._exchanges) > 1):
            oldest = self._exchanges.popleft()
            self._bytes -= len(oldest.request) + (len(oldest.answer) if oldest.answered_at is not None else 0)
            self.dropped += 1

    def _holds(self, exchange: Exchange) -> bool:
        """Whether it is still kept, and not from before a reset."""
        index = exchange.number - self._exchanges[0].number if self._exchanges else -1
        return 0 <= index < len(self._exchanges) and self._exchanges[index] is exchange

    def matching(
        self,
        *,
        kind: str | None = None,
        operation: str | None = None,
        job_id: str | None = None,
        marker: str | None = None,
        created: bool | None = None,
        dialect: str | None = None,
        status: int | None = None,
        since: int = 0,
    ) -> list[Exchange]:
        """The exchanges with a number above `since` that have every value asked for."""
        wanted = {
            "kind": kind,
            "operation": operation,
            "job_id": job_id,
            "marker": marker,
            "created": created,
            "dialect": dialect,
            "status": status,
        }
        tests = [(name, value) for name, value in wanted.items() if value is not None]
        return [
            exchange
            for exchange in self
            if exchange.number > since and all(getattr(exchange, name) == value for name, value in tests)
        ]

    async def wait(self, condition: Callable[[], bool], within: float, wanted: str) -> None:
        """Return as soon as `condition` holds; it is looked at whenever an exchange opens or closes.

        Args:
            condition: called on the loop's thread.
            within: real (loop) seconds.
            wanted: what is waited for, in words, for the error.

        Raises:
            VeosimError: the condition did not come true in time.
            JournalGoneError: it was given up meanwhile.
        """
        if condition():
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (condition, waiter)
        self._waiters.append(entry)
        try:
            async with asyncio.timeout(within):
                await waiter
        except TimeoutError:
            raise VeosimError(f"waited {within:g} s for {wanted}; the journal has {exchanges(len(self))}") from None
        finally:
            self._waiters.remove(entry)

    def give_up(self) -> None:
        """End all waits: nothing will be opened here any more."""
        for _, waiter in self._waiters:
            if not waiter.done():
                waiter.set_exception(JournalGoneError("the journal was given up"))

    def reset(self) -> None:
        """Forget everything; numbers start at 1 again."""
        self._exchanges.clear()
        self._bytes = self._count = 0
        self.dropped = 0

    def _tell(self, what: str, exchange: Exchange) -> None:
        for watcher in self._watchers:
            watcher(what, exchange)
        for condition, waiter in self._waiters:
            if not waiter.done() and condition():
                waiter.set_result(None)


def exchanges(count: int) -> str:
    """So many, in words: `1 exchange`, `2 exchanges`."""
    return f"{count} exchange" if count == 1 else f"{count} exchanges"
