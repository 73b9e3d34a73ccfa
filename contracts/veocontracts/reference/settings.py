"""What can be set on the reference gateway; the defaults are the documents' (000, 001: Specs, Pricing)."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase

SERVICES = {"media-video-from-text": "/api/video/from-text", "media-video-from-image": "/api/video/from-image"}
"""Each service and the upstream operation behind it (000, 001 Guides: Async lifecycle)."""

ENUMS = {
    "model": ("veo (Audio)", "veo fast (Audio)"),
    "resolution": ("1080P", "512P"),
    "duration": ("4s", "8s"),
    "aspect_ratio": ("16:9", "9:16"),
}
"""The exact values (000, 001 Changelog 1.1); the first of each is the default."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Seconds, unless said otherwise.

    Attributes:
        keys: a key, or a glob over keys, and the services that it allows.
        upstream_key: the gateway's own key at its upstream; "" is none.
        webhook_attempts: how often an event is sent that its receiver does not take.
        upload_limit: bytes of one upload.
        uploads_kept: how many uploads there are at a time; the oldest makes room.
    """

    job_timeout: float = 600.0
    poll_interval: float = 5.0
    rate_limit: int = 60
    rate_window: float = 60.0
    price: Decimal = Decimal("1.50")
    upstream_key: str = "reference-gateway"
    webhook_attempts: int = 5
    upload_limit: int = 8 * 1024 * 1024
    uploads_kept: int = 64
    keys: dict[str, tuple[str, ...]] = field(default_factory=lambda: {"vk-*": tuple(SERVICES), "vn-*": ()})

    @property
    def poll_patience(self) -> float:
        """How long one poll may take before it counts as missed: 30 s of 600."""
        return self.job_timeout / 20

    @property
    def last_look(self) -> float:
        """How long the poll at the deadline may take: half a second of 600."""
        return self.job_timeout / 1200

    @property
    def webhook_patience(self) -> float:
        """How long the receiver of an event may take to answer: 10 s of 600."""
        return self.job_timeout / 60

    @property
    def webhook_backoff(self) -> float:
        """How long the second attempt waits, 2 s of 600; each further one waits twice as long as the one before."""
        return self.job_timeout / 300

    def services_of(self, key: str) -> tuple[str, ...] | None:
        """What the key allows, or None for a key that nobody was given."""
        return next((allowed for known, allowed in self.keys.items() if fnmatchcase(key, known)), None)
