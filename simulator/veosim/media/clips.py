"""The videos and stills that finished jobs deliver: a few packaged files, the same on every machine.

They are made by tests/support/make_clips.py. Every video is H.264 baseline, 160x90, 24 frames a second, without sound,
whatever resolution and aspect ratio were asked for; only its length is the job's. What a real picture shows is nobody's
test.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Literal

DURATIONS = (4, 5, 6, 7, 8, 10, 12)
"""Seconds that there is a video of: all that the documents know for Veo (000 to 004), and for models KL and S (002)."""

ThumbnailKind = Literal["webp", "png"]

_ASSETS = Path(__file__).parent / "assets"


def video(duration_s: float) -> bytes:
    """The mp4 whose duration is nearest; of two, the shorter."""
    return _read(f"video-{_nearest(duration_s)}s.mp4")


def base64_video(duration_s: float) -> str:
    """The same video in base64."""
    return _base64(_nearest(duration_s))


def thumbnail(kind: ThumbnailKind, aspect_ratio: str) -> bytes:
    """A still picture, upright for 9:16 and lying for every other aspect ratio."""
    return _read(f"{'portrait' if aspect_ratio == '9:16' else 'landscape'}.{kind}")


def etag(data: bytes) -> str:
    """A strong entity tag, in its quotes (RFC 9110, 8.8.3): equal for equal bytes only."""
    return f'"{hashlib.sha256(data).hexdigest()[:32]}"'


def _nearest(duration_s: float) -> int:
    return min(DURATIONS, key=lambda seconds: abs(seconds - duration_s))


@cache
def _read(name: str) -> bytes:
    return (_ASSETS / name).read_bytes()


@cache
def _base64(seconds: int) -> str:
    return base64.b64encode(video(seconds)).decode("ascii")
