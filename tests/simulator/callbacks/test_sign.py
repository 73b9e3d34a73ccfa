"""Signatures of callbacks, judged by the library that receivers use."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from veosim.callbacks.sign import LOCAL_SECRET, Secret, signed
from veosim.clock import wall_now
from veosim.errors import VeosimError
from veosim.scenario.callbacks import Manner

BODY = '{"prompt": "A kite over the dunes, ünïcode"}'.encode()


def sent(manner: Manner) -> dict[str, str]:
    """The headers of a callback that is sent now."""
    return signed(LOCAL_SECRET, "msg_1", wall_now(), BODY, manner)


def test_a_good_signature_is_believed() -> None:
    """The library accepts it with the shared secret, and returns the body."""
    assert Webhook(LOCAL_SECRET.value).verify(BODY.decode(), sent("good")) == {
        "prompt": "A kite over the dunes, ünïcode"
    }


@pytest.mark.parametrize(
    ("manner", "complaint"),
    [
        ("bad", "No matching signature found"),
        ("expired", "Message timestamp too old"),
        ("none", "Missing required headers"),
    ],
)
def test_the_others_are_not(manner: Manner, complaint: str) -> None:
    """Each fails for its own reason."""
    with pytest.raises(WebhookVerificationError, match=complaint):
        Webhook(LOCAL_SECRET.value).verify(BODY.decode(), sent(manner))


def test_a_changed_body_is_not_believed() -> None:
    """The signature covers every byte."""
    with pytest.raises(WebhookVerificationError, match="No matching signature found"):
        Webhook(LOCAL_SECRET.value).verify(BODY.decode().replace("kite", "boat"), sent("good"))


def test_a_bad_signature_has_the_right_form() -> None:
    """Only its key is wrong: id and timestamp are those of the good one."""
    at = datetime(2026, 4, 27, 10, 30, tzinfo=UTC)
    good, bad = (signed(LOCAL_SECRET, "msg_1", at, BODY, manner) for manner in ("good", "bad"))
    signature = bad.pop("webhook-signature")
    assert re.fullmatch(r"v1,[A-Za-z0-9+/]{43}=", signature)
    assert signature != good.pop("webhook-signature")
    assert bad == good == {"webhook-id": "msg_1", "webhook-timestamp": "1777285800"}


def test_an_expired_signature_is_correct_for_its_time() -> None:
    """It is the good one of ten minutes ago."""
    at = wall_now()
    expired = signed(LOCAL_SECRET, "msg_1", at, BODY, "expired")
    assert expired == signed(LOCAL_SECRET, "msg_1", at - timedelta(minutes=10), BODY, "good")


def test_unsigned_means_no_header_at_all() -> None:
    """There is nothing to misread."""
    assert sent("none") == {}


def test_a_secret_never_shows_itself() -> None:
    """What is shown tells two secrets apart, and no more."""
    shown = [repr(LOCAL_SECRET), str(LOCAL_SECRET), f"{LOCAL_SECRET}", repr([LOCAL_SECRET.another()])]
    assert all(re.fullmatch(r"\[?<webhook secret key:[0-9a-f]{10}>\]?", text) for text in shown)
    assert (shown[0] == shown[1] == shown[2], shown[0] in shown[3]) == (True, False)


@pytest.mark.parametrize(
    "value", ["", "whsec_", "d2l0aG91dCBwcmVmaXg=", "whsec_not base64!", "whsec_ümlaut", "whsec_A"], ids=repr
)
def test_anything_else_is_refused_without_being_shown(value: str) -> None:
    """The message says what would be right, with a value that is no secret."""
    with pytest.raises(VeosimError) as refusal:
        Secret(value)
    assert str(refusal.value) == f"a webhook secret is whsec_ and base64, as in {LOCAL_SECRET.value!r}"


def test_padding_may_be_left_out() -> None:
    """Secrets are pasted in both forms."""
    unpadded = Secret("whsec_bG9jYWwtd29yay1zZWNyZXQ")
    headers = signed(unpadded, "msg_1", wall_now(), BODY, "good")
    assert Webhook("whsec_bG9jYWwtd29yay1zZWNyZXQ=").verify(BODY.decode(), headers)
