"""A whole mp4 file of one clip: H.264 and AAC, the index before the pictures, second by second.

The same clip gives the same bytes on every machine. A file of usual length is made within a few milliseconds.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from veosim.media import aac
from veosim.media.bars import colours
from veosim.media.clip import Clip
from veosim.media.h264 import FPS, picture_parameters, sequence_parameters
from veosim.media.h264_picture import KEY_EVERY, pictures
from veosim.media.mp4_boxes import Track, file_type, movie, sound_entry, video_entry

TICKS = 1_000 * FPS
"""Units of a second in which pictures are measured: milliseconds and pictures are both whole numbers of them."""

_STEP = TICKS // FPS
_REPEATS = 1 << 16
"""Bytes after which filling repeats itself: further than compression looks back, so that it stays as large."""


@dataclass(frozen=True, slots=True)
class File:
    """An mp4 file, and where in it the first picture begins."""

    data: bytes
    media: int


@dataclass(frozen=True, slots=True)
class _Stream:
    """A track whose chunks are not laid out yet: each is the bytes of one second."""

    track: Track
    chunks: Sequence[bytes]


def write(clip: Clip) -> File:
    """The file.

    It is as long as the clip says, to the millisecond: 24 pictures a second, of which the last one stays until the end,
    and sound whose last frame is cut. Where it shall weigh more than that takes, each second is followed by filling
    that nothing points to, so that half of the file is half of the video.
    """
    streams = [_pictures(clip)]
    if clip.audio != "none":
        streams.append(_sound(clip, clip.audio))
    seconds = len(streams[0].chunks)
    media = len(_index(clip, streams, [[0] * seconds] * len(streams))) + 8
    spare = max(0, clip.weight - media - sum(len(chunk) for stream in streams for chunk in stream.chunks))
    filling = memoryview(_filling(clip.name, spare))
    parts: list[bytes | memoryview] = []
    offsets: list[list[int]] = [[] for _ in streams]
    at = media
    for second in range(seconds):
        for stream, begins in zip(streams, offsets, strict=True):
            begins.append(at)
            parts.append(stream.chunks[second])
            at += len(parts[-1])
        parts.append(filling[spare * second // seconds : spare * (second + 1) // seconds])
        at += len(parts[-1])
    head = struct.pack(">I4s", at - media + 8, b"mdat")
    return File(b"".join((_index(clip, streams, offsets), head, *parts)), media)


def _index(clip: Clip, streams: Sequence[_Stream], offsets: Sequence[Sequence[int]]) -> bytes:
    """All that stands before the media; as long for any offsets."""
    tracks = [stream.track.at(begins) for stream, begins in zip(streams, offsets, strict=True)]
    return file_type() + movie(clip.length, tracks, clip.name)


def _pictures(clip: Clip) -> _Stream:
    count = max(1, clip.length * FPS // 1_000)
    units = [
        len(unit).to_bytes(4, "big") + unit for unit in pictures(clip.width, clip.height, colours(clip.seed), count)
    ]
    last = clip.length * TICKS // 1_000 - (count - 1) * _STEP
    firsts = range(0, count, FPS)
    track = Track(
        handler=b"vide",
        entry=video_entry(clip.width, clip.height, sequence_parameters(clip.width, clip.height), picture_parameters()),
        scale=TICKS,
        steps=_steps(count, _STEP, last),
        samples=[len(unit) for unit in units],
        chunks=[min(FPS, count - first) for first in firsts],
        keys=range(1, count + 1, KEY_EVERY),
        size=(clip.width, clip.height),
    )
    return _Stream(track, [b"".join(units[first : first + FPS]) for first in firsts])


def _sound(clip: Clip, sound: aac.Sound) -> _Stream:
    """As many chunks as there are seconds of pictures; the last one takes what is left."""
    frame = aac.frame(sound)
    samples = clip.length * aac.RATE // 1_000
    count = -(-samples // aac.SAMPLES)
    seconds = -(-max(1, clip.length * FPS // 1_000) // FPS)
    ends = [*(second * aac.RATE // aac.SAMPLES for second in range(1, seconds)), count]
    counts = [end - begin for begin, end in zip([0, *ends], ends, strict=False)]
    track = Track(
        handler=b"soun",
        entry=sound_entry(aac.RATE, 8 * len(frame) * aac.RATE // aac.SAMPLES, aac.CONFIG),
        scale=aac.RATE,
        steps=_steps(count, aac.SAMPLES, samples - (count - 1) * aac.SAMPLES),
        samples=[len(frame)] * count,
        chunks=counts,
    )
    return _Stream(track, [frame * count for count in counts])


def _steps(count: int, step: int, last: int) -> list[tuple[int, int]]:
    """How long samples last: all but the last are alike."""
    return [(count, step)] if last == step else [row for row in ((count - 1, step), (1, last)) if row[0]]


def _filling(name: str, length: int) -> bytes:
    block = hashlib.shake_128(name.encode()).digest(min(length, _REPEATS))
    return (block * (length // _REPEATS + 1))[:length]
