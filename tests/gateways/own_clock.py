"""The reference gateway with a clock of its own, which a client moves: `POST /clock/advance {"seconds": 5}`."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn

from veocontracts.reference.app import create
from veocontracts.reference.settings import Settings
from veosim.body import read_body
from veosim.inprocess import App

PATH = "/clock/advance"


class OwnLoop(asyncio.SelectorEventLoop):
    """A loop whose time can be moved on."""

    moved = 0.0

    def time(self) -> float:
        """Real seconds, and those that it was moved by."""
        return super().time() + self.moved


def movable(app: App) -> App:
    """The app, with the endpoint that moves the loop; another loop stays as it is."""

    async def serve(
        scope: MutableMapping[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        if scope.get("path") != PATH:
            await app(scope, receive, send)
            return
        loop, seconds = asyncio.get_running_loop(), json.loads(await read_body(receive))["seconds"]
        if isinstance(loop, OwnLoop) and isinstance(seconds, int | float):
            loop.moved += seconds
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return serve


def main() -> None:
    """Serve until stopped; with `--stuck` the endpoint answers and moves nothing."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--upstream", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--webhook-url")
    parser.add_argument("--stuck", action="store_true")
    chosen = parser.parse_args()
    usual = Settings()
    settings = Settings(
        job_timeout=float(os.environ.get("CN8_JOB_TIMEOUT_S", usual.job_timeout)),
        poll_interval=float(os.environ.get("CN8_POLL_S", usual.poll_interval)),
        rate_window=float(os.environ.get("CN8_RATE_WINDOW_S", usual.rate_window)),
    )
    gateway = create(chosen.upstream, settings=settings, database=chosen.database, webhook_url=chosen.webhook_url)
    app = movable(gateway)
    config = uvicorn.Config(app, port=chosen.port, log_level="warning", access_log=False, timeout_keep_alive=75)
    with asyncio.Runner(loop_factory=asyncio.new_event_loop if chosen.stuck else OwnLoop) as runner:
        runner.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
