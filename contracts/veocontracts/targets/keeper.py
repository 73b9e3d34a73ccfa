"""Runs a gateway for as long as whoever started it wants, or lives. A script: it needs the standard library alone.

`python keeper.py NAME=VALUE... -- COMMAND...`, with a pipe as its input. Once that ends, by intent or because the
suite was killed, the gateway is stopped: SIGTERM to all its processes, then SIGKILL to those that are left. On Linux
these are all that the gateway started, also in sessions of their own; elsewhere those in its own group. Should the
keeper itself be killed, Linux kills the gateway's first process.

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
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

STOP_WITHIN = 5.0
"""Real seconds between SIGTERM and SIGKILL."""
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
            _stop(gateway)
            break
        os.read(ended, 4096)
    return _killed(gateway)


def _begin(keeper: int) -> None:
    """In the gateway's process, before it becomes the gateway."""
    for number in INTERRUPTIONS:
        signal.signal(number, signal.SIG_DFL)
    die_with(keeper)


def _stop(gateway: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(gateway.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        gateway.wait(STOP_WITHIN)


def _killed(gateway: subprocess.Popen[bytes]) -> int:
    """End what is left of its group, then all that has become ours since whoever started it ended."""
    with suppress(ProcessLookupError, PermissionError):  # PermissionError: macOS, where all of them are dead
        os.killpg(gateway.pid, signal.SIGKILL)
    code = gateway.wait()
    while children := _children():
        for pid in children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    return code


def _children() -> list[int]:
    if not IS_LINUX:
        return []
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()]


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
