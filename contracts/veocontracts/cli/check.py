"""`veosim check`: judge a gateway."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import click

from veocontracts.cli.drafting import drafted
from veocontracts.cli.ending import ending
from veocontracts.cli.explaining import explain
from veocontracts.cli.newfile import new_file
from veocontracts.cli.outputs import STDOUT, Outputs
from veocontracts.cli.progress import progress_bar
from veocontracts.cli.selection import profile_option, unjudged
from veocontracts.effort import DEPTH, EXAMPLES, Effort
from veocontracts.failures import FOLDER, prepare, save_failures
from veocontracts.known_failures.file import load_known_failures
from veocontracts.known_failures.weigh import weigh
from veocontracts.profiles import BUNDLED
from veocontracts.recording import load_all
from veocontracts.rulebook import check_names
from veocontracts.runner.plan import plan
from veocontracts.runner.run import choose, judge
from veocontracts.setting import Scope
from veocontracts.verdict import Run
from veosim.clock import wall_now
from veosim.errors import VeosimError


@click.command()
@click.option(
    "--profile",
    "profile_name",
    default="reference",
    show_default=True,
    metavar="FILE|NAME",
    help=f"A gateway's profile, or one that ships: {', '.join(BUNDLED)}.",
)
@click.option(
    "--rule", "only", multiple=True, metavar="ID", help="Only this rule or family (BILL-06, BILL); repeat it for more."
)
@click.option("--seed", default=0, show_default=True, help="Same seed, same runs.")
@click.option(
    "--mutant",
    metavar="NAME",
    help="Break the reference gateway in this way first.",
)
@click.option("--strict", is_flag=True, help="Let SHOULD rules count like MUST rules.")
@click.option(
    "--known-failures",
    "known_file",
    metavar="FILE",
    help="Failures that may stay for now; by default those that the profile names.",
)
@click.option(
    "--write-known-failures",
    "draft_file",
    metavar="FILE",
    help="Draft such a file, which must not exist yet, from what is red.",
)
@click.option(
    "--regressions",
    "regressions_folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Recordings that are driven again first; by default those that the profile names.",
)
@click.option(
    "--failures",
    "failures_folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    default=FOLDER,
    show_default=True,
    help="Where the histories of what failed are recorded.",
)
@click.option(
    "--depth",
    default=DEPTH,
    show_default=True,
    type=click.IntRange(0, 12),
    help="Try every sequence of so many operations (virtual time only).",
)
@click.option("--budget", metavar="N", type=click.IntRange(1), help="Try at most so many sequences, shortest first.")
@click.option(
    "--examples",
    default=EXAMPLES,
    show_default=True,
    type=click.IntRange(0),
    help="Draw so many random runs for each rule that they can tell of (virtual time only).",
)
@click.option("--real-time", is_flag=True, help="Judge in real time, in up to 25 minutes; not for target.asgi.")
@click.option(
    "--explain",
    "explain_only",
    is_flag=True,
    help="Only print each value of the profile, where it comes from, and what follows.",
)
@click.option(
    "--json",
    "json_file",
    is_flag=False,
    flag_value=STDOUT,
    metavar="[FILE]",
    help="Write the results as JSON, to stdout where no file is named.",
)
@click.option("--junit", "junit_file", metavar="FILE", help="Write the results as JUnit XML, for a CI server.")
def check(  # noqa: PLR0913, PLR0917  one parameter for each option
    profile_name: str,
    only: tuple[str, ...],
    seed: int,
    mutant: str | None,
    strict: bool,
    known_file: str | None,
    draft_file: str | None,
    regressions_folder: Path | None,
    failures_folder: Path,
    depth: int,
    budget: int | None,
    examples: int,
    real_time: bool,
    explain_only: bool,
    json_file: str | None,
    junit_file: str | None,
) -> None:
    """Judge a gateway against the billing, enum and 600 s rules.

    \b
    Exit codes: 0 conformant, 1 a rule failed or a known failure has to be mended, 2 usage or profile,
    3 gateway or harness unusable, 4 inconclusive or nothing tested, 130 interrupted.

    \b
    Examples:
      veosim check
      veosim check --mutant bills-status-error
      veosim check --profile gateway.yaml --explain
      veosim check --profile gateway.yaml --rule BILL --rule TIME-01
      veosim check --profile gateway.yaml --strict --json verdicts.json
      veosim check --profile gateway.yaml --junit veosim.xml
      veosim check --profile gateway.yaml --write-known-failures known-failures.yaml
      veosim check --profile gateway.yaml --known-failures known-failures.yaml
    """  # noqa: D301  click reads the backspace
    if explain_only:
        explain(profile_name, only, json_file, real_time=real_time)
        return
    outputs = Outputs({"--json": json_file, "--junit": junit_file})
    with outputs.tidy(), ending(outputs.fail) as kept:
        outputs.open()
        only = tuple(name.upper() for name in only)
        check_names(only)
        profile = kept.know(profile_option(profile_name, mutant))
        if given("failures_folder"):
            prepare(failures_folder)
        known_file = known_file or profile.known_failures
        known = load_known_failures(known_file) if known_file else ()
        with new_file(Path(draft_file)) if draft_file is not None else nullcontext() as draft:
            folder = regressions_folder or (Path(profile.regressions) if profile.regressions else None)
            effort = Effort(depth=depth, budget=budget, examples=examples)
            scope = Scope(regressions=tuple(load_all(folder)) if folder is not None else (), effort=effort)
            planned = plan(profile, only, scope, real_time=real_time)
            click.echo("\n".join([*unjudged(scope, choose(profile, only)), planned]), err=True)
            with progress_bar() as progress:
                run = judge(profile, only=only, seed=seed, progress=progress, scope=scope, real_time=real_time)
            run = replace(run, strict=strict)
            run = weigh(run, known, wall_now().date(), partial=bool(only))
            outputs.write(run, kept.secrets)
            if draft is not None:
                click.echo(drafted(run, draft, kept.secrets), err=True)
        how = f"--profile {profile_name}" + (f" --mutant {mutant}" if mutant else "")
        _record(run, failures_folder, how)
        sys.exit(run.exit)


def given(option: str) -> bool:
    """Whether the user gave this option, so that its value is no default."""
    source = click.get_current_context().get_parameter_source(option)
    return source not in {None, click.core.ParameterSource.DEFAULT}


def _record(run: Run, folder: Path, how: str) -> None:
    """Keep what failed. The verdicts are out by now, so a full disk is a note beside them and no other ending."""
    try:
        for path in save_failures(run, folder):
            click.echo(f"recorded {path}; again: veosim replay {path} {how}", err=True)
    except VeosimError as error:
        click.echo(f"not recorded: {error}", err=True)
