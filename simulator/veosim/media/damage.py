"""Files that are broken on purpose: what is wrong belongs to the file, so that every download of it finds the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from veosim.media.mp4 import File

Damage = Literal["truncated", "corrupt", "no-index", "empty"]
"""`truncated`: the second half of the video is missing. `corrupt`: its bytes are wrong. `no-index`: the file says
nowhere what is in it. `empty`: no byte at all."""

_WRONG = bytes(255 - byte for byte in range(256))


def damaged(file: File, damage: Damage) -> bytes:
    """What is left of a file."""
    return _DAMAGES[damage](file)


def _truncated(file: File) -> bytes:
    """It begins to play, since the index stands before the pictures."""
    return file.data[: _middle(file)]


def _corrupt(file: File) -> bytes:
    """It opens, tells its length and begins to play; from the middle on every bit is turned."""
    middle = _middle(file)
    return file.data[:middle] + file.data[middle:].translate(_WRONG)


def _no_index(file: File) -> bytes:
    """As a recording that was never finished: the type and the pictures, without `moov` (ISO/IEC 14496-12, 8.2.1)."""
    type_ends = int.from_bytes(file.data[:4], "big")
    return file.data[:type_ends] + file.data[file.media - 8 :]


def _empty(file: File) -> bytes:  # noqa: ARG001  every damage is of some file
    return b""


def _middle(file: File) -> int:
    return (file.media + len(file.data)) // 2


_DAMAGES: Mapping[Damage, Callable[[File], bytes]] = {
    "truncated": _truncated,
    "corrupt": _corrupt,
    "no-index": _no_index,
    "empty": _empty,
}
