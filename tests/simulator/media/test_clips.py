"""The packaged videos and stills: what other people's libraries find in them."""

import base64
import io
import re
import subprocess
import sys
import zipfile
from fractions import Fraction
from pathlib import Path

import av
import pytest
from PIL import Image as Pillow

from veosim.media import clips
from veosim.media.clips import DURATIONS, ThumbnailKind, base64_video, etag, thumbnail, video
from veosim.media.image import Image, sniff

ROOT = Path(__file__).parents[3]
ASSETS = Path(clips.__file__).parent / "assets"
FPS = 24


def boxes(data: bytes) -> list[str]:
    """The names of an mp4's outermost boxes, in order."""
    names, at = [], 0
    while at < len(data):
        names.append(data[at + 4 : at + 8].decode("ascii"))
        at += int.from_bytes(data[at : at + 4], "big")
    return names


@pytest.mark.parametrize("seconds", DURATIONS)
def test_a_video_is_exactly_as_long_as_asked(seconds: int) -> None:
    """A decoder reads every frame, and container, stream and frames agree on the length to the millisecond."""
    with av.open(io.BytesIO(video(seconds)), "r") as container:
        (stream,) = container.streams
        assert isinstance(stream, av.VideoStream)
        codec = stream.codec_context
        assert (codec.name, codec.profile, codec.pix_fmt) == ("h264", "Constrained Baseline", "yuv420p")
        assert (codec.width, codec.height, stream.average_rate) == (160, 90, Fraction(FPS))
        assert container.duration == seconds * av.time_base
        assert stream.duration is not None
        assert stream.time_base is not None
        assert stream.duration * stream.time_base == seconds
        frames = list(container.decode(stream))
    assert [(frame.pts or 0) * (frame.time_base or 0) for frame in frames] == [
        Fraction(number, FPS) for number in range(seconds * FPS)
    ]
    assert [number for number, frame in enumerate(frames) if frame.key_frame] == list(range(0, seconds * FPS, 2 * FPS))
    assert not any(frame.is_corrupt for frame in frames)


@pytest.mark.parametrize("seconds", DURATIONS)
def test_a_video_shows_how_much_of_it_is_over(seconds: int) -> None:
    """The bar at the lower edge is short at first and as wide as the picture at the end."""
    with av.open(io.BytesIO(video(seconds)), "r") as container:
        lumas = [frame.planes[0] for frame in container.decode(video=0)]
    first, last = (bytes(luma)[87 * luma.line_size :][:160] for luma in (lumas[0], lumas[-1]))
    assert sum(grey > 160 for grey in first) < 20
    assert sum(grey > 160 for grey in last) > 155


@pytest.mark.parametrize("seconds", DURATIONS)
def test_a_video_can_be_played_while_it_loads(seconds: int) -> None:
    """The index stands before the pictures, and the file is small."""
    assert [name for name in boxes(video(seconds)) if name != "free"] == ["ftyp", "moov", "mdat"]
    assert len(video(seconds)) <= 8_000


@pytest.mark.parametrize(
    ("asked", "given"),
    [(8, 8), (8.0, 8), (6.4, 6), (6.6, 7), (4.5, 4), (9, 8), (9.1, 10), (11, 10), (0, 4), (0.1, 4), (3600, 12)],
)
def test_the_nearest_video_is_taken(asked: float, given: int) -> None:
    """Of two equally near ones the shorter; base64 is of the same video."""
    assert video(asked) == (ASSETS / f"video-{given}s.mp4").read_bytes()
    assert base64.b64decode(base64_video(asked), validate=True) == video(given)


def test_a_video_is_read_once() -> None:
    """Whoever asks again gets the same object, and the same text."""
    assert video(8) is video(8.0)
    assert base64_video(8) is base64_video(7.9)


@pytest.mark.parametrize("kind", ["webp", "png"])
@pytest.mark.parametrize(
    ("aspect", "width", "height"), [("16:9", 160, 90), ("9:16", 90, 160), ("1:1", 160, 90), ("", 160, 90)]
)
def test_a_thumbnail_lies_or_stands(kind: ThumbnailKind, aspect: str, width: int, height: int) -> None:
    """Upright for 9:16, lying for all else; Pillow decodes it whole, and sees more than one colour."""
    data = thumbnail(kind, aspect)
    with Pillow.open(io.BytesIO(data)) as picture:
        picture.load()
        assert (picture.format, picture.size) == (kind.upper(), (width, height))
        assert len(picture.convert("RGB").getcolors() or []) > 3
    assert sniff(data) == Image(kind, width, height, len(data))


def test_an_entity_tag_is_strong_and_its_files_own() -> None:
    """Quoted, without W/, equal for equal bytes only."""
    files = [video(seconds) for seconds in DURATIONS] + [thumbnail("webp", "16:9"), thumbnail("png", "16:9"), b""]
    tags = [etag(data) for data in files]
    assert all(re.fullmatch(r'"[0-9a-f]{32}"', tag) for tag in tags)
    assert len(set(tags)) == len(files)
    assert etag(bytes(bytearray(files[0]))) == tags[0]


def test_the_folder_holds_what_is_handed_out_and_no_more() -> None:
    """Eleven files, 80 kB at most, and nothing that names what made them."""
    files = {path.name: path.read_bytes() for path in ASSETS.iterdir()}
    stills = {f"{name}.{kind}" for name in ("landscape", "portrait") for kind in ("png", "webp")}
    assert set(files) == {f"video-{seconds}s.mp4" for seconds in DURATIONS} | stills
    assert sum(map(len, files.values())) <= 80_000
    assert [name for name, data in files.items() if re.search(rb"x264|Lav[cf]|libwebp", data)] == []


def test_the_files_travel_in_the_wheel(tmp_path: Path) -> None:
    """An installed veosim has them all, byte for byte."""
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        prefix = "veosim/media/assets/"
        travelled = {
            name.removeprefix(prefix): archive.read(name) for name in archive.namelist() if name.startswith(prefix)
        }
    assert travelled == {path.name: path.read_bytes() for path in ASSETS.iterdir()}
