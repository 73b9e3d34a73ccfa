"""Stills as Pillow decodes them."""

import io

import pytest
from PIL import Image as Pillow

from veosim.media.bars import rgb
from veosim.media.image import Image, sniff
from veosim.media.webp import still

RED, INK, PINK, TEAL = (200, 30, 90), (0, 0, 0), (255, 0, 255), (9, 99, 199)


@pytest.mark.parametrize(
    ("width", "height", "begins"),
    [
        (640, 360, (0, 80, 81, 300)),
        (360, 640, (0, 1, 5, 359)),
        (4, 1, (0, 1, 2, 3)),
        (9, 2, (0, 1, 3, 6)),
        (5000, 3, (0, 4097, 4098, 4999)),
    ],
)
def test_every_pixel_has_the_colour_of_its_bar(width: int, height: int, begins: tuple[int, ...]) -> None:
    """In every line, for bars as narrow as a pixel and wider than the longest copy."""
    bars = list(zip(begins, (RED, INK, PINK, TEAL), strict=True))
    data = still(width, height, bars)
    line = [next(colour for begin, colour in reversed(bars) if begin <= x) for x in range(width)]
    with Pillow.open(io.BytesIO(data)) as picture:
        picture.load()
        assert (picture.format, picture.size) == ("WEBP", (width, height))
        pixels = picture.convert("RGB").tobytes()
    assert pixels == bytes(value for colour in line for value in colour) * height
    assert sniff(data) == Image("webp", width, height, len(data))
    assert len(data) < 1_000


def test_one_bar_is_enough() -> None:
    """A picture of one pixel."""
    with Pillow.open(io.BytesIO(still(1, 1, [(0, PINK)]))) as picture:
        assert picture.convert("RGB").getpixel((0, 0)) == PINK


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ((16, 128, 128), (0, 0, 0)),
        ((235, 128, 128), (255, 255, 255)),
        ((63, 102, 240), (255, 0, 0)),
        ((173, 42, 26), (0, 255, 0)),
        ((32, 240, 118), (0, 0, 255)),
        ((126, 128, 128), (128, 128, 128)),
    ],
)
def test_a_colour_is_the_one_of_the_video(colour: tuple[int, int, int], expected: tuple[int, int, int]) -> None:
    """BT.709 in the narrow range, to a step or two, which the roundings cost; never beyond 0 and 255."""
    assert all(abs(found - wanted) <= 2 for found, wanted in zip(rgb(colour), expected, strict=True))
    assert all(0 <= value <= 255 for value in rgb(colour))
