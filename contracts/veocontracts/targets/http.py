"""A gateway over HTTP, wherever it runs."""

from __future__ import annotations

from collections.abc import Mapping

import httpx2

from veosim.inprocess import Response


class HttpGateway:
    """A gateway at a URL. Every request has a real limit, so that a gateway that hangs cannot hold the suite.

    Args:
        url: what all paths are below.
        patience: real seconds for one request.
    """

    def __init__(self, url: str, patience: float) -> None:
        # An idle connection is closed by a server after seconds of its own time, which a fake clock makes milliseconds.
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
        self._client = httpx2.AsyncClient(
            base_url=url, timeout=patience, limits=limits, trust_env=False, verify=url.startswith("https")
        )

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        """One request."""
        try:
            answer = await self._client.request(method, path, headers=dict(headers), content=body or None)
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise ConnectionResetError(f"{type(error).__name__}: {error}") from error
        return Response(answer.status_code, dict(answer.headers), answer.content)

    async def close(self) -> None:
        """Close the pool."""
        await self._client.aclose()
