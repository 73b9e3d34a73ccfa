"""An order as its client gives it, and as it is shown."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

REQUIRED = {"media-video-from-text": "prompt", "media-video-from-image": "image"}
CHOICES = {
    "model": ("veo (Audio)", "veo fast (Audio)"),
    "resolution": ("1080P", "512P"),
    "duration": ("4s", "8s"),
    "aspect_ratio": ("16:9", "9:16"),
}


class Refused(Exception):  # noqa: N818  an answer, not a fault
    def __init__(self, status: int, code: str, message: str, retry_after: int = 0) -> None:
        super().__init__(message)
        self.status, self.code, self.retry_after = status, code, retry_after


def checked(service: str, content_type: str, body: bytes) -> str:
    """The fields to send upstream, as JSON: exact values only, nothing mended, nothing filled in."""
    if content_type != "application/json" and not content_type.endswith("+json"):
        raise Refused(400, "invalid_request", "The content type must be application/json.")
    try:
        data = json.loads(body.decode())
        json.dumps(data, ensure_ascii=False, allow_nan=False).encode()  # no lone surrogates, no NaN
    except (ValueError, RecursionError) as error:
        raise Refused(400, "invalid_request", f"The body is no JSON: {error}.") from error
    if not isinstance(data, dict):
        raise Refused(400, "invalid_request", "The body must be a JSON object.")
    required = REQUIRED[service]
    for name in {"prompt", required}:
        if (name in data and not isinstance(data[name], str)) or (name == required and not data.get(name)):
            raise Refused(400, "invalid_request", f"{name} must be a text.")
    for name, allowed in CHOICES.items():
        if name in data and data[name] not in allowed:
            raise Refused(400, "invalid_request", f"{name} must be one of {', '.join(allowed)}.")
    return json.dumps({name: data[name] for name in ("prompt", required, *CHOICES) if name in data})


def view(job: sqlite3.Row) -> dict[str, Any]:
    """A job as its client sees it."""
    shown: dict[str, Any] = {
        "id": job["id"],
        "status": job["status"],
        "service_name": job["service"],
        "created_at": job["created_at"],
    }
    price = {"units_consumed": float(job["units"]), "token_cost": float(job["cost"])}
    if job["status"] == "completed":
        shown |= {"completed_at": job["completed_at"], "result_data": json.loads(job["result"]), **price}
    if job["status"] == "failed":
        shown |= {"error": json.loads(job["error"]), **price}
    return shown
