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
from veosim.outbound.guard import Guard, OutboundRefusedError, Target
from veosim.outbound.places import CrowdedError, Places

if sys.platform != "win32":
    import resource

TIME_LIMIT = 5.0
"""Seconds of the loop, which are real ones on every clock, for one attempt: from resolving to reading the answer."""

ANSWER_LIMIT = 64 * 1024
FAILURES = (OSError, httpcore2.NetworkError, httpcore2.ProtocolError)
"""What sockets, TLS (an OSError too) and HTTP may raise; anything else is a defect of ours, and shows itself."""

MOST = 256
"""Attempts at once. Each costs the loop a millisecond or two: with more of them, none would be through in its time, and
receivers that answer would look as if they hung."""

SPARE = 256
"""File descriptors left to everything else in the process."""


class Client:
    """Sends requests within limits.

    An attempt's time includes its wait for a free place, as long as nobody is answered meanwhile: so all that are
    begun at once with a receiver that hangs end at once, however many they are, and whoever waits for a receiver that
    answers loses nothing.

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
        self._places = Places(self._connections)
        self._rooms: dict[str, Places] = {}
        self._tls: ssl.SSLContext | None = None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Receipt:
        """Send `body`; whatever goes wrong is in the receipt. Of the answer only the status counts."""
        answer, failed = _Answer(), None
        try:
            await self._exchange("POST", url, headers, body, self._answer_limit, answer)
        except OutboundRefusedError as error:
            failed = Receipt(None, f"refused: {error}", "forbidden")
        except CrowdedError:
            failed = Receipt(None, self._crowded, "timeout")
        except (TimeoutError, httpcore2.TimeoutException):
            failed = Receipt(None, self._timed_out, "timeout")
        except FAILURES as error:
            failed = Receipt(None, why(error), "refused")
        # A receiver that has said its status has taken the request, or has not, whatever becomes of its further words.
        return failed if failed is not None and answer.status is None else Receipt(answer.status, "", "answered")

    async def get(self, url: str, limit: int = FETCH_LIMIT) -> bytes:
        """The file behind a URL.

        Raises:
            OutboundError: it cannot be had, with the reason; it is larger than `limit` bytes.
        """
        answer = _Answer()
        try:
            await self._exchange("GET", url, {}, None, limit, answer)
        except OutboundError:
            raise
        except CrowdedError:
            raise OutboundError(f"there was {self._crowded}") from None
        except (TimeoutError, httpcore2.TimeoutException):
            raise OutboundError(f"its server {self._timed_out}") from None
        except FAILURES as error:
            raise OutboundError(f"its server cannot be asked: {why(error)}") from None
        if answer.status != 200:
            hint = ", and redirects are not followed" if 300 <= (answer.status or 0) <= 399 else ""
            raise OutboundError(f"its server answered {answer.status}{hint}")
        if len(answer.body) > limit:
            raise OutboundError(f"it is larger than {limit} bytes")
        return bytes(answer.body)

    @property
    def _timed_out(self) -> str:
        return f"timed out after {self._time_limit:g} s"

    @property
    def _crowded(self) -> str:
        return f"no free connection within {self._time_limit:g} s"

    async def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, limit: int, answer: _Answer
    ) -> None:
        """Fill in the answer as it comes; its body is cut off somewhere behind `limit` bytes."""
        parsed = self._guard.parse(url)
        where = httpcore2.URL(
            scheme=parsed.scheme.encode(), host=parsed.host.encode(), port=parsed.port, target=parsed.target.encode()
        )
        ours = {"Host": parsed.netloc, "User-Agent": "veosim", "Accept": "*/*", "Connection": "close"}
        async with self._place(str(where.origin)):
            target = await self._guard.check(parsed)
            async with (
                httpcore2.AsyncHTTPConnection(
                    where.origin, ssl_context=self._context(target), network_backend=_Pinned(target.addresses)
                ) as connection,
                connection.stream(method, where, headers=[*ours.items(), *headers.items()], content=body) as response,
            ):
                answer.status = response.status
                await _read(response, answer.body, limit)

    def _context(self, target: Target) -> ssl.SSLContext | None:
        if target.url.scheme == "https" and self._tls is None:
            # Made when first needed, since it takes 18 ms. SSL_CERT_FILE is heeded, for receivers with a local CA.
            self._tls = httpx2.create_ssl_context()
        return self._tls

    @contextlib.asynccontextmanager
    async def _place(self, origin: str) -> AsyncIterator[None]:
        """A place of the origin's and one of all, for a block that is cancelled once the attempt's time is over."""
        room, limit = self._rooms.setdefault(origin, Places(max(1, self._connections // 2))), self._time_limit
        try:
            async with (
                room.one(asyncio.get_running_loop().time(), limit) as since,
                self._places.one(since, limit) as began,
                asyncio.timeout_at(began + limit),
            ):
                yield
        finally:
            if not room.visitors:
                self._rooms.pop(origin, None)


@dataclass(slots=True)
class _Answer:
    """As much of an answer as has come."""

    status: int | None = None
    body: bytearray = field(default_factory=bytearray)


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


async def _read(response: httpcore2.Response, body: bytearray, limit: int) -> None:
    async with contextlib.aclosing(response.aiter_stream()) as chunks:
        async for chunk in chunks:
            body += chunk
            if len(body) > limit:
                break


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
    return min(MOST, max(64, (files - SPARE) // 3))


def open_files() -> int:
    """The process's own limit of open files, below the machine's."""
    if sys.platform == "win32":
        return 512  # what the C runtime allows
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return sys.maxsize if limit == resource.RLIM_INFINITY else limit
