"""What a decoder of other people's finds in a video: PyAV, told to take nothing that is wrong."""

from __future__ import annotations

import io
import itertools
import struct
from dataclasses import dataclass
from fractions import Fraction

import av
import av.logging

Yuv = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Decoded:
    """A video as it was decoded from its first byte to its last.

    Attributes:
        length: seconds, as the container tells; every track tells the same.
        codec: the pictures' codec, its profile and its pixel format.
        size: pixels, of every picture.
        times: when each picture is shown, in seconds.
        keys: numbers of the pictures, from 0, at which one can begin.
        sound: the sound's codec, rate and channels; None without a track.
        samples: how many samples of each channel were decoded.
        comment: what the file says of itself.
    """

    length: Fraction
    codec: tuple[str, str | None, str | None]
    size: tuple[int, int]
    times: tuple[Fraction, ...]
    keys: tuple[int, ...]
    sound: tuple[str, int, int] | None
    samples: int
    comment: str


def decoded(data: bytes) -> Decoded:
    """Decode everything.

    Raises:
        av.error.FFmpegError: something in it is wrong.
        AssertionError: pictures differ in size, or tracks in length, or the decoder had something to say.
    """
    with av.logging.Capture() as said, av.open(io.BytesIO(data), "r") as container:
        (video,) = container.streams.video
        length = Fraction(container.duration or 0, av.time_base)
        _be_strict(video.codec_context)
        frames = list(container.decode(video))
        codec = video.codec_context
        (size,) = {(frame.width, frame.height) for frame in frames}
        for stream in container.streams:
            assert stream.duration is not None
            assert stream.time_base is not None
            assert stream.duration * stream.time_base == length
        assert not any(frame.is_corrupt for frame in frames)
        found = Decoded(
            length=length,
            codec=(codec.name, codec.profile, codec.pix_fmt),
            size=size,
            times=tuple((frame.pts or 0) * Fraction(frame.time_base or 0) for frame in frames),
            keys=tuple(number for number, frame in enumerate(frames) if frame.key_frame),
            sound=_sound(container),
            samples=len(channels(data)[0]) if container.streams.audio else 0,
            comment=container.metadata.get("comment", ""),
        )
    assert said == []
    return found


def _be_strict(codec: av.CodecContext) -> None:
    codec.options = {"err_detect": "+crccheck+bitstream+buffer+explode"}


def _sound(container: av.container.InputContainer) -> tuple[str, int, int] | None:
    for stream in container.streams.audio:
        codec = stream.codec_context
        return codec.name, codec.sample_rate, codec.channels
    return None


def channels(data: bytes) -> list[list[float]]:
    """The samples of each channel, from -1 to 1."""
    found: list[list[float]] = []
    with av.open(io.BytesIO(data), "r") as container:
        _be_strict(container.streams.audio[0].codec_context)
        for frame in container.decode(audio=0):
            planes = [struct.unpack(f"<{frame.samples}f", bytes(plane)[: 4 * frame.samples]) for plane in frame.planes]
            found = found or [[] for _ in planes]
            for channel, plane in zip(found, planes, strict=True):
                channel.extend(plane)
    return found


def rows(data: bytes, picture: int, *lines: int) -> list[list[Yuv]]:
    """What stands in some lines of a picture: luma and both chroma of every pixel."""
    with av.open(io.BytesIO(data), "r") as container:
        frame = next(itertools.islice(container.decode(video=0), picture, None))
    luma, blue, red = ((bytes(plane), plane.line_size) for plane in frame.planes)
    return [
        [(_at(luma, x, y), _at(blue, x // 2, y // 2), _at(red, x // 2, y // 2)) for x in range(frame.width)]
        for y in lines
    ]


def _at(plane: tuple[bytes, int], x: int, y: int) -> int:
    data, line = plane
    return data[y * line + x]
