"""How a test of a gateway uses the upstream of document 003: signed callbacks, off-peak jobs, early cancel."""

import httpx2
from standardwebhooks import Webhook

from veosim.callbacks.sign import LOCAL_SECRET
from veosim.fixture import Upstream
from veosim.receiver import Receiver

KEY = {"Authorization": "Bearer test"}
BODY = {
    "model": "veo-3.1-generate-preview",
    "prompt": "Paper lanterns rise over a quiet harbour",
    "aspect_ratio": "16:9",
    "images": ["https://images.example/harbour.png"],
    "seconds": "8",
}


def test_the_callback_is_signed(veosim: Upstream, veosim_receiver: Receiver) -> None:
    """A receiver verifies it with the shared secret before it believes it."""
    base = f"{veosim.url_for('generations-seconds')}/v1/video/generations"
    task = httpx2.post(base, json={**BODY, "callback_url": veosim_receiver.url}, headers=KEY).json()

    veosim.clock.advance("5s")

    [received] = veosim_receiver.received
    told = Webhook(LOCAL_SECRET.value).verify(received.body.decode(), dict(received.headers))
    assert told == httpx2.get(f"{base}/{task['task_id']}", headers=KEY).json()
    assert (told["status"], told["progress"]) == ("succeeded", 100)


def test_an_off_peak_job_ends_after_two_days_with_a_refund(veosim: Upstream) -> None:
    """A job that never ends is cancelled at 48 h, and not a second before."""
    veosim.play("stuck")
    base = f"{veosim.url_for('generations-seconds')}/v1/video/generations"
    task = httpx2.post(base, json={**BODY, "off_peak": True}, headers=KEY).json()

    veosim.clock.advance("48h")

    told = httpx2.get(f"{base}/{task['task_id']}", headers=KEY).json()
    assert (told["status"], told["credits_refunded"]) == ("cancelled", True)


def test_an_off_peak_job_can_be_cancelled_earlier(veosim: Upstream) -> None:
    """The cancel answers the task as it now stands."""
    base = f"{veosim.url_for('generations-seconds')}/v1/video/generations"
    task = httpx2.post(base, json={**BODY, "off_peak": True}, headers=KEY).json()

    told = httpx2.post(f"{base}/{task['task_id']}/cancel", headers=KEY).json()
    assert (told["status"], told["credits_refunded"]) == ("cancelled", True)
