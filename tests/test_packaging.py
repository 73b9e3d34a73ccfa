"""The wheel holds the two packages, their data and their entry points, and nothing else."""

import configparser
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from veosim import __version__

ROOT = Path(__file__).parent.parent
DATA = ("scenarios", "openapi")
INFO = f"veosim-{__version__}.dist-info"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A wheel built from this checkout, without the network: each file's name and content."""
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    """The [project] table of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


def test_the_top_level_names_are_the_two_packages(wheel: dict[str, bytes]) -> None:
    """Installing veosim claims two import names and no other."""
    assert {name.split("/")[0] for name in wheel} == {"veosim", "veocontracts", INFO}


def test_every_module_travels(wheel: dict[str, bytes]) -> None:
    """The wheel's Python files are those of the two packages: no test, and none beside the data."""
    packages = [ROOT / "simulator" / "veosim", ROOT / "contracts" / "veocontracts"]
    modules = {path.relative_to(package.parent).as_posix() for package in packages for path in package.rglob("*.py")}
    assert {name for name in wheel if name.endswith(".py")} == modules


def test_both_packages_are_typed(wheel: dict[str, bytes]) -> None:
    """Type checkers read the annotations of both packages."""
    assert {name for name in wheel if name.endswith("py.typed")} == {"veosim/py.typed", "veocontracts/py.typed"}


@pytest.mark.parametrize("folder", DATA)
def test_the_data_travels_unchanged(wheel: dict[str, bytes], folder: str) -> None:
    """Scenarios and OpenAPI documents in the wheel are the repository's, byte for byte, and all are YAML."""
    kept = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    travelled = {
        name.removeprefix("veosim/"): data for name, data in wheel.items() if name.startswith(f"veosim/{folder}/")
    }
    assert travelled == kept
    assert {Path(name).suffix for name in travelled} == {".yaml"}


def test_the_entry_points_are_those_of_the_project(wheel: dict[str, bytes], project: dict[str, Any]) -> None:
    """The wheel declares the command, its contract commands and the pytest plugin, and holds their modules."""
    parser = configparser.ConfigParser(delimiters=("=",))
    parser.read_string(wheel[f"{INFO}/entry_points.txt"].decode())
    declared = {group: dict(parser[group]) for group in parser.sections()}
    assert declared == {"console_scripts": project["scripts"], **project["entry-points"]}

    modules = {target.split(":")[0].replace(".", "/") for group in declared.values() for target in group.values()}
    missing = {path for path in modules if f"{path}.py" not in wheel and f"{path}/__init__.py" not in wheel}
    assert missing == set()


def test_the_licence_and_the_readme_travel(wheel: dict[str, bytes]) -> None:
    """Whoever has the wheel has the licence, and an index can show the README."""
    assert wheel[f"{INFO}/licenses/LICENSE"] == (ROOT / "LICENSE").read_bytes()
    readme = (ROOT / "README.md").read_text(encoding="utf-8").strip()
    assert wheel[f"{INFO}/METADATA"].decode().partition("\n\n")[2].strip() == readme
