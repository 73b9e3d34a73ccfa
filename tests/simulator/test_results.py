"""What a finished job delivers as answers to downloads, and why one delivers nothing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.support.films import film

from veosim.delivery import File, thumbnail, video
from veosim.dialects.base import Answer, thumbnail_url, video_url
from veosim.job import Delivery, Job, JobRequest, Outcome, Plan, view
from veosim.results import NoResultError, deliver
from veosim.units import SECOND

REQUEST = JobRequest("submit", "", "a kite", "veo", 6.0, "1080p", "9:16", {})
END = 10 * SECOND


def job_with(plan: Plan, **changes: Any) -> Job:
    """A job submitted at 0; `changes` are of its request."""
    return Job("j-1", "api-video", replace(REQUEST, **changes), 0, plan)


def delivered(job: Job, file: str, headers: Mapping[str, str] | None = None, now: int = END) -> Answer:
    """One download."""
    return deliver(job, view(job, now), now, file, headers or {})


def whole(file: File) -> Answer:
    """An answer with a whole file."""
    return Answer(200, file.data, file.content_type, {"ETag": file.etag, "Accept-Ranges": "bytes"})


DONE = job_with(Plan(Outcome.SUCCEED, 0, END))


def test_a_success_has_a_video_and_a_still() -> None:
    """Its own, of what was asked for; each with its type and its tag."""
    assert delivered(DONE, "video.mp4") == whole(video(DONE))
    assert delivered(DONE, "thumbnail.webp") == whole(thumbnail(DONE))
    asked = film("j-1", 6, aspect_ratio="9:16")
    assert (video(DONE).content_type, video(DONE).data) == ("video/mp4", asked)
    assert thumbnail(DONE).content_type == "image/webp"


def test_a_broken_file_is_downloaded_like_any_other() -> None:
    """It is the file that is broken, not the answer: its length is promised and kept, and parts are parts of it."""
    job = job_with(Plan(Outcome.SUCCEED, delivery=Delivery(damage="truncated")))
    cut = delivered(job, "video.mp4")
    assert (cut, len(cut.body) < len(video(DONE).data)) == (whole(video(job)), True)
    end = len(cut.body)
    part = delivered(job, "video.mp4", {"range": f"bytes={end - 4}-"})
    assert (part.status, part.body, part.headers["Content-Range"]) == (
        206,
        cut.body[-4:],
        f"bytes {end - 4}-{end - 1}/{end}",
    )


@pytest.mark.parametrize(
    ("file", "there"),
    [
        ("video.mp4", True),
        ("video-2.mp4", True),
        ("video-3.mp4", False),
        ("video-0.mp4", False),
        ("video-02.mp4", False),
    ],
)
def test_a_job_has_as_many_videos_as_it_delivers(file: str, *, there: bool) -> None:
    """They are numbered from 1, and the first goes without its number."""
    job = job_with(Plan(Outcome.SUCCEED), videos=2)
    if there:
        assert delivered(job, file) == whole(video(job, {"video.mp4": 1, "video-2.mp4": 2}[file]))
        return
    with pytest.raises(NoResultError) as refusal:
        delivered(job, file)
    assert (refusal.value.status, str(refusal.value)) == (404, f"The job has no file {file!r}.")


def test_the_urls_that_dialects_give_lead_to_files() -> None:
    """What an answer names is what is delivered."""
    job = job_with(Plan(Outcome.SUCCEED), videos=2)
    for url in (video_url(job), video_url(job, 2), thumbnail_url(job)):
        assert delivered(job, url.rsplit("/", 1)[1]).status == 200


VIDEO = video(DONE)
PART = {"ETag": VIDEO.etag, "Accept-Ranges": "bytes", "Content-Range": f"bytes 2-5/{len(VIDEO.data)}"}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"range": "bytes=2-5"}, Answer(206, VIDEO.data[2:6], "video/mp4", PART)),
        ({"if-none-match": VIDEO.etag}, Answer(304, b"", "video/mp4", {"ETag": VIDEO.etag})),
        ({"range": "bytes=2-5", "if-range": '"another"'}, whole(VIDEO)),
    ],
    ids=["range", "condition", "range of another file"],
)
def test_a_download_may_be_of_a_part(headers: dict[str, str], expected: Answer) -> None:
    """Range and its conditions are obeyed, and the type is said all the same."""
    assert delivered(DONE, "video.mp4", headers) == expected


@pytest.mark.parametrize(
    ("plan", "now", "status", "message"),
    [
        (Plan(Outcome.SUCCEED, 1, END), 0, 409, "The job is queued; there is nothing to download."),
        (Plan(Outcome.SUCCEED, 0, END), END - 1, 409, "The job is running; there is nothing to download."),
        (Plan(Outcome.STUCK), 10**9 * END, 409, "The job is running; there is nothing to download."),
        (Plan(Outcome.FAIL), END, 409, "The job is failed; there is nothing to download."),
        (Plan(Outcome.FILTERED), END, 409, "The job is failed; there is nothing to download."),
        (Plan(Outcome.CANCEL), END, 409, "The job is cancelled; there is nothing to download."),
        (Plan(Outcome.EMPTY), END, 404, "The job has no file {file!r}."),
        (Plan(Outcome.SUCCEED, expires=END), END, 403, "The URL has expired."),
        (Plan(Outcome.SUCCEED, 0, END, expires=0), END, 403, "The URL has expired."),
    ],
)
@pytest.mark.parametrize("file", ["video.mp4", "thumbnail.webp"])
def test_without_a_result_nothing_is_delivered(plan: Plan, now: int, status: int, message: str, file: str) -> None:
    """Before the end, without a success, of an empty one, and once it has expired."""
    with pytest.raises(NoResultError) as refusal:
        delivered(job_with(plan), file, now=now)
    assert (refusal.value.status, str(refusal.value)) == (status, message.format(file=file))


def test_a_result_is_there_until_it_expires() -> None:
    """One nanosecond before, the file is whole."""
    job = job_with(Plan(Outcome.SUCCEED, expires=END))
    assert delivered(job, "video.mp4", now=END - 1) == whole(video(job))


@pytest.mark.parametrize(
    "file", ["", "video.mp4\n", "Video.mp4", "video.webm", "thumbnail.png", "../video.mp4", "x" * 99]
)
def test_a_file_that_there_is_not(file: str) -> None:
    """The refusal shows the name, cut to 80 characters."""
    with pytest.raises(NoResultError) as refusal:
        delivered(DONE, file)
    assert (refusal.value.status, str(refusal.value)) == (404, f"The job has no file {file[:80]!r}.")
