"""Target `asgi`: a Python gateway in this process, on the virtual loop, with the simulator behind it."""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import os
import sys
import traceback
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from functools import cache
from typing import Any

from veocontracts.places import filled
from veocontracts.profile import AsgiTarget
from veocontracts.secrets import Secrets, beginning_of
from veosim.errors import VeosimError, printable
from veosim.inprocess import App, Response, call, lifespan

LONGEST = 500
"""So many characters of what a gateway raises are told."""


@cache
def say_once(line: str) -> None:
    """A line for the gateway's owner, who finds no log of an app that runs here."""
    logging.getLogger("veocontracts").error(line)


class AsgiGateway:
    """A gateway that is called without a socket, as a server calls it.

    The client has its answer as soon as that is whole; what the handler does afterwards, such as Starlette's
    background tasks, goes on by itself. What a handler raises is its own failure: a lost connection, where there is
    no whole answer yet.

    Args:
        make: makes the app, anew for each start.
        secrets: what the app may raise, and is not written down.
    """

    def __init__(self, make: Callable[[], App], secrets: Secrets) -> None:
        self._make = make
        self._secrets = secrets
        self._app: App | None = None
        self._state: Mapping[str, Any] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._lifespan = AsyncExitStack()

    async def start(self) -> None:
        """Make the app and run its start-up."""
        app = self._make()
        self._state = await self._lifespan.enter_async_context(lifespan(app))
        self._app = app

    async def restart(self, meanwhile: Callable[[], Awaitable[None]]) -> None:
        """Stop the gateway in the midst of what it does, and start another on what it has stored."""
        await self.close()
        await meanwhile()
        await self.start()

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        """Call the app."""
        try:
            return await call(self._serve, method, path, headers, body)
        except ConnectionError:
            raise
        except Exception as error:
            raise ConnectionResetError(f"the gateway's answer is none: {error}") from error

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        app = self._app
        if app is None:
            raise ConnectionRefusedError("the gateway is not up")
        scope["state"] = dict(self._state)
        ended = asyncio.Event()
        is_whole = False

        async def sending(message: Mapping[str, Any]) -> None:
            nonlocal is_whole
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                is_whole = True
                ended.set()

        async def run() -> None:
            try:
                await app(scope, receive, sending)
            finally:
                ended.set()

        task = asyncio.create_task(run())
        self._running.add(task)
        task.add_done_callback(self._finished)
        try:
            await ended.wait()
        except asyncio.CancelledError:
            task.cancel()
            raise
        if not is_whole:
            await asyncio.wait([task])
            error = None if task.cancelled() else task.exception()
            if error is not None:
                raise ConnectionResetError(f"the gateway raised {_told(error)}") from error

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            say_once(self._secrets.in_text(f"the gateway raised {_told(error)}"))

    async def close(self) -> None:
        """Cancel handlers that still run, then run the app's shut-down."""
        self._app = None
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._lifespan.aclose()


def _told(error: BaseException) -> str:
    """The error and the line that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {beginning_of(printable(str(error)), LONGEST)}{place}"


def load_factory(target: AsgiTarget) -> Any:
    """The factory that the profile names.

    Raises:
        VeosimError: it cannot be imported; importing runs its code, which may raise anything.
    """
    module_name, _, attribute = target.factory.partition(":")
    if (here := os.getcwd()) not in sys.path:
        sys.path.insert(0, here)  # as `python -m` does, so that a gateway is found from its own folder
    try:
        found: Any = importlib.import_module(module_name)
        for part in attribute.split("."):
            found = getattr(found, part)
    except (Exception, SystemExit) as error:
        raise VeosimError(f"target.asgi.factory {target.factory!r} cannot be imported: {_told(error)}") from None
    return found


def make_app(target: AsgiTarget, places: Mapping[str, object]) -> App:
    """What the factory makes of the profile's kwargs.

    Raises:
        VeosimError: it raises, or makes nothing that can be called.
    """
    kwargs = {name: _given(value, places) for name, value in target.kwargs.items()}
    factory = load_factory(target)
    try:
        app: App = factory(**kwargs)
    except (Exception, SystemExit) as error:
        raise VeosimError(f"target.asgi.factory {target.factory!r} made no app: {_told(error)}") from None
    if not callable(app):
        raise VeosimError(f"target.asgi.factory {target.factory!r} made {type(app).__name__}, not an ASGI app")
    return app


def _given(value: Any, places: Mapping[str, object]) -> Any:
    """A kwarg with what its places stand for: the upstream's app as it is, texts also inside a longer one."""
    if isinstance(value, dict):
        return {key: _given(item, places) for key, item in value.items()}
    if isinstance(value, list):
        return [_given(item, places) for item in value]
    if not isinstance(value, str):
        return value
    return places[value] if value in places else filled(value, places)


def mentions(target: AsgiTarget, place: str) -> bool:
    """Whether a kwarg has this place, at whatever depth."""
    return place in json.dumps(target.kwargs, ensure_ascii=False)
