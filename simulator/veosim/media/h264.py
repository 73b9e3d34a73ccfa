"""H.264 around the picture: NAL units, parameter sets, levels. Numbers of clauses are those of ITU-T H.264 (08/2021).

The profile is Constrained Baseline: I and P slices, CAVLC, 8 bits, 4:2:0. Every player has it.
"""

from __future__ import annotations

import re

from veosim.media.bits import Bits

FPS = 24
MACROBLOCK = 16
"""Pixels on each side of what a picture is made of."""

FRAME_NUMBER_BITS = 8
PROFILE, CONSTRAINTS = 66, 0b1100_0000
"""A.2.1.1: Baseline with constraint_set0_flag and constraint_set1_flag."""

# nal_ref_idc 3, and the types of table 7-1.
SLICE, KEY_SLICE, SEQUENCE, PICTURE = 0x61, 0x65, 0x67, 0x68

_LOOKS_LIKE_A_START = re.compile(rb"\0\0(?=[\0-\3])")

_LEVELS = ((30, 1_620), (31, 3_600), (40, 8_192), (50, 22_080), (51, 36_864), (60, 139_264))
"""level_idc and the most macroblocks of a picture (table A-1); at 24 pictures a second MaxMBPS binds none of them."""

MOST_MACROBLOCKS = _LEVELS[-1][1]


def nal(header: int, bits: Bits) -> bytes:
    """A NAL unit: its header, and the bits with rbsp_trailing_bits (7.3.2.11).

    A 3 is put in wherever two zeros and the byte behind them would look like the start of another unit (7.4.1).
    """
    return bytes((header,)) + _LOOKS_LIKE_A_START.sub(b"\0\0\3", bits.u(1, 1).align().to_bytes())


def macroblocks(width: int, height: int) -> tuple[int, int]:
    """Columns and rows of a picture; what sticks out at its right and lower edge is cropped."""
    return -(-width // MACROBLOCK), -(-height // MACROBLOCK)


def level(columns: int, rows: int) -> int:
    """level_idc: the lowest that allows so many macroblocks, and so many on a side (A.3.1).

    Raises:
        ValueError: a picture that is larger than H.264 has them.
    """
    for level_idc, most in _LEVELS:
        if columns * rows <= most and max(columns, rows) ** 2 <= 8 * most:
            return level_idc
    raise ValueError(f"{columns} by {rows} macroblocks are more than H.264 allows")


def sequence_parameters(width: int, height: int) -> bytes:
    """The sequence parameter set (7.3.2.1.1) of a picture of so many pixels, both even."""
    columns, rows = macroblocks(width, height)
    bits = Bits().u(8, PROFILE).u(8, CONSTRAINTS).u(8, level(columns, rows)).ue(0)
    bits.ue(FRAME_NUMBER_BITS - 4).ue(2)  # pic_order_cnt_type 2: pictures are shown in the order in which they come
    bits.ue(1).u(1, 0)  # one picture is referred to, and none is missing
    bits.ue(columns - 1).ue(rows - 1).u(1, 1).u(1, 1)  # frames, not fields; direct_8x8_inference_flag
    right, lower = columns * MACROBLOCK - width, rows * MACROBLOCK - height
    bits.u(1, 1 if right or lower else 0)
    if right or lower:
        bits.ue(0).ue(right // 2).ue(0).ue(lower // 2)  # in chroma samples: two pixels each (table 6-1)
    return nal(SEQUENCE, bits.u(1, 1).append(_usability()))


def _usability() -> Bits:
    """What a player should know beforehand (E.1.1): square pixels, BT.709 in the narrow range, 24 pictures a second."""
    bits = Bits().u(1, 1).u(8, 1).u(1, 0)
    bits.u(1, 1).u(3, 5).u(1, 0).u(1, 1).u(8, 1).u(8, 1).u(8, 1).u(1, 0)
    bits.u(1, 1).u(32, 1).u(32, 2 * FPS).u(1, 1)  # a tick is a field, so two make a picture
    bits.u(1, 0).u(1, 0).u(1, 0)
    # bitstream_restriction: nothing is reordered, so that a player shows each picture at once.
    return bits.u(1, 1).u(1, 1).ue(0).ue(0).ue(10).ue(10).ue(0).ue(1)


def picture_parameters() -> bytes:
    """The picture parameter set (7.3.2.2): CAVLC, and slices that say how they are deblocked."""
    bits = Bits().ue(0).ue(0).u(1, 0).u(1, 0).ue(0).ue(0).ue(0).u(1, 0).u(2, 0).se(0).se(0).se(0)
    return nal(PICTURE, bits.u(1, 1).u(1, 0).u(1, 0))
