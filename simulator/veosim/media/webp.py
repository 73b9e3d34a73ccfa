"""A still picture of upright bars as lossless WebP: a few hundred bytes, made without an encoder.

The upper row is spelled out bar by bar; everything below is a copy of what lies above. Numbers of sections are those of
RFC 9649.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

SIDE_LIMIT = 1 << 14

_SIGNATURE = 0x2F
_LITERALS = 256
"""In the green alphabet the greens come first, then the prefixes of 24 lengths (3.7.1)."""
_LONGEST_COPY = 4096

_GREEN = (9,) * _LITERALS + (6,) * 16 + (5,) * 8
"""Lengths of the green codes: all codes are used up, half of them by greens, and long copies have the shortest."""
_BYTE = (8,) * 256
_GREEN_META: Mapping[int, int] = {9: 1, 5: 2, 6: 2}
_BYTE_META: Mapping[int, int] = {8: 1}
"""Lengths of the codes that the lengths above are written in; a code of one symbol takes no bit (3.7.2.1)."""
_META_ORDER = (17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9)

_ABOVE, _LEFT = 0, 1
"""Prefixes of the distance codes 1 and 2: the pixel above, and the one to the left (3.6.2.2)."""


def still(width: int, height: int, bars: Sequence[tuple[int, tuple[int, int, int]]]) -> bytes:
    """The file.

    Args:
        width: pixels, at most 16384.
        height: pixels, at most 16384.
        bars: where each begins, from 0 on and each to the right of the one before, with its red, green and blue.
    """
    bits = _Bits()
    bits.put(8, _SIGNATURE).put(14, width - 1).put(14, height - 1).put(1, 0).put(3, 0)  # 3.4: opaque, version 0
    bits.put(1, 0).put(1, 0).put(1, 0)  # no transform, no colour cache, one group of codes
    for lengths, meta in ((_GREEN, _GREEN_META), (_BYTE, _BYTE_META), (_BYTE, _BYTE_META)):
        _put_code(bits, lengths, meta)
    bits.put(1, 1).put(1, 0).put(1, 1).put(8, 255)  # a simple code: alpha is always 255
    bits.put(1, 1).put(1, 1).put(1, 0).put(1, _ABOVE).put(8, _LEFT)  # and one of the two distances
    ends = [*(begin for begin, _ in bars[1:]), width]
    for (begin, (red, green, blue)), end in zip(bars, ends, strict=True):
        bits.code(_GREENS[green]).code(_BYTES[red]).code(_BYTES[blue])
        _copy(bits, end - begin - 1, _LEFT)
    _copy(bits, width * (height - 1), _ABOVE)
    data = bits.to_bytes()
    chunk = b"VP8L" + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


class _Bits:
    """Bits as VP8L has them: the least significant first (3.3)."""

    def __init__(self) -> None:
        self.value = self.length = 0

    def put(self, width: int, value: int) -> _Bits:
        self.value |= value << self.length
        self.length += width
        return self

    def code(self, code: tuple[int, int]) -> _Bits:
        return self.put(*code)

    def to_bytes(self) -> bytes:
        return self.value.to_bytes(-(-self.length // 8), "little")


def _codes(lengths: Mapping[int, int]) -> Mapping[int, tuple[int, int]]:
    """Canonical prefix codes (3.7.2) by symbol: how many bits, and the bits, turned as they begin with the highest."""
    codes, following, before = {}, 0, 0
    for length, symbol in sorted((length, symbol) for symbol, length in lengths.items()):
        following <<= length - before
        codes[symbol] = length, int(f"{following:0{length}b}"[::-1], 2)
        following, before = following + 1, length
    return codes


_GREENS = _codes(dict(enumerate(_GREEN)))
_BYTES = _codes(dict(enumerate(_BYTE)))


def _put_code(bits: _Bits, lengths: Sequence[int], meta: Mapping[int, int]) -> None:
    """A normal code: the length of each symbol's code, in codes of their own (3.7.2.1.2)."""
    bits.put(1, 0).put(4, len(_META_ORDER) - 4)
    for length in _META_ORDER:
        bits.put(3, meta.get(length, 0))
    bits.put(1, 0)  # every symbol of the alphabet follows
    if len(meta) > 1:
        codes = _codes(meta)
        for length in lengths:
            bits.code(codes[length])


def _copy(bits: _Bits, count: int, distance: int) -> None:
    """So many pixels as they are above or to the left (3.6.2.2)."""
    for at in range(0, count, _LONGEST_COPY):
        prefix, extra, rest = _length(min(_LONGEST_COPY, count - at) - 1)
        bits.code(_GREENS[_LITERALS + prefix]).put(extra, rest).put(1, distance)


def _length(less_one: int) -> tuple[int, int, int]:
    """A length as a prefix, and how many bits follow it, and these: the numbers from 0 to 3 need none (3.6.2.2)."""
    if less_one < 4:
        return less_one, 0, 0
    extra = less_one.bit_length() - 2
    return 2 * extra + (less_one >> extra), extra, less_one & (1 << extra) - 1
