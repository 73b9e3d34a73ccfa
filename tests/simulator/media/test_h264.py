"""NAL units and levels. That decoders take the parameter sets is seen in test_mp4.py."""

import pytest

from veosim.media.bits import Bits
from veosim.media.h264 import level, nal, sequence_parameters


@pytest.mark.parametrize(
    ("payload", "sent"),
    [
        ("01", "01"),
        ("0000 01", "0000 03 01"),
        ("0000 03", "0000 03 03"),
        ("0000 04", "0000 04"),
        ("00 0000 0000", "0000 03 0000 03 00"),
        ("01 0000 0000 02", "01 0000 03 0000 03 02"),
    ],
)
def test_nothing_within_a_unit_looks_like_a_start(payload: str, sent: str) -> None:
    """Three bytes 00 00 00 to 00 00 03 never stand in one (7.4.1); one bit and zeros end it (7.3.2.11)."""
    assert nal(0x61, Bits().raw(bytes.fromhex(payload))) == b"\x61" + bytes.fromhex(sent) + b"\x80"


def test_the_last_bits_are_filled_up() -> None:
    """A one, and zeros to the end of the byte."""
    assert nal(0x68, Bits().u(3, 0b101)) == b"\x68\xb0"


@pytest.mark.parametrize(
    ("columns", "rows", "found"),
    [
        (1, 1, 30),
        (45, 36, 30),
        (57, 32, 31),
        (80, 45, 31),
        (120, 68, 40),
        (184, 120, 50),
        (240, 135, 51),
        (512, 272, 60),
        (113, 1, 30),
        (114, 1, 31),
        (1, 1000, 60),
    ],
)
def test_a_level_is_the_lowest_that_fits(columns: int, rows: int, found: int) -> None:
    """By macroblocks, and by those on a side (table A-1; A.3.1)."""
    assert level(columns, rows) == found


@pytest.mark.parametrize(("columns", "rows"), [(373, 374), (1056, 1)])
def test_a_picture_can_be_too_large(columns: int, rows: int) -> None:
    """In all, or on one side."""
    with pytest.raises(ValueError, match=f"^{columns} by {rows} macroblocks are more than H.264 allows$"):
        level(columns, rows)


def test_the_profile_is_told_where_containers_look() -> None:
    """Constrained Baseline and the level, in the three bytes behind the header."""
    assert sequence_parameters(1280, 720)[:4] == bytes((0x67, 66, 0xC0, 31))
