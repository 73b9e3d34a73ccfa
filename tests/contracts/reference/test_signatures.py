"""The reference gateway's check of signatures, held to the ones that the simulator makes with another library."""

from datetime import UTC, datetime

import pytest

from veocontracts.reference.signatures import Signature
from veosim.callbacks.sign import LOCAL_SECRET, Secret, signed

AT = datetime(2026, 4, 27, 10, 30, tzinfo=UTC)
NOW = AT.timestamp()
BODY = '{"msg": "ok", "é": 1}'.encode()
HEADERS = signed(LOCAL_SECRET, "msg_1", AT, BODY, "good")


def test_a_signature_of_the_shared_secret_is_known() -> None:
    """Over the body as it came, whatever its letters."""
    signature = Signature(HEADERS)
    assert (signature.message_id, signature.timestamp) == ("msg_1", str(int(NOW)))
    assert signature.is_of(LOCAL_SECRET.value, BODY)


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook-id": "msg_2"},
        {"webhook-timestamp": str(int(NOW) + 1)},
        {"webhook-signature": HEADERS["webhook-signature"].replace("v1,", "v1a,")},
        {"webhook-signature": HEADERS["webhook-signature"][:-2] + "A="},
        {"webhook-signature": "é"},
        {"webhook-signature": ""},
    ],
    ids=str,
)
def test_any_change_is_noticed(changes: dict[str, str]) -> None:
    """Id, time and signature belong together."""
    assert not Signature({**HEADERS, **changes}).is_of(LOCAL_SECRET.value, BODY)


def test_another_body_or_secret_is_noticed() -> None:
    """A single byte is enough."""
    signature = Signature(HEADERS)
    other = Secret("whsec_" + "AAAA" * 8)
    assert not signature.is_of(LOCAL_SECRET.value, BODY + b" ")
    assert not signature.is_of(other.value, BODY)
    assert not Signature({}).is_of(LOCAL_SECRET.value, BODY)


def test_one_signature_of_several_is_enough() -> None:
    """While a secret is being replaced, a sender signs with both."""
    both = f"v1,AAAA {HEADERS['webhook-signature']}"
    assert Signature({**HEADERS, "webhook-signature": both}).is_of(LOCAL_SECRET.value, BODY)


@pytest.mark.parametrize(
    ("timestamp", "fresh"),
    [
        (str(int(NOW)), True),
        (str(int(NOW) - 300), True),
        (str(int(NOW) + 300), True),
        (str(int(NOW) - 301), False),
        (str(int(NOW) + 301), False),
        ("", False),
        ("-5", False),
        ("\u0667", False),
        ("9" * 5000, False),
    ],
)
def test_a_timestamp_is_fresh_for_five_minutes(timestamp: str, fresh: bool) -> None:
    """To either side; anything but plain digits is none."""
    assert Signature({"webhook-timestamp": timestamp}).is_fresh(NOW) is fresh
