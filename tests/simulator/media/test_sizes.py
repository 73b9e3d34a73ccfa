"""What the words for resolutions and aspect ratios are in pixels."""

import re

import pytest

from veosim.media.h264 import level, macroblocks
from veosim.media.sizes import Size, pixels


@pytest.mark.parametrize(
    ("resolution", "lying"),
    [
        *((name, (912, 512)) for name in ("512P", "512p")),
        ("720p", (1280, 720)),
        *((name, (1920, 1080)) for name in ("1080P", "1080p")),
        *((name, (3840, 2160)) for name in ("4k", "4K")),
    ],
)
def test_a_word_is_a_size(resolution: str, lying: Size) -> None:
    """It lies at 16:9, stands at 9:16, and is as wide as high at 1:1."""
    width, height = lying
    assert pixels(resolution, "16:9") == lying
    assert pixels(resolution, "9:16") == (height, width)
    assert pixels(resolution, "1:1") == (height, height)


@pytest.mark.parametrize("aspect_ratio", ["16:9", "9:16", "1:1"])
@pytest.mark.parametrize(
    ("resolution", "size"),
    [
        ("1280x720", (1280, 720)),
        ("720x1280", (720, 1280)),
        ("10x10", (10, 10)),
        ("1281x721", (1280, 720)),
        ("10x9999", (10, 9998)),
    ],
)
def test_pixels_are_taken_as_they_stand(resolution: str, size: Size, aspect_ratio: str) -> None:
    """Whatever the aspect ratio; an odd side loses a pixel."""
    assert pixels(resolution, aspect_ratio) == size


@pytest.mark.parametrize("resolution", ["9999x9999", "9999x4000", "8192x4368"])
def test_what_no_decoder_takes_is_made_smaller(resolution: str) -> None:
    """In its proportions, until H.264 has a level for it."""
    width, height = map(int, resolution.split("x"))
    found = pixels(resolution, "16:9")
    assert found[0] / found[1] == pytest.approx(width / height, rel=0.01)
    assert found < (width, height)
    assert level(*macroblocks(*found)) == 60


@pytest.mark.parametrize(
    ("resolution", "aspect_ratio", "message"),
    [
        ("540p", "16:9", "found the resolution '540p'; allowed: 512p, 720p, 1080p, 4k or pixels: 1280x720"),
        ("0x10", "16:9", "found the resolution '0x10'; allowed: 512p, 720p, 1080p, 4k or pixels: 1280x720"),
        ("720p", "4:3", "found the aspect ratio '4:3'; allowed: 16:9, 9:16, 1:1"),
    ],
)
def test_an_unknown_word_is_refused(resolution: str, aspect_ratio: str, message: str) -> None:
    """With what was found and what is allowed."""
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        pixels(resolution, aspect_ratio)
