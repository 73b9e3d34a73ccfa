"""One request, one connection, one receipt: how callbacks are sent and images fetched.

Nothing is followed, kept or taken from elsewhere: no redirects, no cookies, no proxies, no kept connections. Each
attempt opens a connection to an address that the guard has checked; the URL's own name stays in the Host header, in
SNI and in the check of the certificate.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import httpcore2
import httpx2

from veosim.outbound.base import FETCH_LIMIT, OutboundError, Receipt
from veosim.outbound.guard import Guard, OutboundRefusedError, Target, port_of

if sys.platform != "win32":
    import resource

TIME_LIMIT = 5.0
"""Seconds of the loop for one attempt: resolving, connecting, sending, and reading the answer."""

ANSWER_LIMIT = 64 * 1024
FAILURES = (OSError, httpcore2.NetworkError, httpcore2.ProtocolError)
"""What sockets, TLS (an OSError too) and HTTP may raise; anything else is a defect of ours, and shows itself."""

SPARE = 256
"""File descriptors left to everything else in the process."""


class Client:
    """Sends requests within limits.

    Waiting for a free place does not count against a receiver's time: an attempt that waits has not begun.

    Args:
        guard: where requests may go; by default only to this machine.
        time_limit: seconds of the loop for one attempt.
        answer_limit: bytes read of the answer to a POST; the connection is dropped at the first byte beyond.
        connections: how many attempts run at once; half of them at most to one origin, so that a receiver that
            hangs holds up nobody else. By default what the process's limit of open files leaves room for.
    """

    def __init__(
        self,
        guard: Guard | None = None,
        *,
        time_limit: float = TIME_LIMIT,
        answer_limit: int = ANSWER_LIMIT,
        connections: int | None = None,
    ) -> None:
        self._guard = guard or Guard()
        self._time_limit = time_limit
        self._answer_limit = answer_limit
        self._connections = connections or connections_for(open_files())
        self._places = asyncio.Semaphore(self._connections)
        self._rooms: dict[str, _Room] = {}
        self._tls: ssl.SSLContext | None = None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Receipt:
        """Send `body`; whatever goes wrong is in the receipt. The answer's body is read and thrown away."""
        try:
            status, _ = await self._exchange("POST", url, headers, body, self._answer_limit)
        except OutboundRefusedError as error:
            return Receipt(None, f"refused: {error}", "forbidden")
        except (TimeoutError, httpcore2.TimeoutException):
            return Receipt(None, self._timed_out, "timeout")
        except FAILURES as error:
            return Receipt(None, why(error), "refused")
        return Receipt(status, "", "answered")

    async def get(self, url: str, limit: int = FETCH_LIMIT) -> bytes:
        """The file behind a URL.

        Raises:
            OutboundError: it cannot be had, with the reason; it is larger than `limit` bytes.
        """
        try:
            status, body = await self._exchange("GET", url, {}, None, limit)
        except OutboundError:
            raise
        except (TimeoutError, httpcore2.TimeoutException):
            raise OutboundError(f"its server {self._timed_out}") from None
        except FAILURES as error:
            raise OutboundError(f"its server cannot be asked: {why(error)}") from None
        if status != 200:
            hint = ", and redirects are not followed" if 300 <= status <= 399 else ""
            raise OutboundError(f"its server answered {status}{hint}")
        if len(body) > limit:
            raise OutboundError(f"it is larger than {limit} bytes")
        return body

    @property
    def _timed_out(self) -> str:
        return f"timed out after {self._time_limit:g} s"

    async def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, limit: int
    ) -> tuple[int, bytes]:
        """The status and the answer's body, cut off somewhere behind `limit` bytes."""
        parsed = self._guard.parse(url)
        where = httpcore2.URL(
            scheme=parsed.raw_scheme, host=parsed.raw_host, port=port_of(parsed), target=parsed.raw_path
        )
        ours = {"Host": parsed.netloc.decode("ascii"), "User-Agent": "veosim", "Accept": "*/*", "Connection": "close"}
        async with self._place(str(where.origin)), asyncio.timeout(self._time_limit):
            target = await self._guard.check(parsed)
            async with (
                httpcore2.AsyncHTTPConnection(
                    where.origin, ssl_context=self._context(target), network_backend=_Pinned(target.addresses)
                ) as connection,
                connection.stream(method, where, headers=[*ours.items(), *headers.items()], content=body) as response,
            ):
                return response.status, await _read(response, limit)

    def _context(self, target: Target) -> ssl.SSLContext | None:
        if target.url.scheme == "https" and self._tls is None:
            # Made when first needed, since it takes 18 ms. SSL_CERT_FILE is heeded, for receivers with a local CA.
            self._tls = httpx2.create_ssl_context()
        return self._tls

    @contextlib.asynccontextmanager
    async def _place(self, origin: str) -> AsyncIterator[None]:
        room = self._rooms.setdefault(origin, _Room(asyncio.Semaphore(max(1, self._connections // 2))))
        room.visitors += 1
        try:
            async with room.places, self._places:
                yield
        finally:
            room.visitors -= 1
            if not room.visitors:
                del self._rooms[origin]


@dataclass(slots=True)
class _Room:
    """The places that one origin may take; forgotten with its last visitor."""

    places: asyncio.Semaphore
    visitors: int = field(default=0)


class _Pinned(httpcore2.AnyIOBackend):
    """Connects to addresses that are already known, whatever the host is called."""

    def __init__(self, addresses: tuple[str, ...]) -> None:
        self._addresses = addresses

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002  has been resolved: this is the point
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's own signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """The first address that answers, in the resolver's order."""
        *others, last = self._addresses
        for address in others:
            with contextlib.suppress(httpcore2.ConnectError):
                return await super().connect_tcp(address, port, timeout, local_address, socket_options)
        return await super().connect_tcp(last, port, timeout, local_address, socket_options)


async def _read(response: httpcore2.Response, limit: int) -> bytes:
    body = bytearray()
    async with contextlib.aclosing(response.aiter_stream()) as chunks:
        async for chunk in chunks:
            body += chunk
            if len(body) > limit:
                break
    return bytes(body)


REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (ConnectionRefusedError, "connection refused"),
    (socket.gaierror, "no such host"),
    (ssl.SSLCertVerificationError, "certificate not trusted"),
    (ssl.SSLError, "TLS failed"),
    (ConnectionResetError, "connection reset"),
    (httpcore2.ConnectError, "no connection"),
    (httpcore2.RemoteProtocolError, "no whole HTTP answer"),
    (httpcore2.NetworkError, "connection broken"),
)
"""What a failure is called; the first that stands anywhere in the chain of its causes."""


def why(error: BaseException) -> str:
    """A failure in a few words that do not depend on the machine."""
    causes = tuple(_causes(error))
    found = (words for kind, words in REASONS if any(isinstance(cause, kind) for cause in causes))
    return next(found, type(error).__name__)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def connections_for(files: int) -> int:
    """How many attempts may run at once where so many files may be open: a third, each needing one or two.

    1,024 at most: an attempt costs a loop 1 to 2 ms, and those that begin together must all end within their limit.
    """
    return min(1024, max(64, (files - SPARE) // 3))


def open_files() -> int:
    """The process's own limit of open files, below the machine's."""
    if sys.platform == "win32":
        return 512  # what the C runtime allows
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return sys.maxsize if limit == resource.RLIM_INFINITY else limit
