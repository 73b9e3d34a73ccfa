"""The ASGI app: routes drawn from the dialects' tables, each exchange handed to the simulator and carried out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from veosim.body import BadBodyError, ClientLeftError, read_body
from veosim.clock import HeldError
from veosim.dialects import DIALECTS
from veosim.dialects.base import Answer, Dialect, Kind, Operation, json_answer
from veosim.errors import VeosimError
from veosim.faults import BREAKS, Wire
from veosim.journal import Exchange
from veosim.seeded import fingerprint
from veosim.simulator import BODILESS, Call, Reaction, Simulator


class Endpoint:
    """One operation of one dialect, as a raw ASGI app."""

    def __init__(self, simulator: Simulator, dialect: Dialect, operation: Operation) -> None:
        self._simulator = simulator
        self._dialect = dialect
        self._operation = operation

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
            if reaction.delay:
                reaction = await self._delayed(reaction)
            if reaction.answer is None:
                simulator.clock.finished()
                await BREAKS[str(reaction.break_)](Wire(scope, receive))
            elif reaction.delay and (wire := Wire(scope, receive)).left:
                simulator.clock.finished()
                await wire.gone()  # else the server might take this for an app that forgot to answer
            else:
                await send_answer(send, reaction.answer)
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
            return replace(reaction, answer=self._dialect.error(504, str(error)), break_=None)
        return reaction

    async def _read(self, scope: Scope, receive: Receive) -> Call:
        body, failure = b"", None
        if self._operation.kind is Kind.SUBMIT:
            try:
                body = await read_body(receive, self._dialect.body_limit)
            except BadBodyError as error:
                failure = error
        job_id = str(scope["path_params"].get("job_id", ""))
        return Call(self._dialect, self._operation, scope["path"], body, _key(scope), job_id, failure)


def _key(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"authorization":
            return fingerprint(value.decode("latin-1"))
    return ""


async def send_answer(send: Send, answer: Answer) -> None:
    """Put an answer on the wire."""
    headers = [(b"content-type", answer.content_type.encode("latin-1"))]
    if answer.status not in BODILESS:
        headers.append((b"content-length", b"%d" % len(answer.body)))
    if answer.headers:
        headers += [(name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in answer.headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


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
        Route(prefix + operation.path, Endpoint(simulator, dialect, operation), methods=[operation.method])
        for prefix, dialect in served.items()
        for operation in sorted(dialect.operations, key=lambda operation: operation.kind is not Kind.POLL)
    ]

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
    path = request.url.path
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
    answer = dialect.error(status, message) if dialect else json_answer(status, {"message": message})
    exchange.status, exchange.answer = answer.status, answer.body
    simulator.journal.close(simulator.journal.open(exchange), now)
    return answer
