"""What a video is to be, before it is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from veosim.seeded import digest

Audio = Literal["none", "silence", "tone"]
"""The sound of a video; `none` is a file without a sound track."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A video that can be written; equal clips are equal files, byte for byte.

    Attributes:
        name: what makes it itself; its colours follow from it, and the file's comment shows it.
        width: pixels, an even number.
        height: pixels, an even number.
        length: milliseconds, 1 or more.
        audio: its sound.
        weight: bytes that the file has at least; what the video does not need is filled up.
    """

    name: str
    width: int
    height: int
    length: int
    audio: Audio = "silence"
    weight: int = 0

    @property
    def seed(self) -> bytes:
        """What its colours are drawn from: the name alone, so that they are the same in any size and length."""
        return digest("clip", self.name)
