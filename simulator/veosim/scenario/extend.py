"""Scenarios built on others: `extends` takes a whole one over, `include` in a list of exchanges takes over a list.

Both work on trees, before anything is judged, so every problem keeps the file, line and column where it stands.
Mappings are merged key by key; lists, drawn times and everything else are replaced whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from veosim.errors import Problem, SourceError, shown
from veosim.resources import scenario_files, scenario_hint
from veosim.scenario.times import FORMS
from veosim.yamlfile import NODE_LIMIT, Path_, Tree, read_file, read_tree

DEEPEST = 8
"""How many scenarios may stand one behind the other."""

EXTENDS, INCLUDE, EXCHANGES = "extends", "include", "exchanges"
_SUFFIXES = frozenset({".yaml", ".yml"})


def composed(tree: Tree, *, trusted_paths: bool) -> Tree:
    """A scenario's tree with everything that it extends and includes.

    Args:
        tree: as it was read.
        trusted_paths: whether relative paths are followed, from the folder of the file that names them; false for text
            that somebody sent.

    Raises:
        SourceError: a name that nothing has, a circle, a chain that is too long, a file that is no YAML.
    """
    own = _Link(str(Path(tree.source).resolve()) if trusted_paths else "", tree.source)
    return _Composer(trusted_paths).composed(tree, (own,))


def is_path(name: str) -> bool:
    """Whether a scenario is named by a path: with a suffix or a slash."""
    return Path(name).suffix in _SUFFIXES or "/" in name or "\\" in name


@dataclass(frozen=True, slots=True)
class _Link:
    """One scenario of a chain: its file, resolved, and how it was named."""

    file: str
    name: str


_Chain = tuple[_Link, ...]


@dataclass(slots=True)
class _Composer:
    """Composes one scenario. `done` and `files` keep what was read, so that nothing is read twice."""

    trusted_paths: bool
    done: dict[str, Tree] = field(default_factory=dict)
    files: dict[tuple[Path, str], Path] = field(default_factory=dict)

    def composed(self, tree: Tree, chain: _Chain) -> Tree:
        if not isinstance(tree.data, dict):
            return tree
        tree = self._with_lists(tree, chain)
        name = tree.data.get(EXTENDS)
        if not isinstance(name, str):
            return tree  # none, or none that the model will take
        base = self._other(tree, (EXTENDS,), name, "taken over", chain)
        merged = Tree(tree.source, notes={**base.notes, **tree.notes})
        merged.notes.setdefault(tree.source, f"it extends {base.source}")
        if not isinstance(base.data, dict):
            raise SourceError([base.problem((), f"found {shown(base.data)}", "a mapping")])
        merged.data = _merge(merged, (), base, tree, base.data, tree.data)
        return merged

    def _with_lists(self, tree: Tree, chain: _Chain) -> Tree:
        """The tree with the lists of others in place of its includes."""
        kinds = tree.data.get(EXCHANGES)
        lists = (
            {kind: each for kind, each in kinds.items() if isinstance(each, list)} if isinstance(kinds, dict) else {}
        )
        if not any(_is_include(entry) for entries in lists.values() for entry in entries):
            return tree
        whole = Tree(tree.source, notes=dict(tree.notes))
        _place(whole, (), tree, ())
        _place(whole, (EXCHANGES,), tree, (EXCHANGES,))
        whole.data = {
            key: _graft(whole, (key,), tree, (key,), value) if key != EXCHANGES else {}
            for key, value in tree.data.items()
        }
        for kind, value in kinds.items():
            at = (EXCHANGES, kind)
            listed = kind in lists
            whole.data[EXCHANGES][kind] = (
                self._list(whole, tree, at, value, chain) if listed else _graft(whole, at, tree, at, value)
            )
        return whole

    def _list(self, whole: Tree, tree: Tree, at: Path_, entries: list[Any], chain: _Chain) -> list[Any]:
        _place(whole, at, tree, at)
        result: list[Any] = []
        for index, entry in enumerate(entries):
            if not _is_include(entry):
                result.append(_graft(whole, (*at, len(result)), tree, (*at, index), entry))
                continue
            place = (*at, index, INCLUDE)
            for key in entry:
                if key != INCLUDE:
                    problem = f"'include' stands for a whole list, so {key!r} beside it says nothing"
                    raise SourceError([tree.problem((*at, index, key), problem)])
            if not isinstance(entry[INCLUDE], str):
                raise SourceError([tree.problem(place, f"found {shown(entry[INCLUDE])}", "the name of a scenario")])
            other = self._other(tree, place, entry[INCLUDE], "included", chain)
            found = other.data.get(EXCHANGES) if isinstance(other.data, dict) else None
            items = found.get(at[1]) if isinstance(found, dict) else None
            if not isinstance(items, list) or not items:
                problem = f"{entry[INCLUDE]!r} has no entries under exchanges.{at[1]}"
                raise SourceError([tree.problem(place, problem)])
            whole.notes = {**other.notes, **whole.notes}
            for number, item in enumerate(items):
                result.append(_graft(whole, (*at, len(result)), other, (*at, number), item))
        return result

    def _other(self, tree: Tree, place: Path_, name: str, how: str, chain: _Chain) -> Tree:
        """The tree of a scenario that another one names at `place`, itself composed."""
        file = self._file(tree, place, name)
        link = _Link(str(file.resolve()), name)
        names = " -> ".join(each.name for each in (*chain, link))
        if link.file in {each.file for each in chain}:
            raise SourceError([tree.problem(place, f"the scenarios go round in a circle: {names}")])
        if len(chain) > DEEPEST:
            raise SourceError([tree.problem(place, f"more than {DEEPEST} scenarios stand behind this one: {names}")])
        line, column = tree.values.get(place, (1, 1))
        note = f"{how} by {tree.origins.get(place, tree.source)}:{line}:{column}"
        if link.file not in self.done:
            try:
                other = read_tree(read_file(file), str(file))
            except SourceError as error:
                raise SourceError([_noted(problem, note) for problem in error.problems]) from None
            other.notes[other.source] = note
            self.done[link.file] = self.composed(other, (*chain, link))
        return self.done[link.file]

    def _file(self, tree: Tree, place: Path_, name: str) -> Path:
        folder = Path(tree.source).parent
        if (folder, name) not in self.files:
            self.files[folder, name] = self._found(tree, place, name, folder)
        return self.files[folder, name]

    def _found(self, tree: Tree, place: Path_, name: str, folder: Path) -> Path:
        shipped = scenario_files()
        if is_path(name):
            if not self.trusted_paths:
                problem = f"found {shown(name)}: paths are followed from files only"
                raise SourceError([tree.problem(place, problem, "the name of a shipped scenario")])
            if Path(name).is_absolute():
                raise SourceError([tree.problem(place, f"found {shown(name)}", "a path relative to this file")])
            return folder / name
        if name not in shipped:
            problem = f"no shipped scenario is called {shown(name)}"
            raise SourceError([tree.problem(place, problem, hint=scenario_hint(name))])
        return shipped[name]


def _is_include(entry: Any) -> bool:
    return isinstance(entry, dict) and INCLUDE in entry


def _noted(problem: Problem, note: str) -> Problem:
    return replace(problem, hint="; ".join(filter(None, (problem.hint, note))))


def _merge(into: Tree, at: Path_, base: Tree, own: Tree, base_data: Any, own_data: Any) -> Any:
    """The two mappings at one path as one: what `own` says holds, and where it says nothing what `base` says."""
    _place(into, at, own, at)
    result: dict[str, Any] = {}
    for key in {**base_data, **own_data}:
        path = (*at, key)
        if key not in own_data:
            result[key] = _graft(into, path, base, path, base_data[key])
        elif key in base_data and _is_merged(base_data[key]) and _is_merged(own_data[key]):
            result[key] = _merge(into, path, base, own, base_data[key], own_data[key])
        else:
            result[key] = _graft(into, path, own, path, own_data[key])
    return result


def _is_merged(value: Any) -> bool:
    """Whether a value is merged by key; a drawn time is one value, whatever its keys."""
    return isinstance(value, dict) and not any(key in FORMS for key in value)


def _graft(into: Tree, at: Path_, of: Tree, path: Path_, data: Any) -> Any:
    """A copy of a part of a tree, at a place in another, where it remembers its file, lines and columns.

    Raises:
        SourceError: the whole grows too large.
    """
    _place(into, at, of, path)
    if isinstance(data, dict):
        return {key: _graft(into, (*at, key), of, (*path, key), value) for key, value in data.items()}
    if isinstance(data, list):
        return [_graft(into, (*at, index), of, (*path, index), value) for index, value in enumerate(data)]
    return data


def _place(into: Tree, at: Path_, of: Tree, path: Path_) -> None:
    into.size += 1
    if into.size > NODE_LIMIT:
        problem = f"more than {NODE_LIMIT} values, with all that is taken over"
        raise SourceError([of.problem(path, problem)])
    if path in of.values:
        into.values[at] = of.values[path]
    if path in of.keys:
        into.keys[at] = of.keys[path]
    origin = of.origins.get(path, of.source)
    if origin != into.source:
        into.origins[at] = origin
