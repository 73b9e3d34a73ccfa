"""Makes the videos and stills that simulator/veosim/media/clips.py hands out.

Run by hand, from the repository's root: `.venv/bin/python tests/support/make_clips.py`. The same libraries make the
same bytes again: one thread, no dates, no names of encoders. Other builds of x264 or libwebp may make others, which is
why the files are kept, and not made on the spot.
"""

from __future__ import annotations

import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import av
from av.bitstream import BitStreamFilterContext
from PIL import Image, ImageDraw

from veosim.media.clips import DURATIONS

ASSETS = Path(__file__).parents[2] / "simulator" / "veosim" / "media" / "assets"
LANDSCAPE, PORTRAIT = (160, 90), (90, 160)
FPS = 24
SKY, SEA, SUN, BAR = (38, 70, 110), (20, 110, 120), (240, 190, 70), (230, 230, 230)

# Baseline for every player; a key frame every two seconds, so that one can seek; threads would make the bytes differ.
ENCODER = {
    "profile": "baseline",
    "level": "1.1",
    "preset": "veryslow",
    "crf": "30",
    "x264-params": f"threads=1:keyint={2 * FPS}:min-keyint={2 * FPS}:scenecut=0",
}
# moov before mdat, so that playing can begin before the download has ended.
CONTAINER = {"movflags": "+faststart", "fflags": "+bitexact"}
# Type 6 is supplemental information: the encoder's name and settings, longer than the picture.
WITHOUT_NAMES = "filter_units=remove_types=6"


def picture(size: tuple[int, int], progress: Fraction) -> Image.Image:
    """A sun over the sea, and a bar that shows how much of the video is over."""
    width, height = size
    image = Image.new("RGB", size, SKY)
    draw = ImageDraw.Draw(image)
    middle, horizon, radius = width // 2, height * 5 // 8, min(size) // 5
    draw.ellipse((middle - radius, horizon - radius, middle + radius, horizon + radius), fill=SUN)
    draw.rectangle((0, horizon, width, height), fill=SEA)
    draw.rectangle((0, height - 6, int(width * progress), height), fill=BAR)
    return image


def write_video(path: Path, seconds: int) -> None:
    """One mp4 of exactly so many seconds."""
    width, height = LANDSCAPE
    frames = seconds * FPS
    with av.open(path, "w", format="mp4", options=CONTAINER) as container:
        stream = container.add_stream("libx264", rate=FPS, options=ENCODER)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.flags |= av.codec.context.Flags.bitexact
        container.start_encoding()
        strip = BitStreamFilterContext(WITHOUT_NAMES, stream, stream)
        for number in range(frames):
            image = picture(LANDSCAPE, Fraction(number + 1, frames))
            frame = av.VideoFrame.from_bytes(image.convert("RGBA").tobytes(), width, height)
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            for packet in stream.encode(frame):
                container.mux(strip.filter(packet))
        for packet in stream.encode(None):
            container.mux(strip.filter(packet))


def main() -> None:
    """Write every file, and say what each weighs."""
    ASSETS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for seconds in DURATIONS:
            # moov moves to the front in a second pass over the file, which is why it is made on a disk.
            made = Path(folder) / "made.mp4"
            write_video(made, seconds)
            (ASSETS / f"video-{seconds}s.mp4").write_bytes(made.read_bytes())
    for name, size in (("landscape", LANDSCAPE), ("portrait", PORTRAIT)):
        still = picture(size, Fraction(0))
        still.save(ASSETS / f"{name}.png", optimize=True)
        still.save(ASSETS / f"{name}.webp", lossless=True, quality=100, method=6)
    for path in sorted(ASSETS.iterdir()):
        sys.stdout.write(f"{path.stat().st_size:6d} {path.name}\n")


if __name__ == "__main__":
    main()
