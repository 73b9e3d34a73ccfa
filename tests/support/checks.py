"""`veosim` commands in this process, and profiles of gateways that the tests bring along."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import yaml
from click.testing import CliRunner, Result

from veocontracts.profiles import BUNDLED
from veosim.cli import veosim_command

ROOT = Path(__file__).parents[2]


def unmeasured() -> dict[str, str]:
    """The environment without what lets child processes measure coverage, which doubles the time that they take."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}


def veosim(*arguments: str | Path, measured: bool = False) -> Result:
    """Run the command; a harness that raises fails the test with its own error.

    Child processes measure coverage only where that is asked for: one whole run shows what they execute.
    """
    environment = {} if measured else {name: None for name in os.environ if name.startswith("COVERAGE_")}
    result = CliRunner().invoke(veosim_command, [str(argument) for argument in arguments], env=environment)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def verdicts(result: Result) -> dict[str, str]:
    """The verdict of each rule or part, from a run with `--json`."""
    lines: list[dict[str, Any]] = json.loads(result.stdout)["results"]
    return {f"{line['rule']}[{line['grain']}]" if line["grain"] else line["rule"]: line["verdict"] for line in lines}


def write_profile(folder: Path, changes: dict[str, Any], base: str = "reference") -> Path:
    """The bundled profile with some keys replaced; None takes a key away."""
    data = {**yaml.safe_load(BUNDLED[base].read_text()), **changes}
    path = folder / "profile.yaml"
    path.write_text(yaml.safe_dump({key: value for key, value in data.items() if value is not None}))
    return path


def asgi(factory: str, *, in_process: bool = False, **kwargs: Any) -> dict[str, Any]:
    """A target in this process, over loopback sockets unless its upstream is in the process too."""
    places = {"upstream_url": "{upstream_url}"} | ({"upstream_app": "{upstream_app}"} if in_process else {})
    return {"target": {"asgi": {"factory": factory, "kwargs": {**places, **kwargs}}}}
