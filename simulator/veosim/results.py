"""A finished job's videos and its still picture as answers to downloads."""

from __future__ import annotations

import re
from collections.abc import Mapping

from veosim.delivery import File, thumbnail, video
from veosim.dialects.base import THUMBNAIL, Answer
from veosim.job import Job, JobView, State
from veosim.media.ranges import select

VIDEO = "video.mp4"
_VIDEO = re.compile(r"video(?:-([1-9]\d{0,2}))?\.mp4")


class NoResultError(Exception):
    """There is nothing to download; `status` says why in HTTP's words."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def deliver(job: Job, view: JobView, now: int, file: str, headers: Mapping[str, str]) -> Answer:
    """One of a job's files, whole or in part.

    Of the request's `headers`, by lower-case names, Range and its conditions are obeyed.

    Raises:
        NoResultError: 409 before the job's end and where it failed, 404 for a file that there is not, 403 once it has
            expired. None of the documents says; 403 is what signed storage URLs answer.
    """
    if view.state is not State.SUCCEEDED:
        raise NoResultError(409, f"The job is {view.state}; there is nothing to download.")
    if job.expired(now):
        raise NoResultError(403, "The URL has expired.")
    found = _file(job, view, file)
    part = select(found.data, found.etag, headers)
    return Answer(part.status, part.body, found.content_type, part.headers)


def _file(job: Job, view: JobView, file: str) -> File:
    found = _VIDEO.fullmatch(file)
    number = int(found[1] or 1) if found is not None else 0
    if not view.empty and 1 <= number <= job.videos:
        return video(job, number)
    if not view.empty and file == THUMBNAIL:
        return thumbnail(job)
    raise NoResultError(404, f"The job has no file {file[:80]!r}.")
