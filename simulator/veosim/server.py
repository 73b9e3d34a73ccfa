"""uvicorn around the app: in the foreground, in a thread of its own, or as a task in a loop that is already running."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import errno
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeVar

import httptools
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from veosim.errors import VeosimError
from veosim.faults.wire import IDLE_LIMIT, TRANSPORT
from veosim.units import seconds

KEEP_ALIVE = 75
"""Seconds. uvicorn's own 5 s breaks clients that poll every 5 s."""

BACKLOG = 2048
_PORT_ERRORS = frozenset({errno.EADDRINUSE, errno.EACCES})
START_LIMIT = 10.0
STOP_LIMIT = 1

T = TypeVar("T")


class FaultyProtocol(HttpToolsProtocol):
    """Hands the transport to the app, so that socket faults are real ones.

    How long the connection may be idle is settled by each answer anew. A wish to go on in another protocol is ignored,
    as a server may (RFC 9110, 7.8): clients that would like HTTP/2 add one to any request, and send its body all the
    same.
    """

    def on_message_begin(self) -> None:
        """A request begins: let faults reach its connection."""
        super().on_message_begin()
        extensions: dict[str, Any] = {TRANSPORT: self.transport, IDLE_LIMIT: self._limit_idleness}
        self.scope["extensions"] = extensions
        self.timeout_keep_alive = self.config.timeout_keep_alive

    def data_received(self, data: bytes) -> None:
        """Read on; the parser stops behind the head of a request that asks for an upgrade, for another to take over."""
        self._unset_keepalive_if_required()
        rest = memoryview(data)
        try:
            while rest:
                rest = self._read(rest)
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")

    def _read(self, data: memoryview) -> memoryview:
        """What is left unread behind the head of a request that asks for an upgrade."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as stop:
            if self._should_upgrade():
                self._begin_again()
                return data[stop.args[0] :]
        return data[:0]

    def _begin_again(self) -> None:
        """Read the same head once more, without the wish; what follows is then its body."""
        lines = [self.scope["method"].encode(), b" ", self.url, b" HTTP/", self.parser.get_http_version().encode()]
        for name, value in self.headers:
            if name != b"upgrade":
                lines += [b"\r\n", name, b": ", value]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
        self.parser.feed_data(b"".join([*lines, b"\r\n\r\n"]))

    def _should_upgrade(self) -> bool:
        # The parser's first reading of such a head starts no exchange; the second one does.
        return self.scope["method"] != "CONNECT"

    def _limit_idleness(self, duration: int) -> None:
        # uvicorn says int, and hands it to call_later, which takes both.
        self.timeout_keep_alive = seconds(duration)  # type: ignore[assignment]


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one.

    Raises:
        VeosimError: the port is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio switches Nagle's algorithm off only where the protocol is named; a delayed answer costs a client 40 ms,
    # and in virtual time all the time there is.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
        sock.listen(BACKLOG)  # at once: two sockets may bind one port as long as neither listens
    except (OSError, OverflowError) as error:
        sock.close()
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise VeosimError(f"cannot listen on {host}:{port}: {reason}; {_way_out(error)}") from None
    sock.set_inheritable(False)
    return sock


def _way_out(error: OSError | OverflowError) -> str:
    """Which option to change: the port where it is taken, reserved or too high, else the host."""
    if isinstance(error, OSError) and error.errno not in _PORT_ERRORS:
        return "choose an address of this machine with --host"
    return "choose another with --port, or --port 0 for any free one"


def address(sock: socket.socket) -> str:
    """`http://host:port` of a listening socket."""
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _GuestConfig(uvicorn.Config):
    """uvicorn's configuration inside somebody else's process."""

    def configure_logging(self) -> None:
        """Change nothing: uvicorn's loggers are the process's, and may serve a gateway that is tested in it."""


class Server(uvicorn.Server):
    """uvicorn as this project runs it.

    Args:
        app: what to serve.
        loop: uvicorn's word for the loop; "none" for one that already runs.
        guest: this process belongs to somebody else.
        on_started: called once connections are accepted.
    """

    def __init__(
        self, app: ASGIApp, *, loop: str = "auto", guest: bool = False, on_started: Callable[[], None] | None = None
    ) -> None:
        super().__init__(
            (_GuestConfig if guest else uvicorn.Config)(
                app,
                http=FaultyProtocol,
                loop=loop,
                interface="asgi3",
                ws="none",
                lifespan="off",
                access_log=False,
                log_level="critical",
                server_header=False,
                proxy_headers=False,  # no client tells this server its scheme or address
                timeout_keep_alive=KEEP_ALIVE,
                timeout_graceful_shutdown=STOP_LIMIT,
            )
        )
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start as uvicorn does, then say so."""
        await super().startup(sockets)
        if self._on_started is not None:
            self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End at once: whoever still waits for an answer is cut off."""
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await super().shutdown(sockets)


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve in the running loop; yields the base URL."""
    sock = listen(host, port)
    started = asyncio.Event()
    server = Server(app, loop="none", guest=True, on_started=started.set)
    # Not `serve()`: it would take the process's signal handlers away from whoever runs this loop.
    task = asyncio.create_task(server._serve([sock]))
    waiting = asyncio.create_task(started.wait())
    try:
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            await task
        yield address(sock)
    finally:
        waiting.cancel()
        server.should_exit = True
        await task
        sock.close()


class ThreadedServer:
    """The app on a loop of its own in a background thread, for tests that are not asyncio."""

    def __init__(self, app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> None:
        self._place = host, port
        self._socket: socket.socket | None = None
        self._url = ""
        self._started = threading.Event()
        self._server = Server(app, guest=True, on_started=self._started.set)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The base URL; it stays readable after the end.

        Raises:
            VeosimError: the server has not been started, so it has no port yet.
        """
        if self._socket is None:
            raise VeosimError("this server has no URL before it is started: use it as a context manager")
        return self._url

    @property
    def is_running(self) -> bool:
        """Whether work can be handed to the server's loop."""
        return self._loop is not None

    def start(self) -> None:
        """Listen, and return once connections are accepted.

        Raises:
            VeosimError: the address cannot be had; it was started before.
        """
        if self._socket is not None:
            raise VeosimError("this server was started before; make another one")
        self._socket = listen(*self._place)
        self._url = address(self._socket)
        self._thread = threading.Thread(target=self._run, args=[self._socket], name="veosim", daemon=True)
        self._thread.start()
        if not self._started.wait(START_LIMIT):
            self.stop()
            raise VeosimError(f"the simulator did not start on {self._url} within {START_LIMIT:g} s")

    def stop(self) -> None:
        """End the server and its thread; exchanges that are still open are cut off."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(START_LIMIT)
        if self._socket is not None:
            self._socket.close()

    def call(self, work: Coroutine[Any, Any, T], within: float | None = None) -> T:
        """Run a coroutine on the server's loop and wait for its result."""
        return self._submit(work).result(within)

    async def call_async(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the server's loop while the caller's own loop runs on."""
        return await asyncio.wrap_future(self._submit(work))

    def _submit(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        if self._loop is None:
            work.close()
            raise VeosimError("the simulator is not running")
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _run(self, sock: socket.socket) -> None:
        async def main() -> None:
            self._loop = asyncio.get_running_loop()
            try:
                await self._server._serve([sock])
            finally:
                self._loop = None

        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(main())


def new_loop() -> asyncio.AbstractEventLoop:
    """The loop of uvloop where it exists, else asyncio's own loop."""
    if sys.platform != "win32":
        with contextlib.suppress(ImportError):
            import uvloop  # noqa: PLC0415  absent on some platforms

            return uvloop.new_event_loop()
    return asyncio.new_event_loop()
