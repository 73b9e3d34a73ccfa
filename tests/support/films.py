"""The video that a job must deliver, made from what was asked for and the job's id alone."""

from __future__ import annotations

from veosim.media.clip import Audio, Clip
from veosim.media.mp4 import write
from veosim.media.sizes import pixels


def film(
    job: str,
    seconds: float,
    *,
    dialect: str = "api-video",
    resolution: str = "1080p",
    aspect_ratio: str = "16:9",
    audio: Audio = "silence",
    number: int = 1,
) -> bytes:
    """The file of a job's video, by the job's id."""
    width, height = pixels(resolution, aspect_ratio)
    return write(Clip(f"{dialect} {job} {number}", width, height, round(seconds * 1000), audio)).data
