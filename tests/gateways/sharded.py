"""The reference gateway where it matters which key a client has: each key belongs to a shard, which answers name."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from veocontracts.reference import app
from veosim.inprocess import App
from veosim.seeded import digest


def create(upstream_url: str, upstream_app: App | None = None, **settings: Any) -> App:
    """A gateway whose answers carry `X-Shard`."""
    inner = app.create(upstream_url, upstream_app, **settings)

    async def gateway(scope: Any, receive: Any, send: Any) -> None:
        shard = digest(dict(scope.get("headers", ())).get(b"authorization", b"")).hex()[:16]

        async def naming(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-shard", shard.encode())]
            await send(message)

        await inner(scope, receive, naming)

    return gateway
