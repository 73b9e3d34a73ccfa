"""The video object: a job as /v1/videos shows it."""

import pytest

from veosim.dialects.video_object import SIZES, WORDS, video_object
from veosim.job import REASONS, Job, JobRequest, JobView, Outcome, Plan, State, view
from veosim.units import SECOND

MODEL = "veo-3.0-fast-generate-001"


def a_job(plan: Plan, resolution: str = "720p", aspect_ratio: str = "16:9") -> Job:
    """A job of eight seconds, submitted half a second before its clock's second 11, at Unix second 1000."""
    request = JobRequest("videos-submit", "", "a kite", MODEL, 8.0, resolution, aspect_ratio, {})
    return Job("task_1", "generations-metadata", request, 10 * SECOND + SECOND // 2, plan, created_at=1000)


def shown(**changes: object) -> dict[str, object]:
    """A queued job's object, but for the changes."""
    return {
        "id": "task_1",
        "object": "video",
        "model": MODEL,
        "status": "queued",
        "progress": 0,
        "created_at": 1000,
        "completed_at": None,
        "seconds": "8",
        "size": "1280x720",
        "error": None,
    } | changes


def ended(outcome: Outcome) -> dict[str, str]:
    """The error of a job that ended so."""
    return {"code": REASONS[outcome].code, "message": REASONS[outcome].message}


@pytest.mark.parametrize(
    ("outcome", "age", "changes"),
    [
        (Outcome.SUCCEED, 0, {}),
        (Outcome.SUCCEED, 1, {"status": "in_progress", "progress": 25}),
        (Outcome.SUCCEED, 4, {"status": "completed", "progress": 100, "completed_at": 1004}),
        (Outcome.EMPTY, 4, {"status": "completed", "progress": 100, "completed_at": 1004}),
        (
            Outcome.FAIL,
            9,
            {"status": "failed", "progress": 99, "completed_at": 1004, "error": ended(Outcome.FAIL)},
        ),
        (
            Outcome.FILTERED,
            4,
            {"status": "failed", "progress": 99, "completed_at": 1004, "error": ended(Outcome.FILTERED)},
        ),
        (
            Outcome.CANCEL,
            4,
            {"status": "failed", "progress": 99, "completed_at": 1004, "error": ended(Outcome.CANCEL)},
        ),
        (Outcome.STUCK, 1_000_000, {"status": "in_progress", "progress": 99}),
    ],
)
def test_each_state_has_its_object(outcome: Outcome, age: int, changes: dict[str, object]) -> None:
    """The whole object at every state and outcome, in OpenAI's order of fields."""
    job = a_job(Plan(outcome, SECOND, 3 * SECOND))
    found = video_object(job, view(job, job.submitted_at + age * SECOND))
    assert list(found.items()) == list(shown(**changes).items())


@pytest.mark.parametrize(("run", "completed_at"), [(SECOND // 2 - 1, 1000), (SECOND // 2, 1001), (SECOND, 1001)])
def test_the_end_is_rounded_as_the_beginning_was(run: int, completed_at: int) -> None:
    """Both count whole seconds of one clock, so that a job's two instants can be compared with other jobs'."""
    job = a_job(Plan(Outcome.SUCCEED, 0, run))
    assert video_object(job, view(job, job.submitted_at + run))["completed_at"] == completed_at


@pytest.mark.parametrize(("duration_s", "seconds"), [(None, "8"), (5.0, "5"), (7.5, "7.5"), (7, "7")])
def test_seconds_are_those_delivered_once_there_is_a_video(duration_s: float | None, seconds: str) -> None:
    """A shorter video shows itself only when it is done; until then the object repeats what was asked for."""
    job = a_job(Plan(Outcome.SUCCEED, duration_s=duration_s))
    assert video_object(job, JobView(State.SUCCEEDED, 100))["seconds"] == seconds
    assert video_object(job, JobView(State.RUNNING, 50))["seconds"] == "8"
    assert video_object(job, JobView(State.FAILED, 50, REASONS[Outcome.FAIL]))["seconds"] == "8"


@pytest.mark.parametrize(
    ("resolution", "aspect_ratio", "size"),
    [
        ("720p", "16:9", "1280x720"),
        ("720p", "9:16", "720x1280"),
        ("1080p", "16:9", "1920x1080"),
        ("1080p", "9:16", "1080x1920"),
        ("4k", "16:9", "3840x2160"),
        ("4k", "9:16", "2160x3840"),
    ],
)
def test_every_size_is_shown_in_pixels(resolution: str, aspect_ratio: str, size: str) -> None:
    """Resolution and aspect ratio together; a size that can be asked for is shown again as it was."""
    assert video_object(a_job(Plan(Outcome.STUCK), resolution, aspect_ratio), JobView(State.QUEUED, 0))["size"] == size
    assert SIZES.get(size, (resolution, aspect_ratio)) == (resolution, aspect_ratio)


def test_every_state_has_a_word() -> None:
    """And no word but the four of the page's status flow."""
    assert set(WORDS) == set(State)
    assert set(WORDS.values()) == {"queued", "in_progress", "completed", "failed"}
