"""The video object: a job as document 004's /v1/videos shows it.

The page lists /v1/videos and its status words (Task Status Flow: queued, in_progress, completed, failed) and says
nothing of bodies, so everything else here is inferred: the object is the one that OpenAI's API of the same path has.
"""

from __future__ import annotations

from collections.abc import Mapping

from veosim.delivery import told
from veosim.job import TERMINAL, Job, JobView, State
from veosim.units import SECOND

WORDS: Mapping[State, str] = {
    State.QUEUED: "queued",
    State.RUNNING: "in_progress",
    State.SUCCEEDED: "completed",
    State.FAILED: "failed",
    State.CANCELLED: "failed",
}

SIZES: Mapping[str, tuple[str, str]] = {
    "1280x720": ("720p", "16:9"),
    "720x1280": ("720p", "9:16"),
    "1920x1080": ("1080p", "16:9"),
    "1080x1920": ("1080p", "9:16"),
}
"""The sizes that a request may name, each with the resolution and aspect ratio that it stands for."""


def video_object(job: Job, view: JobView) -> dict[str, object]:
    """The object, whole.

    Its id, model and `size` in pixels; `created_at` and `completed_at` in Unix seconds, the latter null before the
    end; `seconds` as text, those delivered once there is a video and those asked for otherwise; `error` null, or
    `{code, message}` of a job that failed or was cancelled.
    """
    request, error, video = job.request, view.error, told(job, view)
    return {
        "id": job.id,
        "object": "video",
        "model": request.model,
        "status": WORDS[view.state],
        "progress": view.progress,
        "created_at": job.created_at,
        "completed_at": _completed_at(job, view),
        "seconds": str(video.duration_s).removesuffix(".0"),
        "size": "{}x{}".format(*video.size),
        "error": None if error is None else {"code": error.code, "message": error.message},
    }


def _completed_at(job: Job, view: JobView) -> int | None:
    """The end in Unix seconds; both instants are rounded down as `created_at` was."""
    if view.state not in TERMINAL or job.ends_at is None:
        return None
    return job.created_at + job.ends_at // SECOND - job.submitted_at // SECOND
