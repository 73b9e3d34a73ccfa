"""Where the histories of failures are kept: one file for each rule, or part of a rule, that broke."""

from __future__ import annotations

import tempfile
from pathlib import Path

from veocontracts.recording import Head, Recording, save
from veocontracts.verdict import Run, Verdict
from veosim.errors import VeosimError

FOLDER = Path(".veosim/failures")
FAILED = frozenset({Verdict.FAIL, Verdict.XFAIL})


def failures(run: Run) -> dict[str, Recording]:
    """The shortest history of each line that broke, by the name of its file."""
    found = {}
    for line in run.results:
        if line.verdict not in FAILED or not line.findings:
            continue
        observation, history = line.findings[0].observation, line.findings[0].history
        head = Head(
            gateway=run.profile.gateway.name,
            rule=line.rule.id,
            grain=line.grain,
            expected=observation.expected,
            actual=observation.actual,
        )
        name = f"{line.rule.id}-{line.grain}" if line.grain else line.rule.id
        found[f"{name}.jsonl"] = Recording(head, history)
    return found


def prepare(folder: Path) -> None:
    """Make the folder if need be, and see that files can be written there, before anything is sent.

    Raises:
        VeosimError: it is a file, or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = "it is no folder" if isinstance(error, FileExistsError | NotADirectoryError) else error.strerror
        raise VeosimError(f"--failures {folder}: cannot be written: {reason}; name another folder") from None


def save_failures(run: Run, folder: Path) -> list[Path]:
    """Write them all into a folder; those of earlier runs stay unless the same rule broke again.

    Raises:
        VeosimError: a file cannot be written.
    """
    paths = []
    for name, recording in failures(run).items():
        save(recording, folder / name)
        paths.append(folder / name)
    return paths
