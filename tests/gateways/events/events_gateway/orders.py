"""What clients may ask for."""

from __future__ import annotations

import json
from typing import Any
from wsgiref.types import WSGIEnvironment

from events_gateway.jobs import BUGS

REQUIRED = {"media-video-from-text": "prompt", "media-video-from-image": "image"}
CHOICES = {
    "model": ["veo (Audio)", "veo fast (Audio)"],
    "resolution": ["1080P", "512P"],
    "duration": ["4s", "8s"],
    "aspect_ratio": ["16:9", "9:16"],
}
LARGEST_REQUEST = 32 << 20


class Refused(Exception):  # noqa: N818  an answer, not a fault
    def __init__(self, status: int, code: str, message: str, retry_after: int = 0) -> None:
        super().__init__(message)
        self.status, self.code, self.retry_after = status, code, retry_after


def key_of(environ: WSGIEnvironment) -> str:
    """The known key that a request carries."""
    scheme, _, key = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer" or not key.startswith(("vk-", "vn-")):
        raise Refused(401, "unauthorized", "A known API key is required.")
    return str(key)


def body_of(environ: WSGIEnvironment) -> bytes:
    """The whole body, which must say how long it is."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdecimal()) or int(length) > LARGEST_REQUEST:
        raise Refused(413, "payload_too_large", f"A body says its length, at most {LARGEST_REQUEST} bytes.")
    return bytes(environ["wsgi.input"].read(int(length)))


def checked(required: str, content_type: str, body: bytes) -> dict[str, Any]:
    """The fields to send upstream: exact values only, nothing mended, nothing filled in."""
    said = content_type.partition(";")[0].strip().lower()
    if said != "application/json" and not said.endswith("+json"):
        raise Refused(400, "invalid_request", "The content type must be application/json.")
    try:
        data = json.loads(body.decode())
        json.dumps(data, ensure_ascii=False, allow_nan=False).encode()  # no lone surrogates, no NaN
    except (ValueError, RecursionError) as error:
        raise Refused(400, "invalid_request", f"The body is no JSON: {error}.") from error
    if not isinstance(data, dict):
        raise Refused(400, "invalid_request", "The body must be a JSON object.")
    if BUGS and type(data.get("duration")) is int:  # planted: takes-a-number-for-the-duration
        data["duration"] = f"{data['duration']}s"
    for name in {"prompt", required}:
        if (name in data and not isinstance(data[name], str)) or (name == required and not data.get(name)):
            raise Refused(400, "invalid_request", f"{name} must be a text.")
    for name, allowed in CHOICES.items():
        if name in data and data[name] not in allowed:
            raise Refused(400, "invalid_request", f"{name} must be one of {', '.join(allowed)}.")
    return {name: data[name] for name in ("prompt", required, *CHOICES) if name in data}
