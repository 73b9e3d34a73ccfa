"""The control API as an ASGI app of its own: the guard, then the table of operations, then one shape of errors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from veosim.body import BadBodyError, ClientLeftError
from veosim.browse import document_routes
from veosim.control import PREFIX
from veosim.control.events import Hub
from veosim.control.guard import Guard
from veosim.control.metrics import Metrics
from veosim.control.refusals import RefusedError, answer_of, refusal_of
from veosim.control.server_wide import ServerWide
from veosim.control.settings import Settings
from veosim.control.tenant import Tenant
from veosim.errors import VeosimError
from veosim.simulator import Simulator

DOCUMENT = "control"
"""The name of its OpenAPI document."""

Handler = Callable[[Request], Awaitable[Response]]


def operations(whole: ServerWide, tenant: Tenant) -> Mapping[tuple[str, str], Handler]:
    """Every operation by method and path."""
    return {
        ("GET", "/health"): whole.health,
        ("GET", "/clock"): whole.clock,
        ("POST", "/clock/advance"): whole.advance,
        ("GET", "/scenarios"): whole.scenarios,
        ("PUT", "/scenarios/{name}"): whole.add_scenario,
        ("DELETE", "/scenarios/{name}"): whole.remove_scenario,
        ("GET", "/events"): whole.events,
        ("GET", "/metrics"): whole.metrics,
        ("GET", "/namespaces"): whole.namespaces,
        ("DELETE", "/namespaces/{namespace}"): tenant.forget,
        ("POST", "/namespaces/{namespace}/scenario"): tenant.play,
        ("POST", "/namespaces/{namespace}/reset"): tenant.reset,
        ("GET", "/namespaces/{namespace}/jobs"): tenant.jobs,
        ("GET", "/namespaces/{namespace}/jobs/{id}"): tenant.job,
        ("POST", "/namespaces/{namespace}/jobs/{id}/force"): tenant.force,
        ("GET", "/namespaces/{namespace}/journal"): tenant.journal,
        ("POST", "/namespaces/{namespace}/journal/wait"): tenant.wait,
        ("GET", "/namespaces/{namespace}/cost"): tenant.cost,
    }


class Control:
    """Everything below the prefix; what is asked of it is never in a journal.

    Args:
        simulator: is seen and steered.
        settings: who may do so.
        base_of: where the client reached the server, without a slash at its end.
        hub: carries the events.

    Raises:
        VeosimError: a host that the settings allow is none.
    """

    def __init__(
        self, simulator: Simulator, settings: Settings, base_of: Callable[[Request], str], hub: Hub | None = None
    ) -> None:
        self._guard = Guard(settings)
        self.hub = hub or Hub()
        self.hub.watch(simulator.watchers)
        metrics = Metrics(simulator)
        self._table = operations(ServerWide(simulator, self.hub, metrics), Tenant(simulator, settings.price_per_second))
        self._base_of = base_of

    @cached_property
    def _router(self) -> Router:
        """Compiled when first asked: most upstreams that tests start are never steered by HTTP."""
        routes = [Route(PREFIX + path, handler, methods=[method]) for (method, path), handler in self._table.items()]
        return Router([*routes, *document_routes(PREFIX, DOCUMENT, self._base_of)], redirect_slashes=False)

    @property
    def routes(self) -> list[Route]:
        """What leads here."""
        return [Route(PREFIX, self), Route(PREFIX + "/{rest:path}", self)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge and carry out one request."""
        try:
            self._guard.check(scope)
            await self._router(scope, receive, send)
        except ClientLeftError:
            return
        except HTTPException as error:
            await answer_of(self._missed(scope, error))(scope, receive, send)
        except (RefusedError, BadBodyError, VeosimError) as error:
            await answer_of(refusal_of(error))(scope, receive, send)

    def _missed(self, scope: Scope, error: HTTPException) -> RefusedError:
        message = f"{scope['method']} {scope['path'][:120]} is no operation of the control API"
        code = "no_operation" if error.status_code == 404 else "no_method"
        paths = tuple(f"{method} {PREFIX}{path}" for method, path in self._table)
        return RefusedError(error.status_code, code, message, paths, headers=error.headers)
