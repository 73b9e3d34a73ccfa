"""The reference gateway with a client that blocks: each call of its upstream holds a thread of the executor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import httpx2

from veocontracts.reference import app
from veosim.inprocess import App, Response


class Blocking:
    """The upstream, over sockets, by a synchronous client without a time limit of its own."""

    def __init__(self, url: str) -> None:
        self._client = httpx2.Client(base_url=url, timeout=None, trust_env=False)

    async def send(
        self,
        method: str,
        path: str,
        data: Mapping[str, Any] | None = None,
        key: str = "",
        heard: Callable[[], None] | None = None,
    ) -> Response:
        """Call in a thread; a caller that gives up leaves it behind."""
        del heard
        return await asyncio.to_thread(self._send, method, path, data, key)

    def _send(self, method: str, path: str, data: Mapping[str, Any] | None, key: str) -> Response:
        try:
            answer = self._client.request(method, path, json=data, headers={"Authorization": f"Bearer {key}"})
        except httpx2.TransportError as error:
            raise ConnectionResetError(str(error)) from error
        return Response(answer.status_code, dict(answer.headers), answer.content)

    async def close(self) -> None:
        """Let go of connections."""
        self._client.close()


def create(**kwargs: Any) -> App:
    """The reference gateway; in this process it reaches everything by clients that block."""
    setattr(app, "reached", lambda url, *_: Blocking(url))  # noqa: B010  the module does not offer it
    return app.create(**kwargs)
