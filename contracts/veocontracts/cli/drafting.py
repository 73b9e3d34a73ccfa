"""`--write-known-failures`: what a run drafts into a new file."""

from __future__ import annotations

from veocontracts.cli.newfile import NewFile
from veocontracts.known_failures.draft import draft
from veocontracts.secrets import Secrets
from veocontracts.verdict import Run


def drafted(run: Run, file: NewFile, secrets: Secrets) -> str:
    """Draft the known failures, without secrets, and say what came of it.

    Raises:
        VeosimError: the file cannot be written.
    """
    name = str(file.path)
    if run.tallies.errors:
        return f"{name}: not written, since the harness failed"
    red = sum(line.failed for line in run.red)
    if not red:
        return f"{name}: not written, since no rule failed"
    file.write(secrets.in_text(draft(run, name)))
    return f"{name}: drafted from {red} red line{'s' * (red > 1)}; fill in what is to be done"
