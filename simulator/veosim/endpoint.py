"""One operation as an ASGI app: a request is read, handed to the simulator, and what it decides is carried out."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from veosim.body import BadBodyError, ClientLeftError, read_body
from veosim.call import Call, Reaction
from veosim.clock import HeldError
from veosim.dialects.base import Answer, Dialect, Kind, Operation
from veosim.faults import INSTEAD, WITHIN, Outgoing, Wire
from veosim.reading import base_of, credentials_of, download_headers, header
from veosim.scenario.exchanges import Breakage
from veosim.simulator import Simulator

T = TypeVar("T")


class Endpoint:
    """One operation of one dialect, mounted under `prefix`, as a raw ASGI app."""

    def __init__(self, simulator: Simulator, dialect: Dialect, operation: Operation, prefix: str) -> None:
        self._simulator = simulator
        self._dialect = dialect
        self._operation = operation
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An exchange that came by the routes."""
        if scope["path"].endswith("\n"):  # a route's pattern ends before a last line break too
            raise HTTPException(404)
        path = scope["path_params"]
        await self.serve(scope, receive, send, path.get("job_id", ""), path.get("file", ""))

    async def serve(self, scope: Scope, receive: Receive, send: Send, job_id: str, file: str = "") -> None:
        """Read, let the simulator decide, carry it out; what the path names is handed in, "" where it names nothing."""
        simulator = self._simulator
        try:
            is_submit = self._operation.kind is Kind.SUBMIT
            call = await self._submitted(scope, receive) if is_submit else self._asked(scope, job_id, file)
        except ClientLeftError:
            return
        reaction = simulator.receive(call)
        if reaction.answer is not None and reaction.is_plain and not call.is_head:
            await self._answer(reaction, reaction.answer, send)
            return
        wire = Wire(scope, receive, send, simulator.clock)
        try:
            if reaction.first or reaction.delay:
                reaction = await self._held(reaction)
            await _carry_out(reaction, wire, bodiless=call.is_head)
        finally:
            if reaction.break_ is not None and reaction.answer is not None:
                went = replace(reaction.answer, body=reaction.answer.body[: wire.sent])
                reaction = replace(reaction, answer=went)
            simulator.finish(reaction, sent=wire.started)
            simulator.clock.finished()

    async def _answer(self, reaction: Reaction, answer: Answer, send: Send) -> None:
        """Nearly every exchange ends like this, so it takes the short way, without a `Wire`."""
        is_begun, going = False, outgoing(answer)
        try:
            await send(going.head)
            is_begun = True
            await send(going.whole)
        finally:
            self._simulator.finish(reaction, sent=is_begun)
            self._simulator.clock.finished()

    async def _held(self, reaction: Reaction) -> Reaction:
        """The reaction once it may be answered; one that nobody advances, or that a reset undid, is a 504 instead."""
        try:
            if reaction.first is not None:
                await reaction.first()
            if reaction.delay:
                await self._simulator.clock.sleep(reaction.delay)
        except HeldError as error:
            reaction.exchange.note = str(error)
            return replace(reaction, answer=self._dialect.error(self._operation, 504, str(error)), break_=None)
        return reaction

    async def _submitted(self, scope: Scope, receive: Receive) -> Call:
        dialect, failure, body = self._dialect, None, b""
        key, bearer, wish = credentials_of(header(scope["headers"], b"authorization"))
        base = base_of(scope) + self._prefix
        try:
            body = await read_body(receive, dialect.body_limit)
        except BadBodyError as error:
            failure = error
        call = Call(dialect, self._operation, scope["path"], body, key, "", failure, bearer, wish, base)
        if self._simulator.fetch_images:
            return await while_connected(receive, self._simulator.fetched(call))
        return call

    def _asked(self, scope: Scope, job_id: str, file: str) -> Call:
        operation, headers, is_head = self._operation, scope["headers"], scope["method"] == "HEAD"
        key, bearer, _ = credentials_of(header(headers, b"authorization"))
        # A range is for GET alone (RFC 9110, 14.2).
        wanted = download_headers(headers) if operation.kind is Kind.CONTENT and not is_head else {}
        return Call(
            self._dialect,
            operation,
            scope["path"],
            b"",
            key,
            job_id,
            None,
            bearer,
            file=file,
            headers=wanted,
            is_head=is_head,
        )


async def while_connected(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """What the work comes to; it is cancelled where the client leaves first.

    Raises:
        ClientLeftError: it did.
    """

    async def leaving() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    tasks = working, watching = asyncio.create_task(work), asyncio.create_task(leaving())
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientLeftError
        return working.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)


LENGTHLESS = frozenset({204, 304})
"""Answers that end with their head, and have no length; any other without a body says 0 (RFC 9112, 6.3)."""


def outgoing(answer: Answer, *, bodiless: bool = False) -> Outgoing:
    """An answer as it goes over the wire; `bodiless` keeps the body back, as an answer to HEAD does."""
    headers = [(b"content-type", answer.content_type.encode("latin-1"))]
    bodiless = bodiless or answer.status in LENGTHLESS
    if answer.status not in LENGTHLESS:
        headers.append((b"content-length", b"%d" % len(answer.body)))
    if answer.headers:
        headers += [(name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in answer.headers.items()]
    return Outgoing(answer.status, headers, b"" if bodiless else answer.body)


async def send_answer(send: Send, answer: Answer) -> None:
    """Put an answer on the wire."""
    going = outgoing(answer)
    await send(going.head)
    await send(going.whole)


async def _carry_out(reaction: Reaction, wire: Wire, *, bodiless: bool) -> None:
    """Answer, or break the connection."""
    if (reaction.delay or reaction.first) and wire.left:
        await wire.gone()  # else the server might take this for an app that forgot to answer
        return
    if reaction.keep_alive is not None:
        wire.limit_idleness(reaction.keep_alive)
    how = reaction.break_
    if reaction.answer is not None and how is not None:
        await _break_within(reaction, wire, outgoing(reaction.answer, bodiless=bodiless), how)
    elif reaction.answer is not None:
        await wire.answer(outgoing(reaction.answer, bodiless=bodiless))
    elif how is not None:
        await INSTEAD[how.word](wire)


async def _break_within(reaction: Reaction, wire: Wire, answer: Outgoing, how: Breakage) -> None:
    try:
        await WITHIN[how.word](wire, answer, how)
    except HeldError as error:
        reaction.exchange.note = str(error)
        wire.close()
        await wire.gone()
    else:
        if how.word == "drip" and wire.sent < len(answer.body):
            reaction.exchange.note = f"the client left after {wire.sent} of {len(answer.body)} bytes"
