"""What a job delivers: its videos and its still, and what its dialect says of them.

Everything follows from the job alone, so that every download of a file brings the same bytes, on every machine, and no
two jobs share any.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass

from veosim import __version__
from veosim.job import Job, JobView, State
from veosim.media import mp4
from veosim.media.bars import colours, rgb, starts
from veosim.media.clip import Clip
from veosim.media.damage import damaged
from veosim.media.h264 import MACROBLOCK, macroblocks
from veosim.media.kept import Kept
from veosim.media.sizes import Size, pixels
from veosim.media.webp import still
from veosim.seeded import digest

KEPT_BYTES = 32 << 20
_kept = Kept(KEPT_BYTES)

STILL_SIDE = 640
"""Pixels of a still's longer side."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is downloaded; its entity tag is strong, with its quotes (RFC 9110, 8.8.3)."""

    content_type: str
    data: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class Told:
    """What answers say of a video: its seconds, and its width and height in pixels."""

    duration_s: float
    size: Size


def told(job: Job, view: JobView) -> Told:
    """What was asked for; once there is a video, what is delivered, unless the scenario lets the upstream lie."""
    request, delivery = job.request, job.plan.delivery
    asked = pixels(request.resolution, request.aspect_ratio)
    if view.state is not State.SUCCEEDED or delivery.tells_asked:
        return Told(request.duration_s, asked)
    return Told(job.duration_s, delivery.size or asked)


def clip(job: Job, number: int = 1) -> Clip:
    """The video of that number, from 1, of those that the job delivers."""
    request, delivery = job.request, job.plan.delivery
    width, height = delivery.size or pixels(request.resolution, request.aspect_ratio)
    return Clip(
        name=f"{job.dialect} {job.id} {number}",
        width=width,
        height=height,
        length=max(1, round(job.duration_s * 1_000)),
        audio=delivery.audio or ("silence" if request.audio else "none"),
        weight=delivery.weight,
    )


def video(job: Job, number: int = 1) -> File:
    """The video's file, which is broken where the scenario says so."""
    wanted, damage = clip(job, number), job.plan.delivery.damage

    def made() -> bytes:
        file = mp4.write(wanted)
        return file.data if damage is None else damaged(file, damage)

    return _file("video/mp4", made, wanted, damage)


def base64_video(job: Job) -> str:
    """The first video in base64."""
    return base64.b64encode(video(job).data).decode("ascii")


def thumbnail(job: Job) -> File:
    """A WebP of the first video's bars, in the video's proportions, its longer side 640 pixels (inferred)."""
    wanted = clip(job)
    return _file("image/webp", lambda: _still(wanted), wanted)


def _file(content_type: str, make: Callable[[], bytes], *made_from: object) -> File:
    """The tag follows from what the bytes follow from, and the version, since a later one may write other bytes."""
    key = repr((__version__, content_type, *made_from))
    return File(content_type, _kept.get(key, make), f'"{digest("file", key).hex()[:32]}"')


def _still(wanted: Clip) -> bytes:
    longer = max(wanted.width, wanted.height)
    width, height = (max(1, side * STILL_SIDE // longer) for side in (wanted.width, wanted.height))
    begins = (column * MACROBLOCK * width // wanted.width for column in starts(macroblocks(wanted.width, 1)[0]))
    return still(width, height, [(x, rgb(colour)) for x, colour in zip(begins, colours(wanted.seed), strict=False)])
