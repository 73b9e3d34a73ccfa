"""The keeper: a gateway's processes run for as long as somebody holds the other end of its input."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.processes import eventually, is_running

from veocontracts.targets import keeper

FAMILY = """\
import os, subprocess, sys, time
sleep = [sys.executable, "-c", "import time; time.sleep(600)"]  # noqa
child = subprocess.Popen(sleep)
daemon = subprocess.Popen(sleep, start_new_session=True)
orphan = subprocess.run(
    [sys.executable, "-c", "import subprocess, sys; "
     "print(subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, start_new_session=True).pid)",
     *sleep], stdout=subprocess.PIPE, check=True)
with open(sys.argv[1] + ".new", "w") as file:
    file.write(f"{os.getpid()} {child.pid} {daemon.pid} {orphan.stdout.decode()}")
os.rename(sys.argv[1] + ".new", sys.argv[1])
time.sleep(600)
"""
"""A gateway, a child in its group, one in a session of its own, and one whose parent has gone."""

KEEPER = f"""\
import sys
sys.path.insert(0, {str(Path(keeper.__file__).parent)!r})
import keeper
keeper.STOP_WITHIN = float(sys.argv[1])
keeper.main(sys.argv[2:])
"""

Keep = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def keep() -> Keep:
    """Starts a command under a keeper."""

    def start(*command: str, patience: float = keeper.STOP_WITHIN, **variables: str) -> "subprocess.Popen[bytes]":
        extra = [f"{name}={value}" for name, value in variables.items()]
        script = ["-c", KEEPER, str(patience)]
        words = [sys.executable, "-I", *script, *extra, "--", *command]
        return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    return start


def python(script: str) -> tuple[str, ...]:
    """A command that runs a script."""
    return sys.executable, "-c", script


def test_it_says_what_it_started(keep: Keep) -> None:
    """The number of the process, which has the further variables; its output is not the keeper's."""
    with keep(*python("import os; print(os.getpid(), os.environ['A'])"), A="x=y") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        pid, variable = process.stderr.read().decode().split()
        assert (process.stdout.read().decode(), variable) == (f"started {pid}\n", "x=y")


@pytest.mark.parametrize(
    ("script", "code"), [("raise SystemExit(7)", 7), ("import os; os.kill(os.getpid(), 9)", -9), ("pass", 0)]
)
def test_it_ends_as_the_gateway_did(script: str, code: int, keep: Keep) -> None:
    """By an exit code, or by a signal."""
    with keep(*python(script)) as process:
        assert process.wait() == code


@pytest.mark.parametrize(
    ("command", "reason"), [("no-such-gateway", "No such file or directory"), ("/", "Permission denied")]
)
def test_what_cannot_be_started_is_told(command: str, reason: str, keep: Keep) -> None:
    """The system's own reason."""
    out, err = keep(command).communicate()
    assert (out.decode(), err) == (f"failed {reason}\n", b"")


def test_everything_is_stopped_once_the_input_ends(tmp_path: Path, keep: Keep) -> None:
    """Children, those in sessions of their own, and those whose parents have gone."""
    script = tmp_path / "family.py"
    script.write_text(FAMILY)
    with keep(sys.executable, str(script), str(tmp_path / "pids")) as process:
        eventually((tmp_path / "pids").exists)
        pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
        assert [is_running(pid) for pid in pids] == [True] * 4
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait() == -signal.SIGTERM
    assert [pid for pid in pids if is_running(pid)] == []


def test_a_gateway_that_ends_leaves_no_children(tmp_path: Path, keep: Keep) -> None:
    """What it started is ended with it."""
    script = tmp_path / "family.py"
    script.write_text(FAMILY.rpartition("time.sleep")[0])
    with keep(sys.executable, str(script), str(tmp_path / "pids")) as process:
        assert process.wait() == 0
    assert [pid for pid in map(int, (tmp_path / "pids").read_text().split()) if is_running(pid)] == []


def test_interruptions_are_not_for_the_keeper(keep: Keep) -> None:
    """Whoever started it decides; the gateway itself gets them as usual."""
    with keep(*python("import signal; signal.pause()")) as process:
        assert process.stdout is not None
        gateway = int(process.stdout.readline().split()[1])
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGINT)
        assert process.poll() is None
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait() == -signal.SIGTERM
    assert not is_running(gateway)


def test_a_gateway_that_stays_is_killed(keep: Keep) -> None:
    """SIGTERM is asked for once, and waited for; then there is SIGKILL."""
    script = "import signal; signal.signal(15, signal.SIG_IGN); print('up', flush=True); signal.pause()"
    with keep(*python(script), patience=0.1) as process:
        assert process.stderr is not None
        assert process.stdin is not None
        process.stderr.readline()
        process.stdin.close()
        assert process.wait() == -signal.SIGKILL


def test_a_gateway_may_end_in_its_own_way(keep: Keep) -> None:
    """SIGTERM asks for it; what it does then, and its exit code, are its own."""
    script = "import signal; signal.signal(15, lambda *_: exit(5)); print('up', flush=True); signal.pause()"
    with keep(*python(script)) as process:
        assert process.stderr is not None
        assert process.stdin is not None
        process.stderr.readline()
        process.stdin.close()
        assert process.wait() == 5


SLOW = """\
import os, signal, sys, time
def end(*_):
    time.sleep(0.3)  # noqa
    open(sys.argv[1], "w").close()
    os._exit(0)
signal.signal(signal.SIGTERM, end)
open(sys.argv[1] + ".up", "w").close()
while True:
    signal.pause()
"""
"""Takes its time over SIGTERM, and then writes the file that it is given."""

LAUNCHERS = {
    "one behind a shell": "import subprocess, sys; subprocess.Popen(sys.argv[1:]).wait()",
    "a child in a session of its own": (
        "import subprocess, sys; subprocess.Popen(sys.argv[1:], start_new_session=True).wait()"
    ),
    "one that another thread has begun": (
        "import subprocess, sys, threading; "
        "threading.Thread(target=lambda: subprocess.Popen(sys.argv[1:], start_new_session=True).wait()).start()"
    ),
    "one whose parent has gone": (
        "import os, signal, subprocess, sys\n"
        "if os.fork():\n"
        "    os.wait()\n"
        "    signal.pause()\n"
        "subprocess.Popen(sys.argv[1:], start_new_session=True)\n"
    ),
}


@pytest.mark.skipif(not keeper.IS_LINUX, reason="only Linux tells of processes in other sessions")
@pytest.mark.parametrize("launcher", LAUNCHERS.values(), ids=LAUNCHERS)
def test_a_gateway_behind_others_has_its_time_too(launcher: str, tmp_path: Path, keep: Keep) -> None:
    """What started it ends at once; the gateway gets SIGTERM all the same, and is waited for."""
    (tmp_path / "slow.py").write_text(SLOW)
    with keep(*python(launcher), sys.executable, str(tmp_path / "slow.py"), str(tmp_path / "flushed")) as process:
        eventually((tmp_path / "flushed.up").exists)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait() == -signal.SIGTERM
    assert (tmp_path / "flushed").exists()


def test_nobody_is_waited_for_who_has_gone(tmp_path: Path, keep: Keep) -> None:
    """The time between SIGTERM and SIGKILL is a limit: here it is longer than any test."""
    script = tmp_path / "family.py"
    script.write_text(FAMILY)
    with keep(sys.executable, str(script), str(tmp_path / "pids"), patience=600) as process:
        eventually((tmp_path / "pids").exists)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=60) == -signal.SIGTERM


def test_it_is_a_script_of_its_own() -> None:
    """No package has to be found for it."""
    command = [sys.executable, "-I", "-S", keeper.__file__, "--", *python("raise SystemExit(6)")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.wait() == 6


@pytest.mark.skipif(not keeper.IS_LINUX, reason="only Linux tells a process of its parent's death")
def test_a_keeper_that_is_killed_takes_the_gateway_along(keep: Keep) -> None:
    """Its first process, at least."""
    with keep(*python("import signal; signal.pause()")) as process:
        assert process.stdout is not None
        gateway = int(process.stdout.readline().split()[1])
        process.kill()
    eventually(lambda: not is_running(gateway))
