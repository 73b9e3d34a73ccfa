"""The bundled YAML: scenarios and OpenAPI documents, from the wheel, else from a checkout's root."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml

from veosim.errors import VeosimError, did_you_mean, near_names

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """The folder `scenarios` or `openapi`, wherever this installation keeps it."""
    return _found(_PACKAGE, name)


@cache
def _found(package: Path, name: str) -> Path:
    """It is looked for once, since every simulator asks: that is a third of the time that making one takes."""
    for candidate in (package / name, package.parents[1] / name):
        if candidate.is_dir():
            return candidate
    raise VeosimError(f"this installation of veosim lacks its {name}/ folder; install it again")


def scenario_files() -> Mapping[str, Path]:
    """Every shipped scenario by name."""
    return _named(folder("scenarios"))


@cache
def _named(where: Path) -> Mapping[str, Path]:
    """The files of a folder that ships; it is looked through once, since every simulator asks."""
    return MappingProxyType({path.stem: path for path in sorted(where.rglob("*.yaml"))})


def scenario_file(name: str) -> Path:
    """The file of a shipped scenario.

    Raises:
        VeosimError: no scenario has that name.
    """
    files = scenario_files()
    if name not in files:
        raise VeosimError(f"no shipped scenario is called {name!r}; {scenario_hint(name)}")
    return files[name]


def scenario_hint(name: str, others: Iterable[str] = ()) -> str:
    """What may have been meant by a name that no scenario has, and where all are listed: they are too many to show.

    Args:
        name: what was asked for.
        others: the names that there are besides the shipped ones.
    """
    near = near_names(name, {**scenario_files(), **dict.fromkeys(others)})
    return " ".join(filter(None, (near, "`veosim scenario list` shows all that ship")))


def openapi_files() -> dict[str, Path]:
    """Every bundled OpenAPI document by name."""
    return {path.stem: path for path in sorted(folder("openapi").glob("*.yaml"))}


def openapi_file(name: str) -> Path:
    """The file of a bundled OpenAPI document.

    Raises:
        VeosimError: no document has that name.
    """
    files = openapi_files()
    if name not in files:
        hint = did_you_mean(name, files)
        raise VeosimError(
            f"no OpenAPI document is called {name!r}; there are {', '.join(files)}" + (hint and f"; {hint}")
        )
    return files[name]


@cache
def openapi(name: str) -> Mapping[str, object]:
    """A bundled OpenAPI document as plain data."""
    path = openapi_file(name)
    document = yaml.safe_load(path.read_text("utf-8"))
    if not isinstance(document, dict):
        raise VeosimError(f"{path.name} is no OpenAPI document")
    return document
