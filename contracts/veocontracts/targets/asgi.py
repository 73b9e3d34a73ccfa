"""Target `asgi`: a Python gateway in this process, on the virtual loop, with the simulator behind it."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from veocontracts.profile import AsgiTarget
from veosim.app import create_app
from veosim.errors import VeosimError
from veosim.inprocess import App, Response, call, lifespan
from veosim.server import serving
from veosim.simulator import Simulator

UPSTREAM_URL = "{upstream_url}"
UPSTREAM_APP = "{upstream_app}"


class AsgiGateway:
    """A gateway that is called without a socket."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        """Call the app; what it raises is its own failure, seen as a lost connection."""
        try:
            return await call(self._app, method, path, headers, body)
        except ConnectionError:
            raise
        except Exception as error:
            raise ConnectionResetError(f"the gateway raised {type(error).__name__}: {error}") from error


def load_factory(target: AsgiTarget) -> Any:
    """The factory that the profile names.

    Raises:
        VeosimError: it cannot be imported.
    """
    module_name, _, attribute = target.factory.partition(":")
    try:
        found: Any = importlib.import_module(module_name)
        for part in attribute.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise VeosimError(f"target.asgi.factory {target.factory!r} cannot be imported: {error}") from None
    return found


@asynccontextmanager
async def asgi_gateway(target: AsgiTarget, dialect: str, simulator: Simulator) -> AsyncIterator[AsgiGateway]:
    """Start the gateway, its upstream first; loopback sockets unless the factory takes `{upstream_app}`."""
    factory = load_factory(target)
    upstream = create_app(simulator, root=dialect)
    async with AsyncExitStack() as stack:
        in_process = UPSTREAM_APP in target.kwargs.values()
        url = "http://upstream.invalid" if in_process else await stack.enter_async_context(serving(upstream))
        places = {UPSTREAM_URL: url, UPSTREAM_APP: upstream}
        kwargs = {
            name: places.get(value, value) if isinstance(value, str) else value for name, value in target.kwargs.items()
        }
        try:
            app = factory(**kwargs)
        except TypeError as error:
            raise VeosimError(f"target.asgi.factory {target.factory!r} does not take these kwargs: {error}") from None
        await stack.enter_async_context(lifespan(app))
        yield AsgiGateway(app)
