"""A file that a run's results go into: seen to be writable before the run, complete or not there at all after it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TextIO

from veosim.errors import VeosimError


class OutFile:
    """A file that is replaced, whole, when it is written; until then what will be it stands beside it, hidden.

    What is no file of its own, such as `/dev/stderr` or a pipe, is written to directly.

    Attributes:
        path: where the results will be.
    """

    def __init__(self, option: str, name: str) -> None:
        self._called = f"{option} {name}"
        self.path = Path(os.path.realpath(name))
        self._beside: Path | None = None
        self._file: TextIO | None = None

    def open(self) -> None:
        """Make the folder if need be, and see that the file can be written.

        Raises:
            VeosimError: it is a folder, or cannot be written.
        """
        try:
            if self.path.exists() and not self.path.is_file():
                self._file = self.path.open("w", encoding="utf-8")
                return
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside = self.path.with_name(f".{self.path.name}.{os.getpid()}")
            self._file = beside.open("w", encoding="utf-8")
            self._beside = beside
        except OSError as error:
            raise self._refused(error) from None

    def write(self, text: str) -> None:
        """Write all of it; a file that is not open, since it was written already, stays as it is.

        Raises:
            VeosimError: the disk is full, or what else there is.
        """
        if self._file is None:
            return
        try:
            with self._file as file:
                file.write(f"{text}\n")
            if self._beside is not None:
                self._beside.replace(self.path)
        except OSError as error:
            raise self._refused(error) from None
        finally:
            self.discard()

    def discard(self) -> None:
        """Leave nothing of what was not written."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._beside is not None:
            self._beside.unlink(missing_ok=True)
            self._beside = None

    def _refused(self, error: OSError) -> VeosimError:
        reason = REASONS.get(type(error), error.strerror)
        return VeosimError(f"{self._called}: cannot be written: {reason}; name another file")


REASONS: dict[type[OSError], str] = {
    IsADirectoryError: "it is a folder",
    FileExistsError: "its folder is a file",
    NotADirectoryError: "its folder is a file",
}
