"""Where the results of a run go: a text for people, JSON and JUnit for machines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import click

from veocontracts.cli.outfile import OutFile
from veocontracts.report import data, junit, text
from veocontracts.report.hiding import hide
from veocontracts.verdict import Exit, Run
from veosim.errors import VeosimError

STDOUT = "-"


def _json(run: Run) -> str:
    return json.dumps(data.report(run), indent=2)


def _json_without_results(code: Exit, reason: str) -> str:
    return json.dumps(data.without_results(code, reason))


MACHINES: Mapping[str, tuple[Callable[[Run], str], Callable[[Exit, str], str]]] = {
    "--json": (_json, _json_without_results),
    "--junit": (junit.report, junit.without_results),
}
"""What each option is for: how results are drawn, and how it is told that there are none."""


class Outputs:
    """Where the results of one command go.

    Attributes:
        keys: the gateway's keys by role, once they are known; no output shows them.
    """

    def __init__(self, names: Mapping[str, str | None]) -> None:
        """Take the file of each option; `-` is stdout, None is nowhere."""
        self._files = {option: OutFile(option, name) for option, name in names.items() if name not in {None, STDOUT}}
        self._printed = [option for option, name in names.items() if name == STDOUT]
        self.keys: Mapping[str, str] = {}

    @contextmanager
    def tidy(self) -> Iterator[None]:
        """Leave nothing half written, however the block ends."""
        try:
            yield
        finally:
            for file in self._files.values():
                file.discard()

    def open(self) -> None:
        """See that every output can be written, before the work begins.

        Raises:
            VeosimError: two of them are one place, or a file cannot be written.
        """
        places = [*(file.path for file in self._files.values()), *(STDOUT for _ in self._printed)]
        if len(set(places)) < len(places):
            self._printed.clear()  # two documents in one stream are none
            raise VeosimError(f"{' and '.join(MACHINES)} name one place; they are two documents: name another file")
        for file in self._files.values():
            file.open()

    def write(self, run: Run) -> None:
        """Write the results; people read the text, unless stdout is for a machine.

        Raises:
            VeosimError: a file cannot be written; the others are, and stdout has been told.
        """
        failed = self._write({option: draw(run) for option, (draw, _) in MACHINES.items()}, text.report(run))
        if failed:
            raise failed[0]

    def fail(self, code: Exit, reason: str) -> None:
        """Tell that there are no results, wherever nothing was written yet."""
        documents = {option: draw(code, reason) for option, (_, draw) in MACHINES.items()}
        for error in self._write(documents, None):
            click.echo(f"Error: {error}", err=True)

    def _write(self, documents: Mapping[str, str], otherwise: str | None) -> list[VeosimError]:
        """Write a document to each place that is waiting for it, and say which could not be written."""
        failed = []
        for option, file in self._files.items():
            try:
                file.write(hide(documents[option], self.keys))
            except VeosimError as error:
                failed.append(error)
        printed = documents[self._printed.pop()] if self._printed else otherwise
        if printed is not None:
            click.echo(hide(printed, self.keys))
        return failed
