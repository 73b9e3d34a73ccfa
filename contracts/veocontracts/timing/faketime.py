"""libfaketime, which lets a process of any language that asks libc for the time live at another pace.

What it cannot do is for the probe to see: static binaries, musl and waits that it does not know stay in real time.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from veocontracts.targets.leftovers import LEFTOVERS
from veosim.errors import VeosimError

OVERRIDE = "VEOSIM_FAKETIME_LIB"
LIBRARY = "libfaketimeMT.so.1"
"""The build for programs with threads. The one that a Python package of the same name ships knows no sleeps."""

SHARED = Path("/dev/shm")  # noqa: S108  where libfaketime puts its files, whose names are fixed


def found_library(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> str:
    """The library's path.

    Raises:
        VeosimError: there is none here; it names the package.
    """
    if platform != "linux":
        raise VeosimError(f"faketime works on Linux alone, and this is {platform}")
    named = environment.get(OVERRIDE)
    if named is not None:
        if not Path(named).is_file():
            raise VeosimError(f"{OVERRIDE} names {named!r}, which is no file")
        return named
    for place in _places():
        if place.is_file():
            return str(place)
    raise VeosimError(f"{LIBRARY} is not on this machine; on Debian and Ubuntu: apt install libfaketime")


def _places() -> Iterator[Path]:
    """Where distributions put it: this interpreter's own architecture first."""
    own = sysconfig.get_config_var("MULTIARCH")
    if own:
        yield Path("/usr/lib", own, "faketime", LIBRARY)
    for folder in ("/usr/lib64", "/usr/lib", "/usr/local/lib"):
        yield Path(folder, "faketime", LIBRARY)


def at_rate(library: str, rate: float, ahead: int) -> dict[str, str]:
    """The environment of a process whose clocks run `rate` times as fast, beginning `ahead` nanoseconds ahead."""
    return {**_loaded(library), "FAKETIME": f"+{ahead / 1e9:.6f} x{rate:g}"}


def in_steps(library: str, file: Path) -> dict[str, str]:
    """The environment of a process whose clocks stand where `file` says, read at every look."""
    return {**_loaded(library), "FAKETIME_TIMESTAMP_FILE": str(file), "FAKETIME_NO_CACHE": "1"}


def _loaded(library: str) -> dict[str, str]:
    before = os.environ.get("LD_PRELOAD", "")
    return {"LD_PRELOAD": f"{library}:{before}" if before else library}


def files_of(pids: Iterable[int]) -> list[Path]:
    """What the library leaves behind of these processes."""
    return [SHARED / f"{name}_{pid}" for pid in sorted(pids) for name in ("faketime_shm", "sem.faketime_sem")]


def family(session: int) -> set[int]:
    """The processes of a session, such as that of a gateway and whatever it has started."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            except OSError:  # it has just ended
                continue
            if int(fields[3]) == session:  # proc(5): state, parent, group, session
                found.add(int(entry.name))
    return found


class FakedFiles:
    """What libfaketime leaves behind of a gateway's processes: noted as they start, cleared once they have ended."""

    def __init__(self) -> None:
        self._pids: set[int] = set()

    def add(self, pid: int) -> None:
        """A process was started, in a session of its own."""
        self._pids.add(pid)
        LEFTOVERS.record(*files_of({pid}))

    def look(self) -> None:
        """Whatever those processes have started by now is theirs too."""
        found = set().union(*map(family, self._pids)) - self._pids
        self._pids |= found
        LEFTOVERS.record(*files_of(found))

    def clear(self) -> None:
        """Remove the files of exactly these processes."""
        LEFTOVERS.remove(*files_of(self._pids))
