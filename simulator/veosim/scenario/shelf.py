"""Scenario files as `serve` is given them: files, folders of files and names, read again as they change."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from veosim.errors import Problem, SourceError, VeosimError, did_you_mean
from veosim.resources import scenario_file, scenario_files
from veosim.scenario.extend import composed, is_path
from veosim.scenario.model import Scenario
from veosim.yamlfile import check, read_file, read_tree

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


@dataclass(frozen=True, slots=True)
class _Book:
    """A scenario, and the files that it was read from: its own, and those that it is built on."""

    scenario: Scenario
    files: frozenset[Path]


class Shelf:
    """What `--scenario` was given, in order; the last is active, and all can be asked for by their names.

    Args:
        given: files (with a suffix or a slash), folders, and names; a name is looked for in the files and folders
            before it, then among the shipped scenarios. A folder that has the name of one of these is `./NAME`.

    Raises:
        SourceError: a file is wrong, or two files have one name.
        VeosimError: a folder without scenarios, or a name that nothing has.
    """

    def __init__(self, given: Sequence[str]) -> None:
        self._folders: list[Path] = []
        self._books: dict[Path, _Book] = {}
        active: Path | None = None
        for name in given:
            paths = self._paths(name)
            for path in paths:
                self._books[path] = _read(path)
            active = next((path for path in paths if path.stem == FIRST), paths[0])
        if active is None:
            raise VeosimError("a shelf needs at least one file, folder or name")
        self._active = active
        self._stamps = self._look()
        self._wrong: dict[Path, str] = {}
        twins = _twins(self._books)
        if twins:
            raise SourceError(twins)

    @property
    def active(self) -> Scenario:
        """What is played for whoever asks for nothing else."""
        return self._books[self._active].scenario

    @property
    def scenarios(self) -> list[Scenario]:
        """All of them, in the order of their names."""
        return sorted((book.scenario for book in self._books.values()), key=lambda scenario: scenario.scenario)

    def refresh(self) -> News:
        """Read all files again, if any of them changed; a scenario whose files are wrong stays as it was."""
        stamps = self._look()
        touched = {path for path in {*stamps, *self._stamps} if stamps.get(path) != self._stamps.get(path)}
        if not touched:
            return News()
        self._stamps = stamps
        books, wrong = self._read_all(stamps)
        problems = [text for path, text in wrong.items() if path in touched or self._wrong.get(path) != text]
        self._wrong = wrong
        twins = _twins(books)
        if twins:  # whose name it is nobody can tell, so all stay as they were until the files agree
            return News(problems=(*problems, *map(str, twins)))
        before, self._books = self._books, books
        changes = [
            Change(before[path].scenario if path in before else None, book.scenario)
            for path, book in sorted(books.items(), key=lambda item: item[0])
            if book != before.get(path) or (path not in wrong and touched & book.files)
        ]
        return News(tuple(changes), tuple(problems))

    def _read_all(self, present: Container[Path]) -> tuple[dict[Path, _Book], dict[Path, str]]:
        """Every book as its files say now, or as they said before, and what is wrong with those that cannot be read."""
        books, wrong = dict(self._books), {}
        for path in sorted(self._own()):
            try:
                books[path] = _read(path)
            except VeosimError as error:
                if path not in present and path != self._active:
                    del books[path]  # it was taken away
                else:
                    wrong[path] = str(error)
        return books, wrong

    def _paths(self, name: str) -> list[Path]:
        path = Path(name)
        if path.is_dir() and name not in scenario_files():
            self._folders.append(path)
            found = files_in(path)
            if not found:
                raise VeosimError(f"the folder {name!r} holds no scenario: its files would end in {SUFFIXES[0]}")
            return found
        if is_path(name):
            return [path]
        own = {book.scenario.scenario: path for path, book in self._books.items()}
        if name in own:
            return [own[name]]
        known = {*own, *scenario_files()}
        if own and name not in known:
            hint = did_you_mean(name, known)
            raise VeosimError(
                f"no scenario is called {name!r}; there are {', '.join(sorted(known))}; {hint}".rstrip("; ")
            )
        return [scenario_file(name)]

    def _own(self) -> set[Path]:
        """The files of all books, and the new ones in the folders."""
        return {*self._books, *(path for folder in self._folders for path in files_in(folder))}

    def _look(self) -> dict[Path, Stamp]:
        """The stamp of every file that matters; absent ones have none."""
        stamps = {}
        for path in self._own().union(*(book.files for book in self._books.values())):
            try:
                status = path.stat()
            except OSError:
                continue
            stamps[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
        return stamps


def _read(path: Path) -> _Book:
    tree = composed(read_tree(read_file(path), str(path)), trusted_paths=True)
    return _Book(check(Scenario, tree), frozenset({path, *map(Path, tree.notes)}))


def _twins(books: Mapping[Path, _Book]) -> list[Problem]:
    """One problem for each file whose scenario has the name of an earlier one."""
    first: dict[str, Path] = {}
    problems = []
    for path, book in sorted(books.items(), key=lambda item: item[0]):
        name = book.scenario.scenario
        earlier = first.setdefault(name, path)
        if earlier != path:
            message = f"the name {name!r} is also that of {earlier}; give each file a name of its own"
            problems.append(_named_at(path, message))
    return problems


def _named_at(path: Path, message: str) -> Problem:
    """A problem with a file's name, at the line that gives it."""
    try:
        return read_tree(read_file(path), str(path)).problem(("scenario",), message)
    except SourceError:  # it has become unreadable since, and what it said before goes on
        return Problem(str(path), 1, 1, "scenario", message)
