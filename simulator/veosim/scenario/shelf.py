"""Scenario files as `serve` is given them: files, folders of files and names, read again as they change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from veosim.errors import SourceError, VeosimError, did_you_mean
from veosim.resources import scenario_file, scenario_files
from veosim.scenario.load import load_scenario
from veosim.scenario.model import Scenario
from veosim.yamlfile import read_file, read_tree

SUFFIXES = (".yaml", ".yml")
FIRST = "default"
"""The file of a folder that is active, without its suffix; a folder without it begins with its first file."""

Stamp = tuple[int, int, int]
"""What differs once a file was written or replaced: its modification time, its size, its number."""


def files_in(folder: Path) -> list[Path]:
    """The scenario files of a folder and of those below it, in the order of their paths."""
    return sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES and path.is_file())


@dataclass(frozen=True, slots=True)
class Change:
    """A scenario that was read again. `before` is None where the file is new."""

    before: Scenario | None
    now: Scenario


@dataclass(frozen=True, slots=True)
class News:
    """What a look at the files brought: scenarios to play from now on, and what is wrong with other files."""

    changes: tuple[Change, ...] = ()
    problems: tuple[str, ...] = ()


class Shelf:
    """What `--scenario` was given, in order; the last is active, and all can be asked for by their names.

    Args:
        given: files (with a suffix or a slash), folders, and names; a name is looked for in the files and folders
            before it, then among the shipped scenarios.

    Raises:
        SourceError: a file is wrong, or two files have one name.
        VeosimError: a folder without scenarios, or a name that nothing has.
    """

    def __init__(self, given: Sequence[str]) -> None:
        self._given = tuple(given)
        self._scenarios: dict[Path, Scenario] = {}
        active: Path | None = None
        for name in self._given:
            paths = self._paths(name)
            for path in paths:
                self._scenarios[path] = load_scenario(_spelled(path))
            active = next((path for path in paths if path.stem == FIRST), paths[0])
        if active is None:
            raise VeosimError("a shelf needs at least one file, folder or name")
        self._active = active
        self._stamps = self._look()
        problems = list(_twins(self._scenarios))
        if problems:
            raise SourceError([problem for error in problems for problem in error.problems])

    @property
    def active(self) -> Scenario:
        """What is played for whoever asks for nothing else."""
        return self._scenarios[self._active]

    @property
    def scenarios(self) -> list[Scenario]:
        """All of them, in the order of their names."""
        return sorted(self._scenarios.values(), key=lambda scenario: scenario.scenario)

    def refresh(self) -> News:
        """Read again whatever was read before, if any file changed; a file that is wrong stays as it was.

        All are read, not only those that changed: a scenario may rest on another one's file.
        """
        stamps = self._look()
        if stamps == self._stamps:
            return News()
        touched = {path for path in {*stamps, *self._stamps} if stamps.get(path) != self._stamps.get(path)}
        self._stamps = stamps
        before, after, problems = self._scenarios, dict(self._scenarios), []
        for path in sorted({*stamps, *before}):
            try:
                after[path] = load_scenario(_spelled(path))
            except VeosimError as error:
                if path not in stamps and path != self._active:
                    after.pop(path, None)  # it was taken away
                elif path in touched:
                    problems.append(str(error))
        for error in _twins(after):
            problems.append(str(error))
            twin = Path(error.problems[0].source)
            after.pop(twin)
            if twin in before:
                after[twin] = before[twin]
        self._scenarios = after
        changes = [
            Change(before.get(path), scenario)
            for path, scenario in after.items()
            if scenario is not before.get(path) and (path in touched or scenario != before.get(path))
        ]
        return News(tuple(changes), tuple(problems))

    def _paths(self, name: str) -> list[Path]:
        path = Path(name)
        if path.is_dir():
            found = files_in(path)
            if not found:
                raise VeosimError(f"the folder {name!r} holds no scenario: its files would end in {SUFFIXES[0]}")
            return found
        if path.suffix in SUFFIXES or path.name != name:
            return [path]
        own = {scenario.scenario: path for path, scenario in self._scenarios.items()}
        if name in own:
            return [own[name]]
        known = {*own, *scenario_files()}
        if own and name not in known:
            hint = did_you_mean(name, known)
            raise VeosimError(f"no scenario is called {name!r}; there are {', '.join(sorted(known))}; {hint}".rstrip("; "))
        return [scenario_file(name)]

    def _look(self) -> dict[Path, Stamp]:
        """The stamp of every file, those of new ones in the folders included; absent ones have none."""
        folders = [Path(name) for name in self._given if Path(name).is_dir()]
        stamps = {}
        for path in {*self._scenarios, *(path for folder in folders for path in files_in(folder))}:
            try:
                status = path.stat()
            except OSError:
                continue
            stamps[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
        return stamps


def _spelled(path: Path) -> str:
    """A path that cannot be taken for the name of a shipped scenario."""
    return str(path) if path.suffix in SUFFIXES or path.name != str(path) else f"./{path}"


def _twins(scenarios: dict[Path, Scenario]) -> Iterator[SourceError]:
    """One error for each file whose scenario has the name of an earlier one."""
    first: dict[str, Path] = {}
    for path, scenario in sorted(scenarios.items()):
        earlier = first.setdefault(scenario.scenario, path)
        if earlier != path:
            tree = read_tree(read_file(path), str(path))
            problem = f"the name {scenario.scenario!r} is also that of {earlier}; give each file a name of its own"
            yield SourceError([tree.problem(("scenario",), problem)])
