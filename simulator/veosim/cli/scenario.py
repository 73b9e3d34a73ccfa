"""`veosim scenario`: what ships, what a file of one's own gets wrong, and what a scenario will do."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from veosim.dialects import DIALECTS
from veosim.errors import Problem, SourceError, VeosimError, shown
from veosim.explain.drawing import picture
from veosim.explain.rehearsal import Client
from veosim.explain.rehearsal import explain as rehearse
from veosim.resources import scenario_file, scenario_files
from veosim.scenario.extend import is_path
from veosim.scenario.load import load_scenario, parse_scenario
from veosim.scenario.schema import schema as scenario_schema
from veosim.scenario.shelf import files_in
from veosim.units import parse_duration

WIDTH = 80
WRONG = 2
STDIN = "-"
STDIN_PATH = "/dev/stdin"
MOST_JOBS = 100


def time(ctx: click.Context, param: click.Parameter, value: str) -> int:  # noqa: ARG001  click's own protocol
    """An option's time, written with its unit, in nanoseconds."""
    try:
        return parse_duration(value)
    except ValueError as error:
        raise click.BadParameter(f"{error}; allowed: a number with a unit: 250ms, 90s, 4m, 48h") from None


@click.group()
def scenario() -> None:
    """List, show, check and explain scenarios.

    \b
    Examples:
      veosim scenario list
      veosim scenario show realistic > my-upstream.yaml
      veosim scenario check my-upstream.yaml
      veosim scenario explain my-upstream.yaml --jobs 3
    """  # noqa: D301  click reads the backspace


@scenario.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects: folder, name, about.")
def list_(*, as_json: bool) -> None:
    """List the scenarios that ship.

    \b
    Examples:
      veosim scenario list
      veosim scenario list --json | jq -r '.[].name'
    """  # noqa: D301  click reads the backspace
    entries = [
        {"folder": path.parent.name, "name": name, "about": load_scenario(path).about}
        for name, path in sorted(scenario_files().items(), key=lambda item: (item[1].parent.name, item[0]))
    ]
    click.echo(json.dumps(entries, indent=2, ensure_ascii=False) if as_json else "\n".join(table(entries)))


def table(entries: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Folder, name and about in columns; an about that is too long goes on below itself."""
    widths = [max((len(entry[key]) for entry in entries), default=0) for key in ("folder", "name")]
    for entry in entries:
        start = f"{entry['folder']:{widths[0]}}  {entry['name']:{widths[1]}}  "
        yield from textwrap.wrap(entry["about"], WIDTH, initial_indent=start, subsequent_indent=" " * len(start)) or [
            start.rstrip()
        ]


@scenario.command()
@click.argument("name")
def show(name: str) -> None:
    """Print a shipped scenario as it is, comments and all.

    \b
    Examples:
      veosim scenario show one-503
      veosim scenario show realistic > my-upstream.yaml
    """  # noqa: D301  click reads the backspace
    if is_path(name) or (Path(name).is_dir() and name not in scenario_files()):
        raise VeosimError(f"{shown(name)} is a path; `show` prints what ships, by its name: `veosim scenario list`")
    click.echo(scenario_file(name).read_text("utf-8"), nl=False)


@scenario.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="Print what was checked and every problem, for programs.")
@click.pass_context
def check(ctx: click.Context, files: Sequence[str], *, as_json: bool) -> None:
    """Check scenario files; exit code 0, or 2 where one is wrong.

    A folder stands for every *.yaml and *.yml in it and below it, - for the standard input.

    \b
    Examples:
      veosim scenario check my-upstream.yaml
      veosim scenario check scenarios/ --json
      veosim scenario show realistic | veosim scenario check -
    """  # noqa: D301  click reads the backspace
    checked = [(name, list(problems_of(name))) for given in files for name in names_in(given)]
    problems = [problem for _, found in checked for problem in found]
    if as_json:
        click.echo(json.dumps({"files": [name for name, _ in checked], "problems": [*map(entry, problems)]}, indent=2))
    else:
        for problem in problems:
            click.echo(problem)
        click.echo(summary(len(checked), sum(bool(found) for _, found in checked), len(problems)))
    if problems:
        ctx.exit(WRONG)


def names_in(given: str) -> list[str]:
    """The files that an argument stands for."""
    path = Path(given)
    if not path.is_dir():
        return [given]
    found = [str(file) for file in files_in(path)]
    if not found:
        raise click.UsageError(f"the folder {given!r} holds no *.yaml or *.yml")
    return found


def _for_example(folder: Path) -> str:
    first = next(iter(files_in(folder)), None)
    return f", such as {shown(str(first))}" if first else ""


def problems_of(name: str) -> Sequence[Problem]:
    """Everything wrong with one file."""
    try:
        if name == STDIN:
            parse_scenario(sys.stdin.buffer.read().decode(), "<stdin>")
        elif Path(name).exists() and not Path(name).is_file() and name != STDIN_PATH:
            return [Problem(name, 1, 1, "", "is no regular file", hint="the standard input is read as -")]
        else:
            # A slash, so that a file without a suffix is not taken for the name of a shipped scenario.
            load_scenario(name if Path(name).name != name else f"./{name}")
    except SourceError as error:
        return error.problems
    except UnicodeDecodeError:
        return [Problem("<stdin>", 1, 1, "", "is not UTF-8 text")]
    except VeosimError as error:
        return [Problem(name, 1, 1, "", str(error))]
    return []


def entry(problem: Problem) -> dict[str, object]:
    """A problem for programs; `found` says what is wrong, `path` where in the data."""
    return {
        "file": problem.source,
        "line": problem.line,
        "column": problem.column,
        "path": problem.where,
        "found": problem.message,
        "allowed": problem.allowed,
        "hint": problem.hint,
    }


def summary(checked: int, wrong: int, problems: int) -> str:
    """`3 scenarios checked: 1 is wrong, 2 problems`."""
    start = f"{checked} scenario{'' if checked == 1 else 's'} checked"
    if not problems:
        return f"{start}: all good"
    return f"{start}: {wrong} {'is' if wrong == 1 else 'are'} wrong, {problems} problem{'' if problems == 1 else 's'}"


@scenario.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors.

    \b
    Examples:
      veosim scenario schema > scenario.schema.json
    """  # noqa: D301  click reads the backspace
    click.echo(json.dumps(scenario_schema(), indent=2, ensure_ascii=False))


@scenario.command()
@click.argument("name", metavar="NAME|FILE")
@click.option("--jobs", default=5, show_default=True, type=click.IntRange(1, MOST_JOBS), help="How many submits.")
@click.option("--dialect", type=click.Choice(list(DIALECTS)), help="By default one that shows what there is to see.")
@click.option("--seed", default=0, show_default=True, help="For a scenario without a seed of its own.")
@click.option(
    "--poll", default="5s", show_default=True, metavar="TIME", callback=time, help="Between two polls of a job."
)
@click.option("--every", default="0s", show_default=True, metavar="TIME", callback=time, help="Between two submits.")
@click.option("--prompt", metavar="TEXT", help="What the submits say, in place of a sample.")
@click.option("--json", "as_json", is_flag=True, help="Print the same as data, times in seconds.")
def explain(
    name: str,
    *,
    jobs: int,
    dialect: str | None,
    seed: int,
    poll: int,
    every: int,
    prompt: str | None,
    as_json: bool,
) -> None:
    """Draw what a scenario will do to the next jobs: plans, polls, faults, callbacks, downloads.

    It is rehearsed without sockets and in no time. The client polls every job until it is told of an end, 200 times at
    most, and does not repeat a submit.

    \b
    Examples:
      veosim scenario explain realistic
      veosim scenario explain my-upstream.yaml --jobs 3 --poll 2s
      veosim scenario explain moderated --prompt "a forbidden one" --json
    """  # noqa: D301  click reads the backspace
    if not poll:
        raise click.BadParameter("time has to pass between two polls", param_hint="'--poll'")
    if Path(name).is_dir() and name not in scenario_files():
        raise VeosimError(f"{shown(name)} is a folder; name one file in it{_for_example(Path(name))}")
    found = rehearse(
        load_scenario(name), DIALECTS[dialect] if dialect else None, Client(jobs, poll, every, prompt), seed
    )
    click.echo(json.dumps(found.data(), indent=2, ensure_ascii=False) if as_json else picture(found))
