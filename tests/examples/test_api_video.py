"""How a test of a gateway uses the upstream of documents 000 and 001."""

import httpx2

from veosim.fixture import Upstream


def test_a_video_is_made_and_can_be_downloaded(veosim: Upstream) -> None:
    """Submit, let the job end, read its status, fetch a part of the video."""
    base = veosim.url_for("api-video")
    job = httpx2.post(f"{base}/api/video/from-text", json={"prompt": "A tram turns into a wet street"}).json()

    veosim.clock.advance("5s")

    done = httpx2.get(f"{base}/api/video/status/{job['job_id']}").json()
    assert done == {
        "status": "success",
        "video_url": f"{base}/media/{job['job_id']}/video.mp4",
        "duration_seconds": 4.0,
        "model": "veo (Audio)",
        "resolution": "1080P",
        "aspect_ratio": "16:9",
    }
    part = httpx2.get(done["video_url"], headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.headers["content-type"], part.content) == (206, "video/mp4", b"ftyp")
