"""How the reference gateway reaches its upstream: over HTTP, or straight into an ASGI app for speed.

Neither sets a timeout: the worker's own deadline covers submit and polls together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

import httpx2

from veosim.inprocess import App, Response, call

_HEADERS = {"content-type": "application/json"}


class Upstream(Protocol):
    """One request to the upstream, by path."""

    async def send(self, method: str, path: str, data: Mapping[str, Any] | None = None) -> Response:
        """The answer, whatever its status.

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

    async def send(self, method: str, path: str, data: Mapping[str, Any] | None = None) -> Response:
        """Send over HTTP."""
        body = None if data is None else json.dumps(data, ensure_ascii=False).encode()
        try:
            answer = await self._client.request(method, path, content=body, headers=_HEADERS if body else {})
        except httpx2.ConnectError as error:
            raise ConnectionRefusedError(str(error)) from error
        except httpx2.TransportError as error:
            raise ConnectionResetError(str(error)) from error
        return Response(answer.status_code, dict(answer.headers), answer.content)

    async def close(self) -> None:
        """Close the pool."""
        await self._client.aclose()


class AppUpstream:
    """Into an ASGI app in this process; `prefix` is where the dialect is mounted."""

    def __init__(self, app: App, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def send(self, method: str, path: str, data: Mapping[str, Any] | None = None) -> Response:
        """Call the app."""
        body = b"" if data is None else json.dumps(data, ensure_ascii=False).encode()
        return await call(self._app, method, self._prefix + path, _HEADERS, body)

    async def close(self) -> None:
        """Nothing is held."""
