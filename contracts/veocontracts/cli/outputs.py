"""Where the results of a run go: a text for people, JSON and JUnit for machines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import click

from veocontracts.cli.outfile import OutFile
from veocontracts.report import data, junit, text
from veocontracts.secrets import Secrets
from veocontracts.verdict import Exit, Run
from veosim.errors import VeosimError

STDOUT = "-"


def _json(run: Run) -> str:
    return json.dumps(data.report(run), indent=2)


def _json_without_results(code: Exit, reason: str) -> str:
    return json.dumps(data.without_results(code, reason))


@dataclass(frozen=True, slots=True)
class Machine:
    """How results are drawn for a machine, how it is told that there are none, and how secrets are hidden in them."""

    draw: Callable[[Run], str]
    fail: Callable[[Exit, str], str]
    hide: Callable[[Secrets, str], str]


MACHINES: Mapping[str, Machine] = {
    "--json": Machine(_json, _json_without_results, Secrets.in_json),
    "--junit": Machine(junit.report, junit.without_results, Secrets.in_xml),
}
"""What each option is for."""


class Outputs:
    """Where the results of one command go."""

    def __init__(self, names: Mapping[str, str | None]) -> None:
        """Take the file of each option; `-` is stdout, None is nowhere."""
        self._files = {option: OutFile(option, name) for option, name in names.items() if name not in {None, STDOUT}}
        self._printed = [option for option, name in names.items() if name == STDOUT]

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

    def write(self, run: Run, secrets: Secrets) -> None:
        """Write the results, without secrets; people read the text, unless stdout is for a machine.

        Raises:
            VeosimError: a file cannot be written; the others are, and stdout has been told.
        """
        documents = {option: each.hide(secrets, each.draw(run)) for option, each in MACHINES.items()}
        failed = self._write(documents, secrets.in_text(text.report(run)))
        if failed:
            raise failed[0]

    def fail(self, code: Exit, reason: str) -> None:
        """Tell that there are no results, wherever nothing was written yet; the reason holds no secret."""
        for error in self._write({option: each.fail(code, reason) for option, each in MACHINES.items()}, None):
            click.echo(f"Error: {error}", err=True)

    def _write(self, documents: Mapping[str, str], otherwise: str | None) -> list[VeosimError]:
        """Write a document to each place that is waiting for it, and say which could not be written."""
        failed = []
        for option, file in self._files.items():
            try:
                file.write(documents[option])
            except VeosimError as error:
                failed.append(error)
        printed = documents[self._printed.pop()] if self._printed else otherwise
        if printed is not None:
            click.echo(printed)
        return failed
