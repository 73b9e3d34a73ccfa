"""How a test of a gateway uses the upstream of document 004: the video by URL or in the answer, failures in `url`."""

import base64

import httpx2

from veosim.fixture import Upstream

KEY = {"Authorization": "Bearer test"}
PIXELS = (
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAJAQAAAAATUZGfAAAADklEQVR42mP4/58BBwIA8igR72CeMk4AAAAASUVORK5CYII="  # 16x9, one grey
)
BODY = {
    "model": "veo-3.0-fast-generate-001",
    "prompt": "A kettle begins to whistle",
    "image": PIXELS,
    "metadata": {"durationSeconds": 4},
}


def test_the_video_is_behind_the_url(veosim: Upstream) -> None:
    """The documented URL streams the mp4, to those who have a key."""
    base = veosim.url_for("generations-metadata")
    task = httpx2.post(f"{base}/v1/video/generations", json=BODY, headers=KEY).json()["task_id"]
    veosim.clock.advance("5s")
    data = httpx2.get(f"{base}/v1/video/generations/{task}", headers=KEY).json()["data"]
    assert (data["status"], data["url"]) == ("succeeded", f"{base}/v1/videos/{task}/content")
    video = httpx2.get(data["url"], headers=KEY)
    assert (video.status_code, video.headers["content-type"], video.content[4:8]) == (200, "video/mp4", b"ftyp")


def test_the_video_is_in_the_answer(veosim: Upstream) -> None:
    """Vertex behind the same API: no URL, the bytes in base64."""
    veosim.play("scenario: vertex\nvariants: {generations-metadata: {delivery: base64}}\n")
    base = veosim.url_for("generations-metadata")
    task = httpx2.post(f"{base}/v1/video/generations", json=BODY, headers=KEY).json()["task_id"]
    veosim.clock.advance("5s")
    data = httpx2.get(f"{base}/v1/video/generations/{task}", headers=KEY).json()["data"]
    assert data["url"] == ""
    assert base64.b64decode(data["bytes_base64_encoded"])[4:8] == b"ftyp"


def test_a_failure_says_success_and_hides_in_the_url(veosim: Upstream) -> None:
    """The trap of this API: `code` stays "success", `error` stays null, and `url` is no URL."""
    veosim.play("moderated")
    base = veosim.url_for("generations-metadata")
    task = httpx2.post(
        f"{base}/v1/video/generations", json={**BODY, "prompt": "A forbidden kettle"}, headers=KEY
    ).json()["task_id"]
    veosim.clock.advance("10m")
    answer = httpx2.get(f"{base}/v1/video/generations/{task}", headers=KEY).json()
    assert (answer["code"], answer["data"]["error"], answer["data"]["status"]) == ("success", None, "failed")
    assert answer["data"]["url"] == "The prompt was refused."
