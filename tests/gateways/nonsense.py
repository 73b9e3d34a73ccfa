"""A gateway that reaches its upstream and answers nonsense: another kind of it at each request."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

from veosim.inprocess import App, call

DEEP = b"[" * 5000 + b"]" * 5000
DEEP_JOB = b'{"job": {"id": ' + b"[" * 60 + b"]" * 60 + b"}}"
BODIES: tuple[tuple[str, bytes], ...] = (
    ("application/json", b""),
    ("text/html", b"<html><body>502 Bad Gateway</body></html>"),
    ("application/json", b"null"),
    ("application/json", b"[]"),
    ("application/json", b'"queued"'),
    ("application/json", b"12e400"),
    ("application/json", b'{"job": null, "status": {"queued": true}}'),
    ("application/json", b'{"job": [1, 2], "id": {}, "status": ["completed"]}'),
    ("text/plain", b'{"job": {"id": 7, "status": "queued"}, "status": 5}'),
    ("application/json", b'{"job": {"id": "../../etc/pass wd?x=1#y\\u0000\\ud83c\\udfac"}, "status": "accepted"}'),
    ("application/json", b'{"job": {"id": "\\ud800"}}'),
    ("application/json", b'{"status": NaN, "token_cost": Infinity}'),
    ("application/json", b'{"status": "completed", "units_consumed": "4.0", "token_cost": 1e99999999999999999999}'),
    ("application/json", b'{"status": "completed", "units_consumed": 1e300, "token_cost": -1e300, "result_data": 4}'),
    ("application/json", b'{"status": "completed", "id": [], "created_at": {}, "completed_at": 7, "result_data": []}'),
    ("application/json", b'{"status": "failed", "error": [null], "units_consumed": true, "token_cost": []}'),
    ("application/json", b'{"charges": {"a": 1}, "total": "x"}'),
    ("application/json", b'{"charges": [null, 7, [], {"job_id": [], "amount": {}}, {"job_id": {}, "amount": "x"}]}'),
    ("application/json", b'{"charges": [{"job_id": 1e5, "amount": 1e300, "units": null}, {"amount": -1}]}'),
    ("application/json", b"\xff\xfe\x00{"),
    ("application/json", DEEP),
    ("application/json", DEEP_JOB),
    ("application/json", b'{"job": ' + b"9" * 5000 + b"}"),
    ("image/png", b"\x89PNG\r\n\x1a\n\x1b[31m"),
)
STATUSES = (200, 202, 200, 202, 200, 202, 204, 301, 400, 404, 429, 500, 599)


def create(upstream_url: str, upstream_app: App) -> App:
    """An ASGI app. It passes every submit on, so that the money guard sees it, and polls once."""
    del upstream_url
    turn = count()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise NotImplementedError
        body = (await receive()).get("body", b"")
        number = next(turn)
        if scope["method"] == "POST":
            answer = await call(upstream_app, "POST", "/api/video/from-text", {}, body)
            found = json.loads(answer.body).get("job_id", "x")
            await call(upstream_app, "GET", f"/api/video/status/{found}")
        # The first answers are accepted ones, so that reads of a job follow.
        kind, text = BODIES[(number * 7 + len(body)) % len(BODIES)]
        if number % 3 == 0 and scope["method"] == "POST":
            kind, text = "application/json", b'{"status": "accepted", "job": {"id": "a b/\\u20ac", "status": 3}}'
        status = STATUSES[(number * 5 + len(body)) % len(STATUSES)] if number else 202
        headers = [(b"content-type", kind.encode()), (b"retry-after", b"soon"), (b"x-odd", b"\xff\x00")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": text})

    return app
