"""Runs a gateway for as long as whoever started it wants, or lives. A script: it needs the standard library alone.

`python keeper.py NAME=VALUE... -- COMMAND...`, with a pipe as its input. Once that ends, by intent or because the
suite was killed, the gateway is stopped: SIGTERM to all its processes, then, once they have had their time, SIGKILL to
those that are left. On Linux these are all that the gateway started, also in sessions of their own; elsewhere those in
its own group. What is left of a gateway that ended by itself gets SIGKILL. Should the keeper itself be killed, Linux
kills the gateway's first process.

One line on standard output says what came of the start: `started PID`, or `failed REASON`; the gateway writes to what
is the keeper's standard error. The keeper ends as the gateway did.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

STOP_WITHIN = 5.0
"""Real seconds between SIGTERM and SIGKILL."""
LOOK_EVERY = 0.05
"""Nobody is told of the end of a process that is not a child."""
INTERRUPTIONS = [number for name in ("SIGINT", "SIGTERM", "SIGHUP") if (number := getattr(signal, name, None))]
"""Not for a keeper: it ends when its input does, so that it can still stop the gateway."""
IS_LINUX = sys.platform == "linux"
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # prctl(2)


def keep(extra: dict[str, str], command: Sequence[str]) -> int:
    """Start the command, and stop it when standard input ends; returns its exit code, negative for a signal."""
    for number in INTERRUPTIONS:
        signal.signal(number, signal.SIG_IGN)
    _control(PR_SET_CHILD_SUBREAPER, 1)
    ended = _ends_of_children()
    try:
        gateway = subprocess.Popen(  # noqa: S603  the profile's own command
            command,
            env={**os.environ, **extra},
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            start_new_session=True,
            preexec_fn=partial(_begin, os.getpid()),  # noqa: PLW1509  this process has no threads
        )
    except (OSError, ValueError) as error:  # ValueError: a NUL in a word
        _tell(f"failed {(isinstance(error, OSError) and error.strerror) or error}")
        return 127
    _tell(f"started {gateway.pid}")
    while gateway.poll() is None:
        ready, _, _ = select.select([sys.stdin, ended], [], [])
        if sys.stdin in ready:
            _stop(gateway, ended)
            break
        os.read(ended, 4096)
        _buried(gateway.pid)
    return _killed(gateway)


def _begin(keeper: int) -> None:
    """In the gateway's process, before it becomes the gateway."""
    for number in INTERRUPTIONS:
        signal.signal(number, signal.SIG_DFL)
    die_with(keeper)


def _stop(gateway: subprocess.Popen[bytes], ended: int) -> None:
    """SIGTERM to all that it started, then wait until they are gone: its first process may be one that others start."""
    family = _family(os.getpid())
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(gateway.pid, signal.SIGTERM)
    for pid in family:
        with suppress(ProcessLookupError, PermissionError):  # it has ended since; it is another user's
            if os.getpgid(pid) != gateway.pid:
                os.kill(pid, signal.SIGTERM)
    now = time.monotonic  # noqa: TID251  a script has no clock of ours
    end = now() + STOP_WITHIN
    while _is_left(gateway) and (left := end - now()) > 0:
        if select.select([ended], [], [], min(left, LOOK_EVERY))[0]:
            os.read(ended, 4096)


def _is_left(gateway: subprocess.Popen[bytes]) -> bool:
    """Whether it, one of its group, or one that has become ours has not ended."""
    if gateway.poll() is None or _buried(gateway.pid):
        return True
    try:
        os.killpg(gateway.pid, 0)
    except (ProcessLookupError, PermissionError):  # PermissionError: macOS, where all of them are dead
        return False
    return True


def _buried(gateway: int) -> list[int]:
    """Those that have become ours and still run; the others are forgotten."""
    return [pid for pid in _children(os.getpid()) if pid != gateway and os.waitpid(pid, os.WNOHANG)[0] == 0]


def _killed(gateway: subprocess.Popen[bytes]) -> int:
    """End what is left of its group, then all that has become ours since whoever started it ended."""
    with suppress(ProcessLookupError, PermissionError):  # PermissionError: macOS, where all of them are dead
        os.killpg(gateway.pid, signal.SIGKILL)
    code = gateway.wait()
    while children := _children(os.getpid()):
        for pid in children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    return code


def _children(parent: int) -> set[int]:
    """The processes that a process, or one of its threads, has begun or has come by."""
    folder, found = Path(f"/proc/{parent}/task"), set[int]()
    with suppress(OSError):  # it has just ended; or there is no such folder, as on macOS
        for thread in list(folder.iterdir()):
            with suppress(OSError):
                found.update(map(int, (thread / "children").read_text(encoding="ascii").split()))
    return found


def _family(ancestor: int) -> set[int]:
    """All that a process's children have begun, and they."""
    found = _children(ancestor)
    return found.union(*map(_family, found))


def _ends_of_children() -> int:
    """A file that can be read from whenever a child has ended."""
    reader, writer = os.pipe()
    for end in (reader, writer):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writer)
    return reader


def die_with(parent: int) -> None:
    """End this process when its parent does, however that ends; on Linux."""
    if IS_LINUX:
        _control(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before it was asked
            os.kill(os.getpid(), signal.SIGKILL)


def _control(option: int, value: int) -> None:
    """A wish of this process to Linux."""
    if IS_LINUX:
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(words: Sequence[str]) -> None:
    """Keep the command, then end as it did."""
    middle = words.index("--")
    extra = dict(word.split("=", 1) for word in words[:middle])
    code = keep(extra, words[middle + 1 :])
    if code >= 0:
        sys.exit(code)
    if -code in INTERRUPTIONS:
        signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)


if __name__ == "__main__":
    main(sys.argv[1:])
