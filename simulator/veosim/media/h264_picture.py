"""The moving picture: vertical bars of colour, and below them a white bar that grows as the video goes on.

Next to nothing is written. Of each bar one macroblock is spelled out; its neighbours to the right and below are
predicted from it without a difference. Of all later pictures only the macroblocks that turn white are written, predicted
from the white one on their left. Numbers of clauses are those of ITU-T H.264 (08/2021).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from veosim.media.bars import WHITE, Colour, starts
from veosim.media.bits import Bits
from veosim.media.h264 import FPS, FRAME_NUMBER_BITS, KEY_SLICE, SLICE, macroblocks, nal

KEY_EVERY = 2 * FPS
"""Pictures from one key picture to the next: a player can jump to every second second."""

# Table 7-11. The two that follow are Intra_16x16 without coefficients, with their intra_chroma_pred_mode (table 7-16).
_SPELLED_OUT = 25
_FROM_ABOVE, _FROM_LEFT = (1, 2), (2, 1)
_INTRA_IN_P = 5
"""What is added to an intra mb_type in a P slice (table 7-13)."""


def pictures(width: int, height: int, colours: tuple[Colour, ...], count: int) -> Iterator[bytes]:
    """The NAL unit of each of `count` pictures; every 48th, from the first on, is a key picture.

    A picture of a single row of macroblocks has no room for the white bar, and stands still.
    """
    columns, rows = macroblocks(width, height)
    upper = _upper_rows(columns, rows, colours)
    white = 0
    for number in range(count):
        before, white = white, (1 + number * (columns - 1) // max(1, count - 1) if rows > 1 else 0)
        since_key = number % KEY_EVERY
        if since_key:
            yield _following(since_key, columns, rows, before, white)
        else:
            yield _key(upper, columns, rows, white)


def _upper_rows(columns: int, rows: int, colours: tuple[Colour, ...]) -> Bits:
    """A key picture but for its last row, which shows the white bar; a picture of one row is whole."""
    # Slice header (7.3.3): all slices are I, idr_pic_id 0 (key pictures never follow each other), no deblocking.
    bits = Bits().ue(0).ue(7).ue(0).u(FRAME_NUMBER_BITS, 0).ue(0).u(1, 0).u(1, 0).se(0).ue(1)
    begins = dict(zip(starts(columns), colours, strict=False))
    for column in range(columns):
        if column in begins:
            _spell_out(bits, begins[column])
        else:
            bits.append(_predicted(_FROM_LEFT, beside_spelled_out=column - 1 in begins))
    if rows > 2:
        for column in range(columns):
            bits.append(_predicted(_FROM_ABOVE, beside_spelled_out=column in begins))
        bits.raw(_PLAIN * (columns * (rows - 3)))
    return bits


def _key(upper: Bits, columns: int, rows: int, white: int) -> bytes:
    """A key picture whose last row is white in its first so many columns."""
    if rows == 1:
        return nal(KEY_SLICE, upper.copy())
    last = Bits((upper.phase + upper.length) % 8)
    under = set(starts(columns)) if rows == 2 else set()
    for column in range(columns):
        if not column:
            _spell_out(last, WHITE)
        else:
            way = _FROM_LEFT if column < white else _FROM_ABOVE
            last.append(_predicted(way, beside_spelled_out=column == 1 or column in under))
    return nal(KEY_SLICE, upper.copy().append(last))


def _following(number: int, columns: int, rows: int, before: int, white: int) -> bytes:
    """The picture so many behind a key picture: like the one before it, but that further columns turn white."""
    return _skipped(number, columns * rows) if before == white else _grown(number, columns, rows, before, white)


@lru_cache(maxsize=4 * KEY_EVERY)
def _skipped(number: int, count: int) -> bytes:
    """A picture like the one before it: every macroblock is skipped (7.3.4: mb_skip_run)."""
    return nal(SLICE, _header(number).ue(count))


def _grown(number: int, columns: int, rows: int, before: int, white: int) -> bytes:
    bits = _header(number).ue(columns * (rows - 1) + before)
    kind, chroma = _FROM_LEFT
    for column in range(before, white):
        if column > before:
            bits.ue(0)
        bits.ue(_INTRA_IN_P + kind).ue(chroma).se(0).u(1, 1)
    if white < columns:
        bits.ue(columns - white)
    return nal(SLICE, bits)


def _header(number: int) -> Bits:
    """The slice header of a P picture (7.3.3), which refers to the one before it; no deblocking."""
    return Bits().ue(0).ue(5).ue(0).u(FRAME_NUMBER_BITS, number).u(1, 0).u(1, 0).u(1, 0).se(0).ue(1)


def _spell_out(bits: Bits, colour: Colour) -> None:
    """A macroblock of one colour, sample by sample (7.3.5: I_PCM): 256 of luma, 64 of each chroma."""
    luma, blue, red = colour
    bits.ue(_SPELLED_OUT).align().raw(bytes((luma,)) * 256 + bytes((blue,)) * 64 + bytes((red,)) * 64)


def _predicted(way: tuple[int, int], *, beside_spelled_out: bool) -> Bits:
    """A macroblock as its neighbour is: no change of the quantiser, and a coeff_token that says: no coefficients.

    The token's code depends on how many coefficients the left and the upper neighbour have (9.2.1). One that is spelled
    out counts for 16, so that nC is 8 or more: six bits, 000011. All others have none: one bit, 1 (table 9-5).
    """
    kind, chroma = way
    bits = Bits().ue(kind).ue(chroma).se(0)
    return bits.u(6, 0b000011) if beside_spelled_out else bits.u(1, 1)


_PLAIN = _predicted(_FROM_ABOVE, beside_spelled_out=False).to_bytes()
"""What most of a key picture is made of; it happens to be one whole byte, so that rows of it are quickly written."""


