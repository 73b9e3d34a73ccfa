"""How a test of a gateway uses the upstream of document 002: several videos from one submit, told by callbacks."""

import httpx2

from veosim.fixture import Upstream
from veosim.receiver import Receiver


def test_each_video_is_told_by_a_callback_of_its_own(veosim: Upstream, veosim_receiver: Receiver) -> None:
    """Two videos are asked for: two task ids, and two callbacks once the clock has reached their end."""
    body = {
        "model": "V",
        "prompt": "Fog rolls over a pine forest at dawn",
        "image_url": "https://images.example/forest.jpg",
        "aspect_ratio": "16:9",
        "aspect_resolution": "1080p",
        "duration": 6,
        "generate_count": 2,
        "callback_url": veosim_receiver.url,
    }
    base = veosim.url_for("image-to-video")
    answer = httpx2.post(f"{base}/v1/image_to_video", json=body, headers={"Authorization": "Bearer test"}).json()

    veosim.clock.advance("5s")

    told = [received.json() for received in veosim_receiver.received]
    assert told == [
        {
            "code": 0,
            "msg": "ok",
            "task_type": "image_to_video",
            "data": {
                "task_id": task_id,
                "status": "SUCCEEDED",
                "video_url": f"{base}/media/{task_id}/video.mp4",
                "thumbnail_url": f"{base}/media/{task_id}/thumbnail.webp",
                "error_message": "",
            },
        }
        for task_id in answer["data"]["task_ids"]
    ]
