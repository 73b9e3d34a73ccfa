"""The ASGI app: routes drawn from the dialects' tables."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from veosim.browse import browse_routes
from veosim.control.routes import Control
from veosim.control.settings import DEFAULTS, Settings
from veosim.dialects import DIALECTS
from veosim.dialects.base import MEDIA, Kind, Operation
from veosim.endpoint import Endpoint
from veosim.errors import VeosimError
from veosim.misses import miss
from veosim.reading import base_of
from veosim.simulator import Simulator

FREQUENCY = {Kind.POLL: 0, Kind.SUBMIT: 1, Kind.CONTENT: 2, Kind.CANCEL: 3}


def create_app(
    simulator: Simulator,
    dialects: Sequence[str] = tuple(DIALECTS),
    *,
    root: str | None = None,
    control: Settings = DEFAULTS,
) -> Starlette:
    """The upstream as an ASGI app.

    Args:
        simulator: owns all state.
        dialects: each is mounted under `/<name>`.
        root: this one dialect at the root instead, and no other.
        control: who may use the control API, which is always there.

    Raises:
        VeosimError: a dialect that does not exist, or a host for the control API that is none.
    """
    mounts = {"": root} if root is not None else {f"/{name}": name for name in dialects}
    for name in mounts.values():
        if name not in DIALECTS:
            raise VeosimError(f"no dialect is called {name!r}; there are {', '.join(DIALECTS)}")
    served = {prefix: DIALECTS[name] for prefix, name in mounts.items()}
    # Flat routes, no Mount: a Mount would redirect `/path/` to `/path`, and match every path twice. What arrives most
    # comes first.
    operations = [(prefix, each) for prefix, dialect in served.items() for each in (*dialect.operations, MEDIA)]
    operations.sort(key=lambda place: FREQUENCY[place[1].kind])
    routes = [
        _route(prefix, operation, Endpoint(simulator, served[prefix], operation, prefix))
        for prefix, operation in operations
    ]

    def base(request: Request) -> str:
        return base_of(request.scope)

    routes += browse_routes(mounts, base)
    routes += Control(simulator, control, base).routes

    async def missed(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = error.headers if isinstance(error, HTTPException) else None
        answer = miss(request.method, request.scope["path"], status, served, simulator)
        return Response(answer.body, answer.status, headers, answer.content_type)

    app = Starlette(routes=routes, exception_handlers={404: missed, 405: missed})
    app.router.redirect_slashes = False
    return app


def _route(prefix: str, operation: Operation, endpoint: Endpoint) -> Route:
    """Only downloads are asked for by HEAD: one of anything else would count as what it only looks at."""
    route = Route(prefix + operation.path, endpoint, methods=[operation.method])
    if operation.kind is not Kind.CONTENT and route.methods is not None:
        route.methods.discard("HEAD")
    return route
