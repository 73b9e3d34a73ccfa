"""What a run leaves behind if it is killed: written down before it exists, cleared by the next run, never by a pattern.

Each process writes a record of its own, `<pid>-<start>.json` in a folder of the user's among the temporary files: the
paths that it has made. A run that ends takes its paths away, and its record with them. Whoever comes next looks for
records whose process is gone; the time at which a process began tells it from a later one of the same number.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from veosim.errors import VeosimError

PREFIX = "veosim-"
PROCESSES = Path("/proc")
"""Where Linux tells of processes; elsewhere nothing is cleared."""


class Leftovers:
    """The record of this process.

    Args:
        folder: where the records of all runs are; by default one of the user's own among the temporary files.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._paths: dict[Path, None] = {}

    @property
    def folder(self) -> Path:
        """Where the records are."""
        if self._folder is None:
            user = os.getuid() if hasattr(os, "getuid") else "user"
            self._folder = Path(tempfile.gettempdir()) / f"{PREFIX}runs-{user}"
        return self._folder

    def record(self, *paths: Path) -> None:
        """Note paths that are about to be made.

        Raises:
            VeosimError: the note cannot be written.
        """
        self._paths |= dict.fromkeys(path.absolute() for path in paths)
        self._write()

    def remove(self, *paths: Path) -> None:
        """Take these files and folders away, whether they were made or not, and their notes with them."""
        for path in paths:
            _away(path)
        self._forget(*paths)

    def _forget(self, *paths: Path) -> None:
        for path in paths:
            self._paths.pop(path.absolute(), None)
        self._write()

    @contextmanager
    def making(self, within: str | None = None) -> Iterator[Path]:
        """A new folder for the block, below `within` or among the temporary files.

        Raises:
            VeosimError: it cannot be made.
        """
        path = Path(within or tempfile.gettempdir()) / f"{PREFIX}{_name_of(os.getpid())}-{_world()}-{next(_NUMBERS)}"
        self.record(path)
        try:
            path.mkdir(mode=0o700)
        except OSError as error:
            self._forget(path)
            raise VeosimError(f"{path} cannot be made: {error.strerror}") from None
        try:
            yield path
        finally:
            self.remove(path)

    def clear(self) -> list[Path]:
        """Take away what runs have recorded that are gone; returns what was there."""
        found = []
        for record in sorted(self.folder.iterdir()) if _is_ours(self.folder) else []:
            if _is_running(record.stem):
                continue
            try:
                noted = json.loads(record.read_bytes())
            except (FileNotFoundError, ValueError):  # another run clears it too; a run was killed while it wrote
                noted = {"within": _world(), "paths": []}
            if noted["within"] == _world():
                found += [path for name in noted["paths"] if _away(path := Path(name))]
                record.unlink(missing_ok=True)
        return found

    def _write(self) -> None:
        record = self.folder / f"{_name_of(os.getpid())}.json"
        if not self._paths:
            record.unlink(missing_ok=True)
            return
        draft = record.with_suffix(".new")
        noted = {"within": _world(), "paths": [str(path) for path in self._paths]}
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            draft.write_text(json.dumps(noted), encoding="utf-8")
            draft.replace(record)
        except OSError as error:
            raise VeosimError(f"{self.folder}: what this run makes cannot be recorded: {error.strerror}") from None


def _is_ours(folder: Path) -> bool:
    """Whether nobody else can have put records there: they say what is deleted."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    is_mine = not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o022)
    return stat.S_ISDIR(found.st_mode) and is_mine


def _is_running(name: str) -> bool:
    """Whether the process of that name runs; where the system does not tell, it may."""
    pid = name.partition("-")[0]
    return not PROCESSES.is_dir() or not pid.isdigit() or _name_of(int(pid)) == name


def _name_of(pid: int) -> str:
    """A process's number and when it began, where the system tells."""
    try:
        # Field 22 of proc(5), counted from the end of the program's name, which may hold anything.
        began = (PROCESSES / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
    except OSError:
        return f"{pid}-0"
    return f"{pid}-{began.split()[19]}"


def _world() -> str:
    """What processes are numbered in: a container that shares the temporary files numbers its own."""
    namespace = PROCESSES / "self/ns/pid"
    return str(namespace.stat().st_ino) if namespace.exists() else "0"


def _away(path: Path) -> bool:
    """Remove a file, or a folder with what is in it; whether it was there."""
    if not os.path.lexists(path):
        return False
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
    return True


_NUMBERS = count(1)
LEFTOVERS = Leftovers()
"""This process's own."""
