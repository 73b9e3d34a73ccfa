"""`veosim check`: judge a gateway."""

from __future__ import annotations

import io
import json
import os
import sys
import traceback
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from veocontracts.bench import Scope
from veocontracts.effort import DEPTH, EXAMPLES, Effort
from veocontracts.failures import FOLDER, prepare, save_failures
from veocontracts.known_failures.draft import draft
from veocontracts.known_failures.file import load_known_failures
from veocontracts.known_failures.weigh import weigh
from veocontracts.profile import Profile
from veocontracts.profiles import BUNDLED, find_profile, with_mutant
from veocontracts.recording import load_all
from veocontracts.reference.mutants import gateway_class
from veocontracts.report import data, text
from veocontracts.rules import RULES, Rule
from veocontracts.runner.plan import plan
from veocontracts.runner.probe import UnusableError
from veocontracts.runner.run import Progress, choose, judge, silent
from veocontracts.verdict import Exit, Run
from veosim.clock import wall_now
from veosim.errors import VeosimError, did_you_mean


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
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
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
    as_json: bool,
) -> None:
    """Judge a gateway against the billing, enum and 600 s rules.

    \b
    Exit codes: 0 conformant, 1 a rule failed or a known failure has to be mended, 2 usage or profile,
    3 gateway or harness unusable, 4 inconclusive or nothing tested, 130 interrupted.

    \b
    Examples:
      veosim check
      veosim check --mutant bills-status-error
      veosim check --profile gateway.yaml --rule BILL --rule TIME-01
      veosim check --profile gateway.yaml --strict --json > verdicts.json
      veosim check --profile gateway.yaml --write-known-failures known-failures.yaml
      veosim check --profile gateway.yaml --known-failures known-failures.yaml
    """  # noqa: D301  click reads the backspace
    with ending(as_json=as_json):
        only = tuple(name.upper() for name in only)
        check_rules(only)
        profile = profile_option(profile_name, mutant)
        if given("failures_folder"):
            prepare(failures_folder)
        known_file = known_file or profile.known_failures
        known = load_known_failures(known_file) if known_file else ()
        with new_file(draft_file):
            folder = regressions_folder or (Path(profile.regressions) if profile.regressions else None)
            effort = Effort(depth=depth, budget=budget, examples=examples)
            scope = Scope(regressions=tuple(load_all(folder)) if folder is not None else (), effort=effort)
            click.echo("\n".join([*unjudged(scope, choose(profile, only)), plan(profile, only, scope)]), err=True)
            with progress_bar() as progress:
                run = replace(judge(profile, only=only, seed=seed, progress=progress, scope=scope), strict=strict)
            run = weigh(run, known, wall_now().date(), partial=bool(only))
            if draft_file is not None:
                click.echo(_drafted(run, draft_file), err=True)
        click.echo(json.dumps(data.report(run), indent=2) if as_json else text.report(run))
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


def unjudged(scope: Scope, rules: Collection[Rule]) -> Iterator[str]:
    """A line for each regression that this run leaves out, since its rule is not among those that it judges."""
    ids = {rule.id for rule in rules}
    for recording in scope.regressions:
        if recording.head.rule and recording.head.rule not in ids:
            yield f"not judged: the regression {recording.history.case!r}, since {recording.head.rule} is not selected"


def profile_option(name: str, mutant: str | None) -> Profile:
    """The profile of that name, with the reference gateway broken where a mutant is named."""
    profile = find_profile(name)
    if mutant is None:
        return profile
    if name not in BUNDLED:
        raise VeosimError("--mutant breaks the reference gateway; it cannot break another one")
    gateway_class(mutant)  # an unknown one is named now, not by a child process
    return with_mutant(profile, mutant)


def _drafted(run: Run, name: str) -> str:
    """Draft the known failures, and say what came of it."""
    if run.tallies.errors:
        return f"{name}: not written, since the harness failed"
    red = sum(line.failed for line in run.red)
    if not red:
        return f"{name}: not written, since no rule failed"
    Path(name).write_text(draft(run, name), encoding="utf-8")
    return f"{name}: drafted from {red} red line{'s' * (red > 1)}; fill in what is to be done"


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


def check_rules(only: tuple[str, ...]) -> None:
    """Refuse names that are neither a rule nor a family."""
    known = {*RULES, *(rule.family for rule in RULES.values())}
    for name in only:
        if name not in known:
            raise VeosimError(
                f"no rule or family is called {name!r}; {did_you_mean(name, known) or 'see `veosim rules`'}"
            )


@contextmanager
def ending(*, as_json: bool = False) -> Iterator[None]:
    """Errors that a user can mend become a line and an exit code; an interruption becomes 130, a defect of ours 3.

    With `as_json`, errors are also told on stdout, so that a machine always finds JSON there.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show a character still shows the rest
            stream.reconfigure(errors="backslashreplace")
    try:
        yield
    except VeosimError as error:
        code = Exit.UNUSABLE if isinstance(error, UnusableError) else Exit.USAGE
        click.echo(f"Error: {error}", err=True)
        if as_json:
            click.echo(json.dumps({"format": data.FORMAT, "exit": int(code), "errors": [str(error)], "results": []}))
        sys.exit(code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        sys.exit(Exit.INTERRUPTED)
    except (click.ClickException, BrokenPipeError):
        raise
    except Exception:
        click.echo(f"Error: the harness failed\n{traceback.format_exc()}", err=True)
        sys.exit(Exit.UNUSABLE)


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
