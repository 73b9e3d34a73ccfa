"""Charges that a command prints as JSON."""

from __future__ import annotations

from typing import Any

from veocontracts.events import Entry
from veocontracts.faces import at, parse
from veocontracts.ledger.base import Reader, UnreadableError
from veocontracts.ledger.rows import entries, of_key
from veocontracts.places import KEY
from veocontracts.profile import CommandLedger
from veocontracts.targets.command import Command, CommandError
from veosim.errors import shown


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
            ended = Command(command, given, spec.cwd).ended(spec.within)
        except CommandError as error:
            raise UnreadableError(f"{spec.run[0]} {error}") from None
        found = parse(ended.printed)
        if ended.code != 0 or found is None:
            what = f"ended with {ended.code}" if ended.code else "printed no JSON"
            raise UnreadableError(f"{spec.run[0]} {what}: {ended.said or 'nothing on stderr'}")
        return found
