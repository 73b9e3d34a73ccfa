"""What a gateway's processes write: kept in a file without a name, and shown with its secrets hidden."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from typing import IO

from veocontracts.targets.leftovers import PREFIX
from veosim.errors import printable

LINES = 20
"""So many lines are shown."""
WIDTH = 200
"""Characters of one of them."""
READ = 64 * 1024
"""Bytes that are looked through for them."""


class GatewayLog:
    """One log for all of a gateway's processes, of all its starts.

    Args:
        hidden: replaces what is secret in a text.
    """

    def __init__(self, hidden: Callable[[str], str]) -> None:
        self._hidden = hidden
        number, name = tempfile.mkstemp(prefix=PREFIX)
        # Opened for appending, since processes share the place where they write, and readers must not move it.
        self.file: IO[bytes] = open(name, "ab+", buffering=0)  # noqa: SIM115  closed with the gateway
        os.close(number)
        os.unlink(name)

    def position(self) -> int:
        """How much has been written so far."""
        return os.fstat(self.file.fileno()).st_size

    def lines(self, since: int = 0) -> list[str]:
        """The last lines that were written after a position, as they may be shown anywhere."""
        end = self.position()
        begin = max(since, end - READ)
        text = os.pread(self.file.fileno(), end - begin, begin).decode("utf-8", "replace")
        if begin > since:  # in the midst of a line, and so perhaps of a secret
            text = text.partition("\n")[2]
        # Hidden as a whole: a secret may hold what ends a line.
        return [printable(line)[:WIDTH] for line in self._hidden(text).splitlines()[-LINES:]]

    def tail(self, since: int = 0) -> str:
        """The same below each other."""
        return "\n".join(f"  | {line}" for line in self.lines(since)) or "  (empty)"

    def close(self) -> None:
        """Let go of the file."""
        self.file.close()
