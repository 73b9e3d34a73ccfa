"""`--write-known-failures`: a new file, and what a run drafts into it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from veocontracts.known_failures.draft import draft
from veocontracts.verdict import Run
from veosim.errors import VeosimError


@contextmanager
def new_file(name: str | None) -> Iterator[None]:
    """Make a new file before the work begins, so that it can be written after; left empty, it goes away again.

    Raises:
        VeosimError: it exists, or cannot be written.
    """
    if name is None:
        yield
        return
    path = Path(name)
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        raise VeosimError(f"{name} exists and is not overwritten; name a new file") from None
    except OSError as error:
        raise VeosimError(f"{name} cannot be written: {error.strerror}") from None
    try:
        yield
    finally:
        if not path.stat().st_size:
            path.unlink()


def drafted(run: Run, name: str) -> str:
    """Draft the known failures, and say what came of it."""
    if run.tallies.errors:
        return f"{name}: not written, since the harness failed"
    red = sum(line.failed for line in run.red)
    if not red:
        return f"{name}: not written, since no rule failed"
    Path(name).write_text(draft(run, name), encoding="utf-8")
    return f"{name}: drafted from {red} red line{'s' * (red > 1)}; fill in what is to be done"
