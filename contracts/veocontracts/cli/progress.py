"""How far a run is, on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from veocontracts.runner.run import Progress, silent


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar on stderr where that is a terminal, else nothing."""
    if not sys.stderr.isatty() or "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb":
        yield silent
        return
    with click.progressbar(length=1, label="judging", file=sys.stderr, show_eta=False) as bar:

        def progress(done: int, parts: int) -> None:
            bar.length = parts
            bar.update(done - bar.pos)

        yield progress
