"""The ASGI app: submits and polls are looked up in a table drawn from the dialects, everything else among routes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

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


PARAMETER = "{job_id}"


class UpstreamApp:
    """The upstream as an ASGI app.

    Nearly all requests go to a fixed path, or to one that ends in a job's id: those reach their endpoint by one or two
    look-ups, past Starlette's middleware and its list of patterns, which took a third of a poll's time. The routes know
    everything, and are compiled when first asked: the hundreds of upstreams of a contract run never do.

    Args:
        simulator: owns all state.
        mounts: dialects by their prefix, of which "" is the root.
        control: who may use the control API.
    """

    def __init__(self, simulator: Simulator, mounts: Mapping[str, str], control: Settings) -> None:
        self._simulator = simulator
        self._mounts = mounts
        self._served = {prefix: DIALECTS[name] for prefix, name in mounts.items()}
        self._control = Control(simulator, control, _base)
        # What arrives most comes first.
        places = [(prefix, each) for prefix, dialect in self._served.items() for each in (*dialect.operations, MEDIA)]
        places.sort(key=lambda place: FREQUENCY[place[1].kind])
        self._endpoints = [
            (prefix, operation, Endpoint(simulator, self._served[prefix], operation, prefix))
            for prefix, operation in places
        ]
        self._fixed, self._of_jobs = _looked_up(self._endpoints)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one exchange."""
        if scope["type"] == "http" and not scope.get("root_path"):
            method, path = scope["method"], scope["path"]
            endpoint = self._fixed.get((method, path))
            if endpoint is not None:
                await endpoint.serve(scope, receive, send, "")
                return
            folder, _, job_id = path.rpartition("/")
            endpoint = self._of_jobs.get((method, folder))
            if endpoint is not None and job_id and not job_id.endswith("\n"):
                await endpoint.serve(scope, receive, send, job_id)
                return
        await self._routed(scope, receive, send)

    @cached_property
    def _routed(self) -> Starlette:
        """Everything, as routes."""
        # Flat routes, no Mount: a Mount would redirect `/path/` to `/path`, and match every path twice.
        routes = [_route(prefix, operation, endpoint) for prefix, operation, endpoint in self._endpoints]
        routes += browse_routes(self._mounts, _base)
        routes += self._control.routes
        app = Starlette(routes=routes, exception_handlers={404: self._missed, 405: self._missed})
        app.router.redirect_slashes = False
        return app

    async def _missed(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = error.headers if isinstance(error, HTTPException) else None
        answer = miss(request.method, request.scope["path"], status, self._served, self._simulator)
        return Response(answer.body, answer.status, headers, answer.content_type)


def create_app(
    simulator: Simulator,
    dialects: Sequence[str] = tuple(DIALECTS),
    *,
    root: str | None = None,
    control: Settings = DEFAULTS,
) -> UpstreamApp:
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
    return UpstreamApp(simulator, mounts, control)


def _base(request: Request) -> str:
    return base_of(request.scope)


Table = dict[tuple[str, str], Endpoint]


def _looked_up(places: Iterable[tuple[str, Operation, Endpoint]]) -> tuple[Table, Table]:
    """Endpoints by method and path, and by method and folder where the path is a folder with a job's id in it."""
    fixed: Table = {}
    of_jobs: Table = {}
    for prefix, operation, endpoint in places:
        path = prefix + operation.path
        folder, _, last = path.rpartition("/")
        if "{" not in path:
            fixed.setdefault((operation.method, path), endpoint)
        elif last == PARAMETER and "{" not in folder:
            of_jobs.setdefault((operation.method, folder), endpoint)
    return fixed, of_jobs


def _route(prefix: str, operation: Operation, endpoint: Endpoint) -> Route:
    """Only downloads are asked for by HEAD: one of anything else would count as what it only looks at."""
    route = Route(prefix + operation.path, endpoint, methods=[operation.method])
    if operation.kind is not Kind.CONTENT and route.methods is not None:
        route.methods.discard("HEAD")
    return route
