"""What clients may ask for."""

from __future__ import annotations

import json

from aiohttp import web

from aiohttp_gateway.jobs import BUGS

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

    def answer(self) -> web.Response:
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after else {}
        error = {"code": self.code, "message": str(self)}
        return web.json_response({"status": "error", "error": error}, status=self.status, headers=headers)


def key_of(request: web.Request) -> str:
    """The known key that a request carries."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.startswith(("vk-", "vn-")):
        raise Refused(401, "unauthorized", "A known API key is required.")
    return key


def checked(service: str, content_type: str, body: bytes) -> dict[str, str]:
    """The fields to send upstream: exact values only, nothing mended, nothing filled in."""
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
    if BUGS and "prompt" in data:  # planted: trims-the-prompt
        data["prompt"] = data["prompt"].strip()
    return {name: data[name] for name in ("prompt", required, *CHOICES) if name in data}
