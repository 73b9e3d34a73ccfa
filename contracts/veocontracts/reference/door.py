"""Who may come in, how often, and with what: keys, allowed services, the rate limit, validation."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Mapping
from typing import Any

from veocontracts.reference.settings import ENUMS, Settings
from veosim.body import BadBodyError, parse_object


class Refused(Exception):  # noqa: N818  an answer, not a fault
    """A request that is turned away, with the status and the code that the client gets."""

    def __init__(self, status: int, code: str, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.retry_after = retry_after


class Door:
    """The checks that a request passes before it becomes a job."""

    settings: Settings

    def __init__(self) -> None:
        super().__init__()
        self.windows: dict[str, deque[float]] = {}

    def now(self) -> float:
        """The worker's clock: the event loop's, which timers and timeouts follow too."""
        return asyncio.get_running_loop().time()

    def authenticate(self, authorization: str | None) -> str:
        """The key of a known bearer."""
        scheme, _, key = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or self.settings.services_of(key) is None:
            raise Refused(401, "unauthorized", "A known API key is required.")
        return key

    def authorise(self, key: str, service: str) -> None:
        """The service must be among the key's allowed services (000, 001 Prerequisites)."""
        if service not in (self.settings.services_of(key) or ()):
            raise Refused(403, "service_not_allowed", f"This key does not allow {service}.")

    def window(self, key: str) -> deque[float]:
        """The instants of the key's submits in the last window."""
        window = self.windows.setdefault(key, deque())
        while window and window[0] <= self.now() - self.settings.rate_window:
            window.popleft()
        return window

    def admit(self, key: str) -> None:
        """60 submits a minute per key, in a sliding window (000, 001 Specs)."""
        window = self.window(key)
        if len(window) >= self.settings.rate_limit:
            wait = math.ceil(window[0] + self.settings.rate_window - self.now())
            raise Refused(429, "rate_limited", "Too many requests for this key.", max(1, wait))
        window.append(self.now())

    def check_type(self, content_type: str | None) -> None:
        """The body must be said to be JSON, or nothing be said of it (inferred)."""
        said = (content_type or "").partition(";")[0].strip().lower()
        if said not in {"", "application/json"} and not said.endswith("+json"):
            raise Refused(400, "invalid_request", "The content type must be application/json.")

    def read(self, body: bytes) -> dict[str, Any]:
        """The request's JSON object."""
        try:
            return parse_object(body)
        except BadBodyError as error:
            raise Refused(error.status, "invalid_request", str(error)) from None

    def validate(self, service: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The fields to send upstream: exact values only, nothing mended, nothing filled in."""
        required = {"media-video-from-text": "prompt", "media-video-from-image": "image"}[service]
        for name in ("prompt", "image"):
            found = fields.get(name)
            if name in fields and not isinstance(found, str):
                raise Refused(400, "invalid_request", f"{name} must be a string.")
            if name == required and not found:
                raise Refused(400, "invalid_request", f"{name} is required.")
        for name in ENUMS:
            self.check_choice(name, fields)
        wanted = (*ENUMS, "prompt", *(("image",) if required == "image" else ()))
        return {name: fields[name] for name in wanted if name in fields}

    def check_choice(self, name: str, fields: Mapping[str, Any]) -> None:
        """One enum field: absent, or exactly one of the documented values."""
        if name in fields and fields[name] not in ENUMS[name]:
            allowed = ", ".join(repr(value) for value in ENUMS[name])
            raise Refused(400, "invalid_request", f"{name} must be one of {allowed}.")
