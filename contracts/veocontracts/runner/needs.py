"""What a profile needs of this machine before anything is started: folders, and what reads its database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from veocontracts.ledger.sql import unreachable
from veocontracts.profile import Profile
from veosim.errors import Problem, SourceError
from veosim.yamlfile import Tree, read_file, read_tree


def check_needs(profile: Profile, path: str | Path) -> None:
    """See that what the profile names is there.

    Args:
        profile: as it was read.
        path: where from.

    Raises:
        SourceError: with the place of everything that is missing, and what to do.
    """
    tree = read_tree(read_file(path), str(path))
    problems = [*_folders(profile, tree), *_database(profile, tree)]
    if problems:
        raise SourceError(problems)


def _folders(profile: Profile, tree: Tree) -> Iterator[Problem]:
    for name, process in profile.target.started.items():
        if process.cwd is not None and not os.path.isdir(process.cwd):
            place = ("processes", name) if name else ("process",)
            hint = "make it, or name another one; it is looked for in the profile's own folder"
            yield tree.problem(("target", *place, "cwd"), f"there is no folder {process.cwd!r}", hint=hint)


def _database(profile: Profile, tree: Tree) -> Iterator[Problem]:
    sql = profile.ledger.sql
    if sql is not None and (found := unreachable(sql.url)):
        yield tree.problem(("ledger", "sql", "url"), found.problem, found.allowed, found.fix)
