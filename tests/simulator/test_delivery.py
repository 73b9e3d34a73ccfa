"""What a job delivers, and what its dialect says of it."""

import base64
import io
import re
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image as Pillow
from tests.support.decoded import decoded
from tests.support.films import film

from veosim.delivery import File, Told, base64_video, clip, thumbnail, told, video
from veosim.job import Delivery, Job, JobRequest, JobView, Outcome, Plan, State
from veosim.media.bars import colours, rgb
from veosim.media.clip import Clip
from veosim.media.damage import Damage, damaged
from veosim.media.mp4 import write

REQUEST = JobRequest("submit", "", "a kite", "veo", 6.0, "512P", "9:16", {})
DONE = JobView(State.SUCCEEDED, 100)


def a_job(name: str = "j-1", plan: Plan | None = None, **changes: Any) -> Job:
    """A job that succeeds; `changes` are of its request."""
    return Job(name, "api-video", replace(REQUEST, **changes), 0, plan or Plan(Outcome.SUCCEED))


def delivering(**differences: Any) -> Job:
    """A job that delivers something else than was asked for."""
    return a_job(plan=Plan(Outcome.SUCCEED, delivery=Delivery(**differences)))


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        (a_job(), Clip("api-video j-1 1", 512, 912, 6000, "silence")),
        (a_job(audio=False), Clip("api-video j-1 1", 512, 912, 6000, "none")),
        (a_job(resolution="4k", aspect_ratio="16:9"), Clip("api-video j-1 1", 3840, 2160, 6000)),
        (a_job(resolution="640x360"), Clip("api-video j-1 1", 640, 360, 6000)),
        (a_job(plan=Plan(Outcome.SUCCEED, duration_s=3.5)), Clip("api-video j-1 1", 512, 912, 3500)),
        (a_job(plan=Plan(Outcome.SUCCEED, duration_s=0.0001)), Clip("api-video j-1 1", 512, 912, 1)),
        (delivering(size=(64, 48)), Clip("api-video j-1 1", 64, 48, 6000)),
        (delivering(audio="tone"), Clip("api-video j-1 1", 512, 912, 6000, "tone")),
        (delivering(audio="none", weight=9), Clip("api-video j-1 1", 512, 912, 6000, "none", 9)),
    ],
)
def test_a_clip_is_what_was_asked_for(job: Job, expected: Clip) -> None:
    """Unless the scenario delivers something else."""
    assert clip(job) == expected


def test_a_video_is_its_jobs_own() -> None:
    """Jobs of another id, of another dialect, and the further videos of one job share no bytes, and no tag."""
    other = a_job()
    other.dialect = "image-to-video"
    files = [video(a_job()), video(a_job("j-2")), video(other), video(a_job(), 2), thumbnail(a_job())]
    assert len({file.data for file in files}) == len({file.etag for file in files}) == 5
    assert [decoded(file.data).comment for file in files[:4]] == [
        *("api-video j-1 1", "api-video j-2 1", "image-to-video j-1 1", "api-video j-1 2")
    ]


def test_a_video_is_the_same_whenever_it_is_asked_for() -> None:
    """It follows from the job alone: from its id and its wishes, not from when and where it was made."""
    late = a_job()
    late.submitted_at, late.polls, late.base = 10**12, 5, "https://elsewhere.example"
    expected = film("j-1", 6, resolution="512P", aspect_ratio="9:16")
    assert video(a_job()) == video(late) == File("video/mp4", expected, video(late).etag)
    assert base64.b64decode(base64_video(late), validate=True) == expected
    assert re.fullmatch(r'"[0-9a-f]{32}"', video(late).etag)


@pytest.mark.parametrize("damage", ["truncated", "corrupt", "no-index", "empty"])
def test_a_file_can_be_broken(damage: Damage) -> None:
    """In every form in which it is delivered, and under a tag of its own."""
    broken = delivering(damage=damage)
    whole = write(clip(a_job()))
    assert video(broken).data == damaged(whole, damage) != whole.data
    assert base64_video(broken) == base64.b64encode(video(broken).data).decode()
    assert video(broken).etag != video(a_job()).etag
    assert thumbnail(broken) == thumbnail(a_job())


@pytest.mark.parametrize(
    ("wish", "size"),
    [
        ({"resolution": "720p", "aspect_ratio": "16:9"}, (640, 360)),
        ({"resolution": "720p"}, (360, 640)),
        ({"resolution": "720p", "aspect_ratio": "1:1"}, (640, 640)),
        ({"resolution": "10x9999"}, (1, 640)),
        ({"resolution": "64x32"}, (640, 320)),
    ],
)
def test_a_still_shows_the_bars_of_the_video(wish: dict[str, Any], size: tuple[int, int]) -> None:
    """In its proportions; from the left edge to the right one."""
    job = a_job(**wish)
    with Pillow.open(io.BytesIO(thumbnail(job).data)) as picture:
        found = picture.convert("RGB")
    bars = [rgb(colour) for colour in colours(clip(job).seed)]
    shown = -(-clip(job).width // 16)
    assert (thumbnail(job).content_type, found.size) == ("image/webp", size)
    assert found.getpixel((0, 0)) == bars[0]
    assert found.getpixel((size[0] - 1, size[1] - 1)) == bars[min(shown, 8) - 1]


LYING, STANDING = (1280, 720), (512, 912)


@pytest.mark.parametrize(
    ("job", "view", "expected"),
    [
        (a_job(), DONE, Told(6.0, STANDING)),
        (a_job(resolution="720p", aspect_ratio="16:9"), DONE, Told(6.0, LYING)),
        (a_job(plan=Plan(Outcome.SUCCEED, duration_s=4.0)), DONE, Told(4.0, STANDING)),
        (a_job(plan=Plan(Outcome.SUCCEED, duration_s=4.0)), JobView(State.RUNNING, 50), Told(6.0, STANDING)),
        (delivering(size=(64, 48)), DONE, Told(6.0, (64, 48))),
        (delivering(size=(64, 48)), JobView(State.QUEUED, 0), Told(6.0, STANDING)),
        (delivering(size=(64, 48), tells_asked=True), DONE, Told(6.0, STANDING)),
        (
            a_job(plan=Plan(Outcome.SUCCEED, duration_s=4.0, delivery=Delivery(tells_asked=True))),
            DONE,
            Told(6.0, STANDING),
        ),
    ],
)
def test_answers_tell_what_is_delivered(job: Job, view: JobView, expected: Told) -> None:
    """Once it is there; before that, and where the scenario lets the upstream lie, what was asked for."""
    assert told(job, view) == expected
