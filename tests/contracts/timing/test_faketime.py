"""libfaketime: where it is, what a process is started with, what it leaves behind."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from veocontracts.timing import faketime
from veocontracts.timing.faketime import FakedFiles, at_rate, family, files_of, found_library, in_steps
from veosim.errors import VeosimError
from veosim.units import SECOND


def test_the_library_can_be_named(tmp_path: Path) -> None:
    """Where it is somewhere else, a variable says so; one that names nothing is an error."""
    library = tmp_path / "libfaketimeMT.so.1"
    with pytest.raises(VeosimError, match=r"VEOSIM_FAKETIME_LIB names '.*libfaketimeMT\.so\.1', which is no file"):
        found_library({"VEOSIM_FAKETIME_LIB": str(library)}, "linux")
    library.touch()
    assert found_library({"VEOSIM_FAKETIME_LIB": str(library)}, "linux") == str(library)


def test_it_is_looked_for_in_its_usual_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first that is there; where there is none, the package is named."""
    places = [tmp_path / "absent", tmp_path / "here", tmp_path / "later"]
    monkeypatch.setattr(faketime, "_places", lambda: iter(places))
    with pytest.raises(VeosimError, match=r"libfaketimeMT\.so\.1 is not on this machine; .*: apt install libfaketime$"):
        found_library({}, "linux")
    for place in places[1:]:
        place.touch()
    assert found_library({}, "linux") == str(places[1])


@pytest.mark.parametrize(
    ("multiarch", "first"), [("arm-linux", "/usr/lib/arm-linux/faketime"), (None, "/usr/lib64/faketime")]
)
def test_this_machines_architecture_comes_first(
    multiarch: str | None, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debian keeps libraries by architecture, others do not."""
    monkeypatch.setattr("sysconfig.get_config_var", lambda _: multiarch)
    assert next(faketime._places()).parent == Path(first)


def test_other_systems_have_none() -> None:
    """It says so before anything is looked for."""
    with pytest.raises(VeosimError, match="faketime works on Linux alone, and this is darwin"):
        found_library({}, "darwin")


@pytest.mark.parametrize(("before", "preload"), [("", "/ft.so"), ("/other.so", "/ft.so:/other.so")])
def test_what_a_process_is_started_with(before: str, preload: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a rate, beginning where the history is; or by a file. What is preloaded already stays."""
    monkeypatch.setenv("LD_PRELOAD", before)
    assert at_rate("/ft.so", 60, 90 * SECOND + 1000) == {"LD_PRELOAD": preload, "FAKETIME": "+90.000001 x60"}
    assert in_steps("/ft.so", Path("/tmp/f")) == {  # noqa: S108  a name, not a file
        "LD_PRELOAD": preload,
        "FAKETIME_TIMESTAMP_FILE": "/tmp/f",  # noqa: S108
        "FAKETIME_NO_CACHE": "1",
    }


def test_files_have_the_names_that_libfaketime_gives_them() -> None:
    """Two for each process."""
    assert list(map(str, files_of({12, 7}))) == [
        "/dev/shm/faketime_shm_7",  # noqa: S108
        "/dev/shm/sem.faketime_sem_7",  # noqa: S108
        "/dev/shm/faketime_shm_12",  # noqa: S108
        "/dev/shm/sem.faketime_sem_12",  # noqa: S108
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="sessions are read from /proc")
def test_a_family_is_who_shares_a_session() -> None:
    """A process in a session of its own, with the child that it has started."""
    child_of = "subprocess.Popen([sys.executable, '-c', 'input()'])"
    script = f"import subprocess, sys; child = {child_of}; print(child.pid, flush=True); child.wait()"
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    try:
        assert family(parent.pid) == {parent.pid, child}
        assert os.getpid() not in family(parent.pid)
    finally:
        parent.communicate("\n", timeout=10)


def test_exactly_these_files_are_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the processes that were started, and of their families; nobody else's."""
    monkeypatch.setattr(faketime, "SHARED", tmp_path)
    monkeypatch.setattr(faketime, "family", {11: {11, 12}}.__getitem__)
    for pid in (11, 12, 13):
        for path in files_of({pid}):
            path.touch()
    files = FakedFiles()
    files.add(11)
    files.look()
    files.clear()
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["faketime_shm_13", "sem.faketime_sem_13"]
    assert all(re.search(r"_13$", name) for name in left)
