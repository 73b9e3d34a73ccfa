"""A command of the profile's that is run to its end: in a session of its own, so that it ends with all it started."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from veocontracts.secrets import end_of
from veosim.units import seconds, show_duration

TAIL = 300
"""So many characters of what a command wrote to stderr are told."""


class CommandError(Exception):
    """A command could not be run, or did not end; the message is what follows its name in a sentence."""


class SlowError(CommandError):
    """It did not end in time."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended.

    Attributes:
        code: its exit code.
        printed: what it wrote to stdout.
        said: the end of what it wrote to stderr.
    """

    code: int
    printed: bytes
    said: str


class Command:
    """A command, never a shell line, that runs from now on.

    Args:
        words: all filled in.
        given: environment variables beside this process's own.
        cwd: where it runs; None is where this process does.

    Raises:
        CommandError: it cannot be run.
    """

    def __init__(self, words: Sequence[str], given: Mapping[str, str] | None = None, cwd: str | None = None) -> None:
        if cwd is not None and not os.path.isdir(cwd):
            raise CommandError(f"cannot be run: its cwd {cwd!r} is no folder")
        try:
            self._process = subprocess.Popen(  # noqa: S603  a profile runs code, as the docs say
                words,
                env={**os.environ, **(given or {})},
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:  # ValueError: a NUL in a word
            reason = error.strerror if isinstance(error, OSError) else error
            raise CommandError(f"cannot be run: {reason}") from None

    def ended(self, within: int) -> Ended:
        """Wait for its end, which takes real time.

        Args:
            within: nanoseconds, after which it is ended.

        Raises:
            SlowError: it took longer.
        """
        with self._process as process:
            try:
                printed, said = process.communicate(timeout=seconds(within))
            except subprocess.TimeoutExpired:
                self.end()
                raise SlowError(f"took longer than {show_duration(within)}") from None
        return Ended(process.returncode, printed, end_of(said.decode("utf-8", "replace").strip(), TAIL))

    def end(self) -> None:
        """End it with what it started, which may hold its output open."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
