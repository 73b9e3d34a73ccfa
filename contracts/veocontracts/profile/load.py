"""Reading a profile from its file; `${VAR}` comes from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from veocontracts.places import NAMES
from veocontracts.profile.model import Profile
from veosim.errors import Problem, SourceError, did_you_mean
from veosim.yamlfile import Path_, Tree, load

VARIABLE = re.compile(r"\$\{(\w+)\}")
"""A place in a profile that the environment fills."""

_PLACE = re.compile(r"(?<!\$)\{([a-z_]+)\}")
_LIKE = re.compile(r"\$\{[^}]*\}")
"""What looks like one, such as a shell's `${NAME:-default}`."""


def load_profile(path: str | Path, environment: Mapping[str, str] = os.environ) -> Profile:
    """Read a profile; a file that it names is looked for in its own folder.

    Raises:
        SourceError: with the place of every problem; a missing variable is named.
    """
    used: dict[str, str] = {}
    folder = Path(path).parent

    def mend(tree: Tree) -> None:
        used.update(_fill(tree, environment))
        _place_document(tree, folder)

    found = load(Profile, path, mend)
    named = {"known_failures": found.known_failures, "regressions": found.regressions}
    placed = {key: str(folder / name) for key, name in named.items() if name is not None}
    placed_in = {name: getattr(found, name).placed(folder) for name in ("target", "ledger", "timeout")}
    return found.model_copy(update={**placed, **placed_in}).with_environment(used)


def _place_document(tree: Tree, folder: Path) -> None:
    """The OpenAPI document of an API that is spelled out; it is read while the profile is checked against it."""
    api = tree.data.get("api") if isinstance(tree.data, dict) else None
    if isinstance(api, dict) and isinstance(api.get("document"), str):
        api["document"] = str(folder / api["document"])


def _misspelt(tree: Tree, path: Path_, value: str) -> Iterator[Problem]:
    """Places that are nearly ones that the suite fills in; other words in braces may be the gateway's own."""
    for word in _PLACE.findall(value):
        if word not in NAMES and (hint := did_you_mean(word, NAMES)):
            yield tree.problem(path, f"'{{{word}}}' is nothing that is filled in", hint=hint)


def _fill(tree: Tree, environment: Mapping[str, str]) -> dict[str, str]:
    """Fill in the variables; returns those that were used, with their values."""
    problems: list[Problem] = []
    used: dict[str, str] = {}

    def fill(value: Any, path: Path_) -> Any:
        if isinstance(value, dict):
            return {key: fill(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [fill(item, (*path, index)) for index, item in enumerate(value)]
        if not isinstance(value, str):
            return value
        if path[:1] in {("target",), ("ledger",)}:
            problems.extend(_misspelt(tree, path, value))
        strange = [text for text in _LIKE.findall(value) if not VARIABLE.fullmatch(text)]
        problems.extend(
            tree.problem(path, f"{text!r} is no variable", "${NAME}, without anything else") for text in strange
        )
        missing = [name for name in VARIABLE.findall(value) if name not in environment]
        found = {name: environment[name] for name in VARIABLE.findall(value) if environment.get(name)}
        used.update(found)
        tree.secrets |= {text: f"${{{name}}}" for name, text in found.items()}
        problems.extend(
            tree.problem(path, f"the variable {name} is not set", hint=f"export {name}=…") for name in missing
        )
        return VARIABLE.sub(lambda match: environment.get(match[1], ""), value)

    tree.data = fill(tree.data, ())
    if problems:
        raise SourceError(problems)
    return used
