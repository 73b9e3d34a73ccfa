"""The example gateways: each folder with a profile is one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from veocontracts.rulebook import unknown_rule
from veocontracts.timing.faketime import found_library
from veosim.errors import VeosimError, did_you_mean
from veosim.yamlfile import Strict, load

HERE = Path(__file__).parents[1]


class Bug(Strict):
    """A bug that a gateway has where PLANTED_BUGS is set, and the rules that it breaks."""

    name: str
    about: str
    breaks: list[str]


class Planted(Strict):
    """`planted.yaml`: all bugs of one gateway."""

    bugs: list[Bug]


@dataclass(frozen=True, slots=True)
class Tool:
    """What a gateway may need that pip does not install.

    Attributes:
        package: its name on Debian and Ubuntu.
        needed: whether the gateway in a folder needs it.
        here: whether this machine has it.
    """

    name: str
    package: str
    needed: Callable[[Path], bool]
    here: Callable[[], bool]


def under_faketime(folder: Path) -> bool:
    """Whether the profile asks for libfaketime."""
    clock = (yaml.safe_load((folder / "profile.yaml").read_text("utf-8")).get("timeout") or {}).get("clock") or {}
    return "faketime" in clock


def has_faketime() -> bool:
    """Whether the suite finds the library."""
    try:
        found_library()
    except VeosimError:
        return False
    return True


TOOLS = (
    Tool("node", "nodejs", lambda folder: (folder / "package.json").exists(), lambda: shutil.which("node") is not None),
    Tool("go", "golang-go", lambda folder: (folder / "go.mod").exists(), lambda: shutil.which("go") is not None),
    Tool("libfaketime", "libfaketime", under_faketime, has_faketime),
)


@dataclass(frozen=True, slots=True)
class Gateway:
    """An example gateway."""

    folder: Path

    @property
    def name(self) -> str:
        """The folder's."""
        return self.folder.name

    @property
    def profile(self) -> Path:
        """What the suite reads."""
        return self.folder / "profile.yaml"

    @property
    def missing(self) -> str:
        """Why it cannot run here, or ""."""
        absent = [tool for tool in TOOLS if tool.needed(self.folder) and not tool.here()]
        return "; ".join(f"{tool.name} is not here: apt install {tool.package}" for tool in absent)

    def bugs(self) -> list[Bug]:
        """Those that are planted in it.

        Raises:
            VeosimError: `planted.yaml` is missing or wrong.
        """
        path = self.folder / "planted.yaml"
        bugs = load(Planted, path).bugs
        for rule in (rule for bug in bugs for rule in bug.breaks):
            if unknown := unknown_rule(rule):
                raise VeosimError(f"{path}: {unknown}")
        return bugs

    def breaks(self) -> frozenset[str]:
        """The rules that they break.

        Raises:
            VeosimError: as `bugs`.
        """
        return frozenset(rule for bug in self.bugs() for rule in bug.breaks)


def gateways(names: Iterable[str] = (), folder: Path = HERE) -> list[Gateway]:
    """Those of these names, or all of them.

    Raises:
        VeosimError: no gateway is called so, or there is none.
    """
    found = {path.parent.name: Gateway(path.parent) for path in sorted(folder.glob("*/profile.yaml"))}
    for name in names:
        if name not in found:
            hint = did_you_mean(name, found) or f"there are {', '.join(found) or 'none'}"
            raise VeosimError(f"no example gateway is called {name!r}; {hint}")
    if not found:
        raise VeosimError(f"{folder}: holds no folder with a profile.yaml")
    return [gateway for name, gateway in found.items() if not names or name in names]
