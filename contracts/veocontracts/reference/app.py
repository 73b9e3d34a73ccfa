"""The reference gateway over HTTP, and the factory that profiles name: `veocontracts.reference.app:create`."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from veocontracts.reference.door import Refused
from veocontracts.reference.gateway import Gateway, Reply
from veocontracts.reference.mutants import gateway_class
from veocontracts.reference.settings import SERVICES, Settings
from veocontracts.reference.store import Store
from veocontracts.reference.upstream import AppUpstream, HttpUpstream
from veosim.body import BadBodyError, ClientLeftError, read_body
from veosim.inprocess import App

Handler = Callable[[Gateway, Request], Awaitable[Reply]]


def create(
    upstream_url: str,
    upstream_app: App | None = None,
    mutant: str | None = None,
    settings: Settings | None = None,
    database: str = ":memory:",
) -> Starlette:
    """A gateway as an ASGI app.

    Args:
        upstream_url: base of an api-video upstream.
        upstream_app: the same upstream in this process; used instead of the URL, whose path stays its prefix.
        mutant: the name of a defect, or None for the gateway that obeys every rule.
        settings: seconds and keys.
        database: an SQLite file.
    """
    gateway_of = gateway_class(mutant)
    box: list[Gateway] = []

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        prefix = (
            "/" + upstream_url.split("://", 1)[-1].partition("/")[2] if "/" in upstream_url.split("://", 1)[-1] else ""
        )
        upstream = AppUpstream(upstream_app, prefix.rstrip("/")) if upstream_app else HttpUpstream(upstream_url)
        box.append(gateway_of(upstream, Store(database), settings or Settings()))
        yield
        await box.pop().close()

    def route(path: str, method: str, handler: Handler) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                reply = await handler(box[0], request)
            except Refused as refused:
                after = {} if refused.retry_after is None else {"Retry-After": str(refused.retry_after)}
                error = {"code": refused.code, "message": str(refused)}
                reply = Reply(refused.status, {"status": "error", "error": error}, after)
            return Response(json.dumps(reply.data), reply.status, reply.headers, "application/json")

        return Route(path, endpoint, methods=[method])

    submits = [route(f"/v1/proxy/{service}", "POST", _submit(service)) for service in SERVICES]
    reads = [route("/v2/jobs/{job_id}", "GET", _read), route("/v2/charges", "GET", _charges)]
    return Starlette(routes=[*submits, *reads, Route("/healthz", _health)], lifespan=lifespan)


def _submit(service: str) -> Handler:
    async def handler(gateway: Gateway, request: Request) -> Reply:
        try:
            body = await read_body(request.receive)
        except BadBodyError as error:
            raise Refused(error.status, "invalid_request", str(error)) from None
        except ClientLeftError:
            raise Refused(400, "invalid_request", "The request ended early.") from None
        return await gateway.submit(service, request.headers.get("authorization"), body)

    return handler


async def _read(gateway: Gateway, request: Request) -> Reply:
    return await gateway.read_job(request.path_params["job_id"], request.headers.get("authorization"))


async def _charges(gateway: Gateway, request: Request) -> Reply:
    return await gateway.list_charges(request.headers.get("authorization"))


async def _health(_: Request) -> Response:
    return Response(b"ok\n")
