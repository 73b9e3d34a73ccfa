"""What the upstream saw: every exchange, in the order of arrival, with a bound on what is kept."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from veosim.errors import VeosimError

KEPT = 100_000


@dataclass(slots=True)
class Exchange:
    """One HTTP request and its answer: a client's to the upstream, or a callback's to its receiver.

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
    request: bytes = b""
    job_id: str | None = None
    marker: str | None = None
    created: bool = False
    status: int | None = None
    answer: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    sent_headers: Mapping[str, str] = field(default_factory=dict)
    answered_at: int | None = None
    fault: str = ""
    note: str = ""
    unknown_job: bool = False


class Journal:
    """The exchanges of one simulator. Iterating gives those still kept; `dropped` counts the others."""

    def __init__(self, kept: int = KEPT) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=kept)
        self._count = 0
        self._waiters: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []
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
        exchange.number = self._count
        if len(self._exchanges) == self._exchanges.maxlen:
            self.dropped += 1
        self._exchanges.append(exchange)
        self._wake()
        return exchange

    def close(self, exchange: Exchange, now: int) -> None:
        """Stamp the end of an exchange."""
        exchange.answered_at = now
        self._wake()

    def matching(
        self,
        *,
        kind: str | None = None,
        operation: str | None = None,
        job_id: str | None = None,
        marker: str | None = None,
        created: bool | None = None,
    ) -> list[Exchange]:
        """The exchanges that have every value asked for."""
        wanted = {"kind": kind, "operation": operation, "job_id": job_id, "marker": marker, "created": created}
        tests = [(name, value) for name, value in wanted.items() if value is not None]
        return [exchange for exchange in self if all(getattr(exchange, name) == value for name, value in tests)]

    async def wait(self, condition: Callable[[], bool], within: float, wanted: str) -> None:
        """Return as soon as `condition` holds; it is looked at whenever an exchange opens or closes.

        Args:
            condition: called on the loop's thread.
            within: real (loop) seconds.
            wanted: what is waited for, in words, for the error.

        Raises:
            VeosimError: the condition did not come true in time.
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
            raise VeosimError(f"waited {within:g} s for {wanted}; the journal has {len(self)} exchanges") from None
        finally:
            self._waiters.remove(entry)

    def reset(self) -> None:
        """Forget everything; numbers start at 1 again."""
        self._exchanges.clear()
        self._count = 0
        self.dropped = 0

    def _wake(self) -> None:
        for condition, waiter in self._waiters:
            if not waiter.done() and condition():
                waiter.set_result(None)
