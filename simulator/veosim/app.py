"""The ASGI app: routes drawn from the dialects' tables, each exchange handed to the simulator and carried out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from veosim.body import BadBodyError, ClientLeftError, read_body
from veosim.browse import browse_routes
from veosim.call import BODILESS, Call, Reaction
from veosim.clock import HeldError
from veosim.dialects import DIALECTS
from veosim.dialects.base import MEDIA, Answer, Dialect, Kind, Operation, json_answer
from veosim.errors import VeosimError
from veosim.faults import BREAKS, Wire
from veosim.journal import Exchange
from veosim.seeded import fingerprint
from veosim.simulator import Simulator
from veosim.steering import KEY_PREFIX


class Endpoint:
    """One operation of one dialect, mounted under `prefix`, as a raw ASGI app."""

    def __init__(self, simulator: Simulator, dialect: Dialect, operation: Operation, prefix: str) -> None:
        self._simulator = simulator
        self._dialect = dialect
        self._operation = operation
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read, let the simulator decide, carry it out."""
        simulator = self._simulator
        try:
            call = await self._read(scope, receive)
        except ClientLeftError:
            return
        reaction = simulator.receive(call)
        sent = False
        try:
            if reaction.first is not None:
                await reaction.first()
            if reaction.delay:
                reaction = await self._delayed(reaction)
            if reaction.answer is None:
                simulator.clock.finished()
                await BREAKS[str(reaction.break_)](Wire(scope, receive))
            elif reaction.delay and (wire := Wire(scope, receive)).left:
                simulator.clock.finished()
                await wire.gone()  # else the server might take this for an app that forgot to answer
            else:
                await send_answer(send, reaction.answer, bodiless=scope["method"] == "HEAD")
                sent = True
        finally:
            simulator.finish(reaction, sent=sent)
            simulator.clock.finished()

    async def _delayed(self, reaction: Reaction) -> Reaction:
        """The reaction once its delay is over; an exchange that nobody advances is answered 504 instead."""
        try:
            await self._simulator.clock.sleep(reaction.delay)
        except HeldError as error:
            reaction.exchange.note = str(error)
            return replace(reaction, answer=self._dialect.error(self._operation, 504, str(error)), break_=None)
        return reaction

    async def _read(self, scope: Scope, receive: Receive) -> Call:
        dialect, operation, path = self._dialect, self._operation, scope["path_params"]
        headers = scope["headers"]
        key, bearer, wish = _key(_header(headers, b"authorization"))
        job_id = str(path.get("job_id", ""))
        if operation.kind is Kind.SUBMIT:
            body, failure, base = b"", None, _base(scope) + self._prefix
            try:
                body = await read_body(receive, dialect.body_limit)
            except BadBodyError as error:
                failure = error
            call = Call(dialect, operation, scope["path"], body, key, "", failure, bearer, wish, base)
            return await self._simulator.fetched(call) if self._simulator.fetch_images else call
        wanted = _download_headers(headers) if operation.kind is Kind.CONTENT else {}
        file = str(path.get("file", ""))
        return Call(dialect, operation, scope["path"], b"", key, job_id, None, bearer, file=file, headers=wanted)


_BEARER = re.compile(r"bearer +([^\s]+)", re.IGNORECASE)
_HOST = re.compile(r"[A-Za-z0-9._-]{1,255}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")
_DOWNLOAD = frozenset({b"range", b"if-range", b"if-none-match"})


def _key(credentials: str) -> tuple[str, bool, str]:
    """Their fingerprint, whether they are a bearer key, and the scenario that the key names.

    The scheme's case says nothing (RFC 9110, 11.1).
    """
    bearer = _BEARER.fullmatch(credentials)
    if bearer is None:
        return fingerprint(credentials) if credentials else "", False, ""
    wish = bearer[1].removeprefix(KEY_PREFIX) if bearer[1].startswith(KEY_PREFIX) else ""
    return fingerprint(f"Bearer {bearer[1]}"), True, wish


def _header(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> str:
    for name, value in headers:
        if name == wanted:
            return value.decode("latin-1")
    return ""


def _download_headers(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in headers if name in _DOWNLOAD}


def _base(scope: Scope) -> str:
    """Where the client reached this server: the name it used, else the address that it connected to."""
    host = _header(scope["headers"], b"host")
    if not _HOST.fullmatch(host):
        address, port = scope.get("server") or ("127.0.0.1", 80)
        host = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    return f"{scope['scheme']}://{host}"


async def send_answer(send: Send, answer: Answer, *, bodiless: bool = False) -> None:
    """Put an answer on the wire; `bodiless` keeps the body back, as an answer to HEAD does."""
    headers = [(b"content-type", answer.content_type.encode("latin-1"))]
    if answer.status not in BODILESS:
        headers.append((b"content-length", b"%d" % len(answer.body)))
    if answer.headers:
        headers += [(name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in answer.headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if bodiless else answer.body})


def create_app(
    simulator: Simulator, dialects: Sequence[str] = tuple(DIALECTS), *, root: str | None = None
) -> Starlette:
    """The upstream as an ASGI app.

    Args:
        simulator: owns all state.
        dialects: each is mounted under `/<name>`.
        root: this one dialect at the root instead, and no other.

    Raises:
        VeosimError: a dialect that does not exist.
    """
    mounts = {"": root} if root is not None else {f"/{name}": name for name in dialects}
    for name in mounts.values():
        if name not in DIALECTS:
            raise VeosimError(f"no dialect is called {name!r}; there are {', '.join(DIALECTS)}")
    served = {prefix: DIALECTS[name] for prefix, name in mounts.items()}
    # Flat routes, no Mount: a Mount would redirect `/path/` to `/path`, and match every path twice. Polls come first,
    # since they are what arrives most.
    routes = [
        Route(prefix + operation.path, Endpoint(simulator, dialect, operation, prefix), methods=[operation.method])
        for prefix, dialect in served.items()
        for operation in sorted((*dialect.operations, MEDIA), key=lambda operation: operation.kind is not Kind.POLL)
    ]

    routes += browse_routes(mounts, lambda request: _base(request.scope))

    async def missed(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = error.headers if isinstance(error, HTTPException) else None
        answer = _miss(request, status, served, simulator)
        return Response(answer.body, answer.status, headers, answer.content_type)

    app = Starlette(routes=routes, exception_handlers={404: missed, 405: missed})
    app.router.redirect_slashes = False
    return app


def _miss(request: Request, status: int, served: Mapping[str, Dialect], simulator: Simulator) -> Answer:
    """A request that matches no operation: the answer lists those there are, and the journal keeps it."""
    path = request.scope["path"]
    there_are = ", ".join(
        f"{operation.method} {prefix}{operation.path}"
        for prefix, dialect in served.items()
        for operation in dialect.operations
    )
    message = f"{request.method} {path[:120]} is not served here; there are {there_are}"
    prefix = next((prefix for prefix in served if path.startswith(f"{prefix}/")), None)
    dialect = served.get(prefix) if prefix is not None else None
    now = simulator.clock.now()
    exchange = Exchange(0, now, dialect.name if dialect else "", "", "", request.method, path, note=message)
    answer = dialect.error(None, status, message) if dialect else json_answer(status, {"message": message})
    exchange.status, exchange.answer = answer.status, answer.body
    simulator.journal.close(simulator.journal.open(exchange), now)
    return answer
