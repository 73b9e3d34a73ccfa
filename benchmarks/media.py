"""How long a video takes to be made: by the simulator, and by PyAV's encoder, in one run on one machine.

Both make 4, 6 and 8 s of every resolution, with sound; each file is another job's, so that nothing is kept from the one
before. PyAV encodes the same bars with libx264 in its quickest setting, on one thread. Prints medians of processor
time, so that whatever else the machine does hardly matters, and compares.
"""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable
from fractions import Fraction

import av

from veosim.media.bars import colours, rgb, starts
from veosim.media.clip import Clip
from veosim.media.h264 import FPS, macroblocks
from veosim.media.mp4 import write
from veosim.media.sizes import Size, pixels
from veosim.media.webp import still

RESOLUTIONS = ("512p", "720p", "1080p", "4k")
SECONDS = (4, 6, 8)
ROUNDS, ENCODED = 31, 3
"""How often the simulator writes each file, and PyAV, which takes its time."""


def picture(clip: Clip) -> av.VideoFrame:
    """The clip's bars as PyAV takes them."""
    columns, _ = macroblocks(clip.width, clip.height)
    line = bytearray()
    begins = [16 * column for column in starts(columns)]
    for begin, end, colour in zip(begins, [*begins[1:], clip.width], colours(clip.seed), strict=True):
        line += bytes((*rgb(colour), 255)) * (end - begin)
    return av.VideoFrame.from_bytes(bytes(line) * clip.height, clip.width, clip.height).reformat(format="yuv420p")


def encode(clip: Clip) -> bytes:
    """The clip's bars, standing still, and silence, by libx264 and FFmpeg's AAC."""
    made = io.BytesIO()
    frame = picture(clip)
    with av.open(made, "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "crf": "28", "threads": "1"})
        video.width, video.height, video.pix_fmt = clip.width, clip.height, "yuv420p"
        sound = container.add_stream("aac", rate=48_000, layout="stereo")
        for number in range(clip.length * FPS // 1_000):
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(video.encode(frame))
        for number in range(clip.length * 48 // 1_024):
            quiet = av.AudioFrame(format="fltp", layout="stereo", samples=1_024)
            for plane in quiet.planes:
                plane.update(bytes(plane.buffer_size))
            quiet.sample_rate, quiet.pts, quiet.time_base = 48_000, 1_024 * number, Fraction(1, 48_000)
            container.mux(sound.encode(quiet))
        container.mux(video.encode(None))
        container.mux(sound.encode(None))
    return made.getvalue()


def median(make: Callable[[Clip], bytes], size: Size, seconds: int, rounds: int) -> tuple[float, int]:
    """Milliseconds of the processor that a file takes, and the bytes of the last one."""
    times, data = [], b""
    for number in range(rounds):
        clip = Clip(f"{make.__name__} {number}", *size, 1_000 * seconds)
        began = time.process_time()
        data = make(clip)
        times.append(1_000 * (time.process_time() - began))
    return statistics.median(times), len(data)


def written(clip: Clip) -> bytes:
    """The simulator's file."""
    return write(clip).data


def thumbnail(clip: Clip) -> bytes:
    """The simulator's still of the same bars."""
    begins = [16 * column for column in starts(macroblocks(clip.width, 1)[0])]
    return still(clip.width, clip.height, list(zip(begins, map(rgb, colours(clip.seed)), strict=True)))


def main() -> None:
    """Measure and print."""
    print("| video | simulator | PyAV libx264 | times faster | bytes | PyAV's |\n|---|---|---|---|---|---|")
    ours, ratios = [], []
    for resolution in RESOLUTIONS:
        for seconds in SECONDS:
            size = pixels(resolution, "16:9")
            quick, light = median(written, size, seconds, ROUNDS)
            slow, heavy = median(encode, size, seconds, ENCODED)
            ours.append(quick)
            ratios.append(slow / quick)
            shown = f"{resolution} {seconds}s | {quick:.2f} ms | {slow:.0f} ms | {slow / quick:.0f}"
            print(f"| {shown} | {light} | {heavy} |", flush=True)
    print(f"median {statistics.median(ours):.2f} ms a file, slowest {max(ours):.2f} ms")
    print(f"{statistics.median(ratios):.0f} times faster than PyAV in the median, {min(ratios):.0f} times at least")
    quick, light = median(thumbnail, (640, 360), 4, ROUNDS)
    print(f"still {quick:.2f} ms, {light} bytes")


if __name__ == "__main__":
    main()
