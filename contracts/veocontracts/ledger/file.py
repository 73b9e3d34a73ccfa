"""Charges in a file of JSON Lines that the gateway writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from veocontracts.events import Entry
from veocontracts.faces import parse
from veocontracts.ledger.base import Reader, UnreadableError
from veocontracts.ledger.rows import entries, of_key
from veocontracts.profile import FileLedger
from veosim.errors import shown


class FileCharges:
    """One charge a line. A file that is not there yet has none; a last line that is not yet whole does not count."""

    def __init__(self, spec: FileLedger) -> None:
        self._spec = spec

    async def read(self, reader: Reader, key: str) -> tuple[Entry, ...]:
        """Read the file, and keep the key's entries that count."""
        path = Path(reader.filled(self._spec.path))
        rows = await reader.aside(lambda: _rows(path))
        return entries(of_key(rows, self._spec, reader, key), self._spec)


def _rows(path: Path) -> list[Any]:
    try:
        *whole, last = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UnreadableError(f"{path}: {error.strerror}") from None
    rows = []
    for number, line in enumerate(whole, 1):
        if line.strip():
            row = parse(line)
            if not isinstance(row, dict):
                raise UnreadableError(
                    f"{path}:{number}: {shown(line.decode('utf-8', 'replace'), 60)} is no JSON object"
                )
            rows.append(row)
    row = parse(last)  # no part of an object is one, so that this is either whole or still being written
    return [*rows, row] if isinstance(row, dict) else rows
