"""The moving picture: vertical bars of colour, and below them a white bar that grows as the video goes on.

Next to nothing is written. Of each bar one macroblock is spelled out; its neighbours to the right and below are
predicted from it without a difference. Of later pictures only the macroblocks that turn white are written, predicted
from the white one on their left. Numbers of clauses are those of ITU-T H.264 (08/2021).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from veosim.media.bars import WHITE, Colour, starts
from veosim.media.bits import Bits
from veosim.media.h264 import FPS, FRAME_NUMBER_BITS, KEY_SLICE, SLICE, macroblocks, nal

KEY_EVERY = 2 * FPS
"""Pictures from one key picture to the next: a player can jump to every second second."""

_SPELLED_OUT = 25
_FROM_ABOVE, _FROM_LEFT = (1, 2), (2, 1)
"""mb_type (table 7-11): I_PCM, and Intra_16x16 without coefficients, with the intra_chroma_pred_mode that says the same
(table 7-16)."""
_INTRA_IN_P = 5
"""What is added to such a mb_type in a P slice (table 7-13)."""


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
    begins = starts(columns)
    for begin, end, colour in zip(begins, [*begins[1:], columns], colours, strict=False):
        _spell_out(bits, colour)
        _predict(bits, _FROM_LEFT, range(begin + 1, end), [begin + 1])
    if rows > 2:
        _predict(bits, _FROM_ABOVE, range(columns), begins)
        _predict(bits, _FROM_ABOVE, range(columns * (rows - 3)), [])
    return bits


def _key(upper: Bits, columns: int, rows: int, white: int) -> bytes:
    """A key picture whose last row is white in its first so many columns."""
    if rows == 1:
        return nal(KEY_SLICE, upper.copy())
    last = Bits((upper.phase + upper.length) % 8)
    _spell_out(last, WHITE)
    beside = sorted({1, *(starts(columns) if rows == 2 else [])})
    _predict(last, _FROM_LEFT, range(1, white), beside)
    _predict(last, _FROM_ABOVE, range(white, columns), beside)
    return nal(KEY_SLICE, upper.copy().append(last))


def _spell_out(bits: Bits, colour: Colour) -> None:
    """A macroblock of one colour, sample by sample (7.3.5: I_PCM): 256 of luma, 64 of each chroma."""
    luma, blue, red = colour
    bits.ue(_SPELLED_OUT).align().raw(bytes((luma,)) * 256 + bytes((blue,)) * 64 + bytes((red,)) * 64)


def _predict(bits: Bits, way: tuple[int, int], columns: range, beside: Sequence[int]) -> None:
    """Macroblocks as their neighbours are; `beside` are the columns right of, or below, one that is spelled out."""
    at = columns.start
    for column in (column for column in beside if column in columns):
        bits.raw(_PREDICTED[way] * (column - at)).append(_BESIDE[way])
        at = column + 1
    bits.raw(_PREDICTED[way] * (columns.stop - at))


def _predicted(way: tuple[int, int], token: tuple[int, int]) -> Bits:
    """One macroblock: where it is predicted from, no change of the quantiser, no coefficients."""
    kind, chroma = way
    return Bits().ue(kind).ue(chroma).se(0).u(*token)


# coeff_token says that there are no coefficients; its code depends on how many the left and the upper neighbour have
# (9.2.1). One that is spelled out counts for 16, so that nC is 8 or more: six bits, 000011. All others have none: one
# bit, 1 (table 9-5), which makes the whole macroblock one byte, and rows of it quickly written.
_BESIDE = {way: _predicted(way, (6, 0b000011)) for way in (_FROM_ABOVE, _FROM_LEFT)}
_PREDICTED = {way: _predicted(way, (1, 1)).to_bytes() for way in (_FROM_ABOVE, _FROM_LEFT)}


def _following(number: int, columns: int, rows: int, before: int, white: int) -> bytes:
    """The picture so many behind a key picture: like the one before it, but that further columns turn white."""
    return _same(number, columns * rows) if before == white else _grown(number, columns, rows, before, white)


@lru_cache(maxsize=4 * KEY_EVERY)
def _same(number: int, count: int) -> bytes:
    """A picture like the one before it: every macroblock is skipped (7.3.4: mb_skip_run)."""
    return nal(SLICE, _header(number).copy().ue(count))


def _grown(number: int, columns: int, rows: int, before: int, white: int) -> bytes:
    bits = _header(number).copy().ue(columns * (rows - 1) + before).append(_WHITENED)
    for _ in range(before + 1, white):
        bits.ue(0).append(_WHITENED)
    if white < columns:
        bits.ue(columns - white)
    return nal(SLICE, bits)


_WHITENED = _predicted((_INTRA_IN_P + _FROM_LEFT[0], _FROM_LEFT[1]), (1, 1))


@cache
def _header(number: int) -> Bits:
    """The slice header of a P picture (7.3.3), which refers to the one before it; no deblocking."""
    return Bits().ue(0).ue(5).ue(0).u(FRAME_NUMBER_BITS, number).u(1, 0).u(1, 0).u(1, 0).se(0).ue(1)
