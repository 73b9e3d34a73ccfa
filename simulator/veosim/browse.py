"""What a browser gets from a server: each dialect's OpenAPI document and its page, and an index of them all.

The documents are only shown here. Requests are judged by the dialects, which never read them.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from veosim.errors import VeosimError
from veosim.resources import openapi

DOCUMENT = "/openapi.json"
PAGE = "/"

Handler = Callable[[Request], Awaitable[Response]]


def browse_routes(names: Mapping[str, str], base_of: Callable[[Request], str]) -> list[Route]:
    """Routes for what is served.

    Args:
        names: dialects by their prefix; "" is the root.
        base_of: where the client reached the server, without a slash at its end.
    """
    routes = [route for prefix, name in names.items() for route in document_routes(prefix, name, base_of)]
    return routes if "" in names else [*routes, Route(PAGE, _index(names, base_of))]


def document_routes(prefix: str, name: str, base_of: Callable[[Request], str]) -> list[Route]:
    """Routes for one bundled document and its page, below a prefix; "" is the root."""
    return [
        Route(prefix + DOCUMENT, _document(name, prefix, base_of)),
        Route(prefix + PAGE, _page(name, prefix, base_of)),
        *([Route(prefix, _slash)] if prefix else []),
    ]


async def _slash(request: Request) -> Response:
    """The links of a page are relative to its folder."""
    return RedirectResponse(f"{request.scope['path']}/", 308)


def _shown(draw: Callable[[Request], Response]) -> Handler:
    """A handler that says so where a dialect has no document."""

    async def handler(request: Request) -> Response:
        try:
            return draw(request)
        except VeosimError as error:
            return Response(str(error), 404, media_type="text/plain")

    return handler


def _document(name: str, prefix: str, base_of: Callable[[Request], str]) -> Handler:
    def draw(request: Request) -> Response:
        document = {**openapi(name), "servers": [{"url": base_of(request) + prefix}]}
        return Response(json.dumps(document, ensure_ascii=False), media_type="application/json")

    return _shown(draw)


def _page(name: str, prefix: str, base_of: Callable[[Request], str]) -> Handler:
    def draw(request: Request) -> Response:
        from veosim.reference_page import page  # noqa: PLC0415  a server starts faster without it

        return HTMLResponse(page(openapi(name), base_of(request) + prefix, "../" if prefix else None))

    return _shown(draw)


def _index(names: Mapping[str, str], base_of: Callable[[Request], str]) -> Handler:
    def draw(request: Request) -> Response:
        from veosim.reference_page import Served, index  # noqa: PLC0415  a server starts faster without it

        base = base_of(request)
        return HTMLResponse(index([Served(name, base + prefix, openapi(name)) for prefix, name in names.items()]))

    return _shown(draw)
