"""`veosim judge`: judge recordings, without any gateway."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from veocontracts.cli.ending import ending, json_errors
from veocontracts.recording import Recording, load
from veocontracts.report import data, text
from veocontracts.rulebook import check_names, chosen, unknown_rule
from veocontracts.rules import Rule
from veocontracts.tally import Tallies
from veocontracts.verdict import Exit, Result, Verdict, exit_code, results
from veosim.errors import VeosimError


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--rule", "only", multiple=True, metavar="ID", help="Only this rule or family; repeat it for more.")
@click.option("--strict", is_flag=True, help="Let SHOULD rules count like MUST rules.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def judge(files: tuple[Path, ...], only: tuple[str, ...], strict: bool, as_json: bool) -> None:
    """Judge recorded histories with the rules of this suite. Nothing is sent anywhere.

    `veosim check` records the shortest history of each rule that failed. Judging one again shows what a changed rule,
    or a newer suite, makes of it.

    \b
    Exit codes: 0 nothing is broken, 1 a rule is, 2 usage or a file that is no recording,
    3 a rule itself failed, 4 no rule found its occasion.

    \b
    Examples:
      veosim judge .veosim/failures/BILL-06.jsonl
      veosim judge regressions/*.jsonl --rule BILL --json
    """  # noqa: D301  click reads the backspace
    with ending(json_errors(as_json)):
        only = tuple(name.upper() for name in only)
        check_names(only)
        judged = [Judged(path, recording, *judged_again(recording, chosen(only))) for path, recording in loaded(files)]
        if as_json:
            found = [as_data(each, strict=strict) for each in judged]
            click.echo(json.dumps({"format": data.FORMAT, "recordings": found}, indent=2))
        else:
            click.echo("\n".join(line for each in judged for line in as_text(each, strict=strict)))
        sys.exit(worst(exit_code(each.lines, each.errors, strict=strict) for each in judged))


@dataclass(frozen=True, slots=True)
class Judged:
    """A recording, the lines of the rules that found their occasion in it, and errors of rules that failed."""

    path: Path
    recording: Recording
    lines: list[Result]
    errors: list[str]


def loaded(files: Sequence[Path]) -> list[tuple[Path, Recording]]:
    """The recordings of these files; of a folder, those in it.

    Raises:
        VeosimError: a folder holds none, one of the files is none, or the rule that broke in it does not exist here.
    """
    found = []
    for path in (path for file in files for path in _within(file)):
        recording = load(path)
        if recording.head.rule and (unknown := unknown_rule(recording.head.rule)):
            raise VeosimError(f"{path}:1: rule: {unknown}")
        found.append((path, recording))
    return found


def _within(file: Path) -> list[Path]:
    paths = sorted(file.glob("*.jsonl")) if file.is_dir() else [file]
    if not paths:
        raise VeosimError(f"{file}: holds no recordings; they are *.jsonl files that `veosim check` saves of failures")
    return paths


def judged_again(recording: Recording, rules: Sequence[Rule]) -> tuple[list[Result], list[str]]:
    """The lines of the rules that found their occasion, and errors of rules that failed themselves."""
    tallies = Tallies()
    tallies.judge(recording.history, rules)
    lines = results(tallies, rules, recording.history.terms, {})
    return [line for line in lines if line.held or line.broken], tallies.errors


def worst(codes: Iterable[Exit]) -> Exit:
    """One exit code for several recordings: errors before failures, failures before what stayed open."""
    found = set(codes)
    order = (Exit.UNUSABLE, Exit.RULE_FAILED, Exit.CONFORMANT, Exit.INCONCLUSIVE)
    return next((code for code in order if code in found), Exit.INCONCLUSIVE)


def as_text(judged: Judged, *, strict: bool) -> list[str]:
    """What became of one recording: the rules that held in a line, each that broke with its history."""
    held = [line.name for line in judged.lines if line.verdict is Verdict.PASS]
    parts = [f"{judged.path}: {judged.recording.history.case}", f"  held      {', '.join(held) or 'nothing'}"]
    for line in judged.lines:
        if line.findings:
            parts += ["", *text.failure(line, "✗" if line.red(strict) else text.WARNING)]
    return [*parts, *(f"! {row}" for error in judged.errors for row in error.splitlines()), ""]


def as_data(judged: Judged, *, strict: bool) -> dict[str, Any]:
    """The same as JSON data."""
    return {
        "file": str(judged.path),
        "case": judged.recording.history.case,
        "rule": judged.recording.head.rule,
        "errors": judged.errors,
        "results": [data.line_data(line, strict=strict) for line in judged.lines],
    }
