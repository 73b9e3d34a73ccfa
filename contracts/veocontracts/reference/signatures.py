"""Whether a callback is its sender's own: Standard Webhooks, which document 003 (Notes 4) leaves open (inferred)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

PREFIX = "whsec_"
VERSION = "v1"
FRESH_FOR = 300
"""Seconds by which a timestamp may be off, to either side."""


class Signature:
    """What a callback's headers say of its sender.

    Attributes:
        message_id: names the message, in every delivery alike.
        timestamp: seconds since 1970 as text.
        given: the signatures, each with its version.
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        self.message_id = headers.get("webhook-id", "")
        self.timestamp = headers.get("webhook-timestamp", "")
        self.given = headers.get("webhook-signature", "").split()

    def is_fresh(self, now: float) -> bool:
        """Whether it was made within five minutes of `now`, so that nobody can send an old message again."""
        is_number = self.timestamp.isascii() and self.timestamp.isdecimal() and len(self.timestamp) <= len(str(2**63))
        return is_number and abs(int(self.timestamp) - now) <= FRESH_FOR

    def is_of(self, secret: str, body: bytes) -> bool:
        """Whether one of the signatures is made with the secret, over id, timestamp and body."""
        key = base64.b64decode(secret.removeprefix(PREFIX))
        message = b".".join((self.message_id.encode(), self.timestamp.encode(), body))
        right = base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()
        return any(hmac.compare_digest(f"{VERSION},{right}".encode(), one.encode()) for one in self.given)
