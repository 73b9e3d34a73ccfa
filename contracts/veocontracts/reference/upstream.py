"""How the reference gateway reaches its upstream: over HTTP, or straight into an ASGI app for speed.

Neither sets a timeout: the worker's own deadline covers submit and polls together.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import httpx2

from veosim.inprocess import App, Response, call

Heard = Callable[[], None]


def _headers(key: str, data: Mapping[str, Any] | None) -> dict[str, str]:
    headers = {} if data is None else {"content-type": "application/json"}
    return headers | ({"authorization": f"Bearer {key}"} if key else {})


def _body(data: Mapping[str, Any] | None) -> bytes:
    return b"" if data is None else json.dumps(data, ensure_ascii=False).encode()


def _overheard(app: App, heard: Heard) -> App:
    async def listening(scope: Any, receive: Any, send: Any) -> None:
        async def sent(message: Any) -> None:
            heard()
            await send(message)

        await app(scope, receive, sent)

    return listening


class Upstream(Protocol):
    """One request to the upstream, by path."""

    async def send(
        self, method: str, path: str, data: Mapping[str, Any] | None = None, key: str = "", heard: Heard | None = None
    ) -> Response:
        """The answer, whatever its status.

        Args:
            method: of HTTP.
            path: below the upstream's base.
            data: sent as JSON.
            key: sent as a bearer key, unless it is empty.
            heard: called whenever a part of the answer comes.

        Raises:
            ConnectionError: none came.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class HttpUpstream:
    """Over sockets."""

    def __init__(self, url: str) -> None:
        self._client = httpx2.AsyncClient(base_url=url, timeout=None, trust_env=False, verify=url.startswith("https"))

    async def send(
        self, method: str, path: str, data: Mapping[str, Any] | None = None, key: str = "", heard: Heard | None = None
    ) -> Response:
        """Send over HTTP."""
        parts = []
        try:
            async with self._client.stream(method, path, content=_body(data), headers=_headers(key, data)) as answer:
                async for part in answer.aiter_bytes():
                    parts.append(part)
                    if heard is not None:
                        heard()
        except httpx2.ConnectError as error:
            raise ConnectionRefusedError(str(error)) from error
        except httpx2.TransportError as error:
            raise ConnectionResetError(str(error)) from error
        return Response(answer.status_code, dict(answer.headers), b"".join(parts))

    async def close(self) -> None:
        """Close the pool."""
        await self._client.aclose()


class AppUpstream:
    """Into an ASGI app in this process; `prefix` is where the dialect is mounted."""

    def __init__(self, app: App, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def send(
        self, method: str, path: str, data: Mapping[str, Any] | None = None, key: str = "", heard: Heard | None = None
    ) -> Response:
        """Call the app."""
        app = self._app if heard is None else _overheard(self._app, heard)
        return await call(app, method, self._prefix + path, _headers(key, data), _body(data))

    async def close(self) -> None:
        """Nothing is held."""


def reached(url: str, upstream_url: str, upstream_app: App | None) -> Upstream:
    """How to reach a URL: within this process where it lies beside the upstream that lives there, else over HTTP."""
    if upstream_app is not None and origin_of(url) == origin_of(upstream_url):
        return AppUpstream(upstream_app, path_of(url).rstrip("/"))
    return HttpUpstream(url)


def origin_of(url: str) -> str:
    """`http://127.0.0.1:8410` of `http://127.0.0.1:8410/api-video`."""
    return url.removesuffix(path_of(url))


def path_of(url: str) -> str:
    """`/api-video` of the same."""
    return "".join(url.split("://", 1)[-1].partition("/")[1:])
