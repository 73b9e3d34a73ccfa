"""A file that must not exist yet: made before the work begins, filled after it, gone again where nothing came of it.

It is made at once, so that nothing that appears under its name meanwhile can be overwritten, and so that nobody waits
for work whose result cannot be kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from veosim.errors import VeosimError


class NewFile:
    """A file that was made by this command and is written at most once.

    Args:
        path: as the user named it.

    Raises:
        VeosimError: it exists, or cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file: TextIO = path.open("x", encoding="utf-8")
        except FileExistsError:
            raise VeosimError(f"{path} exists and is not overwritten; name a new file") from None
        except OSError as error:
            raise self._refused(error) from None
        self._made = os.fstat(self._file.fileno())
        self._is_written = False

    def write(self, text: str) -> None:
        """Fill it.

        Raises:
            VeosimError: the disk is full, or what stands under its name is not what was made.
        """
        if not self._is_ours():
            raise VeosimError(f"{self.path} was removed or replaced meanwhile, and is not written; name a new file")
        try:
            self._file.write(text)
            self._file.close()
        except OSError as error:
            raise self._refused(error) from None
        self._is_written = True

    def close(self) -> None:
        """Leave nothing that is empty or half written."""
        if self._is_written:
            return
        is_ours = self._is_ours()
        with suppress(OSError):  # that it cannot be written was told, where anybody wrote
            self._file.close()
        if is_ours:
            self.path.unlink(missing_ok=True)

    def _is_ours(self) -> bool:
        try:
            return os.path.samestat(self._made, self.path.lstat())
        except OSError:
            return False

    def _refused(self, error: OSError) -> VeosimError:
        is_homeless = isinstance(error, FileNotFoundError)
        reason = f"there is no folder {self.path.parent}" if is_homeless else error.strerror
        return VeosimError(f"{self.path} cannot be written: {reason}; name another file")


@contextmanager
def new_file(path: Path) -> Iterator[NewFile]:
    """A new file for what the block finds; it goes away again where nothing was written.

    Raises:
        VeosimError: it exists, or cannot be made.
    """
    file = NewFile(path)
    try:
        yield file
    finally:
        file.close()
