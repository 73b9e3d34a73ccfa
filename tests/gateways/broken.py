"""Gateways that cannot be judged, or that crash: each factory is one."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from veocontracts.reference.app import create
from veosim.inprocess import App, call

ACCEPTED = {"status": "accepted", "message": "ok", "job": {"id": "job-1", "status": "queued"}}


def note(log: str, line: str) -> None:
    """Add a line to a file."""
    with Path(log).open("a") as file:
        file.write(line)


def elsewhere(upstream_url: str, log: str) -> App:
    """Accepts every job, and calls another upstream than the one that it was given; `log` gets a line for each."""
    del upstream_url

    async def answer(request: Request) -> Response:
        note(log, f"{request.method} {request.url.path}\n")
        return JSONResponse(ACCEPTED, 202)

    return Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])


def half_elsewhere(upstream_url: str, log: str, status: int = 202) -> App:
    """The reference, whose images alone go to another upstream, answered so; `log` gets a line for each of these."""
    right = create(upstream_url)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].endswith("from-image"):
            note(log, f"{scope['method']} {scope['path']}\n")
            await JSONResponse(ACCEPTED, status)(scope, receive, send)
        else:
            await right(scope, receive, send)

    return app


def silent(upstream_url: str) -> App:
    """Never answers."""
    del upstream_url

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await asyncio.Event().wait()

    return app


def raising(upstream_url: str, upstream_app: App) -> App:
    """Forwards a submit, as it must to be judged at all, then raises; and raises at every read."""
    del upstream_url

    async def submit(request: Request) -> Response:
        await call(upstream_app, "POST", "/api/video/from-text", {}, await request.body())
        raise ValueError("the submit handler broke")

    async def read(request: Request) -> Response:
        raise KeyError("the read handler broke")

    return Starlette(
        routes=[
            Route("/v1/proxy/{service}", submit, methods=["POST"]),
            Route("/{path:path}", read),
        ]
    )


def background(upstream_url: str, upstream_app: App) -> App:
    """Answers, and does its work in a background task of Starlette's, which outlasts the answer."""
    del upstream_url

    async def submit(request: Request) -> Response:
        body = await request.body()

        async def work() -> None:
            await call(upstream_app, "POST", "/api/video/from-text", {}, body)
            await asyncio.sleep(300)  # why: the loop is virtual

        return JSONResponse(ACCEPTED, 202, background=BackgroundTask(work))

    return Starlette(routes=[Route("/v1/proxy/{service}", submit, methods=["POST"])])


def leaving(upstream_url: str) -> App:
    """Wants to end the whole process as soon as it is asked for anything."""
    del upstream_url

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            raise SystemExit(0)

    return app


def refusing_to_start(upstream_url: str) -> App:
    """Cannot be made."""
    raise RuntimeError(f"no database behind {upstream_url}")


class OddError(Exception):
    """Cannot be made from its own text, as exceptions that cross processes must."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")


def odd(upstream_url: str) -> App:
    """Raises something that does not travel between processes."""
    raise OddError(7, upstream_url)


NO_APP = "not an app"


def no_app(upstream_url: str) -> str:
    """Makes something that is no app."""
    return upstream_url
