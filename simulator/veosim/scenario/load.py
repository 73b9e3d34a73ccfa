"""Reading scenarios: from text, from a file, or by the name of a shipped one."""

from __future__ import annotations

from pathlib import Path

from veosim.resources import scenario_file
from veosim.scenario.model import Scenario
from veosim.yamlfile import check, load, read_tree


def parse_scenario(text: str, source: str = "<scenario>") -> Scenario:
    """A scenario from YAML text.

    Raises:
        SourceError: with file, line, column, value found and values allowed.
    """
    return check(Scenario, read_tree(text, source))


def load_scenario(name: str | Path) -> Scenario:
    """A scenario from a file (anything with a suffix or a slash), else the shipped one of that name.

    Raises:
        SourceError: the file is wrong.
        VeosimError: no shipped scenario has that name.
    """
    path = Path(name)
    if path.suffix in {".yaml", ".yml"} or path.name != str(name):
        return load(Scenario, path)
    return load(Scenario, scenario_file(str(name)))
