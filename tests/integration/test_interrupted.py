"""A run that is ended from outside leaves nothing; and what a killed one leaves, the next one clears."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.support.checks import unmeasured, write_profile
from tests.support.processes import eventually, is_running

SUPERVISOR = """\
import os, subprocess, sys
gateway = subprocess.Popen([sys.executable, "-m", "veocontracts.reference", *sys.argv[2:]], start_new_session=True)
with open(sys.argv[1] + ".new", "w") as file:
    file.write(f"{os.getpid()} {gateway.pid}")
os.rename(sys.argv[1] + ".new", sys.argv[1])
sys.exit(gateway.wait())
"""
"""A gateway's supervisor, in another session than the gateway."""
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's death")


@contextmanager
def checking(folder: Path, *words: str | Path) -> Iterator["subprocess.Popen[bytes]"]:
    """`veosim check` as a process of its own, with the temporary files in `folder/tmp`."""
    (folder / "tmp").mkdir(exist_ok=True)
    environment = {**unmeasured(), "TMPDIR": str(folder / "tmp")}
    command = [sys.executable, "-c", "from veosim.cli import main; main()", "check", *map(str, words)]
    output = subprocess.PIPE
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output) as process:
        yield process


def started(folder: Path, process: "subprocess.Popen[bytes]") -> list[int]:
    """The processes of the gateway, once they run and the run has begun in earnest."""
    eventually(lambda: (folder / "pids").exists() or process.poll() is not None)
    return [int(pid) for pid in (folder / "pids").read_text().split()]


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """A gateway behind a supervisor."""
    script = tmp_path / "supervisor.py"
    script.write_text(SUPERVISOR)
    words = ["{python}", str(script), str(tmp_path / "pids"), "--port={port}", "--upstream={upstream_url}"]
    ready = {"get": "/healthz", "within": "20s"}
    target = {"process": {"command": [*words, "--database={data}/gateway.sqlite"], "ready": ready}}
    return write_profile(tmp_path, {"target": target}, "reference-process")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing(number: signal.Signals, profile: Path, tmp_path: Path) -> None:
    """Ctrl-C, or a build server's SIGTERM: exit 130, the gateway's processes are gone, and so are its files."""
    with checking(tmp_path, "--profile", profile, "--rule", "TIME") as process:
        pids = started(tmp_path, process)
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err.decode().splitlines()[-1]) == (130, "interrupted")
    assert [pid for pid in pids if is_running(pid)] == []
    assert [path for path in (tmp_path / "tmp").rglob("*") if path.name != f"veosim-runs-{os.getuid()}"] == []


def test_sigterm_ends_a_run_that_ignores_ctrl_c(profile: Path, tmp_path: Path) -> None:
    """A shell without job control starts what runs in its background so."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with checking(tmp_path, "--profile", profile, "--rule", "TIME") as process:
            started(tmp_path, process)
            process.terminate()
            _, err = process.communicate(timeout=30)
    finally:
        signal.signal(signal.SIGINT, before)
    assert (process.returncode, err.decode().splitlines()[-1]) == (130, "interrupted")


@LINUX
def test_a_killed_run_takes_its_processes_along_and_the_next_clears_its_files(profile: Path, tmp_path: Path) -> None:
    """Nobody could stop them in order; what the run had recorded, and nothing beside it, goes away with the next."""
    with checking(tmp_path, "--profile", profile, "--rule", "TIME") as process:
        pids = started(tmp_path, process)
        process.kill()
    eventually(lambda: not any(map(is_running, pids)))
    files = tmp_path / "tmp"
    (files / "veosim-beside").mkdir()
    left = {path.name for path in files.iterdir()} - {"veosim-beside", f"veosim-runs-{os.getuid()}"}
    assert len(left) == 1
    next_one = write_profile(tmp_path, {"target": {"process": {"command": ["no-such-gateway"]}}}, "reference-process")
    with checking(tmp_path, "--profile", next_one) as process:
        assert process.wait() == 3
    assert {path.name for path in files.iterdir()} == {"veosim-beside", f"veosim-runs-{os.getuid()}"}


@LINUX
def test_a_terminated_run_in_virtual_time_leaves_nothing(tmp_path: Path) -> None:
    """Its workers and their folder are gone, and nothing but the reason is said."""
    with checking(tmp_path, "--rule", "TIME") as process:
        eventually(lambda: len(workers(process.pid)) > 1 or process.poll() is not None)
        pids = workers(process.pid)
        process.terminate()
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err.decode().splitlines()[1:]) == (130, ["interrupted"])
    assert pids
    eventually(lambda: not any(map(is_running, pids)))
    assert [path for path in (tmp_path / "tmp").rglob("*") if path.name != f"veosim-runs-{os.getuid()}"] == []


@LINUX
def test_a_killed_run_in_virtual_time_takes_its_workers_along(tmp_path: Path) -> None:
    """They are processes of the suite's own."""
    with checking(tmp_path, "--rule", "TIME") as process:
        eventually(lambda: len(workers(process.pid)) > 1 or process.poll() is not None)
        pids = workers(process.pid)
        process.kill()
    assert pids
    eventually(lambda: not any(map(is_running, pids)))


def workers(pid: int) -> list[int]:
    """A process's children."""
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in found.read_text().split()] if found.exists() else []
