"""The `veosim` command: a group whose further commands join through the entry-point group `veosim.commands`."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points

import click

import veosim
from veosim.cli.openapi import openapi
from veosim.cli.scenario import scenario
from veosim.cli.serve import serve
from veosim.errors import VeosimError

_CONTRACT_COMMANDS = ("check", "init", "judge", "replay", "rules", "selftest")
INSTALL = "install the extra `contracts`, such as with pip install '.[contracts]' in a clone"
USAGE_ERROR = 2


class Group(click.Group):
    """Finds the contract suite's commands where it is installed, and says how to install it where it is not."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, the absent ones included: they say what to install."""
        return sorted({*super().list_commands(ctx), *_CONTRACT_COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command of our own, else one from the entry-point group."""
        own = super().get_command(ctx, cmd_name)
        if own is not None or cmd_name not in _CONTRACT_COMMANDS:
            return own
        for point in entry_points(group="veosim.commands", name=cmd_name):
            try:
                command: click.Command = point.load()
            except ImportError as error:
                return _absent(cmd_name, error)
            return command
        return _absent(cmd_name, None)


def _absent(name: str, error: ImportError | None) -> click.Command:
    missing = f" ({error.name} is missing)" if error is not None and error.name else ""

    @click.command(
        name, help=f"Part of the contract suite: {INSTALL}", context_settings={"ignore_unknown_options": True}
    )
    @click.argument("arguments", nargs=-1)
    def command(arguments: tuple[str, ...]) -> None:  # noqa: ARG001  taken so that click does not complain of them first
        raise click.UsageError(f"`veosim {name}` needs the contract suite{missing}: {INSTALL}")

    return command


@click.command(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(veosim.__version__, message="veosim %(version)s")
def veosim_command() -> None:
    """A fake upstream for gateways that sell Google Veo video, and a suite that judges them.

    \b
    Examples:
      veosim serve                     a fake upstream on 127.0.0.1:8410
      veosim scenario explain my.yaml  what a scenario will do
      veosim check                     judge the reference gateway
      veosim check --profile my.yaml   judge yours
    """  # noqa: D301  click reads the backspace


veosim_command.add_command(serve)
veosim_command.add_command(openapi)
veosim_command.add_command(scenario)


def main() -> None:
    """The console script. Errors that a user can mend are shown without a traceback, with exit code 2."""
    try:
        veosim_command(prog_name="veosim")
    except VeosimError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(USAGE_ERROR)
