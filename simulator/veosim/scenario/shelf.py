"""Scenario files as `serve` is given them: files, folders of files and names, read again as they change."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from veosim.errors import Problem, SourceError, VeosimError
from veosim.resources import scenario_file, scenario_files, scenario_hint
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
    """A scenario that was read again. `before` is None where it is new; a file that was renamed is not."""

    before: Scenario | None
    now: Scenario


@dataclass(frozen=True, slots=True)
class News:
    """What a look at the files brought.

    Attributes:
        changes: scenarios to play from now on.
        removed: names that no file has any more.
        problems: what is wrong with other files.
    """

    changes: tuple[Change, ...] = ()
    removed: tuple[str, ...] = ()
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
        self._files: set[Path] = set()
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
            raise SourceError([*twins.values()])

    @property
    def active(self) -> Scenario:
        """What is played for whoever asks for nothing else."""
        return self._books[self._active].scenario

    @property
    def scenarios(self) -> list[Scenario]:
        """All of them, in the order of their names."""
        return sorted((book.scenario for book in self._books.values()), key=lambda scenario: scenario.scenario)

    def path_of(self, name: str) -> str | None:
        """The file that says a scenario of this name, as it was given; None where none does."""
        return next((str(path) for path, book in self._books.items() if book.scenario.scenario == name), None)

    def refresh(self) -> News:
        """Read all files again, if any of them changed; a scenario whose files are wrong stays as it was.

        So does one whose new name another file has. What was active stays so while its file is away, until another
        file has its name.
        """
        stamps = self._look()
        touched = {path for path in {*stamps, *self._stamps} if stamps.get(path) != self._stamps.get(path)}
        if not touched:
            return News()
        self._stamps = stamps
        before = self._books
        books, wrong = self._read_all(stamps)
        held = self._part_twins(books, wrong, stamps)
        self._hand_over(books, wrong, stamps)
        problems = [text for path, text in wrong.items() if path in touched or self._wrong.get(path) != text]
        self._books, self._wrong = books, wrong
        gone = [before[path].scenario for path in before.keys() - books.keys()]
        moved = {scenario.scenario: scenario for scenario in gone}
        changes = []
        for path, book in sorted(books.items(), key=lambda item: item[0]):
            old = before.get(path)
            if book != old or (path not in held | wrong.keys() and touched & book.files):
                earlier = old.scenario if old is not None else None
                changes.append(Change(moved.get(book.scenario.scenario, earlier), book.scenario))
        removed = _names(before.values()) - _names(books.values())
        return News(tuple(changes), tuple(sorted(removed)), tuple(problems))

    def _read_all(self, present: Container[Path]) -> tuple[dict[Path, _Book], dict[Path, str]]:
        """Every book as its files say now, or as they said before, and what is wrong with those that cannot be read."""
        books, wrong = dict(self._books), {}
        for path in sorted(self._own()):
            try:
                books[path] = _read(path)
            except VeosimError as error:
                if path not in present and path != self._active:
                    books.pop(path, None)  # it was taken away
                else:
                    wrong[path] = str(error)
        return books, wrong

    def _part_twins(self, books: dict[Path, _Book], wrong: dict[Path, str], present: Container[Path]) -> set[Path]:
        """Let every file whose name another one has be as it was before; a file that is away has none. The files."""
        held: set[Path] = set()
        while True:  # what a file said before may be the new name of another: each round puts back one file at least
            there = {path: book for path, book in books.items() if path in present}
            twins = _twins(there)
            if not twins:
                return held
            for path, problem in twins.items():
                wrong[path] = "\n".join(filter(None, (wrong.get(path), str(problem))))
            shared = {there[path].scenario.scenario for path in twins}
            for path in [path for path, book in there.items() if book.scenario.scenario in shared]:
                held.add(path)
                if path in self._books:
                    books[path] = self._books[path]
                else:
                    del books[path]

    def _hand_over(self, books: dict[Path, _Book], wrong: dict[Path, str], present: Container[Path]) -> None:
        """Make another file active that has the name of the active one, where that one is away."""
        if self._active in present:
            return
        name = books[self._active].scenario.scenario
        heirs = [path for path, book in books.items() if path in present and book.scenario.scenario == name]
        for heir in heirs:  # one at most: there are no twins among those that are present
            del books[self._active]
            wrong.pop(self._active, None)
            self._active = heir

    def _paths(self, name: str) -> list[Path]:
        path = Path(name)
        if path.is_dir() and name not in scenario_files():
            self._folders.append(path)
            found = files_in(path)
            if not found:
                raise VeosimError(
                    f"the folder {name!r} holds no scenario: its files would end in {' or '.join(SUFFIXES)}"
                )
            return found
        if is_path(name):
            self._files.add(path)
            return [path]
        own = {book.scenario.scenario: path for path, book in self._books.items()}
        if name in own:
            return [own[name]]
        if own and name not in scenario_files():
            raise VeosimError(
                f"no scenario is called {name!r}, in the files before it or shipped; {scenario_hint(name, own)}"
            )
        return [scenario_file(name)]

    def _own(self) -> set[Path]:
        """The files of all books, those that were given though they may be away, and the new ones in the folders."""
        return {*self._books, *self._files, *(path for folder in self._folders for path in files_in(folder))}

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


def _names(books: Iterable[_Book]) -> set[str]:
    return {book.scenario.scenario for book in books}


def _twins(books: Mapping[Path, _Book]) -> dict[Path, Problem]:
    """For each file whose scenario has the name of an earlier one, its problem."""
    first: dict[str, Path] = {}
    problems = {}
    for path, book in sorted(books.items(), key=lambda item: item[0]):
        name = book.scenario.scenario
        earlier = first.setdefault(name, path)
        if earlier != path:
            message = f"the name {name!r} is also that of {earlier}; give each file a name of its own"
            problems[path] = _named_at(path, message)
    return problems


def _named_at(path: Path, message: str) -> Problem:
    """A problem with a file's name, at the line that gives it."""
    try:
        return read_tree(read_file(path), str(path)).problem(("scenario",), message)
    except SourceError:  # it has become unreadable since, and what it said before goes on
        return Problem(str(path), 1, 1, "scenario", message)
