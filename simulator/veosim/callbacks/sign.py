"""Signatures of callbacks, after Standard Webhooks (standardwebhooks.com, "Signature scheme").

Document 003 says that Veo's callbacks are signed and are to be verified by the server that receives them, and not
how; the scheme is inferred. Receivers compare the timestamp with their own clock, so it is real time on every clock
of the simulator: `webhook-timestamp` and `webhook-signature` are volatile fields of the journal, and the only ones
of a callback. `webhook-id` stays the same through copies and repeats, so that a receiver can tell them for one.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta

from veosim.errors import VeosimError
from veosim.scenario.callbacks import Manner
from veosim.seeded import digest, fingerprint

PREFIX = "whsec_"
EXPIRED_BY = timedelta(minutes=10)
"""Receivers that follow the scheme refuse a timestamp more than five minutes off."""


class Secret:
    """What callbacks are signed with: `whsec_` and base64. It never shows itself.

    Args:
        value: the secret; read it from `value` where it is needed, and nowhere else.

    Raises:
        VeosimError: it has another form; the text does not show it.
    """

    __slots__ = ("_key", "value")

    def __init__(self, value: str) -> None:
        self.value = value
        coded = value.removeprefix(PREFIX)
        try:
            self._key = base64.b64decode(coded + "=" * (-len(coded) % 4), validate=True)
        except (binascii.Error, ValueError):
            self._key = b""
        if not value.startswith(PREFIX) or not self._key:
            raise VeosimError(f"a webhook secret is {PREFIX} and base64, as in {LOCAL_SECRET.value!r}")

    def __repr__(self) -> str:
        return f"<webhook secret {fingerprint(self.value)}>"

    def another(self) -> Secret:
        """A secret of the same form that verifies nothing of this one's."""
        return Secret(PREFIX + base64.b64encode(digest("another secret", self._key)).decode())

    def signature(self, message_id: str, at: datetime, body: bytes) -> str:
        """The value of `webhook-signature`."""
        from standardwebhooks import Webhook  # noqa: PLC0415  a server without callbacks starts faster

        return Webhook(self._key).sign(message_id, at, body.decode())


LOCAL_SECRET = Secret(PREFIX + base64.b64encode(b"veosim: known to everybody").decode())
"""For local work, where nothing else is given. It is published here, so it proves nothing about who signed."""


def signed(secret: Secret, message_id: str, at: datetime, body: bytes, manner: Manner) -> dict[str, str]:
    """The three headers of a signed callback, or {} for `none`.

    Args:
        secret: shared with the receiver.
        message_id: names the message, in every copy and attempt alike.
        at: the real instant of this attempt, in UTC.
        body: the bytes that are sent, in UTF-8.
        manner: `good`; `bad` is signed with another key; `expired` ten minutes before `at`.
    """
    if manner == "none":
        return {}
    if manner == "bad":
        secret = secret.another()
    if manner == "expired":
        at -= EXPIRED_BY
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": secret.signature(message_id, at, body),
    }
