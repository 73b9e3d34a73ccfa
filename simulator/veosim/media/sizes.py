"""How many pixels the words for resolutions and aspect ratios stand for: one table for all dialects."""

from __future__ import annotations

import re
from collections.abc import Mapping

from veosim.errors import shown
from veosim.media.h264 import MACROBLOCK, MOST_MACROBLOCKS

Size = tuple[int, int]
"""Width and height in pixels."""

LYING: Mapping[str, Size] = {"512p": (912, 512), "720p": (1280, 720), "1080p": (1920, 1080), "4k": (3840, 2160)}
"""By name in small letters, at 16:9. Document 003 shows 1280x720 and 1920x1080 beside 720p and 1080p; that the others'
words mean the same, and the other two, are inferred: no document says. 512p would be 910.2 pixels wide; 912 are whole
macroblocks."""

ASPECTS = ("16:9", "9:16", "1:1")
"""The first two are those of documents 000 to 002 and 004; 1:1 is inferred for 003. 9:16 turns the picture, 1:1 makes
it as wide as it is high (both inferred)."""

_PIXELS = re.compile(r"([1-9]\d{1,3})x([1-9]\d{1,3})", re.ASCII)


def pixels(resolution: str, aspect_ratio: str) -> Size:
    """What a job's picture measures.

    A resolution in pixels is taken as it stands, whatever the aspect ratio (inferred), as far as H.264 can: it has even
    sides, so that an odd one loses a pixel, and what is too large for any decoder is made smaller in its proportions.

    Raises:
        ValueError: a resolution or an aspect ratio that no dialect has.
    """
    exact = _PIXELS.fullmatch(resolution)
    if exact is not None:
        return _possible(int(exact[1]), int(exact[2]))
    if resolution.lower() not in LYING:
        raise ValueError(f"found the resolution {shown(resolution)}; allowed: {', '.join(LYING)} or pixels: 1280x720")
    if aspect_ratio not in ASPECTS:
        raise ValueError(f"found the aspect ratio {shown(aspect_ratio)}; allowed: {', '.join(ASPECTS)}")
    width, height = LYING[resolution.lower()]
    return {"16:9": (width, height), "9:16": (height, width), "1:1": (height, height)}[aspect_ratio]


def _possible(width: int, height: int) -> Size:
    while -(-width // MACROBLOCK) * -(-height // MACROBLOCK) > MOST_MACROBLOCKS:
        width, height = width * 9 // 10, height * 9 // 10
    return width - width % 2, height - height % 2
