"""Videos as a decoder of other people's sees them: of exactly the length, size and sound that was asked for."""

from __future__ import annotations

import hashlib
import io
import itertools
import math
import zlib
from dataclasses import replace
from fractions import Fraction

import av
import pytest
from tests.support.decoded import channels, decoded, rows

from veosim.media.bars import WHITE, colours
from veosim.media.clip import Audio, Clip
from veosim.media.mp4 import write
from veosim.media.sizes import Size, pixels

FPS = 24

# What the documents offer: resolutions, aspect ratios, seconds, and which sound follows (000 and 001; 002 for models V,
# KL and S; 003 for Veo 3 and Veo 2; 004).
OFFERS: tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[int, ...], tuple[Audio, ...]], ...] = (
    (("512P", "1080P"), ("16:9", "9:16"), (4, 8), ("silence",)),
    (("720p", "1080p", "4k"), ("16:9", "9:16"), (4, 6, 8), ("none", "silence")),
    (("720p", "1080p"), ("16:9", "9:16"), (5, 10), ("none",)),
    (("720p",), ("16:9", "9:16"), (6, 8, 12), ("none",)),
    (("720p", "1080p", "4k", "1280x720", "1920x1080"), ("16:9", "9:16", "1:1"), (4, 6, 8), ("silence",)),
    (("720p", "1080p"), ("16:9", "9:16", "1:1"), (5, 6, 7, 8), ("none",)),
    (("720p", "1080p", "4k"), ("16:9", "9:16"), (4, 6, 8), ("silence",)),
)
COMBINATIONS = sorted(
    {
        (pixels(resolution, aspect), seconds, audio)
        for resolutions, aspects, lengths, audios in OFFERS
        for resolution in resolutions
        for aspect in aspects
        for seconds in lengths
        for audio in audios
    }
)


SMALLEST = min(size for size, _, _ in COMBINATIONS)
FEW = [
    *((size, 4, "none") for size in sorted({size for size, _, _ in COMBINATIONS})),
    *((SMALLEST, seconds, "silence") for seconds in sorted({seconds for _, seconds, _ in COMBINATIONS})),
]
"""Each size and each length once: the pictures depend on the two alone, and the sound on the length."""


@pytest.mark.parametrize(("size", "seconds", "audio"), FEW)
def test_a_video_is_what_was_asked_for(size: Size, seconds: int, audio: Audio) -> None:
    """Every picture and every sound is decoded, and their number, size and times are right to the last."""
    name = f"job {size} {seconds} {audio}"
    found = decoded(write(Clip(name, *size, seconds * 1000, audio)).data)
    assert (found.length, found.size, found.comment) == (Fraction(seconds), size, name)
    assert found.codec == ("h264", "Constrained Baseline", "yuv420p")
    assert found.times == tuple(Fraction(number, FPS) for number in range(seconds * FPS))
    assert found.keys == tuple(range(0, seconds * FPS, 2 * FPS))
    assert found.sound == (None if audio == "none" else ("aac", 48_000, 2))
    # The last frame of sound is decoded whole, and the file says how much of it is to be heard.
    assert found.samples == (0 if audio == "none" else -(-seconds * 48_000 // 1024) * 1024)


@pytest.mark.prove
@pytest.mark.parametrize(("size", "seconds", "audio"), COMBINATIONS)
def test_every_documented_combination_is_what_was_asked_for(size: Size, seconds: int, audio: Audio) -> None:
    """The same of all 71 that the documents offer."""
    test_a_video_is_what_was_asked_for(size, seconds, audio)


@pytest.mark.parametrize("length", [1, 41, 42, 500, 999, 1_001, 3_500, 7_300, 8_050])
@pytest.mark.parametrize("audio", ["none", "tone"])
def test_any_length_is_exact(length: int, audio: Audio) -> None:
    """To the millisecond, on every track: the last picture stays, the last sound is cut."""
    found = decoded(write(Clip("odd", 64, 32, length, audio)).data)
    assert found.length == Fraction(length, 1000)
    assert len(found.times) == max(1, length * FPS // 1000)


@pytest.mark.parametrize("size", [(16, 16), (10, 10), (18, 34), (32, 1000), (1000, 32), (1282, 722), (10, 9998)])
def test_any_even_size_is_exact(size: Size) -> None:
    """What macroblocks have too much is cropped; one row of them, or one column, is enough."""
    assert decoded(write(Clip("odd", *size, 200)).data).size == size


NAME = "api-video 5 1"
BARS = list(colours(Clip(NAME, 0, 0, 0).seed))


@pytest.mark.parametrize("size", [(320, 180), (180, 320), (130, 34), (128, 16)])
@pytest.mark.parametrize("picture", [0, 1, 47, 48, 71])
def test_a_picture_shows_the_bars_of_its_name(size: Size, picture: int) -> None:
    """Eight colours side by side, from the first line to the one above the white bar, in every picture."""
    width, height = size
    columns = -(-width // 16)
    upper = height - 1 if height <= 16 else (height - 1) // 16 * 16 - 1
    expected = [BARS[max(bar for bar in range(8) if columns * bar // 8 <= x // 16)] for x in range(width)]
    found = rows(write(Clip(NAME, *size, 3000)).data, picture, 0, upper)
    assert found == [expected, expected]


def test_a_white_bar_shows_how_much_of_a_video_is_over() -> None:
    """It is one macroblock wide at first and as wide as the picture at the end, and never gets shorter."""
    data = write(Clip(NAME, 320, 180, 4000)).data
    widths = []
    for picture in (0, 1, 30, 47, 48, 49, 94, 95):
        (line,) = rows(data, picture, 179)
        width = next((x for x, pixel in enumerate(line) if pixel != WHITE), 320)
        assert WHITE not in line[width:]
        widths.append(width)
    assert widths == [16 * (1 + picture * 19 // 95) for picture in (0, 1, 30, 47, 48, 49, 94, 95)]


def test_silence_is_silent() -> None:
    """Every sample of both channels is nought."""
    left, right = channels(write(Clip("quiet", 64, 32, 1000, "silence")).data)
    assert (set(left), set(right)) == ({0.0}, {0.0})


def test_a_tone_is_one_tone() -> None:
    """468.75 Hz at a tenth of full scale, the same in both channels: each period of 1024 samples is like the last."""
    left, right = channels(write(Clip("loud", 64, 32, 1000, "tone")).data)
    steady = left[2048:-2048]
    assert left == right
    assert max(abs(one - two) for one, two in zip(steady, steady[1024:], strict=False)) < 1e-6
    loudness = max(map(abs, steady))
    ten = [loudness * math.sin(2 * math.pi * 10 * n / 1024 + phase_of(steady)) for n in range(1024)]
    assert loudness == pytest.approx(0.105, abs=0.001)
    assert max(abs(one - two) for one, two in zip(steady, ten, strict=False)) < 0.001


def phase_of(tone: list[float]) -> float:
    """Where in its period a tone of ten periods a frame begins."""
    turns = [(value, 2 * math.pi * 10 * n / 1024) for n, value in enumerate(tone[:1024])]
    return math.atan2(sum(v * math.cos(turn) for v, turn in turns), sum(v * math.sin(turn) for v, turn in turns))


def boxes(data: bytes) -> list[str]:
    """The names of a file's outermost boxes, in order."""
    names, at = [], 0
    while at < len(data):
        names.append(data[at + 4 : at + 8].decode("ascii"))
        at += int.from_bytes(data[at : at + 4], "big")
    return names


def test_a_video_can_be_played_while_it_loads() -> None:
    """The index stands before the pictures, and says where they begin."""
    file = write(Clip("film", 1280, 720, 8000))
    assert boxes(file.data) == ["ftyp", "moov", "mdat"]
    assert file.data[file.media - 4 : file.media] == b"mdat"


@pytest.mark.parametrize("weight", [30_000, 100_001, 5_000_000])
def test_a_video_can_weigh_more_than_it_needs(weight: int) -> None:
    """To the byte, with the same pictures, and each second of it weighs about as much as any other."""
    light = Clip("film", 320, 180, 8000)
    heavy = replace(light, weight=weight)
    file = write(heavy)
    assert (len(file.data), boxes(file.data)) == (weight, ["ftyp", "moov", "mdat"])
    assert decoded(file.data) == decoded(write(light).data)
    assert len(zlib.compress(file.data)) > 0.9 * (weight - len(write(light).data))
    seconds = [packet.pos or 0 for packet in packets(file.data) if packet.pts is not None and packet.pts % 24_000 == 0]
    gaps = [after - before for before, after in itertools.pairwise(seconds)]
    assert max(gaps) - min(gaps) < 4_500  # every second one has a key picture


def packets(data: bytes) -> list[av.Packet[av.VideoStream]]:
    """The pictures as they lie in a file."""
    with av.open(io.BytesIO(data), "r") as container:
        return [packet for packet in container.demux(video=0) if packet.size]


def test_a_video_that_is_heavy_enough_stays_as_it_is() -> None:
    """A weight is the least, not the most."""
    clip = Clip("film", 320, 180, 8000)
    assert write(replace(clip, weight=1)).data == write(clip).data


def test_a_clip_is_the_same_on_every_machine() -> None:
    """These bytes were written once; whoever changes them on purpose writes new digests here."""
    clips = (Clip("one", 912, 512, 4000), Clip("one", 1080, 1920, 3500, "tone", 50_000), Clip("two", 10, 10, 1, "none"))
    digests = [hashlib.sha256(write(clip).data).hexdigest()[:16] for clip in clips]
    assert digests == ["f3f347aacbc2eddd", "372dba1e73712838", "9d64ab3196eec186"]


def test_two_names_never_share_a_file() -> None:
    """Not even where all else is equal: their colours differ, and so does the name within."""
    names = [f"api-video {number} 1" for number in range(2000)]
    assert len({colours(Clip(name, 0, 0, 0).seed) for name in names}) == 2000
    assert len({write(Clip(name, 16, 16, 100)).data for name in names[:100]}) == 100
