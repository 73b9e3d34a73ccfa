"""Reading a profile from its file; `${VAR}` comes from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from veocontracts.profile.model import Profile
from veosim.errors import Problem, SourceError
from veosim.yamlfile import Path_, Tree, load

VARIABLE = re.compile(r"\$\{(\w+)\}")
"""A place in a profile that the environment fills."""


def load_profile(path: str | Path, environment: Mapping[str, str] = os.environ) -> Profile:
    """Read a profile; a file that it names is looked for in its own folder.

    Raises:
        SourceError: with the place of every problem; a missing variable is named.
    """
    found = load(Profile, path, lambda tree: _fill(tree, environment))
    named = {"known_failures": found.known_failures, "regressions": found.regressions}
    placed = {key: str(Path(path).parent / name) for key, name in named.items() if name is not None}
    return found.model_copy(update=placed)


def _fill(tree: Tree, environment: Mapping[str, str]) -> None:
    problems: list[Problem] = []

    def fill(value: Any, path: Path_) -> Any:
        if isinstance(value, dict):
            return {key: fill(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [fill(item, (*path, index)) for index, item in enumerate(value)]
        if not isinstance(value, str):
            return value
        missing = [name for name in VARIABLE.findall(value) if name not in environment]
        tree.secrets |= {environment[name]: f"${{{name}}}" for name in VARIABLE.findall(value) if environment.get(name)}
        problems.extend(
            tree.problem(path, f"the variable {name} is not set", hint=f"export {name}=…") for name in missing
        )
        return VARIABLE.sub(lambda match: environment.get(match[1], ""), value)

    tree.data = fill(tree.data, ())
    if problems:
        raise SourceError(problems)
