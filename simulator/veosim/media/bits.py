"""Bits in the order in which H.264 and AAC write them: the most significant first."""

from __future__ import annotations

from typing import Self


class Bits:
    """A text of bits that grows at its end.

    It may continue another one that is kept apart: `phase` is how many bits stand in that one's last, unfinished byte.
    """

    __slots__ = ("length", "phase", "value")

    def __init__(self, phase: int = 0) -> None:
        self.value, self.length, self.phase = 0, 0, phase

    def u(self, width: int, value: int) -> Self:
        """An unsigned number of so many bits: `u(n)` of H.264 7.2, `uimsbf` of ISO/IEC 14496-3."""
        self.value = self.value << width | value
        self.length += width
        return self

    def ue(self, value: int) -> Self:
        """An unsigned number of as many bits as it needs (H.264 9.1: exponential Golomb)."""
        return self.u(2 * (value + 1).bit_length() - 1, value + 1)

    def se(self, value: int) -> Self:
        """A signed one: 0, 1, -1, 2, -2… stand for 0, 1, 2, 3, 4… (H.264 9.1.1)."""
        return self.ue(2 * value - 1 if value > 0 else -2 * value)

    def align(self) -> Self:
        """Zeros up to the next whole byte."""
        return self.u(-(self.phase + self.length) % 8, 0)

    def raw(self, data: bytes) -> Self:
        """Whole bytes."""
        return self.u(8 * len(data), int.from_bytes(data, "big"))

    def append(self, other: Bits) -> Self:
        """All bits of another text."""
        return self.u(other.length, other.value)

    def copy(self) -> Bits:
        """The same bits, to be continued in another way."""
        twin = Bits(self.phase)
        twin.value, twin.length = self.value, self.length
        return twin

    def to_bytes(self) -> bytes:
        """The text, which must have come to whole bytes."""
        return self.value.to_bytes(self.length // 8, "big")
