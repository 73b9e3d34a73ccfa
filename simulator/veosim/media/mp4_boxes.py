"""The boxes of an mp4 file. Numbers of clauses are those of ISO/IEC 14496-12:2015, unless others are named."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

MILLISECONDS = 1_000
"""Units of a second in which the movie, and each track within it, tell their lengths."""

_ENGLISH_OR_NONE = 0x55C4
"""`und` as three letters of five bits (8.4.2)."""
_UNTURNED = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
"""The identity matrix (6.2.2)."""


@dataclass(frozen=True, slots=True)
class Track:
    """One stream of samples, all of one description.

    Attributes:
        handler: `vide` or `soun`.
        entry: its sample entry, whole.
        scale: units of a second in which samples are measured.
        steps: how many samples have which length, in order.
        samples: how many bytes each sample has.
        chunks: how many samples lie in each chunk.
        keys: numbers of the samples, from 1, at which one can begin; empty for all.
        size: pixels, of what is seen.
        offsets: where in the file each chunk begins.
    """

    handler: bytes
    entry: bytes
    scale: int
    steps: Sequence[tuple[int, int]]
    samples: Sequence[int]
    chunks: Sequence[int]
    keys: Sequence[int] = ()
    size: tuple[int, int] = (0, 0)
    offsets: Sequence[int] = ()

    def at(self, offsets: Sequence[int]) -> Track:
        """The track, its chunks laid out."""
        return replace(self, offsets=offsets)


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box (4.2): its length, its type, and what is in it."""
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full(kind: bytes, flags: int, *parts: bytes) -> bytes:
    """A box with a version, here 0, and flags (4.2)."""
    return box(kind, struct.pack(">I", flags), *parts)


def file_type() -> bytes:
    """What the file is compatible with (4.3); avc1 and mp41 are registered brands (ISO/IEC 14496-15 and 14496-14)."""
    return box(b"ftyp", b"isom", struct.pack(">I", 0x200), b"isom", b"iso2", b"avc1", b"mp41")


def movie(length: int, tracks: Sequence[Track], comment: str) -> bytes:
    """Everything about the samples but themselves (8.2); `length` is in milliseconds."""
    head = struct.pack(">IIIIIH10x", 0, 0, MILLISECONDS, length, 0x10000, 0x100) + _UNTURNED
    head += bytes(24) + struct.pack(">I", len(tracks) + 1)
    drawn = (_track(number, length, track) for number, track in enumerate(tracks, 1))
    return box(b"moov", full(b"mvhd", 0, head), *drawn, _comment(comment))


def _track(number: int, length: int, track: Track) -> bytes:
    """8.3 to 8.7; the flags of its header say that it is enabled and belongs to the film (8.3.2)."""
    is_heard = track.handler == b"soun"
    width, height = track.size
    head = struct.pack(">IIIII8xHHHH", 0, 0, number, 0, length, 0, 0, 0x100 if is_heard else 0, 0)
    head += _UNTURNED + struct.pack(">II", width << 16, height << 16)
    total = sum(count * step for count, step in track.steps)
    media_head = struct.pack(">IIIIHH", 0, 0, track.scale, total, _ENGLISH_OR_NONE, 0)
    # 12.1.2 and 12.2.2: an overlay that only copies; sound in the middle.
    kind = full(b"smhd", 0, bytes(4)) if is_heard else full(b"vmhd", 1, bytes(8))
    here = full(b"dref", 0, struct.pack(">I", 1), full(b"url ", 1))  # 8.7.2: the samples are in this very file
    information = box(b"minf", kind, box(b"dinf", here), _table(track))
    media = box(b"mdia", full(b"mdhd", 0, media_head), _handler(track.handler), information)
    return box(b"trak", full(b"tkhd", 3, head), media)


def _handler(kind: bytes, maker: bytes = bytes(12)) -> bytes:
    """What reads a track or metadata (8.4.3); it needs no name."""
    return full(b"hdlr", 0, bytes(4), kind, maker, b"\0")


def _table(track: Track) -> bytes:
    """Where the samples are, and when (8.5 to 8.7)."""
    runs, chunk = [], 1
    for count, group in groupby(track.chunks):
        runs.append((chunk, count, 1))
        chunk += len(list(group))
    parts = [
        full(b"stsd", 0, struct.pack(">I", 1), track.entry),
        full(b"stts", 0, _rows(track.steps)),
        full(b"stss", 0, _list(track.keys)) if track.keys else b"",
        full(b"stsc", 0, _rows(runs)),
        full(b"stsz", 0, struct.pack(">I", 0), _list(track.samples)),
        full(b"stco", 0, _list(track.offsets)),
    ]
    return box(b"stbl", *parts)


def _list(numbers: Sequence[int]) -> bytes:
    return struct.pack(f">I{len(numbers)}I", len(numbers), *numbers)


def _rows(rows: Sequence[tuple[int, ...]]) -> bytes:
    return struct.pack(">I", len(rows)) + b"".join(struct.pack(f">{len(row)}I", *row) for row in rows)


def _comment(text: str) -> bytes:
    """A line for people, where players look for one: metadata as iTunes has them, which no standard describes.

    8.10.1 and 8.11.1 give the boxes around it; `data` says that it is UTF-8 (1), of no country (0).
    """
    item = box(b"\xa9cmt", box(b"data", struct.pack(">II", 1, 0), text.encode()))
    handler = _handler(b"mdir", b"appl" + bytes(8))
    return box(b"udta", full(b"meta", 0, handler, box(b"ilst", item)))


def video_entry(width: int, height: int, sequence: bytes, picture: bytes) -> bytes:
    """H.264 with its parameter sets (ISO/IEC 14496-15:2017, 5.3.3 and 5.4.2), lengths of NAL units in four bytes."""
    profile = sequence[1:4]  # profile, constraints and level
    sets = b"\xff\xe1" + struct.pack(">H", len(sequence)) + sequence + b"\1" + struct.pack(">H", len(picture)) + picture
    configuration = box(b"avcC", b"\1", profile, sets)
    # 12.1.3: 72 pixels an inch, one picture a sample, a depth of 24 bits.
    head = struct.pack(">6xH16xHHII4xH32xHh", 1, width, height, 0x480000, 0x480000, 1, 24, -1)
    colour = box(b"colr", b"nclx", struct.pack(">HHHB", 1, 1, 1, 0))
    return box(b"avc1", head, configuration, box(b"pasp", struct.pack(">II", 1, 1)), colour)


def sound_entry(rate: int, bitrate: int, configuration: bytes) -> bytes:
    """AAC of two channels (12.2.3; ISO/IEC 14496-14, 5.6; descriptors in 14496-1, 7.2.6)."""
    specific = _descriptor(5, configuration)
    decoder = _descriptor(4, struct.pack(">BB3xII", 0x40, 0x15, bitrate, bitrate), specific)
    stream = _descriptor(3, bytes(3), decoder, _descriptor(6, b"\2"))
    head = struct.pack(">6xH8xHHHHI", 1, 2, 16, 0, 0, rate << 16)
    return box(b"mp4a", head, full(b"esds", 0, stream))


def _descriptor(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return bytes((tag, len(body))) + body
