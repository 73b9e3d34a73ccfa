"""The reference gateway over HTTP, and the factory that profiles name: `veocontracts.reference.app:create`."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import cast

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from veocontracts.reference.callbacks import CALLBACKS, CallbackGateway
from veocontracts.reference.door import Refused
from veocontracts.reference.gateway import Gateway, Reply
from veocontracts.reference.mutants import gateway_class
from veocontracts.reference.replies import FileReply
from veocontracts.reference.settings import Settings
from veocontracts.reference.store import Store
from veocontracts.reference.upstream import origin_of, path_of, reached
from veocontracts.reference.webhooks import Receiver
from veosim.body import SIZE_LIMIT, BadBodyError, ClientLeftError, read_body
from veosim.inprocess import App

Handler = Callable[[Gateway, Request], Awaitable[Reply]]
MEDIA = "/media/{upload_id}/{filename}"


def create(  # noqa: PLR0913  what a profile can set
    upstream_url: str,
    upstream_app: App | None = None,
    *,
    mutant: str | None = None,
    settings: Settings | None = None,
    database: str = ":memory:",
    webhook_url: str | None = None,
    dialect: str = "api-video",
    callback_url: str = "",
    callback_secret: str = "",
) -> Starlette:
    """A gateway as an ASGI app.

    Args:
        upstream_url: base of the upstream.
        upstream_app: the same upstream in this process; used instead of the URL, whose path stays its prefix.
        mutant: the name of a defect, or None for the gateway that obeys every rule.
        settings: seconds and keys.
        database: an SQLite file; jobs that its last user left in flight are taken up.
        webhook_url: where the end of each job is announced.
        dialect: what the upstream speaks; `image-to-video` calls the gateway back.
        callback_url: where it does so: this gateway's own address and `/callbacks/image-to-video`.
        callback_secret: what its callbacks are signed with.
    """
    gateway_of = gateway_class(mutant, dialect)
    box: list[Gateway] = []

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        upstream = reached(upstream_url, upstream_url, upstream_app)
        receiver = None
        if webhook_url is not None:
            host = reached(origin_of(webhook_url), upstream_url, upstream_app)
            receiver = Receiver(host, path_of(webhook_url))
        gateway = gateway_of(upstream, Store(database), settings or Settings(), receiver=receiver)
        if isinstance(gateway, CallbackGateway):
            gateway.callback_url, gateway.callback_secret = callback_url, callback_secret
        box.append(gateway)
        await gateway.recover()
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
            if isinstance(reply, FileReply):
                return Response(reply.content, reply.status, reply.headers, reply.content_type)
            return Response(json.dumps(reply.data), reply.status, reply.headers, "application/json")

        return Route(path, endpoint, methods=[method])

    submits = [route(f"/v1/proxy/{service}", "POST", _submit(service)) for service in gateway_of.services]
    reads = [route("/v2/jobs/{job_id}", "GET", _read), route("/v2/charges", "GET", _charges)]
    files = [
        route("/v1/proxy/upload-media", "POST", _upload),
        route(MEDIA, "PUT", _put_file),
        route(MEDIA, "GET", _get_file),
    ]
    called = [route(CALLBACKS, "POST", _callback)] if issubclass(gateway_of, CallbackGateway) else []
    return Starlette(routes=[*submits, *reads, *files, *called, Route("/healthz", _health)], lifespan=lifespan)


async def _body(request: Request, limit: int = SIZE_LIMIT) -> bytes:
    try:
        return await read_body(request.receive, limit)
    except BadBodyError as error:
        code = "payload_too_large" if error.status == 413 else "invalid_request"
        raise Refused(error.status, code, str(error)) from None
    except ClientLeftError:
        raise Refused(400, "invalid_request", "The request ended early.") from None


def _submit(service: str) -> Handler:
    async def handler(gateway: Gateway, request: Request) -> Reply:
        gateway.check_type(request.headers.get("content-type"))
        return await gateway.submit(service, request.headers.get("authorization"), await _body(request))

    return handler


async def _read(gateway: Gateway, request: Request) -> Reply:
    return await gateway.read_job(request.path_params["job_id"], request.headers.get("authorization"))


async def _charges(gateway: Gateway, request: Request) -> Reply:
    return await gateway.list_charges(request.headers.get("authorization"))


async def _upload(gateway: Gateway, request: Request) -> Reply:
    body = await _body(request)
    return await gateway.upload_media(request.headers.get("authorization"), body, str(request.base_url))


async def _put_file(gateway: Gateway, request: Request) -> Reply:
    upload_id, signature = request.path_params["upload_id"], request.query_params.get("signature", "")
    content = await _body(request, gateway.settings.upload_limit)
    return await gateway.put_file(upload_id, signature, request.headers.get("content-type", ""), content)


async def _get_file(gateway: Gateway, request: Request) -> Reply:
    return await gateway.get_file(request.path_params["upload_id"], request.query_params.get("signature", ""))


async def _callback(gateway: Gateway, request: Request) -> Reply:
    body = await _body(request)
    return await cast("CallbackGateway", gateway).receive_callback(request.headers, body)


async def _health(_: Request) -> Response:
    return Response(b"ok\n")
