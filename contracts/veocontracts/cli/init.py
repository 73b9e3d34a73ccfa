"""`veosim init`: a first profile for a gateway."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from veocontracts.cli.ending import ending, json_errors
from veocontracts.cli.newfile import NewFile, new_file
from veocontracts.init.answers import Answers
from veocontracts.init.file import profile_text
from veocontracts.init.findings import Findings
from veocontracts.init.look import look
from veocontracts.init.questions import QUESTIONS, Kind, answers_of, kind_of
from veocontracts.verdict import Exit

LOOKING = "looking at the gateway: first one job, to see that it reaches this upstream; this may take half a minute"
Command = Callable[..., Any]


def _flags(command: Command) -> Command:
    """An option for each question."""
    for question in reversed(list(QUESTIONS.values())):
        shown = f" [default: {question.default}]" if question.default else ""
        option = click.option(
            f"--{question.flag}",
            metavar="ROLE=VAR" if question.many else "TEXT",
            multiple=question.many,
            default=None,
            help=f"{question.help}{shown}",
        )
        command = option(command)
    return command


@click.command()
@click.argument("out", default="gateway.yaml", type=click.Path(path_type=Path))
@click.option(
    "--command", metavar="LINE", default="", help="Start it so; {port}, {upstream_url}, {data} are filled in."
)
@click.option("--url", metavar="URL", default="", help="It runs already, at this address.")
@click.option(
    "--factory", metavar="MODULE:NAME", default="", help="It is what this Python factory of an ASGI app makes."
)
@_flags
@click.option("--no-faketime", is_flag=True, help="libfaketime cannot bend its clock: a static binary, such as Go's.")
@click.option("-y", "--yes", is_flag=True, help="Ask nothing: what no flag says has its default.")
def init(out: Path, command: str, url: str, factory: str, no_faketime: bool, yes: bool, **said: Any) -> None:
    """Write a first profile for a gateway, after one look at it.

    What no flag says is asked for. Then the gateway is started, or called where it runs already, with the fake upstream
    behind it. First one job: unless it arrives there within 10 s, nothing more is ever sent, since the gateway may be
    calling a real upstream. Then a job of each kind, one that fails among them, shows its state words, its services and
    where it shows what it charged. The profile is written with comments on all that is still to be said; where the
    gateway could not be used, it says why.

    \b
    Exit codes: 0 the profile passes the smoke level, 2 wrong usage, 3 the gateway cannot be used yet: the
    profile says what is missing.

    \b
    Examples:
      veosim init
      veosim init --command 'acme serve --port {port}' --ready /healthz --key main=ACME_KEY
      veosim init acme.yaml --url http://127.0.0.1:8000 --listen 127.0.0.1:8089 --yes
      veosim init --factory acme.app:create --upstream-variable upstream_url --yes
    """  # noqa: D301  click reads the backspace
    with ending(json_errors(wanted=False)), new_file(out) as file:
        asking = not yes and is_terminal()
        if asking and not (command or url or factory):
            command, url, factory = _reached()
        kind = kind_of(command, url, factory)
        given = {
            name.replace("_", "-"): ",".join(text) if isinstance(text, tuple) else text for name, text in said.items()
        }
        answers = answers_of(
            kind, command or url or factory, _asked(kind, given, asking=asking), is_faketime=not no_faketime
        )
        click.echo(LOOKING, err=True)
        found = look(answers, _wait if asking else None)
        _write(file, answers, found)
        sys.exit(Exit.UNUSABLE if found.trouble else Exit.CONFORMANT)


def is_terminal() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty()


WAYS = (
    ("a command starts it", "Its command, with {port}"),
    ("it runs already", "Its address"),
    ("a Python factory makes it", "Its factory, as package.module:function"),
)
"""How a gateway is reached, in the order of the flags `--command`, `--url`, `--factory`; and what is asked for it."""


def _reached() -> list[str]:
    """Ask how the gateway is reached; a text for each of the flags, of which one is not empty."""
    for number, (way, _) in enumerate(WAYS, 1):
        click.echo(f"  {number}  {way}", err=True)
    chosen: int = click.prompt("How is the gateway reached?", type=click.IntRange(1, len(WAYS)), default=1, err=True)
    reached: str = click.prompt(WAYS[chosen - 1][1], err=True)
    return [reached if number == chosen else "" for number in range(1, len(WAYS) + 1)]


def _asked(kind: Kind, given: dict[str, str | None], *, asking: bool) -> dict[str, str]:
    """What the flags say, completed by what is asked."""
    found = {flag: text for flag, text in given.items() if text}
    if asking:
        for flag, question in QUESTIONS.items():
            if flag not in found and kind in question.kinds:
                found[flag] = click.prompt(
                    question.text, default=question.default, show_default=bool(question.default), err=True
                )
    return found


def _wait(address: str) -> None:
    """Let the owner of a gateway that runs already point it here."""
    click.prompt(
        f"The fake upstream is at {address}: point the gateway's upstream there, then press Enter",
        default="",
        show_default=False,
        err=True,
    )


def _write(file: NewFile, answers: Answers, found: Findings) -> None:
    """Write the file, and say what came of it."""
    out = file.path
    file.write(profile_text(answers, found))
    for note in found.missing:
        click.echo(f"to do: {note}", err=True)
    if found.trouble:
        click.echo(f"wrote {out}, and it is not ready: {found.trouble}", err=True)
    else:
        how = "" if found.clock_proved or answers.factory else " --real-time"
        click.echo(f"wrote {out}; next: veosim check --profile {out}{how}")
