"""Charges that a command prints as JSON."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import Any

from veocontracts.events import Entry
from veocontracts.faces import at, parse
from veocontracts.ledger.base import Reader, UnreadableError
from veocontracts.ledger.rows import entries, of_key
from veocontracts.profile import CommandLedger
from veocontracts.profile.ledger import KEY
from veosim.errors import shown
from veosim.units import seconds, show_duration

TAIL = 300
"""So much of what it wrote to stderr is told."""


class CommandCharges:
    """A command, never a shell line, that is run for each reading."""

    def __init__(self, spec: CommandLedger) -> None:
        self._spec = spec

    async def read(self, reader: Reader, key: str) -> tuple[Entry, ...]:
        """Run it, and keep the key's entries that count."""
        spec, secret = self._spec, reader.caller.secret(key) or ""
        command = [reader.filled(word).replace(KEY, secret) for word in spec.run]
        given = {name: reader.filled(text).replace(KEY, secret) for name, text in spec.env.items()}
        rows = at(await reader.aside(lambda: self._printed(command, given)), spec.entries)
        if not isinstance(rows, list):
            raise UnreadableError(f"{spec.run[0]} prints no list at {spec.entries!r}: {shown(rows, 60)}")
        return entries(of_key(rows, spec, reader, key), spec)

    def _printed(self, command: list[str], given: dict[str, str]) -> Any:
        spec = self._spec
        try:
            process = subprocess.Popen(  # noqa: S603  a profile runs code, as the docs say
                command,
                env={**os.environ, **given},
                cwd=spec.cwd,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:  # ValueError: a NUL in a word
            reason = error.strerror if isinstance(error, OSError) else error
            raise UnreadableError(f"{spec.run[0]} cannot be run: {reason}") from None
        with process:
            try:
                printed, said = process.communicate(timeout=seconds(spec.within))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)  # with what it started, which may hold its output open
                raise UnreadableError(f"{spec.run[0]} took longer than {show_duration(spec.within)}") from None
        found = parse(printed)
        if process.returncode != 0 or found is None:
            what = f"ended with {process.returncode}" if process.returncode else "printed no JSON"
            tail = said.decode("utf-8", "replace").strip()[-TAIL:]
            raise UnreadableError(f"{spec.run[0]} {what}: {tail or 'nothing on stderr'}")
        return found
