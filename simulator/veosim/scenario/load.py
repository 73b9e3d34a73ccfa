"""Reading scenarios: from text, from a file, or by the name of a shipped one; whole, with what they are built on."""

from __future__ import annotations

from pathlib import Path

from veosim.resources import scenario_file
from veosim.scenario.extend import composed, is_path
from veosim.scenario.model import Scenario
from veosim.yamlfile import Tree, check, read_file, read_tree


def scenario_from(tree: Tree, *, trusted_paths: bool = False) -> Scenario:
    """A scenario from plain data.

    Args:
        tree: with or without the places where its parts stand.
        trusted_paths: whether it may extend and include files by their paths, from the folder of its own source.

    Raises:
        SourceError: with file, line, column, value found and values allowed.
    """
    return check(Scenario, composed(tree, trusted_paths=trusted_paths))


def parse_scenario(text: str, source: str = "<scenario>", *, trusted_paths: bool = False) -> Scenario:
    """A scenario from YAML text; it extends shipped scenarios only, unless its paths are trusted.

    Raises:
        SourceError: with file, line, column, value found and values allowed.
    """
    return scenario_from(read_tree(text, source), trusted_paths=trusted_paths)


def load_scenario(name: str | Path) -> Scenario:
    """A scenario from a file (anything with a suffix or a slash), else the shipped one of that name.

    Raises:
        SourceError: the file is wrong, or one that it is built on.
        VeosimError: no shipped scenario has that name.
    """
    path = Path(name) if is_path(str(name)) else scenario_file(str(name))
    return parse_scenario(read_file(path), str(path), trusted_paths=True)
