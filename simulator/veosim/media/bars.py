"""The colours of a job's picture: bars that follow from its seed, for the video and for its still."""

from __future__ import annotations

from collections.abc import Sequence

Colour = tuple[int, int, int]
"""Luma, blue difference, red difference in the narrow range of ITU-R BT.709 3.5: 16 to 235, 16 to 240, 16 to 240."""

BARS = 8
WHITE: Colour = (235, 128, 128)


def colours(seed: bytes) -> tuple[Colour, ...]:
    """Eight colours out of 24 bytes or more; none is as bright as white or as dark as black."""
    triples = zip(seed[0:24:3], seed[1:24:3], seed[2:24:3], strict=True)
    return tuple((60 + luma % 150, 40 + blue % 176, 40 + red % 176) for luma, blue, red in triples)


def starts(columns: int) -> Sequence[int]:
    """The column at which each bar begins; a picture of fewer columns than bars has one bar a column."""
    bars = min(BARS, columns)
    return [columns * bar // bars for bar in range(bars)]


def rgb(colour: Colour) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255 each (BT.709 3.2 and 3.4 solved for them, in integers so that machines agree)."""
    luma, blue, red = 76309 * (colour[0] - 16), colour[1] - 128, colour[2] - 128
    mixed = (luma + 117489 * red, luma - 13975 * blue - 34925 * red, luma + 138438 * blue)
    return _byte(mixed[0]), _byte(mixed[1]), _byte(mixed[2])


def _byte(value: int) -> int:
    """A number in 65536ths, rounded."""
    return min(max(value + 32768 >> 16, 0), 255)
