"""`veosim replay`: do again what a recording did, and judge what comes of it now."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import click

from veocontracts.cli.ending import ending, json_errors
from veocontracts.cli.judge import loaded
from veocontracts.cli.progress import progress_bar
from veocontracts.cli.selection import profile_option
from veocontracts.profiles import BUNDLED
from veocontracts.recording import Head
from veocontracts.report import data, text
from veocontracts.runner.run import choose, judge
from veocontracts.setting import Scope
from veocontracts.verdict import Run
from veocontracts.workloads import regressions


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option(
    "--profile",
    "profile_name",
    default="reference",
    show_default=True,
    metavar="FILE|NAME",
    help=f"The gateway to drive: a profile, or one that ships: {', '.join(BUNDLED)}.",
)
@click.option("--mutant", metavar="NAME", help="Break the reference gateway in this way first.")
@click.option("--strict", is_flag=True, help="Let SHOULD rules count like MUST rules.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def replay(files: tuple[Path, ...], profile_name: str, mutant: str | None, strict: bool, as_json: bool) -> None:
    """Drive a gateway through recorded histories again: same requests, same upstream, same times.

    First the money guard, as in `veosim check`; then each recording by itself. Reported are the rules that broke
    then, whatever the profile requires, and whatever else finds its occasion now.

    \b
    Exit codes: 0 all of it holds now, 1 a rule is broken, 2 usage, profile or a file that is no recording,
    3 gateway or harness unusable, 4 a rule that broke then did not find its occasion, 130 interrupted.

    \b
    Examples:
      veosim replay .veosim/failures/BILL-06.jsonl --profile gateway.yaml
      veosim replay regressions/ --profile gateway.yaml
      veosim replay .veosim/failures/BILL-06.jsonl --mutant bills-status-error
    """  # noqa: D301  click reads the backspace
    with ending(json_errors(as_json)) as kept:
        recordings = tuple(recording for _, recording in loaded(files))
        profile = kept.know(profile_option(profile_name, mutant))
        scope = Scope(regressions=recordings, workloads=frozenset({regressions.NAME}))
        broke = {name_of(recording.head) for recording in recordings if recording.head.rule}
        only = {rule.id for rule in choose(profile)} | {recording.head.rule for recording in recordings} - {""}
        with progress_bar() as progress:
            run = judge(profile, only=sorted(only), progress=progress, scope=scope)
        run = relevant(replace(run, strict=strict), broke)
        if as_json:
            click.echo(kept.secrets.in_json(json.dumps(data.report(run), indent=2)))
        else:
            click.echo(kept.secrets.in_text(text.report(run)))
        sys.exit(run.exit)


def name_of(head: Head) -> str:
    """The line of the report that broke then, such as `ENUM-02[duration]`."""
    return f"{head.rule}[{head.grain}]" if head.grain else head.rule


def relevant(run: Run, broke: set[str]) -> Run:
    """The run with the lines that broke then, which it needs, or found their occasion now.

    Where only a rule is named that is judged in parts, those that found no occasion are left out if others did.
    """
    seen = {line.rule.id for line in run.results if line.held or line.broken}
    wanted = {line.name for line in run.results if line.name in broke or line.rule.id in broke - seen}
    lines = [line for line in run.results if line.held or line.broken or line.name in wanted]
    return replace(run, results=lines, needed=frozenset(wanted))
