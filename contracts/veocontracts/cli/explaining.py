"""`veosim check --explain`: what a profile says, where each value comes from, and what follows; nothing is started."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from veocontracts.cli.ending import ending, json_errors
from veocontracts.cli.outputs import STDOUT
from veocontracts.profile.explain import explained as values_of
from veocontracts.profiles import BUNDLED, find_profile
from veocontracts.report import explained
from veocontracts.rulebook import check_names
from veocontracts.runner.follows import follows
from veocontracts.runner.needs import check_needs
from veosim.errors import VeosimError


def explain(name: str, only: Sequence[str], json_file: str | None, *, real_time: bool) -> None:
    """Print it, as JSON where that is asked for.

    Raises:
        SystemExit: the profile is wrong, needs what is not here, or there is no time mode for it.
    """
    as_json = json_file is not None
    with ending(json_errors(as_json)):
        if json_file not in {None, STDOUT}:
            raise VeosimError(f"--explain prints to stdout: give --json no file, instead of {json_file!r}")
        only = tuple(rule.upper() for rule in only)
        check_names(only)
        path = BUNDLED.get(name, Path(name))
        profile, values = find_profile(name), values_of(path)
        check_needs(profile, path)
        following = follows(profile, only, real_time=real_time)
        if as_json:
            click.echo(json.dumps(explained.data(values, following), indent=2, ensure_ascii=False))
        else:
            click.echo("\n".join(explained.lines(values, following)))
